/** Duds whose growth is all bought, judged as live does it; and the same growth where it was natural. */
import { createRandom } from '../platforms/simulator/random.ts'
import type { WorldVideo } from '../platforms/simulator/videos.ts'
import type { World } from '../platforms/simulator/world.ts'
import { type Episode, moved } from '../rules/breakout.ts'
import { extendCurve } from '../rules/curve.ts'
import { foreseeVideo } from '../rules/forecast-video.ts'
import { judge, type Watch } from '../rules/judge.ts'
import { classesOf, type Lesson } from '../rules/lesson.ts'
import { type Figures, type Peer, UNKNOWN } from '../rules/metric.ts'
import { COST_PER_PLAY_FEN } from '../rules/natural.ts'
import { hourAt } from '../rules/publication-hour.ts'
import { createStanding } from '../rules/reference.ts'
import { type Counters, DAY, HOUR, type Look } from '../rules/types.ts'
import type { Candidate } from './detection-rules.ts'

/** How plays were bought, and what is known of it. */
export interface Purchase {
  /** Of the first bought play, ms of age. */
  from: number
  /** Reports say what was so long ago, ms. */
  lag: number
  /** ESTIMATED: only the spend is reported. NOTHING: as if it were natural. */
  by: 'REPORTED' | 'ESTIMATED' | 'NOTHING'
  /** By an order of our own, known from when it was sent. */
  ordered: boolean
  /** Times the natural plays, at most; 0: none. */
  times: number
}

/** What a workspace knows before the first of the videos is published. */
export interface Scene {
  world: World
  lesson: Lesson
  peersOf: Map<string, Peer[]>
  candidates: readonly Candidate[]
}

/** Natural plays of ordinary videos that end below what is usual for their KOL. */
export function dudsOf(world: World, count: number): WorldVideo[] {
  const duds = world.videos.filter(
    ({ nature, fate, kol }) => nature === 'ordinary' && fate.finalPlays < kol.basePlays,
  )
  return duds.slice(0, count)
}

/** The curves of the earlier videos, latest first. */
export function peersByKol(world: World): Map<string, Peer[]> {
  const peers = new Map<string, Peer>()
  const last = new Map<string, Look>()
  const byKol = new Map<string, Peer[]>()
  for (const { itemId, kolId, publishedAt, observedAt, counters } of world.historyObservations()) {
    const look = { observedAt, ...counters }
    const known = peers.get(itemId)
    const peer = known ?? { videoId: -1 - peers.size, publishedAt, curve: [] }
    peer.curve = extendCurve(peer.curve, publishedAt, last.get(itemId) ?? null, look)
    last.set(itemId, look)
    peers.set(itemId, peer)
    if (!known && kolId !== null) byKol.set(kolId, [...(byKol.get(kolId) ?? []), peer])
  }
  for (const [kolId, all] of byKol)
    byKol.set(
      kolId,
      all.toSorted((a, b) => b.publishedAt - a.publishedAt),
    )
  return byKol
}

/** The rules that flag the video, by ruleId, under looks at `ages`, ms. */
export function judgeBought(
  { world, lesson, peersOf, candidates }: Scene,
  video: WorldVideo,
  purchase: Purchase,
  ages: readonly number[],
): Set<number> {
  const { publishedAt, kol, itemId } = video
  const peers = peersOf.get(kol.awemeId) ?? []
  const classes = classesOf(lesson.classes, { tier: kol.tier, vertical: null, cellId: null })
  const order = orderOf(video, purchase)
  const about = { publishedAt, tier: kol.tier, classes, peers, hour: hourAt(publishedAt, 8 * HOUR) }
  const standingOf = createStanding(classes, peers, publishedAt)
  const rules = candidates.map(({ rule }) => rule)
  const episodes = new Map<number, Episode>()
  const fired = new Set<number>()
  let before: number | null = null
  let watch: Watch = {
    videoId: 1,
    publishedAt,
    purpose: video.purpose,
    last: null,
    velocity: null,
    curve: [],
  }
  for (const age of ages) {
    const observedAt = publishedAt + age
    const counters = withBought(world.counters(itemId, observedAt), order, age - video.fate.lagMs)
    if (counters === null) continue
    const look = { observedAt, ...counters }
    const reported = figuresAt(order, age - purchase.lag, purchase.by)
    const adsSince = purchase.ordered ? publishedAt + purchase.from : null
    const figures = adsSince === null ? reported : { ...(reported ?? UNKNOWN), adsSince }
    const known = { ...about, last: watch.last, before }
    const verdict = judge({
      watch,
      look,
      kol: { followers: kol.followers, peers },
      figures,
      foresee: (curve) => foreseeVideo(lesson.model, known, look, curve, figures),
      standingOf,
      rules,
      episodeOf: (ruleId) => episodes.get(ruleId) ?? null,
    })
    for (const { rule, step } of verdict.moves) {
      const next = moved(episodes.get(rule.ruleId) ?? null, step, observedAt)
      if (next === null) episodes.delete(rule.ruleId)
      else episodes.set(rule.ruleId, next)
      if (step.to === 'FIRING') fired.add(rule.ruleId)
    }
    watch = verdict.watch
    before = verdict.forecast?.probability ?? before
  }
  return fired
}

interface Order {
  from: number
  plays: number
  /** Of those who came by it, and 分 a play. */
  rate: number
  cost: number
}

/** Plays, how they are answered and what they cost differ from video to video. */
function orderOf({ itemId, fate }: WorldVideo, { from, times }: Purchase): Order {
  const random = createRandom('detection', 'bought', itemId)
  return {
    from,
    plays: times === 0 ? 0 : fate.finalPlays * random.between(Math.min(2, times), times),
    rate: random.between(0.02, 0.08),
    cost: random.between(1.5, 6),
  }
}

/** Evenly over a day. */
const delivered = ({ from, plays }: Order, age: number) =>
  Math.round(plays * Math.min(1, Math.max(0, (age - from) / DAY)))

function withBought(natural: Counters | null, order: Order, age: number): Counters | null {
  if (natural === null) return null
  const plays = delivered(order, age)
  const answers = plays * order.rate
  const more = (count: number | null, share: number) => (count ?? 0) + Math.round(answers * share)
  return {
    plays: (natural.plays ?? 0) + plays,
    likes: more(natural.likes, 0.8),
    comments: more(natural.comments, 0.08),
    shares: more(natural.shares, 0.12),
    saves: natural.saves,
  }
}

/** As reported for an age; null: no report speaks of ads yet. */
function figuresAt(order: Order, age: number, by: Purchase['by']): Figures | null {
  const plays = delivered(order, age)
  if (by === 'NOTHING' || plays === 0) return null
  const spendFen = Math.round(plays * order.cost)
  const boughtPlays = by === 'REPORTED' ? plays : Math.round(spendFen / COST_PER_PLAY_FEN)
  return { ...UNKNOWN, spendFen, boughtPlays, boughtBy: by }
}
