/** What we saw of a KOL ourselves, against what they cost and what KOLs of their size usually do. */
import { type Curve, curveAt } from './curve.ts'
import { MIN_PEERS, PEER_WINDOW } from './metric.ts'
import { DAY, HOUR, PRICE_BANDS, type PriceBand, type Tier } from './types.ts'

/** A video counts as finished at this age: what comes later is little beside what came before. */
export const FINISHED = 7 * DAY
/** Only the latest finished videos count, as for a baseline: a KOL's reach changes. */
export const FACT_WINDOW = PEER_WINDOW
/** Fewer videos than this say nothing. */
export const FEWEST = MIN_PEERS
export const SHARE_WINDOW = 90 * DAY

export interface KolRecord {
  tier: Tier | null
  /** null: not known. */
  followers: number | null
  /** Finished videos, the latest FACT_WINDOW of them. */
  finished: readonly { curve: Curve; interactionRate: number | null }[]
  /** Published in the last 90 days, finished or not, and those of them that were ever flagged. */
  published90d: number
  flagged90d: number
  /** The latest of each band, 分 per video. */
  prices: readonly { band: PriceBand; priceFen: number; observedAt: number }[]
  /** Followers, oldest first, one look a day. */
  looks: readonly { at: number; followers: number }[]
}

export interface Offer {
  band: PriceBand
  priceFen: number
  observedAt: number
  /** 分 per 1000 plays and 分 per interaction, not rounded; null: plays or interactions are not known, or 0. */
  cpm: number | null
  cpe: number | null
}

export const ANOMALY_KINDS = ['PLAYS_PER_FOLLOWER', 'INTERACTION_RATE', 'FOLLOWER_JUMP'] as const
export interface Anomaly {
  kind: (typeof ANOMALY_KINDS)[number]
  value: number
  /** The usual range, both ends in it. */
  low: number
  high: number
  text: string
}

export interface KolFacts {
  /** Finished videos that were looked at. */
  videos: number
  /** Each is null with fewer than 3 videos that have it: too few to say. */
  medianPlays24h: number | null
  medianPlays7d: number | null
  interactionRate: number | null
  breakoutShare90d: number | null
  /** One for each band that has a price, shortest first. */
  offers: Offer[]
  anomalies: Anomaly[]
}

type Range = readonly [low: number, high: number]
interface Usual {
  playsPerFollower: Range
  interactionRate: Range
}

/**
 * What is usual for a KOL of that size: median plays over followers, and median interaction rate. Source: 2nd and 98th
 * percentile of the creators with three and more videos in a public set of 25,705 TikTok videos (HEAD 297, WAIST 443,
 * TAIL 382, KOC 323 creators), rounded outwards. That set leans to hits, so the upper ends are generous: what lies
 * outside is worth a question (bought plays or followers, a purge, a sleeping account), and is no proof.
 */
export const USUAL: Readonly<Record<Tier, Usual>> = {
  HEAD: { playsPerFollower: [0.05, 4], interactionRate: [0.017, 0.26] },
  WAIST: { playsPerFollower: [0.04, 45], interactionRate: [0.011, 0.29] },
  TAIL: { playsPerFollower: [0.06, 115], interactionRate: [0.007, 0.2] },
  KOC: { playsPerFollower: [0.11, 200], interactionRate: [0.006, 0.19] },
}

/** Ours: followers that grow or shrink by more than this within a week are looked at. */
export const WEEKLY_JUMP = 0.3
/** Ours: below this many a jump is easily honest. */
export const JUMP_FROM = 1000

export function kolFacts(record: KolRecord): KolFacts {
  const { finished, published90d, flagged90d } = record
  const at = (age: number) => middle(finished.map(({ curve }) => curveAt(curve, age)))
  const medianPlays7d = at(FINISHED)
  const interactionRate = middle(finished.map((video) => video.interactionRate))
  return {
    videos: finished.length,
    medianPlays24h: at(24 * HOUR),
    medianPlays7d,
    interactionRate,
    breakoutShare90d: published90d < FEWEST ? null : flagged90d / published90d,
    offers: offers(record, medianPlays7d, interactionRate),
    anomalies: anomalies(record, medianPlays7d, interactionRate),
  }
}

