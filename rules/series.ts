/** Figures over time: looks put into buckets, and what each metric is of a bucket. Pure; instants are ms. */
import { type Counter, type NullReason, velocity } from './metric.ts'
import { COUNTERS, type Counters, DAY, HOUR, type Look } from './types.ts'
import { addDays, dayOf, daysBetween, startOfDay } from './zone.ts'

export const RESOLUTIONS = ['RAW', 'HOUR', 'DAY'] as const
export type Resolution = (typeof RESOLUTIONS)[number]

export type SeriesReason = NullReason | 'NO_LOOK'
type Reading = { value: number; reason: null } | { value: null; reason: SeriesReason }
export type Point = Reading & { at: number }

const GAINED = {
  gainedPlays: 'plays',
  gainedLikes: 'likes',
  gainedComments: 'comments',
  gainedShares: 'shares',
  gainedSaves: 'saves',
} as const satisfies Record<string, keyof Counters>
const MONEY = { spend: 'spendFen', gmv: 'gmvFen', orders: 'orders' } as const

/** Metrics of a series, and their units. */
export const SERIES = {
  plays: 'count',
  likes: 'count',
  comments: 'count',
  shares: 'count',
  saves: 'count',
  gainedPlays: 'count',
  gainedLikes: 'count',
  gainedComments: 'count',
  gainedShares: 'count',
  gainedSaves: 'count',
  interactionRate: 'ratio',
  velocity: 'plays/h',
  spend: '分',
  gmv: '分',
  orders: 'count',
  paidRoi: 'times',
} as const
export type SeriesMetric = keyof typeof SERIES
export const SERIES_METRICS = Object.keys(SERIES) as SeriesMetric[]
/** Known by business day alone. */
export const MONEY_METRICS: readonly SeriesMetric[] = ['spend', 'gmv', 'orders', 'paidRoi']
/** What sums up over the videos of a brand. */
export const BRAND_METRICS: readonly SeriesMetric[] = [
  ...(Object.keys(GAINED) as SeriesMetric[]),
  ...MONEY_METRICS,
]

/** Of one business day; null: not known. */
export interface Money {
  spendFen: number | null
  paidGmvFen: number | null
  gmvFen: number | null
  orders: number | null
}

export interface Bucket {
  /** Its beginning; a look's own instant where looks are not put together. */
  at: number
  /** The last look in it; null: there was none. */
  look: Look | null
  /** The last look before it; null: not known. */
  before: Look | null
  /** null: nothing is known. */
  money: Money | null
}

export interface Span {
  resolution: Resolution
  from: number
  to: number
  /** Of the days. */
  zone: string
}

export interface Buckets {
  /** Beginnings of all hours or days that overlap the span; none for RAW: there the looks are the points. */
  starts: number[]
  /** From the beginning of the first one to the end of the last one. */
  since: number
  until: number
}

/** Hours are those of UTC. */
export function bucketsOf({ resolution, from, to, zone }: Span): Buckets {
  if (resolution === 'RAW') return { starts: [], since: from, until: to }
  if (resolution === 'HOUR') {
    const first = Math.floor(from / HOUR)
    const starts = Array.from({ length: Math.ceil(to / HOUR) - first }, (_, nth) => (first + nth) * HOUR)
    return { starts, since: first * HOUR, until: (first + starts.length) * HOUR }
  }
  const last = dayOf(new Date(to - 1), zone)
  const starts = startsOf(daysBetween(dayOf(new Date(from), zone), last), zone)
  return { starts, since: starts[0] as number, until: startOfDay(addDays(last, 1), zone).getTime() }
}

/** First instants of days in a row. Most last 24 h, which is quicker to confirm than to search for. */
export function startsOf(days: readonly string[], zone: string): number[] {
  let last: number | null = null
  return days.map((day) => {
    const next: number | null = last === null ? null : last + DAY
    const fits = next !== null && dayOf(new Date(next), zone) === day && dayOf(new Date(next - 1), zone) < day
    last = fits ? next : startOfDay(day, zone).getTime()
    return last
  })
}

/** About how many buckets the span has: quick, for refusing a long one before anything is made of it. */
export function countBuckets({ resolution, from, to }: Span): number {
  if (resolution === 'RAW') return 0
  return Math.ceil((to - from) / (resolution === 'DAY' ? DAY : HOUR))
}

export interface History {
  /** In time order, with the last one before the span. */
  looks: readonly Look[]
  publishedAt: number
  /** Of the workspace. */
  zone: string
  /** By business day. */
  money: ReadonlyMap<string, Money>
}

