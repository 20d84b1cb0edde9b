/** The formulas of rules/catalogue.ts, over looks at one video, its KOL's earlier videos and its money. Pure. */
import { METRIC_KEYS, type MetricKey } from './catalogue.ts'
import type { Covered } from './covered.ts'
import { breakEvenRoi } from './element.ts'
import type { Forecast } from './forecast.ts'
import { baseline, MIN_PEERS, PEER_WINDOW, type Peer } from './metric-baseline.ts'
import { naturalPlays } from './natural.ts'
import { DAY, HOUR, type Look } from './types.ts'

export { METRIC_KEYS, type MetricKey, MIN_PEERS, PEER_WINDOW, type Peer }

/** Why a metric has no value. */
export type NullReason =
  | 'NOT_GIVEN'
  | 'ZERO_PLAYS'
  | 'NO_EARLIER_LOOK'
  | 'RESTATED'
  | 'NO_KOL'
  | 'NO_FOLLOWERS'
  | 'TOO_FEW_PEERS'
  | 'ZERO_INTERACTIONS'
  /** No source tells spend, sales or settlement. */
  | 'NO_MONEY'
  | 'ZERO_SPEND'
  | 'ZERO_SHOWS'
  | 'NOT_SETTLED_YET'
  /** No price is agreed with the KOL. */
  | 'NO_PRICE'
  | 'NO_MARGIN'
  /** Nothing is foreseen of the video yet. */
  | 'NOT_FORESEEN'

/** A value, or null with its reason: null is not 0. `estimated`: it rests on something nobody measured. */
export type Reading =
  | { value: number; reason?: undefined; estimated?: true }
  | { value: null; reason: NullReason; estimated?: undefined }
export type Readings = Record<MetricKey, Reading>

/** The counters that can count as interaction. */
export const INTERACTIONS = ['likes', 'comments', 'shares', 'saves'] as const
export type Counter = (typeof INTERACTIONS)[number]
/** Those that every API gives; a workspace may set others. */
export const COUNTING: readonly Counter[] = ['likes', 'comments', 'shares']

/** What other sources say of a video so far; null: not known. Money in 分, rates as fractions. */
export interface Figures {
  /** On ads, and what those ads sold. */
  spendFen: number | null
  paidGmvFen: number | null
  /** All that the video sold. */
  gmvFen: number | null
  orders: number | null
  settled7Fen: number | null
  settled14Fen: number | null
  adShows: number | null
  boughtPlays: number | null
  /** When an order of our own was sent first, ms; null or left out: none was. */
  adsSince?: number | null
  boughtBy: 'REPORTED' | 'ESTIMATED' | null
  completionRate: number | null
  fiveSecondRate: number | null
  /** Agreed with the KOL. */
  priceFen: number | null
  /** Of the cell's product. */
  grossMargin: number | null
}

export interface MetricInput {
  look: Look
  /** The look before it; null at the first. */
  previous: Look | null
  publishedAt: number
  /** null: the video has no KOL. Peers are the KOL's videos, latest published first. */
  kol: { followers: number | null; peers: readonly Peer[] } | null
  /** Left out: COUNTING. */
  counting?: readonly Counter[] | undefined
  /** At the look before; null or left out: it had none. */
  previousVelocity?: number | null | undefined
  /** null or left out: nothing is known. */
  figures?: Figures | null | undefined
  /** Plays as far as reports of ads cover them; left out: all of the look. */
  covered?: Covered | undefined
  /** Of the video at the look; null or left out: nothing is foreseen. */
  forecast?: Forecast | null | undefined
  /** Up to when orders had time to settle, ms; left out: the look. */
  settledAt?: number | undefined
}

