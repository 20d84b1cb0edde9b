/** Hands out access tokens; refreshes through the courier, and waits while somebody else refreshes. */

import type { Db } from '../db/client.ts'
import { type AccountDeps, readAccessToken } from '../flow/account.ts'
import { FetchError } from '../platforms/errors.ts'
import { MINUTE } from '../rules/types.ts'
import type { Courier } from './courier.ts'

export interface TokenDeps {
  db: Db
  clock: () => Date
  sleep: (ms: number) => Promise<void>
  accounts: Pick<AccountDeps, 'sealer'>
  courier: Pick<Courier, 'refresh'>
}

/** How long somebody else's refresh is waited for, and how often the row is read meanwhile. */
const PATIENCE = 20_000
const GLANCE = 100

/** How long a token is handed out without a look at the row: a batch is many calls. */
const FRESH = MINUTE

/** For a connector: its accessToken of one account. Throws FetchErrors: `auth` when only a person can help. */
export function tokenSource(deps: TokenDeps, workspaceId: number, accountId: number) {
  let kept: { token: string; until: number } | null = null
  let asking: Promise<string> | null = null
  /** The calls of a batch begin together, and ask once. */
  return (refused?: string): Promise<string> => {
    if (refused !== undefined) return obtain(refused)
    asking ??= obtain().finally(() => {
      asking = null
    })
    return asking
  }

  async function obtain(refused?: string): Promise<string> {
    if (kept && kept.token !== refused && deps.clock().getTime() < kept.until) return kept.token
    const until = deps.clock().getTime() + PATIENCE
    for (;;) {
      const ctx = { db: deps.db, workspaceId, now: deps.clock() }
      const token = await readAccessToken(ctx, deps.accounts, { accountId, refused })
      if (token.kind === 'ready') {
        kept = {
          token: token.accessToken,
          until: Math.min(token.refreshAt.getTime(), ctx.now.getTime() + FRESH),
        }
        return token.accessToken
      }
      if (token.kind === 'reauthorise') throw new FetchError('auth', token.reason)
      const refreshed = await deps.courier.refresh({ workspaceId, accountId, generation: token.generation })
      if (refreshed === 'DONE' || refreshed === 'REAUTHORISE') continue
      // One that still works is used until there is a better one.
      if (token.accessToken !== null) {
        kept = { token: token.accessToken, until: ctx.now.getTime() + FRESH }
        return token.accessToken
      }
      if (refreshed === 'FAILED' || deps.clock().getTime() > until) {
        throw new FetchError(
          'network',
          `account ${accountId} has no working token: its refresh is ${refreshed.toLowerCase()}`,
        )
      }
      await deps.sleep(GLANCE)
    }
  }
}
