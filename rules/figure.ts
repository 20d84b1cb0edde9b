/**
 * Every metric of a video as known at an instant, each with where it comes from. Sources are never mixed or averaged: one
 * is believed (rules/precedence.ts), and what the others say stands beside it.
 */
import { METRIC_KEYS, METRICS, type MetricKey, type Part } from './catalogue.ts'
import { type Curve, extendCurve } from './curve.ts'
import {
  COUNTING,
  type Counter,
  type Figures,
  type MetricInput,
  type NullReason,
  type Readings,
  readMetrics,
  velocity,
} from './metric.ts'
import type { Bought } from './natural.ts'
import { FIGURE_KEYS, type FigureKey, prefer, preferCounter, type Said } from './precedence.ts'
import { COUNTERS, HOUR, type Look } from './types.ts'

/** Looks of two sources within this time of the newest are of about one instant, and can be compared. */
export const SAME_TIME = HOUR
/** Looks of each source that all metrics together need. */
export const LOOKS = 3

export interface SourceLook extends Look {
  source: string
}
/** One source's word on the video, see db/queries/money.ts. */
export type Told = Record<FigureKey, number | null> & { source: string; recordedAt: Date }

export interface FigureInput extends Pick<MetricInput, 'publishedAt' | 'kol' | 'counting'> {
  /** Latest first: LOOKS of each source that looked within SAME_TIME of the newest. */
  looks: readonly SourceLook[]
  told: readonly Told[]
  /** null: no source speaks of ads. */
  bought: Bought | null
  priceFen: number | null
  grossMargin: number | null
  /** Up to when it is known, ms. */
  at: number
  /** The KOL's baseline is not what was measured, but what was kept of it. */
  keptBaseline: boolean
  /** Left out: nothing is foreseen. */
  forecast?: MetricInput['forecast']
}

export interface Figure {
  metric: MetricKey
  value: number | null
  /** null: there is a value. */
  reason: NullReason | 'NO_LOOK' | null
  estimated: boolean
  /** Joined by ` / ` where it is made of several; null: of none. */
  source: string | null
  /** Of counters when they were measured, of money when it became known, ms; of several the earliest. */
  observedAt: number | null
  /** Only where a source gives the metric as it is. */
  others: readonly Said[]
  /** Of anything that it is made of. */
  disagrees: boolean
}

interface Stated {
  source: string
  at: number
  others: readonly Said[]
  disagrees: boolean
}
type Statements = Map<Part, Stated>

export function figuresOf(input: FigureInput): Figure[] {
  const statements: Statements = new Map()
  const [current, previous = null, earlier = null] = seriesOf(input.looks)
  const counters = countersOf(input.looks, statements)
  if (current) {
    const { source, observedAt } = current
    statements.set('observedAt', { source, at: observedAt, others: [], disagrees: false })
  }
  const readings = readMetrics({
    look: { observedAt: input.at, ...current, ...counters },
    previous,
    previousVelocity: previous && velocity(previous, earlier).value,
    publishedAt: input.publishedAt,
    kol: input.kol,
    counting: input.counting,
    figures: moneyOf(input, statements),
    settledAt: input.at,
    forecast: input.forecast,
  })
  return METRIC_KEYS.map((metric) => figureOf(metric, readings, statements, input))
}

/** The looks of the source whose plays are believed, latest first: growth is never taken between two sources. */
function seriesOf(looks: readonly SourceLook[]): SourceLook[] {
  const told = latestOf(looks).flatMap(({ source, plays: value }) =>
    value === null ? [] : [{ source, value }],
  )
  const source = preferCounter(told)?.source ?? looks[0]?.source
  return looks.filter((look) => look.source === source)
}

function latestOf(looks: readonly SourceLook[]): SourceLook[] {
  return looks.filter((look, at) => looks.findIndex(({ source }) => source === look.source) === at)
}

/** Each counter from the source that is believed among those that give it: no API gives 收藏, a file may. */
function countersOf(looks: readonly SourceLook[], statements: Statements): Omit<Look, 'observedAt'> {
  const counters = { plays: null, likes: null, comments: null, shares: null, saves: null } as Omit<
    Look,
    'observedAt'
  >
  const latest = latestOf(looks)
  for (const counter of COUNTERS) {
    const told = latest.flatMap((look) => {
      const value = look[counter]
      return value === null ? [] : [{ source: look.source, value }]
    })
    const said = preferCounter(told)
    if (said === null) continue
    const at = latest.find(({ source }) => source === said.source)?.observedAt ?? 0
    statements.set(counter, { source: said.source, at, others: said.others, disagrees: said.disagrees })
    counters[counter] = said.value
  }
  return counters
}

function moneyOf({ told, bought, priceFen, grossMargin }: FigureInput, statements: Statements): Figures {
  const believed = {} as Record<FigureKey, number | null>
  for (const figure of FIGURE_KEYS) {
    const all = told.flatMap(({ source, [figure]: value }) => (value === null ? [] : [{ source, value }]))
    const said = prefer(figure, all)
    believed[figure] = said?.value ?? null
    if (said === null) continue
    const names = new Set(said.source.split('+'))
    const known = told.filter(({ source }) => names.has(source)).map(({ recordedAt }) => recordedAt.getTime())
    const { source, others, disagrees } = said
    statements.set(figure, { source, at: Math.max(...known), others, disagrees })
  }
  const money = { priceFen, grossMargin, boughtPlays: bought?.plays ?? null, boughtBy: bought?.by ?? null }
  return { ...believed, ...money }
}

function figureOf(metric: MetricKey, readings: Readings, statements: Statements, input: FigureInput): Figure {
  const entry = METRICS[metric]
  const parts = partsOf(metric, input.counting ?? COUNTING)
  const stated = parts.flatMap((part) => statements.get(part) ?? [])
  const { value, reason = null, estimated } = readings[metric]
  const unseen = input.looks.length === 0 && parts.some(isOfLook) && (reason ?? 'NOT_GIVEN') === 'NOT_GIVEN'
  const ofKept = metric === 'kolRatio' && input.keptBaseline && value !== null
  return {
    metric,
    value: unseen ? null : value,
    reason: unseen ? 'NO_LOOK' : reason,
    estimated: !unseen && (estimated === true || ofKept),
    source: stated.length === 0 ? null : [...new Set(stated.map(({ source }) => source))].join(' / '),
    observedAt: stated.length === 0 ? null : Math.min(...stated.map(({ at }) => at)),
    others: 'given' in entry ? (stated[0]?.others ?? []) : [],
    disagrees: stated.some(({ disagrees }) => disagrees),
  }
}

function partsOf(metric: MetricKey, counting: readonly Counter[]): Part[] {
  const of: readonly (Part | 'INTERACTIONS')[] = METRICS[metric].of
  return of.flatMap<Part>((part) => (part === 'INTERACTIONS' ? [...counting] : [part]))
}

function isOfLook(part: Part): boolean {
  return part === 'observedAt' || COUNTERS.some((counter) => counter === part)
}

/** A curve made again of looks, earliest first. */
export function curveOf(
  publishedAt: number,
  looks: readonly { observedAt: number; plays: number | null }[],
): Curve {
  let curve: Curve = []
  let previous: Look | null = null
  for (const look of looks) {
    const seen: Look = { ...look, likes: null, comments: null, shares: null, saves: null }
    curve = extendCurve(curve, publishedAt, previous, seen)
    previous = seen
  }
  return curve
}