/** Each reason once: most readings of most videos are null, and a look is read in a microsecond. */
export const NONE: { readonly [Reason in NullReason]: { value: null; reason: Reason } } = {
  NOT_GIVEN: { value: null, reason: 'NOT_GIVEN' },
  ZERO_PLAYS: { value: null, reason: 'ZERO_PLAYS' },
  NO_EARLIER_LOOK: { value: null, reason: 'NO_EARLIER_LOOK' },
  RESTATED: { value: null, reason: 'RESTATED' },
  NO_KOL: { value: null, reason: 'NO_KOL' },
  NO_FOLLOWERS: { value: null, reason: 'NO_FOLLOWERS' },
  TOO_FEW_PEERS: { value: null, reason: 'TOO_FEW_PEERS' },
  ZERO_INTERACTIONS: { value: null, reason: 'ZERO_INTERACTIONS' },
  NO_MONEY: { value: null, reason: 'NO_MONEY' },
  ZERO_SPEND: { value: null, reason: 'ZERO_SPEND' },
  ZERO_SHOWS: { value: null, reason: 'ZERO_SHOWS' },
  NOT_SETTLED_YET: { value: null, reason: 'NOT_SETTLED_YET' },
  NO_PRICE: { value: null, reason: 'NO_PRICE' },
  NO_MARGIN: { value: null, reason: 'NO_MARGIN' },
  NOT_FORESEEN: { value: null, reason: 'NOT_FORESEEN' },
}
/** Nothing is known. */
export const UNKNOWN: Figures = {
  spendFen: null,
  paidGmvFen: null,
  gmvFen: null,
  orders: null,
  settled7Fen: null,
  settled14Fen: null,
  adShows: null,
  boughtPlays: null,
  adsSince: null,
  boughtBy: null,
  completionRate: null,
  fiveSecondRate: null,
  priceFen: null,
  grossMargin: null,
}

export function readMetrics(input: MetricInput): Readings {
  const { look, previous, publishedAt, kol, forecast: foreseen } = input
  const { plays } = look
  const money = input.figures ?? UNKNOWN
  const age = look.observedAt - publishedAt
  const covered = input.covered ?? { age, plays }
  const unbought = naturalPlays(covered.plays, money.boughtPlays)
  const interactions = countedInteractions(look, input.counting ?? COUNTING)
  const speed = velocity(look, previous)
  const settledAge = (input.settledAt ?? look.observedAt) - publishedAt
  return {
    plays: given(plays, 'NOT_GIVEN'),
    likes: given(look.likes, 'NOT_GIVEN'),
    comments: given(look.comments, 'NOT_GIVEN'),
    shares: given(look.shares, 'NOT_GIVEN'),
    saves: given(look.saves, 'NOT_GIVEN'),
    ageHours: { value: age / HOUR },
    interactionRate: per(interactions, 'NOT_GIVEN', plays, 'NOT_GIVEN', 'ZERO_PLAYS', 1),
    completionRate: given(money.completionRate, 'NOT_GIVEN'),
    fiveSecondRate: given(money.fiveSecondRate, 'NOT_GIVEN'),
    velocity: speed,
    acceleration: acceleration(speed, input.previousVelocity ?? null, look, previous),
    kolRatio: kolRatio(unbought, covered.age, publishedAt, kol),
    playsPerFollower: playsPerFollower(unbought, kol),
    naturalPlays: natural(covered.plays, money),
    spend: given(money.spendFen, 'NO_MONEY'),
    gmv: given(money.gmvFen, 'NO_MONEY'),
    orders: given(money.orders, 'NO_MONEY'),
    cpm: per(money.spendFen, 'NO_MONEY', money.adShows, 'NOT_GIVEN', 'ZERO_SHOWS', 1000),
    kolCpm: per(money.priceFen, 'NO_PRICE', plays, 'NOT_GIVEN', 'ZERO_PLAYS', 1000),
    cpe: per(money.spendFen, 'NO_MONEY', interactions, 'NOT_GIVEN', 'ZERO_INTERACTIONS', 1),
    kolCpe: per(money.priceFen, 'NO_PRICE', interactions, 'NOT_GIVEN', 'ZERO_INTERACTIONS', 1),
    gpm: per(money.gmvFen, 'NO_MONEY', plays, 'NOT_GIVEN', 'ZERO_PLAYS', 1000),
    paidRoi: per(money.paidGmvFen, 'NO_MONEY', money.spendFen, 'NO_MONEY', 'ZERO_SPEND', 1),
    settledRoi7: settledRoi(money.settled7Fen, money.spendFen, settledAge, 7 * DAY),
    settledRoi14: settledRoi(money.settled14Fen, money.spendFen, settledAge, 14 * DAY),
    breakEvenRoi: given(
      money.grossMargin === null ? null : breakEvenRoi({ grossMargin: money.grossMargin }),
      'NO_MARGIN',
    ),
    breakoutProbability: given(foreseen?.probability ?? null, 'NOT_FORESEEN'),
    breakoutPromise: given(foreseen ? foreseen.probability * foreseen.ahead : null, 'NOT_FORESEEN'),
    expectedPlays24h: given(foreseen?.plays24h ?? null, 'NOT_FORESEEN'),
    expectedPlays7d: given(foreseen?.plays7d ?? null, 'NOT_FORESEEN'),
    expectedPlays: given(foreseen?.final ?? null, 'NOT_FORESEEN'),
  }
}

