/** What is expected of a video before anything is seen of it: from its KOL, else its tier, else its vertical. */
import type { Curve } from './curve.ts'
import { AGES } from './curve.ts'
import type { Expectation } from './forecast.ts'
import { type Model, PRIOR_LEVEL, PRIOR_SPREAD } from './forecast-model.ts'
import { type Classes, chainOf, quantile, REFERENCES, type Reference } from './reference.ts'
import { DAY, type Tier } from './types.ts'

/**
 * Median plays of a tier without any history: a tenth of the followers that are usual in it. The trade calls half of the
 * followers a breakout (platform-apis.md 6.1), which is then 5 times the median. A guess, replaced by the first finished videos.
 */
const PRIOR_LEVELS: Record<Tier, number> = {
  HEAD: Math.log1p(200_000),
  WAIST: Math.log1p(30_000),
  TAIL: Math.log1p(3000),
  KOC: Math.log1p(300),
}
/** So many finished videos of the workspace weigh as much as that guess. */
const GUESS_WEIGHT = 10

export interface Kin {
  tier: Tier | null
  classes: Classes
  /** ln(1 + plays) in the end of the KOL's earlier finished videos. */
  finals: readonly number[]
}

const WIDEST_FIRST = Object.fromEntries(
  REFERENCES.map((kind) => [kind, chainOf(kind).toReversed()] as const),
) as unknown as Record<Reference, readonly Reference[]>

/** Each class is shrunk to the wider one behind it by how many of its videos are known. */
export function expectationOf(
  { excess, pull }: Pick<Model, 'excess' | 'pull'>,
  { tier, classes, finals }: Kin,
  narrowest: Reference,
): Expectation & { reference: Reference; videos: number } {
  let level = tier === null ? PRIOR_LEVEL : PRIOR_LEVELS[tier]
  let above = excess.WORKSPACE
  let reference: Reference = 'WORKSPACE'
  let videos = 0
  for (const kind of WIDEST_FIRST[narrowest]) {
    const known = kind === 'KOL' ? ownStats(finals) : classes[kind]
    if (!known || known.videos === 0) continue
    const weight = known.videos / (known.videos + (kind === 'WORKSPACE' ? GUESS_WEIGHT : pull[kind]))
    level += (known.level - level) * weight
    above += (excess[kind] - above) * (kind === 'WORKSPACE' ? 1 : weight)
    reference = kind
    videos = known.videos
  }
  return { level, cutoff: level + above, reference, videos }
}

function ownStats(finals: readonly number[]): { videos: number; level: number } {
  let sum = 0
  for (const final of finals) sum += final
  return { videos: finals.length, level: sum / finals.length }
}

/** From this age on a video is taken for finished: of what it will have, 19 in 20 plays are there by the growth clock. */
export const FINISHED_AGE = 7 * DAY
const FINISHED = AGES.findIndex((age) => age >= FINISHED_AGE)

/** ln(1 + plays) in the end, by a curve; null: it was not seen after FINISHED_AGE. */
export function finalOf(curve: Curve): number | null {
  for (let i = curve.length - 1; i >= FINISHED; i--) {
    const plays = curve[i]
    if (plays != null) return Math.log1p(plays)
  }
  return null
}

/** A finished video as far as its classes go. */
export interface Kindred {
  publishedAt: number
  final: number
  kolId: number | string | null
  tier: Tier | null
  /** Classes of the finished videos, itself among them. */
  classes: Classes
}

/** What `excess` and `pull` of a model are, and what was expected of each video from the KOL's videos before it. */
export function learnExpectations(
  kindred: readonly Kindred[],
  top: number,
  narrowest: Reference,
): Pick<Model, 'excess' | 'pull'> & { finalsBefore: number[][] } {
  const finalsBefore = earlierFinals(kindred)
  const pull = learnPull(kindred)
  const excess = { ...flat(0) }
  for (const kind of chainOf(narrowest)) {
    const over = kindred.map(({ final, tier, classes }, i) => {
      const kin = { tier, classes, finals: finalsBefore[i] as number[] }
      return final - expectationOf({ excess, pull }, kin, kind).level
    })
    excess[kind] = topOf(over, top)
  }
  return { excess, pull, finalsBefore }
}

const flat = (value: number): Model['excess'] => ({
  KOL: value,
  CELL: value,
  VERTICAL: value,
  TIER: value,
  WORKSPACE: value,
})

/** At most so many of a KOL's latest, as for its baseline. */
const LATEST = 30

/** Of each video: the finals of the KOL's videos published before it, latest last. */
function earlierFinals(kindred: readonly Kindred[]): number[][] {
  const byKol = new Map<number | string, number[]>()
  const found: number[][] = kindred.map(() => [])
  const order = kindred.map((_, i) => i).sort((a, b) => at(kindred, a) - at(kindred, b))
  for (const i of order) {
    const { kolId, final } = kindred[i] as Kindred
    if (kolId === null) continue
    const before = byKol.get(kolId) ?? []
    found[i] = before.slice(-LATEST)
    before.push(final)
    byKol.set(kolId, before)
  }
  return found
}
const at = (kindred: readonly Kindred[], i: number) => (kindred[i] as Kindred).publishedAt

/** The normal quantile is believed until so many videos are known. */
const TOP_WEIGHT = 20

function topOf(over: readonly number[], top: number): number {
  const sorted = Float64Array.from(over).sort()
  const guess = normalTop(top) * PRIOR_SPREAD
  if (sorted.length === 0) return guess
  return (quantile(sorted, 1 - top) * sorted.length + guess * TOP_WEIGHT) / (sorted.length + TOP_WEIGHT)
}

/** Above this many standard deviations lies a share of the normal distribution (Abramowitz & Stegun 26.2.23). */
export function normalTop(share: number): number {
  const t = Math.sqrt(-2 * Math.log(share))
  const up = 2.515517 + t * (0.802853 + t * 0.010328)
  const down = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
  return t - up / down
}

/**
 * Within over between variance: so many videos of a KOL are as sure as its class (empirical Bayes; Morris 1983). Other
 * classes are large, and keep 10.
 */
function learnPull(kindred: readonly Kindred[]): Model['pull'] {
  const byKol = new Map<number | string, number[]>()
  for (const { kolId, final } of kindred) {
    if (kolId === null) continue
    const finals = byKol.get(kolId)
    if (finals) finals.push(final)
    else byKol.set(kolId, [final])
  }
  const groups = [...byKol.values()].filter((finals) => finals.length >= 2)
  const free = groups.reduce((sum, finals) => sum + finals.length - 1, 0)
  if (groups.length < 5 || free < 10) return { ...flat(10), KOL: 3 }
  const means = groups.map((finals) => ownStats(finals).level)
  const within = groups.reduce((sum, finals, i) => sum + squares(finals, means[i] as number), 0) / free
  const middle = means.reduce((sum, mean) => sum + mean, 0) / means.length
  const size = groups.reduce((sum, { length }) => sum + length, 0) / groups.length
  const between = squares(means, middle) / (means.length - 1) - within / size
  const pull = between <= 0 ? 30 : within / between
  return { ...flat(10), KOL: Math.min(30, Math.max(0.5, pull)) }
}

const squares = (values: readonly number[], mean: number) =>
  values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
