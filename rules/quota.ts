/** 调用配额: whether one call to a source may go now, waits, or is refused until an instant. */
import { DAY, HOUR, MINUTE } from './types.ts'
import { addDays, dayOf, SHANGHAI, startOfDay } from './zone.ts'

/** What asking a source is limited by and costs. null: no limit is known. */
export interface CallLimits {
  callsPerSecond: number | null
  callsPerDay: number | null
  /** Per call, 分. */
  costFen: number
}

export type QuotaReason =
  /** The workspace's spending of the day is used up. */
  | 'CAP'
  /** The calls of the day are used up. */
  | 'QUOTA_DAY'
  /** What is left of the day is kept for what is hot. */
  | 'RESERVE'
  /** The workspace is ahead of its equal share, and what is unused may still be asked for by the others. */
  | 'SHARE'
  /** The platform asked for silence. */
  | 'BLOCKED'
  /** As many calls as a second may hold are under way, or were answered less than a second ago. */
  | 'QUOTA_SECOND'

export interface Asking {
  limits: CallLimits
  /** May use the reserve. */
  urgent: boolean
  /** Of the limit, over all workspaces: calls of the day, the silence asked for, and slots that are taken. */
  calls: number
  blockedUntil: number | null
  taken: number
  /** In how many ms the first of them is free; null: none is answered yet. */
  freeInMs: number | null
  /** The day of the quota, ms. */
  from: number
  to: number
  /** Calls of this workspace of the day, and how many workspaces use the limit, itself included. */
  mine: number
  sharers: number
  /** What this workspace spent that day on all sources, and may; null: no cap. */
  spentFen: number
  capFen: number | null
  /** A shorter wait is sat out instead of being refused. */
  maxWaitMs: number
}

export type Admission =
  | { kind: 'GO' }
  | { kind: 'WAIT'; ms: number }
  | { kind: 'REFUSED'; until: number; reason: QuotaReason }

/** Part of a day's calls that only urgent ones may use: assumed, not measured. */
export const RESERVE = 0.2
/** Clocks differ by less. What lies further ahead was written by one that was wrong, and holds up nobody. */
const SKEW = HOUR
/** No platform asks for more: its quotas are renewed every day. */
const LONGEST_SILENCE = DAY + SKEW
const SECOND = 1000
/** Instants are stored in whole ms. */
const GRAIN = 2
/** A call that nobody says was answered, because its process died, holds its slot so long: calls are given up on after 10 s. */
export const UNANSWERED = MINUTE / 4

/**
 * How many calls may be let go and not yet be answered for so long, ms. A call arrives between the two, so that no second
 * at the platform holds more than are allowed, however late it arrives and wherever the platform lets its seconds begin.
 */
export function slotsOf(callsPerSecond: number): { most: number; lastMs: number } {
  if (callsPerSecond >= 1) return { most: Math.floor(callsPerSecond), lastMs: SECOND + GRAIN }
  return { most: 1, lastMs: Math.ceil(SECOND / callsPerSecond) + GRAIN }
}

/** The calls of a day that are nobody's reserve. */
export function unreserved(callsPerDay: number): number {
  return Math.floor(callsPerDay * (1 - RESERVE))
}

/** Calls of the day that a workspace can count on: what is left of its equal share, and of all that are no reserve. */
export function callsLeft(
  callsPerDay: number,
  use: { total: number; mine: number; sharers: number },
): number {
  const open = unreserved(callsPerDay)
  return Math.max(0, Math.floor(Math.min(open - use.total, open / use.sharers - use.mine)))
}

/** The day of a quota at an instant, and its bounds in ms. */
export function quotaDay(now: Date): Bounds {
  return boundsOf(dayOf(now, SHANGHAI))
}

/** The day to count in where `stored` is the one that was counted in last: a clock that is behind begins no old day again. */
export function countingDay(stored: string, now: Date): Bounds {
  const ahead = stored > quotaDay(now).day && stored <= quotaDay(new Date(now.getTime() + SKEW)).day
  return ahead ? boundsOf(stored) : quotaDay(now)
}

/** Whether a silence until then can be true. */
export function credible(blockedUntil: number, now: number): boolean {
  return blockedUntil <= now + LONGEST_SILENCE
}

let bounds: Bounds | null = null
/** Every call asks for the day that runs: it is searched in the calendar once. */
export function boundsOf(day: string): Bounds {
  if (bounds?.day !== day) {
    const [from, to] = [startOfDay(day, SHANGHAI), startOfDay(addDays(day, 1), SHANGHAI)]
    bounds = { day, from: from.getTime(), to: to.getTime() }
  }
  return bounds
}
interface Bounds {
  day: string
  from: number
  to: number
}

export function admit(asking: Asking, now: number): Admission {
  let last: Obstacle | null = null
  for (const obstacle of obstacles(asking, now)) {
    if (obstacle.until > now && (last === null || obstacle.until > last.until)) last = obstacle
  }
  if (last === null) return { kind: 'GO' }
  const ms = Math.ceil(last.until - now)
  if (ms <= asking.maxWaitMs) return { kind: 'WAIT', ms }
  return { kind: 'REFUSED', ...last }
}

interface Obstacle {
  reason: QuotaReason
  until: number
}

function* obstacles(asking: Asking, now: number): Generator<Obstacle> {
  const { limits, capFen, spentFen, to, blockedUntil, taken, freeInMs } = asking
  if (capFen !== null && limits.costFen > 0 && spentFen + limits.costFen > capFen) {
    yield { reason: 'CAP', until: to }
  }
  if (limits.callsPerDay !== null) yield* ofTheDay(asking, limits.callsPerDay, now)
  if (blockedUntil !== null && credible(blockedUntil, now)) yield { reason: 'BLOCKED', until: blockedUntil }
  if (limits.callsPerSecond === null) return
  const { most, lastMs } = slotsOf(limits.callsPerSecond)
  // One that is not answered yet lasts at least from now on.
  if (taken >= most) yield { reason: 'QUOTA_SECOND', until: now + Math.max(1, freeInMs ?? lastMs) }
}

/**
 * A workspace has its share of the day whenever it wants it; beyond that it gets what would else go unused: it waits
 * while all together are ahead of an even use of the day. Normal calls share what is not reserved, urgent ones all.
 */
function* ofTheDay(
  { calls, urgent, mine, sharers, from, to }: Asking,
  callsPerDay: number,
  now: number,
): Generator<Obstacle> {
  const open = urgent ? callsPerDay : unreserved(callsPerDay)
  if (calls >= callsPerDay) yield { reason: 'QUOTA_DAY', until: to }
  else if (calls >= open) yield { reason: 'RESERVE', until: to }
  else if (mine >= open / sharers && calls >= (open * (now - from)) / (to - from)) {
    yield { reason: 'SHARE', until: from + Math.floor((calls / open) * (to - from)) + 1 }
  }
}
