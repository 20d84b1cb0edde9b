/** Walks the looks of a file through the live rules and keeps what they said, in columns. */
import { setImmediate } from 'node:timers/promises'
import { readyOf } from '../rules/active-rule.ts'
import type { ActiveRule } from '../rules/judge.ts'
import { outcomeOf } from '../rules/outcome.ts'
import type { Reference } from '../rules/reference.ts'
import { halfAt } from '../rules/score.ts'
import { type BandLook, bandOf } from '../rules/score-band.ts'
import { DEFAULT_TIER_POLICY, tierOf } from '../rules/tier.ts'
import { HOUR } from '../rules/types.ts'
import { createWalk, type Walk, type Walker } from '../rules/walk.ts'
import { known, lookOf, type Rows } from './backtest-rows.ts'

export interface WalkSettings {
  rule: ActiveRule
  top: number
  narrowest: Reference
  /** Of the zone to UTC, ms. */
  offset: number
}

/** What was said, by place in `rows.order`, and what became of each video, by its index. NaN: there is none. */
export interface Told {
  /** Chance and expected plays in the end; NaN: nothing was foreseen. */
  probability: Float64Array
  expected: Float64Array
  /** ln(1 + plays) of the top by the lesson that held at the look: what the chance spoke of. */
  bar: Float64Array
  /** 1 where the condition of the rule was met. */
  holds: Uint8Array
  /** Videos in the order of their first looks. */
  videos: readonly number[]
  publishedAt: Float64Array
  /** Place of the look at which the rule fired first; -1: it never did. */
  flag: Int32Array
  /** Plays at the last look that gave any. */
  final: Float64Array
  /** ln(1 + plays) from which on it is in the top: by the lesson that held at its last look, or else by the first one. */
  cutoff: Float64Array
  walk: Walk
}

/** Hands the time on so often, that a Ctrl-C is heard. */
const BREATH = 20_000

export async function walkRows(
  rows: Rows,
  { rule, ...options }: WalkSettings,
  onLooks: (looks: number) => void,
): Promise<Told> {
  const walk = createWalk({ ...options, rules: [rule] })
  const told = emptyTold(rows, walk)
  const videos: number[] = []
  const walkers: Walker[] = []
  const { clause } = readyOf(rule)
  let taught = 0
  for (let k = 0; k < rows.order.length; k++) {
    const row = rows.order[k] as number
    const video = rows.video[row] as number
    walkers[video] ??= begin(rows, row, videos, told)
    const look = lookOf(rows, row)
    const followers = known(rows.columns.followers[row] as number)
    const { forecast, verdict, usual } = walk.look(walkers[video], look, followers)
    told.probability[k] = forecast?.probability ?? Number.NaN
    told.expected[k] = forecast?.final ?? Number.NaN
    told.holds[k] = outcomeOf(clause, verdict.readings) === 'MET' ? 1 : 0
    told.bar[k] = usual.cutoff
    told.cutoff[video] = usual.cutoff
    if (look.plays !== null) told.final[video] = look.plays
    if (told.flag[video] === -1 && verdict.moves.some(({ step }) => step.to === 'FIRING'))
      told.flag[video] = k
    if (taught === 0 && walk.lessons > 0) {
      taught = 1
      for (const early of videos)
        told.cutoff[early] = walk.usualOf(rows.videos[early] as string)?.cutoff ?? Number.NaN
    }
    if (k % BREATH === 0) {
      onLooks(k)
      await setImmediate()
    }
  }
  return { ...told, videos }
}

function emptyTold(rows: Rows, walk: Walk): Omit<Told, 'videos'> {
  const looks = rows.order.length
  const videos = rows.videos.length
  return {
    probability: new Float64Array(looks),
    expected: new Float64Array(looks),
    bar: new Float64Array(looks),
    holds: new Uint8Array(looks),
    publishedAt: new Float64Array(videos),
    flag: new Int32Array(videos).fill(-1),
    final: new Float64Array(videos).fill(Number.NaN),
    cutoff: new Float64Array(videos).fill(Number.NaN),
    walk,
  }
}

function begin(rows: Rows, row: number, videos: number[], told: Omit<Told, 'videos'>): Walker {
  const video = rows.video[row] as number
  const publishedAt = rows.columns.publishedAt[row] as number
  videos.push(video)
  told.publishedAt[video] = publishedAt
  return {
    id: rows.videos[video] as string,
    publishedAt,
    kolId: rows.kols[rows.kol[row] as number] ?? null,
    tier: tierOf(known(rows.columns.followers[row] as number), DEFAULT_TIER_POLICY, null),
  }
}

/** Places in `rows.order` by video: those of video v are places.subarray(starts[v], starts[v + 1]), in order of time. */
export interface ByVideo {
  places: Uint32Array
  starts: Uint32Array
}

export function byVideo(rows: Rows): ByVideo {
  const starts = new Uint32Array(rows.videos.length + 1)
  for (const row of rows.order) {
    const next = (rows.video[row] as number) + 1
    starts[next] = (starts[next] as number) + 1
  }
  for (let v = 0; v < rows.videos.length; v++)
    starts[v + 1] = (starts[v + 1] as number) + (starts[v] as number)
  const at = starts.slice()
  const places = new Uint32Array(rows.order.length)
  for (let k = 0; k < rows.order.length; k++) {
    const video = rows.video[rows.order[k] as number] as number
    const place = at[video] as number
    places[place] = k
    at[video] = place + 1
  }
  return { places, starts }
}

export const placesOf = ({ places, starts }: ByVideo, video: number): Uint32Array =>
  places.subarray(starts[video], starts[video + 1])

export const observedAt = (rows: Rows, place: number): number =>
  rows.columns.observedAt[rows.order[place] as number] as number
export const playsAt = (rows: Rows, place: number): number =>
  rows.columns.plays[rows.order[place] as number] as number

/** Of each video the last look in each band at which something was foreseen. */
export function bandLooks(rows: Rows, told: Told, of: ByVideo): BandLook[] {
  const found: BandLook[] = []
  for (const video of told.videos) {
    const last = new Map<number, number>()
    for (const k of placesOf(of, video)) {
      if (Number.isNaN(told.probability[k])) continue
      last.set(bandOf(observedAt(rows, k) - (told.publishedAt[video] as number)), k)
    }
    const flag = told.flag[video] as number
    for (const [band, k] of last) {
      const probability = told.probability[k] as number
      const holds = told.holds[k] === 1
      found.push({
        video,
        band,
        probability,
        plays: playsAt(rows, k),
        holds,
        flagged: flag >= 0 && flag <= k,
      })
    }
  }
  return found
}

/** Hours from the flag to half of the final plays, of the flagged that came true; below 0: the flag was too late. */
export function leadHours(rows: Rows, told: Told, of: ByVideo, hits: ArrayLike<unknown>): number[] {
  const leads: number[] = []
  for (const video of told.videos) {
    const flag = told.flag[video] as number
    if (flag < 0 || !hits[video]) continue
    const places = placesOf(of, video)
    const instants = Float64Array.from(places, (k) => observedAt(rows, k))
    const plays = Float64Array.from(places, (k) => playsAt(rows, k))
    const half = halfAt(instants, plays, told.final[video] as number)
    if (half !== null) leads.push((half - observedAt(rows, flag)) / HOUR)
  }
  return leads
}
