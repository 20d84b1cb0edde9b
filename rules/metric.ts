/** The metric catalogue and its formulas, over looks at one video and its KOL's earlier videos. */
import { type Curve, curveAt } from './curve.ts'
import { HOUR, type Look } from './types.ts'

/** Why a metric has no value. */
export type NullReason =
  | 'NOT_GIVEN'
  | 'ZERO_PLAYS'
  | 'NO_EARLIER_LOOK'
  | 'RESTATED'
  | 'NO_KOL'
  | 'NO_FOLLOWERS'
  | 'TOO_FEW_PEERS'

/** A value, or null with its reason: null is not 0. */
export type Reading = { value: number; reason?: undefined } | { value: null; reason: NullReason }

interface Metric {
  zh: string
  en: string
  unit: 'count' | 'ratio' | 'plays/h' | 'h'
  formula: string
  nullRule: string
}

const NOT_GIVEN = 'null when the source does not give it'

export const METRICS = {
  plays: { zh: '播放量', en: 'Plays', unit: 'count', formula: 'as the source counts', nullRule: NOT_GIVEN },
  likes: { zh: '点赞', en: 'Likes', unit: 'count', formula: 'as the source counts', nullRule: NOT_GIVEN },
  comments: {
    zh: '评论',
    en: 'Comments',
    unit: 'count',
    formula: 'as the source counts',
    nullRule: NOT_GIVEN,
  },
  shares: { zh: '转发', en: 'Shares', unit: 'count', formula: 'as the source counts', nullRule: NOT_GIVEN },
  saves: { zh: '收藏', en: 'Saves', unit: 'count', formula: 'as the source counts', nullRule: NOT_GIVEN },
  ageHours: {
    zh: '发布时长',
    en: 'Age',
    unit: 'h',
    formula: 'observed - published',
    nullRule: 'never null',
  },
  interactionRate: {
    zh: '互动率',
    en: 'Interaction rate',
    unit: 'ratio',
    formula: '(likes + comments + shares) / plays: the counters every API gives; saves are left out',
    nullRule: 'null when one of the counters is not given, or plays are 0',
  },
  velocity: {
    zh: '播放增速',
    en: 'Velocity',
    unit: 'plays/h',
    formula: 'plays gained since the look before / hours between the two',
    nullRule: 'null without an earlier look that has plays, and where the counter fell (restated)',
  },
  kolRatio: {
    zh: '达人同龄倍数',
    en: 'Ratio to own median',
    unit: 'ratio',
    formula: "plays / median plays of the KOL's earlier videos at the same age",
    nullRule: 'null with fewer than 3 earlier videos seen at that age, or a median of 0',
  },
  playsPerFollower: {
    zh: '播粉比',
    en: 'Plays per follower',
    unit: 'ratio',
    formula: 'plays / followers of the KOL, as last known',
    nullRule: 'null when followers are not known or 0',
  },
} as const satisfies Record<string, Metric>

export type MetricKey = keyof typeof METRICS
export const METRIC_KEYS = Object.keys(METRICS) as [MetricKey, ...MetricKey[]]
export type Readings = Record<MetricKey, Reading>

/** An earlier video of the same KOL. */
export interface Peer {
  videoId: number
  publishedAt: number
  curve: Curve
}

export interface MetricInput {
  look: Look
  /** The look before it; null at the first. */
  previous: Look | null
  publishedAt: number
  /** null: the video has no KOL. Peers are the KOL's videos, latest published first. */
  kol: { followers: number | null; peers: readonly Peer[] } | null
}

/** Fewer earlier videos than this make no baseline. */
export const MIN_PEERS = 3
/** Only the latest earlier videos count, seen at that age or not: a KOL's reach changes. */
export const PEER_WINDOW = 30

export function readMetrics({ look, previous, publishedAt, kol }: MetricInput): Readings {
  const age = look.observedAt - publishedAt
  const given = (value: number | null): Reading => (value === null ? none('NOT_GIVEN') : { value })
  return {
    plays: given(look.plays),
    likes: given(look.likes),
    comments: given(look.comments),
    shares: given(look.shares),
    saves: given(look.saves),
    ageHours: { value: age / HOUR },
    interactionRate: interactionRate(look),
    velocity: velocity(look, previous),
    kolRatio: kolRatio(look, age, publishedAt, kol?.peers ?? null),
    playsPerFollower: playsPerFollower(look, kol),
  }
}

function interactionRate({ plays, likes, comments, shares }: Look): Reading {
  if (plays === null || likes === null || comments === null || shares === null) return none('NOT_GIVEN')
  return plays === 0 ? none('ZERO_PLAYS') : { value: (likes + comments + shares) / plays }
}

function velocity(look: Look, previous: Look | null): Reading {
  if (look.plays === null) return none('NOT_GIVEN')
  if (previous?.plays == null || look.observedAt <= previous.observedAt) return none('NO_EARLIER_LOOK')
  if (look.plays < previous.plays) return none('RESTATED')
  return { value: (look.plays - previous.plays) / ((look.observedAt - previous.observedAt) / HOUR) }
}

function kolRatio(look: Look, age: number, publishedAt: number, peers: readonly Peer[] | null): Reading {
  if (look.plays === null) return none('NOT_GIVEN')
  if (peers === null) return none('NO_KOL')
  const first = peers.findIndex((peer) => peer.publishedAt < publishedAt)
  const earlier = first === -1 ? [] : peers.slice(first, first + PEER_WINDOW)
  const values = earlier.map((peer) => curveAt(peer.curve, age)).filter((plays) => plays !== null)
  const middle = values.length < MIN_PEERS ? 0 : median(values)
  return middle > 0 ? { value: look.plays / middle } : none('TOO_FEW_PEERS')
}

function playsPerFollower(look: Look, kol: MetricInput['kol']): Reading {
  if (look.plays === null) return none('NOT_GIVEN')
  if (kol === null) return none('NO_KOL')
  return kol.followers ? { value: look.plays / kol.followers } : none('NO_FOLLOWERS')
}

function none(reason: NullReason): Reading {
  return { value: null, reason }
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  const high = sorted[half] as number
  return sorted.length % 2 ? high : (high + (sorted[half - 1] as number)) / 2
}
