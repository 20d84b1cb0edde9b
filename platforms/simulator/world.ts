import { type Counters, HOUR } from '../../rules/types.ts'
import type { ObservationRow } from '../observation-row.ts'
import { createElements, createKols, type WorldElement, type WorldKol } from './cast.ts'
import { instantOfShare, shareAt } from './curve.ts'
import { planHistory, planVideos, type WorldOptions } from './plan.ts'
import { createVideo, type Nature, type VideoPlan, type WorldVideo } from './videos.ts'

export type { WorldOptions } from './plan.ts'

export interface TruthOfVideo {
  itemId: string
  awemeId: string
  hit: boolean
  nature: Nature
  publishedAt: number
  finalPlays: number
  /** When half of the final plays was reached: a flag after this came too late to be worth much. */
  halfAt: number
}

/** A small platform with known truth. Counters are computed when asked, so size costs no upkeep. */
export interface World {
  readonly options: WorldOptions
  readonly kols: readonly WorldKol[]
  readonly elements: readonly WorldElement[]
  /** The campaign's videos by publication instant. */
  readonly videos: readonly WorldVideo[]
  /** Earlier videos of the same KOLs by publication instant. */
  readonly history: readonly WorldVideo[]
  video(itemId: string): WorldVideo | undefined
  /** Campaign and earlier videos of one 抖音号, newest first, published or not. */
  videosOf(awemeId: string): readonly WorldVideo[]
  /** What the platform would serve at an instant; null for an unknown or not yet published video. */
  counters(itemId: string, at: number): Counters | null
  truth(): TruthOfVideo[]
  /** Looks at the earlier videos by observation instant, none after startAt. */
  historyObservations(): Generator<ObservationRow>
}

const LOOK_AGES_HOURS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 36, 48, 72, 120, 168, 240]

export function createWorld(options: WorldOptions): World {
  const elements = createElements(options.seed)
  const kols = createKols(options.seed, options.kols)
  const taken = new Set<string>()
  const build = (plans: VideoPlan[], goneShare = 0) =>
    plans
      .map((plan) => createVideo(options.seed, plan, taken, goneShare))
      .sort((a, b) => a.publishedAt - b.publishedAt)
  const history = build(planHistory(options, kols, elements))
  const videos = build(planVideos(options, kols, elements), options.gone)
  const byId = new Map([...history, ...videos].map((video) => [video.itemId, video]))
  const byKol = newestFirstByKol([...history, ...videos])
  return {
    options,
    kols,
    elements,
    videos,
    history,
    video: (itemId) => byId.get(itemId),
    videosOf: (awemeId) => byKol.get(awemeId) ?? [],
    counters: (itemId, at) => countersOf(byId.get(itemId), at),
    truth: () => videos.map(truthOf),
    historyObservations: () => observe(history, options.startAt),
  }
}

function newestFirstByKol(videos: readonly WorldVideo[]): Map<string, WorldVideo[]> {
  const byKol = new Map<string, WorldVideo[]>()
  for (const video of videos.toReversed()) {
    const list = byKol.get(video.kol.awemeId)
    if (list) list.push(video)
    else byKol.set(video.kol.awemeId, [video])
  }
  return byKol
}

function countersOf(video: WorldVideo | undefined, at: number): Counters | null {
  if (!video || at < video.publishedAt) return null
  const { fate } = video
  const seenAt = at - fate.lagMs
  const share = shareAt(fate.growth, video.publishedAt, seenAt)
  const kept = fate.restatedAt !== null && seenAt >= fate.restatedAt ? 1 - fate.drop : 1
  // Followers see a video first and answer more, so interaction runs a little ahead of plays.
  const interactions = fate.finalPlays * fate.interactionRate * share * (1.15 - 0.15 * share)
  return {
    plays: Math.round(fate.finalPlays * share * kept),
    likes: Math.round(interactions * (1 - fate.commentPart - fate.sharePart)),
    comments: Math.round(interactions * fate.commentPart),
    shares: Math.round(interactions * fate.sharePart),
    saves: Math.round(interactions * fate.savesPerInteraction),
  }
}

function truthOf(video: WorldVideo): TruthOfVideo {
  const { fate, publishedAt } = video
  const early = instantOfShare(fate.growth, publishedAt, 0.5 * (1 - fate.drop))
  const cleanedFirst = fate.restatedAt !== null && fate.restatedAt <= early
  return {
    itemId: video.itemId,
    awemeId: video.kol.awemeId,
    hit: video.hit,
    nature: video.nature,
    publishedAt,
    finalPlays: Math.round(fate.finalPlays * (1 - fate.drop)),
    halfAt: cleanedFirst ? instantOfShare(fate.growth, publishedAt, 0.5) : early,
  }
}

function* observe(history: readonly WorldVideo[], until: number): Generator<ObservationRow> {
  const looks = history.flatMap((video) =>
    LOOK_AGES_HOURS.map((hours) => ({ video, observedAt: video.publishedAt + hours * HOUR })),
  )
  const due = looks.filter((look) => look.observedAt <= until).sort((a, b) => a.observedAt - b.observedAt)
  for (const { video, observedAt } of due) {
    const counters = countersOf(video, observedAt)
    if (!counters) continue
    const { awemeId, followers } = video.kol
    const { itemId, publishedAt } = video
    yield { itemId, kolId: awemeId, publishedAt, observedAt, counters, followers }
  }
}
