/**
 * The episode machine of a breakout:
 *
 *   (none) --MET--> PENDING --held--> FIRING --RELEASED--> COOLING --cooled down--> CLOSED
 *                      |                 ^                    |
 *                      +-not MET-> CLOSED +--------MET--------+
 *
 * NO_DATA moves nothing. An episode closed by hand stays closed until the video was once below the release
 * level. One episode fires once: coming back from COOLING is the same episode.
 */
import type { Reading } from './metric.ts'
import type { Outcome, Timing } from './rule.ts'

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
  coolingAt: number | null
}

export type Step =
  | { to: 'STAY' }
  | { to: 'PENDING' }
  | { to: 'FIRING' }
  | { to: 'COOLING' }
  | { to: 'CLOSED'; reason: 'LAPSED' | 'RELEASED' }
  /** A hand-closed episode fell below the release level: a new one may begin. */
  | { to: 'FORGOTTEN' }

const STAY: Step = { to: 'STAY' }

/** Where the episode goes at a look made at `now`; `episode` null: there is none. */
export function step(
  episode: Episode | null,
  outcome: Outcome,
  now: number,
  { holdMs, cooldownMs }: Timing,
): Step {
  if (outcome === 'NO_DATA') return STAY
  switch (episode?.state) {
    case undefined:
      if (outcome !== 'MET') return STAY
      return holdMs === 0 ? { to: 'FIRING' } : { to: 'PENDING' }
    case 'PENDING':
      if (outcome !== 'MET') return { to: 'CLOSED', reason: 'LAPSED' }
      return now - episode.pendingAt >= holdMs ? { to: 'FIRING' } : STAY
    case 'FIRING':
      if (outcome !== 'RELEASED') return STAY
      return cooldownMs === 0 ? { to: 'CLOSED', reason: 'RELEASED' } : { to: 'COOLING' }
    case 'COOLING':
      if (outcome === 'MET') return { to: 'FIRING' }
      return now - (episode.coolingAt ?? now) >= cooldownMs ? { to: 'CLOSED', reason: 'RELEASED' } : STAY
    case 'CLOSED':
      return outcome === 'RELEASED' ? { to: 'FORGOTTEN' } : STAY
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
