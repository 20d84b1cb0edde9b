/** The forecast of one video at a look, out of what its workspace knows: the same live, on import and in replay. */
import { type AdFigures, adsBy, coveredPlays } from './covered.ts'
import type { Curve } from './curve.ts'
import { type Forecast, foreseeLook } from './forecast.ts'
import { expectationOf, finalOf } from './forecast-class.ts'
import type { Model } from './forecast-model.ts'
import type { Peer } from './metric.ts'
import { PEER_WINDOW } from './metric-baseline.ts'
import type { Classes, Reference } from './reference.ts'
import type { Look, Tier } from './types.ts'

/** A class is no narrower than this: its KOL's own videos, shrunk to its tier, vertical and workspace. */
export const NARROWEST: Reference = 'KOL'

export interface ForecastOf {
  publishedAt: number
  tier: Tier | null
  classes: Classes
  /** The KOL's natural videos, latest published first; those before the video count. */
  peers: readonly Peer[]
  /** Of publication, in the workspace's zone, 0 to 24. */
  hour: number
  /** The look before it; left out or null: only the curve is known. */
  last?: Look | null
  /** The probability at the look before; null: there was none. */
  before: number | null
}

/**
 * null: plays are not known. Of a video with ads only natural plays count; and because reports of what was bought run
 * behind the counter, its probability may only fall from what it was: bought plays never raise it.
 */
export function foreseeVideo(
  model: Model,
  { publishedAt, tier, classes, peers, hour, last = null, before }: ForecastOf,
  look: Look,
  curve: Curve,
  figures: AdFigures | null,
): Forecast | null {
  const usual = expectationOf(model, { tier, classes, finals: finalsBefore(peers, publishedAt) }, NARROWEST)
  const ads = adsBy(figures, look.observedAt)
  const bought = ads === null ? null : (figures?.boughtPlays ?? 0)
  const covered = coveredLook({ publishedAt, look, last, curve }, figures)
  const forecast = foreseeLook(model, usual, { publishedAt, hour, bought }, covered, curve)
  if (forecast === null || before === null || ads === null) return forecast
  return { ...forecast, probability: Math.min(before, forecast.probability) }
}

/** The look as reports of ads cover it; who answered then is not known. */
function coveredLook(
  seen: Parameters<typeof coveredPlays>[0],
  figures: Parameters<typeof coveredPlays>[1],
): Look {
  const { age, plays } = coveredPlays(seen, figures)
  const observedAt = seen.publishedAt + age
  if (observedAt === seen.look.observedAt) return seen.look
  return { observedAt, plays, likes: null, comments: null, shares: null, saves: null }
}

/** ln(1 + plays) in the end of the latest that are finished. */
export function finalsBefore(peers: readonly Peer[], publishedAt: number): number[] {
  const finals: number[] = []
  let seen = 0
  for (const peer of peers) {
    if (peer.publishedAt >= publishedAt) continue
    if (++seen > PEER_WINDOW) break
    const final = finalOf(peer.curve)
    if (final !== null) finals.push(final)
  }
  return finals
}
