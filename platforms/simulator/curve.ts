import { HOUR } from '../../rules/types.ts'

/**
 * How plays build up. A video does not age by the wall clock but by the hours in which people watch:
 * three hours of a Shanghai evening bring more plays than three hours of the night.
 */
export const SHANGHAI_OFFSET = 8 * HOUR

/** Audience by hour of a Shanghai day, 00 to 23; scaled below so that a day holds 24 active hours. */
const AUDIENCE = [
  0.55, 0.34, 0.24, 0.18, 0.16, 0.2, 0.38, 0.62, 0.8, 0.85, 0.9, 1.0, 1.25, 1.2, 1.0, 0.95, 1.0, 1.15, 1.4,
  1.7, 1.95, 2.05, 1.8, 1.15,
]
const SCALE = 24 / AUDIENCE.reduce((sum, weight) => sum + weight, 0)
const WEIGHTS = AUDIENCE.map((weight) => weight * SCALE)
/** BEFORE[h]: active hours of a day before hour h. */
const BEFORE = WEIGHTS.map((_, hour) => WEIGHTS.slice(0, hour).reduce((sum, weight) => sum + weight, 0))

/** Weibull-like: the share of the final plays that `tau` active hours bring is 1 - 1/e. */
export interface Growth {
  tauHours: number
  shape: number
}

/** Share of the final plays reached at an instant, 0 before publication. */
export function shareAt(growth: Growth, publishedAt: number, at: number): number {
  if (at <= publishedAt) return 0
  const active = activeClock(at) - activeClock(publishedAt)
  return 1 - Math.exp(-((active / growth.tauHours) ** growth.shape))
}

/** The instant at which a share of the final plays is reached: the inverse of shareAt. */
export function instantOfShare(growth: Growth, publishedAt: number, share: number): number {
  const active = growth.tauHours * (-Math.log(1 - share)) ** (1 / growth.shape)
  return instantOfClock(activeClock(publishedAt) + active)
}

/** Active hours since the epoch. */
function activeClock(at: number): number {
  const hours = (at + SHANGHAI_OFFSET) / HOUR
  const day = Math.floor(hours / 24)
  const hour = Math.floor(hours - day * 24)
  return day * 24 + (BEFORE[hour] ?? 0) + (hours - day * 24 - hour) * (WEIGHTS[hour] ?? 1)
}

function instantOfClock(active: number): number {
  const day = Math.floor(active / 24)
  const rest = active - day * 24
  const hour = BEFORE.findLastIndex((before) => before <= rest)
  const hours = day * 24 + hour + (rest - (BEFORE[hour] ?? 0)) / (WEIGHTS[hour] ?? 1)
  return Math.round(hours * HOUR - SHANGHAI_OFFSET)
}
