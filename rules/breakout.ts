/**
 * The episode machine of a breakout:
 *
 *                                     +----HELD or MET-----+
 *                                     v                    |
 *   (none) --MET--> PENDING --held--> FIRING --RELEASED--> below --kept--> COOLING --cooled down--> CLOSED
 *                      |                 ^                                    |
 *                      +-not MET-> CLOSED +----------------MET----------------+
 *
 * `below` is FIRING all the same: the value fell below the release level and goes on firing for a time (belowAt).
 * NO_DATA moves nothing. An episode closed by hand stays closed until the video was once below the release
 * level. One episode fires once: coming back from COOLING is the same episode.
 */
import type { Reading } from './metric.ts'
import type { Outcome } from './outcome.ts'
import type { Timing } from './rule.ts'

export type BreakoutState = 'PENDING' | 'FIRING' | 'COOLING' | 'CLOSED'
/** LAPSED: let go before it fired. RELEASED: cooled down. MANUAL: closed by a person. */
export type CloseReason = 'LAPSED' | 'RELEASED' | 'MANUAL'

/** The numbers that raised an episode, kept for whoever asks why. */
export interface Evidence {
  observedAt: string
  condition: string
  readings: Record<string, Reading>
}

/** An open episode, or one closed by hand and not yet released. Instants in ms. */
export interface Episode {
  state: BreakoutState
  pendingAt: number
  /** Firing, and below the release level since; null: it is not. */
  belowAt: number | null
  coolingAt: number | null
}

export type Step =
  | { to: 'STAY' }
  | { to: 'PENDING' }
  | { to: 'FIRING' }
  /** It goes on firing, but is below the release level from now on; or no longer is. */
  | { to: 'BELOW' }
  | { to: 'ABOVE' }
  | { to: 'COOLING' }
  | { to: 'CLOSED'; reason: 'LAPSED' | 'RELEASED' }
  /** A hand-closed episode fell below the release level: a new one may begin. */
  | { to: 'FORGOTTEN' }

const STAY: Step = { to: 'STAY' }
const RELEASED: Step = { to: 'CLOSED', reason: 'RELEASED' }

/** Where the episode goes at a look made at `now`; `episode` null: there is none. */
export function step(episode: Episode | null, outcome: Outcome, now: number, timing: Timing): Step {
  if (outcome === 'NO_DATA') return STAY
  switch (episode?.state) {
    case undefined:
      if (outcome !== 'MET') return STAY
      return timing.holdMs === 0 ? { to: 'FIRING' } : { to: 'PENDING' }
    case 'PENDING':
      if (outcome !== 'MET') return { to: 'CLOSED', reason: 'LAPSED' }
      return now - episode.pendingAt >= timing.holdMs ? { to: 'FIRING' } : STAY
    case 'FIRING':
      return firing(episode.belowAt, outcome, now, timing)
    case 'COOLING':
      if (outcome === 'MET') return { to: 'FIRING' }
      return now - (episode.coolingAt ?? now) >= timing.cooldownMs ? RELEASED : STAY
    case 'CLOSED':
      return outcome === 'RELEASED' ? { to: 'FORGOTTEN' } : STAY
  }
}

function firing(belowAt: number | null, outcome: Outcome, now: number, timing: Timing): Step {
  if (outcome !== 'RELEASED') return belowAt === null ? STAY : { to: 'ABOVE' }
  if (now - (belowAt ?? now) >= timing.keepFiringMs) {
    return timing.cooldownMs === 0 ? RELEASED : { to: 'COOLING' }
  }
  return belowAt === null ? { to: 'BELOW' } : STAY
}

/** The episode after a step at `at`; null: none is left to be judged. */
export function moved(episode: Episode | null, { to }: Step, at: number): Episode | null {
  const { pendingAt = at, coolingAt = null } = episode ?? {}
  switch (to) {
    case 'STAY':
      return episode
    case 'PENDING':
    case 'FIRING':
    case 'ABOVE':
      return { state: to === 'PENDING' ? to : 'FIRING', pendingAt, belowAt: null, coolingAt }
    case 'BELOW':
      return { state: 'FIRING', pendingAt, belowAt: at, coolingAt }
    case 'COOLING':
      return { state: 'COOLING', pendingAt, belowAt: null, coolingAt: at }
    case 'CLOSED':
    case 'FORGOTTEN':
      return null
  }
}

/** The evidence in one sentence, e.g. `kolRatio 4.2, interactionRate 0.051, plays 18400 at 3.2 h: met kolRatio >= 3`. */
export function explain({ condition, readings }: Evidence): string {
  const { ageHours, ...rest } = readings
  const said = Object.entries(rest).map(
    ([metric, { value, reason }]) => `${metric} ${value === null ? `unknown (${reason})` : short(value)}`,
  )
  const age = ageHours?.value == null ? '' : ` at ${short(ageHours.value)} h`
  return `${said.join(', ')}${age}: met ${condition}`
}

function short(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)))
}
