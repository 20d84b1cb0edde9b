/** When a person must do something about an account of a platform. */
import { DAY } from './types.ts'

export interface AccountHealth {
  state: 'ACTIVE' | 'REAUTHORISE'
  /** The refresh token ends, ms. */
  refreshExpiresAt: number
  lastError: string | null
}

/** A refresh token that is used renews itself in time on platforms that rotate; near its end something is wrong. */
const SOON = 7 * DAY

/** What to do and by when; null: nothing. */
export function accountWarning(
  { state, refreshExpiresAt, lastError }: AccountHealth,
  now: number,
): string | null {
  if (state === 'REAUTHORISE') return `Authorise again: ${lastError ?? 'the platform took the tokens back'}`
  if (refreshExpiresAt <= now) return 'Authorise again: the tokens have ended'
  if (refreshExpiresAt - now > SOON) return null
  const days = Math.ceil((refreshExpiresAt - now) / DAY)
  return `Authorise again within ${days} ${days === 1 ? 'day' : 'days'}: the tokens end then`
}
