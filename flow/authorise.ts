/** A person authorises us on a platform: out with a state that only we can make, back with a code. */
import type { Db } from '../db/client.ts'
import type { FetchError } from '../platforms/errors.ts'
import { MINUTE } from '../rules/types.ts'
import { type AccountDeps, connectAccount } from './account.ts'
import type { Context } from './context.ts'
import { InvalidInputError } from './errors.ts'

/** As long as a platform's code lives. */
const STATE_LIFE = 10 * MINUTE
const BOUND = 'authorise'

export interface AuthoriseDeps extends AccountDeps {
  /** Where people reach this program, without a slash at the end. */
  publicUrl: string
}

/** Where the platform sends people back to; the app must be registered there with this address. */
export function callbackUrl({ publicUrl }: AuthoriseDeps, platform: string): string {
  return `${publicUrl}/oauth/${platform}/callback`
}

/** The address to open in a browser. It is good for ten minutes, for this workspace. */
export async function startAuthorisation(
  ctx: Context,
  deps: AuthoriseDeps,
  platform: string,
): Promise<string> {
  const oauth = deps.oauths.get(platform)
  if (!oauth) throw new InvalidInputError('platform', `No app of ${platform} is set up here.`)
  const state = { workspaceId: ctx.workspaceId, platform, until: ctx.now.getTime() + STATE_LIFE }
  const sealed = deps.sealer.seal(JSON.stringify(state), BOUND).toString('base64url')
  return oauth.authoriseUrl(sealed, callbackUrl(deps, platform))
}

export interface Callback {
  platform: string
  /** Query of the address that the person came back to. */
  query: Record<string, string | undefined>
}

/** Takes the code for tokens and stores them; answers the account's number. Not bound to a viewer: the state is. */
export async function finishAuthorisation(
  { db, now }: { db: Db; now: Date },
  deps: AuthoriseDeps,
  { platform, query }: Callback,
): Promise<{ accountId: number; name: string }> {
  const oauth = deps.oauths.get(platform)
  const workspaceId = openState(deps, query.state ?? '', platform, now)
  const code = oauth && query[oauth.codeParameter]
  if (!oauth || !code) throw new InvalidInputError('code', 'The platform sent no code: authorise again.')
  const authorised = await oauth.exchange(code).catch((error: FetchError) => {
    if (error.name !== 'FetchError') throw error
    throw new InvalidInputError(
      'code',
      `The platform did not take its code (${error.message}): authorise again.`,
    )
  })
  const ctx = { db, workspaceId, now }
  const accountId = await connectAccount(ctx, deps, { platform, ...authorised })
  return { accountId, name: authorised.name }
}

function openState({ sealer }: AuthoriseDeps, state: string, platform: string, now: Date): number {
  const wrong = new InvalidInputError(
    'state',
    'This address was not made here, or is older than ten minutes: start again.',
  )
  try {
    const held = JSON.parse(sealer.open(Buffer.from(state, 'base64url'), BOUND))
    if (held.platform !== platform || held.until <= now.getTime()) throw wrong
    return held.workspaceId
  } catch {
    throw wrong
  }
}