function given(value: number | null, otherwise: NullReason): Reading {
  return value === null ? NONE[otherwise] : { value }
}

/** `part` for every `unit` of the whole. */
function per(
  part: number | null,
  noPart: NullReason,
  whole: number | null,
  noWhole: NullReason,
  zero: NullReason,
  unit: number,
): Reading {
  if (part === null) return NONE[noPart]
  if (whole === null) return NONE[noWhole]
  return whole === 0 ? NONE[zero] : { value: (part / whole) * unit }
}

/** Of the counters that the workspace counts; null: one of them is not given, or none counts. */
function countedInteractions(look: Look, counting: readonly Counter[]): number | null {
  let sum: number | null = null
  for (const counter of counting) {
    const count = look[counter]
    if (count === null) return null
    sum = (sum ?? 0) + count
  }
  return sum
}

export function velocity(look: Look, previous: Look | null): Reading {
  if (look.plays === null) return NONE.NOT_GIVEN
  if (previous?.plays == null || look.observedAt <= previous.observedAt) return NONE.NO_EARLIER_LOOK
  if (look.plays < previous.plays) return NONE.RESTATED
  return { value: (look.plays - previous.plays) / ((look.observedAt - previous.observedAt) / HOUR) }
}

function acceleration(now: Reading, before: number | null, look: Look, previous: Look | null): Reading {
  if (now.value === null) return now
  if (before === null || previous === null) return NONE.NO_EARLIER_LOOK
  return { value: (now.value - before) / ((look.observedAt - previous.observedAt) / HOUR) }
}

function kolRatio(plays: number | null, age: number, publishedAt: number, kol: MetricInput['kol']): Reading {
  if (plays === null) return NONE.NOT_GIVEN
  if (kol === null) return NONE.NO_KOL
  const middle = baseline(kol.peers, publishedAt, age)
  return middle !== null && middle > 0 ? { value: plays / middle } : NONE.TOO_FEW_PEERS
}

function playsPerFollower(plays: number | null, kol: MetricInput['kol']): Reading {
  if (plays === null) return NONE.NOT_GIVEN
  if (kol === null) return NONE.NO_KOL
  return kol.followers ? { value: plays / kol.followers } : NONE.NO_FOLLOWERS
}

/** Where no source speaks of ads, nobody measured that none were bought. */
function natural(plays: number | null, { boughtPlays, boughtBy }: Figures): Reading {
  const value = naturalPlays(plays, boughtPlays)
  if (value === null) return NONE.NOT_GIVEN
  return boughtBy === 'REPORTED' ? { value } : { value, estimated: true }
}

function settledRoi(settled: number | null, spend: number | null, age: number, due: number): Reading {
  if (age < due) return NONE.NOT_SETTLED_YET
  return per(settled, 'NO_MONEY', spend, 'NO_MONEY', 'ZERO_SPEND', 1)
}
