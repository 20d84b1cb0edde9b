/** When the tokens of an account are refreshed and renewed, and when a person must do something about it. */
import { DAY, HOUR, MINUTE } from './types.ts'

/** Instants in ms. */
export interface TokenLives {
  platform: string
  accessExpiresAt: number
  refreshExpiresAt: number
  /** How often the refresh token has been renewed since a person authorised. */
  renewals: number
}

export interface AccountHealth extends TokenLives {
  state: 'ACTIVE' | 'REAUTHORISE'
  lastError: string | null
}

/**
 * Platforms where a refresh keeps the refresh token as it is, and how often that may be renewed. On all others every
 * refresh brings a new refresh token, without end.
 */
const RENEWALS: ReadonlyMap<string, number> = new Map([['douyin', 5]])

/** Refreshed this long before the access token ends, but not before half of its life. */
const EARLY = 5 * MINUTE
/**
 * Renewed this long before the refresh token ends. A day earlier takes five days off what one authorisation gives; an
 * outage that lasts longer than this takes all that is left. Three days outlast a weekend.
 */
const RENEW_EARLY = 3 * DAY
/** A renewal that failed is tried again after this. */
const RENEW_AGAIN = HOUR
/** A person hears of the end this long before it. */
const SOON = 7 * DAY
/** With renewals left the end is no news, until the renewal is a day late. */
const LATE = RENEW_EARLY - DAY

/** null: the platform has no such limit. */
export function renewalsLeft({ platform, renewals }: Pick<TokenLives, 'platform' | 'renewals'>) {
  const limit = RENEWALS.get(platform)
  return limit === undefined ? null : Math.max(0, limit - renewals)
}

/** Whether the refresh token is to be renewed after the next refresh. */
export function renewalDue(lives: TokenLives, now: number): boolean {
  return (renewalsLeft(lives) ?? 0) > 0 && lives.refreshExpiresAt - now <= RENEW_EARLY
}

/** From when on whoever needs the access token refreshes it first, given that these tokens have just been granted. */
export function refreshDue(lives: TokenLives, now: number): number {
  const { accessExpiresAt, refreshExpiresAt } = lives
  const half = now + (accessExpiresAt - now) / 2
  const left = renewalsLeft(lives)
  if (left === null) return Math.max(half, accessExpiresAt - EARLY)
  const rest = refreshExpiresAt - now
  // Nothing to refresh with any more, or not for long: what is there is used to its end.
  if (rest <= (left > 0 ? 0 : 2 * EARLY)) return accessExpiresAt
  // Here a refresh costs nothing and kills nothing, so there is time for it to fail.
  if (left > 0) return Math.min(half, rest > RENEW_EARLY ? refreshExpiresAt - RENEW_EARLY : now + RENEW_AGAIN)
  // The access token outlives the refresh token, the longer the later the last refresh: closer to the end each time.
  return Math.min(half, now + rest / 2)
}

/**
 * Whether the access token is still to be used when the refresh token has been refused, where the one does not die with the
 * other. Refused once more before the access token's end, it was the access token that failed.
 */
export function accessOutlives(lives: TokenLives & { refreshAt: number }, now: number): boolean {
  const { accessExpiresAt, refreshAt } = lives
  return renewalsLeft(lives) !== null && accessExpiresAt > now && refreshAt < accessExpiresAt
}

/** What to do and by when; null: nothing. */
export function accountWarning(health: AccountHealth, now: number): string | null {
  const { state, accessExpiresAt, refreshExpiresAt, lastError } = health
  if (state === 'REAUTHORISE') return `Authorise again: ${lastError ?? 'the platform took the tokens back'}`
  const rest = refreshExpiresAt - now
  const left = renewalsLeft(health)
  if (rest <= 0) {
    if (accessExpiresAt <= now) return 'Authorise again: the tokens have ended'
    return within(accessExpiresAt - now, 'the last token ends then')
  }
  if (left) return rest > LATE ? null : within(rest, 'the tokens end then and have not been renewed')
  if (rest > SOON) return null
  return within(rest, left === 0 ? 'the tokens end then and cannot be renewed again' : 'the tokens end then')
}

/**
 * When it stops working unless a person authorises again, ms; null: its tokens are prolonged without one, and nothing
 * says that this will fail.
 */
export function stopsAt(health: AccountHealth, now: number): number | null {
  const { accessExpiresAt, refreshExpiresAt } = health
  const rest = refreshExpiresAt - now
  if (rest <= 0) return accessExpiresAt
  const left = renewalsLeft(health)
  if (left === 0) return refreshExpiresAt
  return rest > (left === null ? SOON : LATE) ? null : refreshExpiresAt
}

function within(ms: number, why: string): string {
  const days = Math.ceil(ms / DAY)
  return `Authorise again within ${days} ${days === 1 ? 'day' : 'days'}: ${why}`
}
