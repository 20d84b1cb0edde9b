/** 预测 of videos as of their latest look, by what held then: what the rules were given. Reads only. */
import { sql } from 'drizzle-orm'
import { among } from '../db/among.ts'
import type { Reads } from '../db/client.ts'
import { loadCounting, loadWatched, type WatchRow } from '../db/queries/watch.ts'
import { type Forecast, isUnseen } from '../rules/forecast.ts'
import { expectationOf } from '../rules/forecast-class.ts'
import { finalsBefore, foreseeVideo, NARROWEST } from '../rules/forecast-video.ts'
import { explainForecast } from '../rules/forecast-why.ts'
import { classesOf } from '../rules/lesson.ts'
import { publicationHour } from '../rules/publication-hour.ts'
import type { Reference } from '../rules/reference.ts'
import { HOUR, type Look } from '../rules/types.ts'
import { loadLearned } from './forecast.ts'
import { loadPeersOf } from './peers.ts'

export interface VideoForecast extends Forecast {
  observedAt: Date
  /** probability x ahead. */
  promise: number
  /** Plays from which on it is in the top share of its class. */
  cutoff: number
  reference: Reference
  /** Finished videos of that class. */
  referenceVideos: number
  /** Finished videos that the model was learned from; 0: the shipped one. */
  learnedFrom: number
  why: { zh: string; en: string }
}

/** Who is missing was never looked at, or its plays are not known. Four statements, and one more for models that were not read before. */
export async function foreseeVideos(
  db: Reads,
  videoIds: readonly number[],
): Promise<Map<number, VideoForecast>> {
  const states = sql`(select * from video_state
    where workspace_id = current_workspace() and ${among(sql`video_id`, videoIds)} and plays is not null)`
  const videos = (await loadWatched(db, states)).filter(({ observedAt }) => observedAt !== null)
  if (videos.length === 0) return new Map()
  const seen = videos.map(({ observedAt }) => observedAt as number)
  const span = { from: new Date(Math.min(...seen)), to: new Date(Math.max(...seen)) }
  const { zone } = await loadCounting(db)
  const learned = await loadLearned(db, span)
  const peers = await loadPeersOf(db, videos)
  const found = new Map<number, VideoForecast>()
  for (const video of videos) {
    const at = { ...learned.at(video.observedAt as number), zone }
    const forecast = one(video, at, video.kolId === null ? [] : peers.of(video.kolId))
    if (forecast) found.set(video.videoId, forecast)
  }
  return found
}

type At = ReturnType<Awaited<ReturnType<typeof loadLearned>>['at']> & { zone: string }

function one(
  video: WatchRow,
  { model, classes: all, zone }: At,
  peers: Parameters<typeof finalsBefore>[0],
): VideoForecast | null {
  const { observedAt, publishedAt, tier, curve, figures, breakoutProbability } = video
  const classes = classesOf(all, video)
  const look = { ...video, observedAt } as Look
  const before = breakoutProbability
  const hour = publicationHour(publishedAt, zone)
  const about = { publishedAt, tier, classes, peers, hour, before }
  const forecast = foreseeVideo(model, about, look, curve, figures)
  if (forecast === null) return null
  const usual = expectationOf(model, { tier, classes, finals: finalsBefore(peers, publishedAt) }, NARROWEST)
  const probability = breakoutProbability ?? forecast.probability
  const bought = figures.boughtPlays ?? 0
  const age = look.observedAt - publishedAt
  return {
    ...forecast,
    probability,
    promise: probability * forecast.ahead,
    observedAt: new Date(look.observedAt),
    cutoff: Math.round(Math.expm1(usual.cutoff)),
    reference: usual.reference,
    referenceVideos: usual.videos,
    learnedFrom: model.videos,
    why: explainForecast({
      forecast: { ...forecast, probability },
      usual,
      plays: Math.max(0, (look.plays ?? 0) - bought),
      ageHours: age / HOUR,
      top: model.top,
      learnedFrom: model.videos,
      unseenBelowHours: isUnseen(model, age) ? (model.from ?? 0) / HOUR : null,
      bought: bought > 0,
    }),
  }
}
