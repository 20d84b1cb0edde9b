/** What is usual: where a number stands among earlier videos of its kind at the same age. */
import { AGES, type Curve, curveAt, placeOf } from './curve.ts'
import type { Peer } from './metric.ts'
import type { Tier } from './types.ts'

/** What a model stores; a KOL's own videos are read from their curves. */
export const CLASS_KINDS = ['WORKSPACE', 'TIER', 'VERTICAL', 'CELL'] as const
export type ClassKind = (typeof CLASS_KINDS)[number]
export const REFERENCES = ['KOL', ...CLASS_KINDS] as const
export type Reference = (typeof REFERENCES)[number]
/** The metrics of which it is known what is usual at an age. */
export const USUAL_OF = ['plays', 'interactionRate'] as const
export type UsualOf = (typeof USUAL_OF)[number]

export interface Standing {
  /** Times the median at that age, shrunk to the wider class where few videos are known. */
  ratio: number
  /** Share of the class that was at or below at that age, 0 to 1, shrunk as well. */
  percentile: number
  /** Of the class itself, that were seen at that age. */
  videos: number
}
/** `age` in ms; null: too few videos are known. */
export type StandingOf = (reference: Reference, of: UsualOf, age: number, value: number) => Standing | null

/** A class at one age: how many of its videos were seen then, and their values at QUANTILES. */
export interface Usual {
  videos: number
  values: number[]
}
export interface ClassStats {
  /** Finished videos. */
  videos: number
  /** Mean of their ln(1 + plays) in the end. */
  level: number
  /** By AGES; null: fewer than LEAST_USUAL were seen then. */
  usual: Record<UsualOf, (Usual | null)[]>
}

export const QUANTILES = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99] as const
const MEDIAN = QUANTILES.indexOf(0.5)
/** Fewer make no class. */
export const LEAST_USUAL = 3

/** The classes a video belongs to, by kind; left out or null: it belongs to none, or nothing is known of it. */
export type Classes = Partial<Record<ClassKind, ClassStats | null>>

/** A finished video, for what it adds to its classes. */
export interface Member {
  curve: Curve
  /** Interaction rate at AGES. */
  rates: Curve
  /** ln(1 + plays) in the end. */
  final: number
  tier: Tier | null
  vertical: string | null
  cellId: number | null
}

/** The classes of all members, by kind and key; a key is '' for the workspace. */
export function learnClasses(members: readonly Member[]): Map<ClassKind, Map<string, ClassStats>> {
  const grouped = new Map<ClassKind, Map<string, Member[]>>(CLASS_KINDS.map((kind) => [kind, new Map()]))
  for (const member of members) {
    for (const kind of CLASS_KINDS) {
      const key = keyOf(kind, member)
      if (key === null) continue
      const classes = grouped.get(kind) as Map<string, Member[]>
      const found = classes.get(key)
      if (found) found.push(member)
      else classes.set(key, [member])
    }
  }
  return new Map(
    [...grouped].map(([kind, classes]) => [
      kind,
      new Map(
        [...classes].filter(([, all]) => all.length >= LEAST_USUAL).map(([key, all]) => [key, statsOf(all)]),
      ),
    ]),
  )
}

export function keyOf(
  kind: ClassKind,
  { tier, vertical, cellId }: Pick<Member, 'tier' | 'vertical' | 'cellId'>,
) {
  if (kind === 'WORKSPACE') return ''
  if (kind === 'TIER') return tier
  if (kind === 'VERTICAL') return vertical
  return cellId === null ? null : String(cellId)
}

function statsOf(members: readonly Member[]): ClassStats {
  return {
    videos: members.length,
    level: members.reduce((sum, { final }) => sum + final, 0) / members.length,
    usual: {
      plays: usualByAge(members.map(({ curve }) => curve)),
      interactionRate: usualByAge(members.map(({ rates }) => rates)),
    },
  }
}