function offers({ prices }: KolRecord, plays: number | null, rate: number | null): Offer[] {
  const interactions = plays === null || rate === null ? null : plays * rate
  return PRICE_BANDS.flatMap((band) => {
    const price = prices.find((one) => one.band === band)
    if (!price) return []
    const per = (units: number | null) => (units ? price.priceFen / units : null)
    return [{ ...price, cpm: per(plays === null ? null : plays / 1000), cpe: per(interactions) }]
  })
}

function anomalies(record: KolRecord, plays: number | null, rate: number | null): Anomaly[] {
  const { tier, followers, looks } = record
  const usual = tier === null ? null : USUAL[tier]
  const perFollower = plays === null || !followers ? null : plays / followers
  const outside = (
    kind: Anomaly['kind'],
    value: number | null,
    range: Range | undefined,
    text: (value: number, low: number, high: number) => string,
  ): Anomaly[] => {
    if (value === null || !range) return []
    const [low, high] = range
    return value >= low && value <= high ? [] : [{ kind, value, low, high, text: text(value, low, high) }]
  }
  return [
    ...outside('PLAYS_PER_FOLLOWER', perFollower, usual?.playsPerFollower, (value, low, high) => {
      return `7 天播放中位数是粉丝数的 ${round(value)} 倍，${tier} 通常为 ${low} 至 ${high} 倍`
    }),
    ...outside('INTERACTION_RATE', rate, usual?.interactionRate, (value, low, high) => {
      return `互动率中位数 ${percent(value)}，${tier} 通常为 ${percent(low)} 至 ${percent(high)}`
    }),
    ...outside('FOLLOWER_JUMP', weeklyJump(looks), [-WEEKLY_JUMP, WEEKLY_JUMP], (value) => {
      return `粉丝数一周内变化 ${percent(value)}，通常不超过 ${percent(WEEKLY_JUMP)}`
    }),
  ]
}

/**
 * The largest change of followers within a week, as a share of what it began with; a gap of more than a week between
 * two looks counts by its even weekly part. null: no two looks, or fewer than JUMP_FROM followers at the start of each.
 */
export function weeklyJump(looks: KolRecord['looks']): number | null {
  const week = 7 * DAY
  let largest: number | null = null
  let first = 0
  for (let nth = 1; nth < looks.length; nth++) {
    const look = looks[nth] as KolRecord['looks'][number]
    while (first < nth - 1 && look.at - (looks[first]?.at ?? 0) > week) first++
    // Every look of the week before: a purge that follows a jump hides neither.
    for (let before = first; before < nth; before++) {
      const { at, followers } = looks[before] as KolRecord['looks'][number]
      if (followers < JUMP_FROM || look.at <= at) continue
      const change = exact((look.followers / followers) ** Math.min(1, week / (look.at - at)) - 1)
      if (largest === null || Math.abs(change) > Math.abs(largest)) largest = change
    }
  }
  return largest
}

/** The median of the values that are there; null when they are too few. */
function middle(values: readonly (number | null)[]): number | null {
  const sorted = values.filter((value) => value !== null).toSorted((a, b) => a - b)
  if (sorted.length < FEWEST) return null
  const half = sorted.length >> 1
  const high = sorted[half] as number
  return sorted.length % 2 ? high : (high + (sorted[half - 1] as number)) / 2
}

/** 13,000 of 10,000 is 0.3 more, and not a bit above it. */
const exact = (value: number) => Number(value.toFixed(9))
const round = (value: number) => Number(value.toPrecision(3))
const percent = (value: number) => `${round(value * 100)}%`