/** The looks in buckets: all of `starts`, or where looks are not put together one for each within the span. */
export function fill(span: Span, starts: readonly number[], history: History): Bucket[] {
  const { resolution, from, to, zone } = span
  const keyOf = (at: number) =>
    resolution === 'RAW' ? at : resolution === 'HOUR' ? Math.floor(at / HOUR) : dayOf(new Date(at), zone)
  const filled = new Map<number | string, Bucket>()
  let last: Look | null = null
  for (const look of history.looks) {
    const key = keyOf(look.observedAt)
    const bucket = filled.get(key)
    if (bucket) bucket.look = look
    else filled.set(key, { at: look.observedAt, look, before: last ?? born(look, history), money: null })
    last = look
  }
  if (resolution === 'RAW') return [...filled.values()].filter(({ at }) => from <= at && at < to)
  return starts.map((at) => {
    const key = keyOf(at)
    const money = (resolution === 'DAY' && history.money.get(String(key))) || null
    return { ...(filled.get(key) ?? { look: null, before: null }), at, money }
  })
}

/**
 * Before its first look a video is known by its publication, with nothing of anything, if that look came on the same
 * business day or the next one: then it was watched from the beginning. An import years later says nothing of when.
 */
function born(look: Look, { publishedAt, zone }: History): Look | null {
  const until = startOfDay(addDays(dayOf(new Date(publishedAt), zone), 2), zone).getTime()
  if (look.observedAt >= until) return null
  return { observedAt: publishedAt, plays: 0, likes: 0, comments: 0, shares: 0, saves: 0 }
}

/** `interactions`: the counters that the workspace counts as interaction. */
export function readPoint(metric: SeriesMetric, bucket: Bucket, interactions: readonly Counter[]): Point {
  return { at: bucket.at, ...read(metric, bucket, interactions) }
}

function read(metric: SeriesMetric, bucket: Bucket, interactions: readonly Counter[]): Reading {
  if (metric === 'paidRoi') return paidRoi(bucket.money)
  if (isKey(MONEY, metric)) return given(bucket.money?.[MONEY[metric]] ?? null, 'NO_MONEY')
  const { look, before } = bucket
  if (look === null) return none('NO_LOOK')
  if (isKey(GAINED, metric)) return gained(look, before, GAINED[metric])
  if (metric === 'interactionRate') return interactionRate(look, interactions)
  if (metric === 'velocity') return speed(look, before)
  return given(look[metric])
}

/** What of a brand's day is a sum: see BRAND_METRICS. */
export function readSum(metric: SeriesMetric, { videos, gained, ...money }: BrandSums): Reading {
  if (metric === 'paidRoi') return paidRoi(money)
  if (isKey(MONEY, metric)) return given(money[MONEY[metric]], 'NO_MONEY')
  if (videos === 0) return none('NO_LOOK')
  return isKey(GAINED, metric) ? given(gained[GAINED[metric]]) : none('NOT_GIVEN')
}
export interface BrandSums extends Money {
  /** Videos with a look on the day. */
  videos: number
  gained: Counters
}
/** A day of which nothing is known. */
export const NO_SUMS: BrandSums = {
  videos: 0,
  gained: Object.fromEntries(COUNTERS.map((name) => [name, null])) as unknown as Counters,
  spendFen: null,
  paidGmvFen: null,
  gmvFen: null,
  orders: null,
}

function gained(look: Look, before: Look | null, name: keyof Counters): Reading {
  const [end, start] = [look[name], before?.[name] ?? null]
  if (end === null) return none('NOT_GIVEN')
  if (before === null) return none('NO_EARLIER_LOOK')
  return start === null ? none('NOT_GIVEN') : { value: end - start, reason: null }
}

function interactionRate(look: Look, interactions: readonly Counter[]): Reading {
  let sum = 0
  for (const name of interactions) {
    const count = look[name]
    if (count === null) return none('NOT_GIVEN')
    sum += count
  }
  if (look.plays === null) return none('NOT_GIVEN')
  return look.plays === 0 ? none('ZERO_PLAYS') : { value: sum / look.plays, reason: null }
}

/** Between the last looks of two buckets. */
function speed(look: Look, before: Look | null): Reading {
  const { value, reason } = velocity(look, before)
  return value === null ? none(reason) : { value, reason: null }
}

function paidRoi(money: Money | null): Reading {
  if (money === null || money.spendFen === null || money.paidGmvFen === null) return none('NO_MONEY')
  return money.spendFen === 0
    ? none('ZERO_SPEND')
    : { value: money.paidGmvFen / money.spendFen, reason: null }
}

function given(value: number | null, reason: SeriesReason = 'NOT_GIVEN'): Reading {
  return value === null ? none(reason) : { value, reason: null }
}

function none(reason: SeriesReason): Reading {
  return { value: null, reason }
}

function isKey<T extends object>(of: T, key: PropertyKey): key is keyof T {
  return key in of
}