/** By AGES. Read video by video, which is many times as fast as age by age. */
function usualByAge(curves: readonly Curve[]): (Usual | null)[] {
  const seen = AGES.map(() => new Float64Array(curves.length))
  const counts = AGES.map(() => 0)
  for (const curve of curves) {
    for (let i = 0; i < curve.length; i++) {
      const value = curve[i] ?? null
      if (value === null) continue
      const count = counts[i] as number
      ;(seen[i] as Float64Array)[count] = value
      counts[i] = count + 1
    }
  }
  return seen.map((values, i) => usualOf(values.subarray(0, counts[i])))
}

/** Sorts them in place. */
function usualOf(known: Float64Array): Usual | null {
  if (known.length < LEAST_USUAL) return null
  known.sort()
  return { videos: known.length, values: QUANTILES.map((share) => quantile(known, share)) }
}

/** Between the two values around it (R's type 7). */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1)
  const low = sorted[Math.floor(at)] as number
  return low + ((sorted[Math.ceil(at)] as number) - low) * (at - Math.floor(at))
}

/** From the narrowest class on, each shrunk to the one behind it. */
const CHAIN: Record<Reference, readonly Reference[]> = {
  KOL: ['KOL', 'TIER', 'VERTICAL', 'WORKSPACE'],
  CELL: ['CELL', 'WORKSPACE'],
  TIER: ['TIER', 'VERTICAL', 'WORKSPACE'],
  VERTICAL: ['VERTICAL', 'WORKSPACE'],
  WORKSPACE: ['WORKSPACE'],
}
export const chainOf = (reference: Reference) => CHAIN[reference]

/** So many videos of a class weigh as much as the wider one. Assumed; for plays in the end the model learns its own. */
const PULL = 10
/** Latest earlier videos of a KOL that are compared, as for kolRatio. */
const PEERS = 30

/** `peers`: the KOL's videos, latest first, of which those published before the video count. */
export function createStanding(classes: Classes, peers: readonly Peer[], publishedAt: number): StandingOf {
  return (reference, of, age, value) => {
    let videos = 0
    let own = true
    let found: { median: number; percentile: number } | null = null
    for (const kind of CHAIN[reference].toReversed()) {
      const usual =
        kind === 'KOL' ? peersAt(peers, publishedAt, of, age) : usualAt(classes[kind]?.usual[of], age)
      own = usual !== null
      videos = usual?.videos ?? 0
      if (!usual) continue
      const weight: number = found === null ? 1 : usual.videos / (usual.videos + PULL)
      const percentile = percentileOf(usual.values, value)
      const median = usual.values[MEDIAN] as number
      found = found
        ? {
            median: Math.expm1(Math.log1p(found.median) * (1 - weight) + Math.log1p(median) * weight),
            percentile: found.percentile * (1 - weight) + percentile * weight,
          }
        : { median, percentile }
    }
    if (!found || !own || found.median <= 0) return null
    return { ratio: value / found.median, percentile: found.percentile, videos }
  }
}

/** Between the ages around it, on log age; null: the class was not seen near that age. */
function usualAt(usual: readonly (Usual | null)[] | undefined, age: number): Usual | null {
  if (!usual) return null
  const { above, below, share, exact } = placeOf(age)
  const low = exact ? null : (usual[below] ?? null)
  const high = usual[above] ?? null
  if (!low || !high) return exact ? high : null
  return {
    videos: Math.min(low.videos, high.videos),
    values: low.values.map((value, i) => value + ((high.values[i] as number) - value) * share),
  }
}

/** Of a KOL's own videos only plays are known by age. */
function peersAt(peers: readonly Peer[], publishedAt: number, of: UsualOf, age: number): Usual | null {
  if (of !== 'plays') return null
  const earlier = peers.filter((peer) => peer.publishedAt < publishedAt).slice(0, PEERS)
  const seen = earlier.map(({ curve }) => curveAt(curve, age)).filter((plays) => plays !== null)
  return usualOf(Float64Array.from(seen))
}

function percentileOf(values: readonly number[], value: number): number {
  if (value < (values[0] as number)) return 0
  for (let i = values.length - 1; i >= 0; i--) {
    const low = values[i] as number
    if (value < low) continue
    const high = values[i + 1]
    const share = QUANTILES[i] as number
    const next = QUANTILES[i + 1]
    if (high === undefined || next === undefined || high <= low) return share
    return share + ((next - share) * (value - low)) / (high - low)
  }
  return 0
}
