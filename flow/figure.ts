/** 指标 of videos as known at an instant: a fixed number of reads, whatever the videos; nothing is written. */
import type { Reads } from '../db/client.ts'
import { type FigureRow, loadFigures, loadPeersAt, type PeerFigureRow } from '../db/queries/figures.ts'
import { loadTold, type Told } from '../db/queries/money.ts'
import { AGES, type Curve } from '../rules/curve.ts'
import { curveOf, type Figure, figuresOf, LOOKS, SAME_TIME } from '../rules/figure.ts'
import { PEER_WINDOW, type Peer } from '../rules/metric.ts'
import { type Bought, boughtPlays, COST_PER_PLAY_FEN } from '../rules/natural.ts'
import { InvalidInputError } from './errors.ts'
import { foreseeVideos } from './foresee.ts'
import { channelsOf } from './money.ts'

export interface FigureQuestion {
  videoIds: readonly number[]
  /** null: now. */
  asOf: Date | null
  now: Date
}

/**
 * By video; who is missing was not published by then, or not known to us. InvalidInputError in the place of figures: raw
 * looks that they need are no longer kept.
 */
export async function readFigures(
  db: Reads,
  { videoIds, asOf, now }: FigureQuestion,
): Promise<Map<number, Figure[] | InvalidInputError>> {
  const found = await loadFigures(db, videoIds, { asOf, looks: LOOKS, within: SAME_TIME })
  const told = await loadTold(db, videoIds, asOf)
  const baselines = await baselinesOf(db, found, asOf)
  // What was foreseen of old is not kept.
  const forecasts = asOf === null ? await foreseeVideos(db, videoIds) : null
  const figures = found.map((row) => {
    if (isDropped(row)) return [row.videoId, dropped(asOf)] as const
    const { kolId, followers, boughtEstimate, ...rest } = row
    const said = told.get(row.videoId) ?? []
    const of = kolId === null ? null : baselines.get(kolId)
    const kol = kolId === null ? null : { followers, peers: of?.peers ?? [] }
    const input = { ...rest, kol, keptBaseline: of?.kept ?? false, at: (asOf ?? now).getTime() }
    const bought = boughtOf(said, boughtEstimate)
    return [
      row.videoId,
      figuresOf({ ...input, told: said, bought, forecast: forecasts?.get(row.videoId) ?? null }),
    ] as const
  })
  return new Map<number, Figure[] | InvalidInputError>(figures)
}

/** An estimate of now is the one that looks are judged by; of before it is by the price that holds without any other. */
function boughtOf(told: readonly Told[], estimate: number | null): Bought | null {
  if (estimate !== null) return { plays: estimate, by: 'ESTIMATED' }
  return boughtPlays(channelsOf(told), COST_PER_PLAY_FEN)
}

function dropped(asOf: Date | null): InvalidInputError {
  const message = `The looks that were known at ${asOf?.toISOString()} are no longer kept: ask for a later instant.`
  return new InvalidInputError('asOf', message)
}

/** The oldest looks go first: where LOOKS are left of each source, none that is needed is gone. */
function isDropped({ recorded, kept, looks }: FigureRow): boolean {
  if (recorded === null || kept === null || kept >= recorded) return false
  const left = new Map<string, number>()
  for (const { source } of looks) left.set(source, (left.get(source) ?? 0) + 1)
  return left.size === 0 || [...left.values()].some((count) => count < LOOKS)
}

interface Baseline {
  /** Latest first. */
  peers: Peer[]
  /** Of at least one of them the looks are gone, and what is kept of its curve stands for them. */
  kept: boolean
}

async function baselinesOf(
  db: Reads,
  found: readonly FigureRow[],
  asOf: Date | null,
): Promise<Map<number, Baseline>> {
  const published = new Map<number, number[]>()
  for (const { kolId, publishedAt } of found) {
    if (kolId !== null) published.set(kolId, [...(published.get(kolId) ?? []), publishedAt])
  }
  const spans = [...published].map(([kolId, at]) => ({
    kolId,
    first: Math.min(...at),
    last: Math.max(...at),
  }))
  const byKol = new Map<number, Baseline>()
  for (const row of await loadPeersAt(db, spans, { asOf, window: PEER_WINDOW, ages: AGES })) {
    const { videoId, publishedAt } = row
    const baseline = byKol.get(row.kolId) ?? { peers: [], kept: false }
    byKol.set(row.kolId, baseline)
    baseline.peers.push({ videoId, publishedAt, curve: curveAsOf(row, asOf) })
    baseline.kept ||= isCut(row)
  }
  return byKol
}

const isCut = ({ recorded, kept }: PeerFigureRow) => recorded !== null && kept !== null && kept < recorded

/** Where the looks are gone, the curve of now up to the age that the video had then. */
function curveAsOf(row: PeerFigureRow, asOf: Date | null): Curve {
  const { publishedAt, curve, looks } = row
  if (asOf === null) return curve
  if (isCut(row)) return curve.filter((_plays, at) => publishedAt + (AGES[at] as number) <= asOf.getTime())
  return curveOf(
    publishedAt,
    (looks ?? []).map(([observedAt, plays]) => ({ observedAt, plays })),
  )
}
