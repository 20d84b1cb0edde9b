/** A KOL's baseline: the median of its earlier videos at one age, in a fraction of the time of interpolating them all. */
import { type Curve, curveIn, type Place, placeOf } from './curve.ts'

/** An earlier video of the same KOL. */
export interface Peer {
  videoId: number
  publishedAt: number
  curve: Curve
}

/** Fewer earlier videos than this make no baseline. */
export const MIN_PEERS = 3
/** Only the latest earlier videos count, seen at that age or not: a KOL's reach changes. */
export const PEER_WINDOW = 30

/** Room for one call, made once: nothing in it outlives the call. */
const lows = new Float64Array(PEER_WINDOW)
const highs = new Float64Array(PEER_WINDOW)
const sorted = new Float64Array(PEER_WINDOW)
const seen: Curve[] = []
/** More than interpolation can be off by rounding. */
const SLACK = 1 + 1e-12

/**
 * The median plays at `age` ms of the latest earlier videos; null: fewer than MIN_PEERS of them were seen at that age.
 * `peers` are the KOL's videos, latest published first. An interpolated value lies between its two ends, so a video whose
 * ends lie on one side of the middle is counted there, and only those around it are interpolated.
 */
export function baseline(peers: readonly Peer[], publishedAt: number, age: number): number | null {
  const place = placeOf(age)
  const known = boundAll(peers, publishedAt, place)
  if (known < MIN_PEERS) return null
  const low = (known - 1) >> 1
  const high = known >> 1
  const least = ranked(lows, known, low)
  const most = ranked(highs, known, high)
  let below = 0
  let around = 0
  for (let i = 0; i < known; i++) {
    if ((highs[i] as number) * SLACK < least) below++
    else if ((lows[i] as number) <= most * SLACK)
      around = insert(around, curveIn(seen[i] as Curve, place) as number)
  }
  const upper = sorted[high - below] as number
  return low === high ? upper : (upper + (sorted[low - below] as number)) / 2
}

/** Writes down the ends between which each video seen at that age lies, and answers how many there are. */
function boundAll(peers: readonly Peer[], publishedAt: number, place: Place): number {
  let first = 0
  while (first < peers.length && (peers[first] as Peer).publishedAt >= publishedAt) first++
  const end = Math.min(first + PEER_WINDOW, peers.length)
  let known = 0
  for (let i = first; i < end; i++) {
    const { curve } = peers[i] as Peer
    const low = place.exact ? null : (curve[place.below] ?? null)
    const high = curve[place.above] ?? null
    const both = low !== null && high !== null
    const only = both ? null : curveIn(curve, place)
    if (!both && only === null) continue
    lows[known] = both ? Math.min(low, high) : (only as number)
    highs[known] = both ? Math.max(low, high) : (only as number)
    seen[known++] = curve
  }
  return known
}

/** The value at a rank, from 0, of the first `count`. */
function ranked(values: Float64Array, count: number, rank: number): number {
  for (let i = 0; i < count; i++) insert(i, values[i] as number)
  return sorted[rank] as number
}

/** Insertion sort: the fastest for so few. Answers how many there are. */
function insert(count: number, value: number): number {
  let i = count
  for (; i > 0 && (sorted[i - 1] as number) > value; i--) sorted[i] = sorted[i - 1] as number
  sorted[i] = value
  return count + 1
}
