import { createHash } from 'node:crypto'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'
import type { State } from './vendor.ts'

/** The simulated app of 抖音开放平台, and who has authorised it. */
export const DOUYIN_APP = { clientKey: 'sim-client-key', clientSecret: 'sim-client-secret' }

const CODE_MS = 10 * MINUTE
const ACCESS_MS = 15 * DAY
const REFRESH_MS = 30 * DAY
const CLIENT_MS = 2 * HOUR
const CLIENT_TAIL_MS = 5 * MINUTE
const RENEWALS = 5

export interface Grant {
  awemeId: string
  openId: string
  scopes: string[]
  access: { token: string; until: number }
  refresh: { token: string; until: number }
  renewals: number
  /** External data begins with this day. */
  since: number
}

/** A refusal by its code, or what was asked for. */
export type Granted<T> = T | number

/** 15 days of access, 30 of refresh, five renewals, a code for ten minutes and once. */
export class DouyinAccounts {
  #serial = 0
  #codes = new Map<string, { awemeId: string; scopes: string[]; until: number }>()
  #grants = new Map<string, Grant>()
  #clients: { token: string; until: number }[] = []

  /** The user has ticked the scopes and pressed the button. */
  authorize(awemeId: string, scopes: string[], now: number): string {
    const code = this.#mint('code')
    this.#codes.set(code, { awemeId, scopes, until: now + CODE_MS })
    return code
  }

  exchange(code: string, now: number): Granted<Grant> {
    const ticket = this.#codes.get(code)
    this.#codes.delete(code)
    if (!ticket || now >= ticket.until) return 10007
    const { awemeId, scopes } = ticket
    const grant: Grant = {
      awemeId,
      openId: openIdOf(awemeId),
      scopes,
      access: { token: this.#mint('act'), until: now + ACCESS_MS },
      refresh: { token: this.#mint('rft'), until: now + REFRESH_MS },
      renewals: 0,
      since: this.#grants.get(awemeId)?.since ?? now,
    }
    this.#grants.set(awemeId, grant)
    return grant
  }

  /** The same access token with a longer life; a new one where the old has expired. */
  refresh(token: string, now: number): Granted<Grant> {
    const grant = this.#byRefresh(token, now)
    if (!grant) return 10010
    const live = now < grant.access.until
    grant.access = { token: live ? grant.access.token : this.#mint('act'), until: now + ACCESS_MS }
    return grant
  }

  renew(token: string, now: number): Granted<Grant> {
    const grant = this.#byRefresh(token, now)
    if (!grant) return 10010
    if (!grant.scopes.includes('renew_refresh_token')) return 10004
    if (grant.renewals >= RENEWALS) return 10020
    grant.renewals++
    grant.refresh = { token: this.#mint('rft'), until: now + REFRESH_MS }
    return grant
  }

  /** A new one leaves the one before five minutes. */
  client(now: number): { token: string; until: number } {
    for (const client of this.#clients) client.until = Math.min(client.until, now + CLIENT_TAIL_MS)
    const client = { token: this.#mint('clt'), until: now + CLIENT_MS }
    this.#clients = [...this.#clients.filter(({ until }) => until > now), client]
    return client
  }

  isClient(token: string, now: number): boolean {
    return this.#clients.some((client) => client.token === token && now < client.until)
  }

  /** The user withdraws in the app: everything dies at once. */
  revoke(awemeId: string): void {
    const grant = this.#grants.get(awemeId)
    if (grant) grant.access.until = grant.refresh.until = 0
  }

  check(token: string, openId: string, scope: string, now: number): Granted<Grant> {
    const grant = [...this.#grants.values()].find(({ access }) => access.token === token)
    if (!grant) return 28001003
    if (grant.access.until === 0) return 28001045
    if (now >= grant.access.until) return 28001008
    if (grant.openId !== openId) return 28001015
    return grant.scopes.includes(scope) ? grant : 28001012
  }

  #byRefresh(token: string, now: number): Grant | undefined {
    return [...this.#grants.values()].find(({ refresh }) => refresh.token === token && now < refresh.until)
  }

  #mint(prefix: string): string {
    this.#serial++
    return `${prefix}.sim${createHash('sha256').update(`${prefix}/${this.#serial}`).digest('hex').slice(0, 24)}`
  }
}

export function douyinAccounts(state: State): DouyinAccounts {
  return state.of('douyin accounts', () => new DouyinAccounts())
}

/** Who a 抖音号 is to this app. */
export function openIdOf(awemeId: string): string {
  return `_000${createHash('sha256').update(`${DOUYIN_APP.clientKey}/${awemeId}`).digest('base64url').slice(0, 32)}`
}

/** The encrypted id of a video to this app; its + / = must be URL-encoded. */
export function openItemIdOf(itemId: string): string {
  return `@${Buffer.from(`8h>?${itemId}~${DOUYIN_APP.clientKey.length}`).toString('base64')}`
}

export function itemIdOf(openItemId: string): string | null {
  const inner = Buffer.from(openItemId.slice(1), 'base64').toString()
  const itemId = /^8h>\?(\d+)~/.exec(inner)?.[1] ?? ''
  return openItemIdOf(itemId) === openItemId ? itemId : null
}
