/**
 * 回放: looks of the past in the order in which they became known, each judged by what was known then, as the chain judged
 * it: a poll when it was recorded, a file's looks in the order in which they happened. Nothing is read ahead.
 */
import type { ActiveRule } from './active-rule.ts'
import type { Episode } from './breakout.ts'
import type { MetricKey } from './catalogue.ts'
import { operandsOf } from './condition.ts'
import { extendCurve } from './curve.ts'
import type { Forecast } from './forecast.ts'
import { finalsBefore, foreseeVideo } from './forecast-video.ts'
import { judge, type Verdict, type Watch } from './judge.ts'
import { classesOf, type Lesson } from './lesson.ts'
import type { Counter, Figures, Peer } from './metric.ts'
import { type Classes, createStanding } from './reference.ts'
import type { Place } from './scope.ts'
import type { Look, Purpose, Tier } from './types.ts'

export interface ReplayVideo {
  videoId: number
  publishedAt: number
  /** From here on it is one of its KOL's videos, ms. */
  knownAt: number
  kolId: number | null
  cellId: number | null
  tier: Tier | null
  vertical: string | null
  purpose: Purpose
  place: Place
  /** false: it is only a peer, and no rule judges it. */
  judged: boolean
}

/** What only some rules read. */
export interface ReplayNeeds {
  /** A forecast at every look. */
  forecast: boolean
  /** What is usual in a class; and in cells. */
  standings: boolean
  cells: boolean
  followers: boolean
  /** What other sources said, at every look. */
  figures: boolean
}

const FORESEEN: readonly MetricKey[] = [
  'breakoutProbability',
  'breakoutPromise',
  'expectedPlays24h',
  'expectedPlays7d',
  'expectedPlays',
]
/** Of the look and the looks before it alone: all else counts natural plays, or money itself. */
const OWN: readonly MetricKey[] = [
  'plays',
  'likes',
  'comments',
  'shares',
  'saves',
  'ageHours',
  'interactionRate',
  'velocity',
  'acceleration',
]

export function needsOf(rules: readonly ActiveRule[]): ReplayNeeds {
  const operands = rules.flatMap(({ definition }) => operandsOf(definition.condition))
  return {
    forecast: operands.some(({ metric }) => FORESEEN.includes(metric)),
    standings: operands.some(({ of }) => of !== null),
    cells: operands.some(({ of }) => of === 'CELL'),
    followers: operands.some(({ metric }) => metric === 'playsPerFollower'),
    figures: operands.some(({ metric, of }) => of !== null || !OWN.includes(metric)),
  }
}

export interface ReplayOptions {
  rules: readonly ActiveRule[]
  needs: ReplayNeeds
  /** Counters that count as interaction. */
  counting: readonly Counter[]
  learnedAt: (at: number) => Lesson
  /** Of the workspace's zone to UTC, ms. */
  offsetAt: (at: number) => number
  /** Of the video of the look that is judged. */
  episodeOf: (videoId: number, ruleId: number) => Episode | null
}

export interface Known {
  /** When the look became known, ms. */
  recordedAt: number
  /** Of the KOL, as known then. */
  followers: number | null
  /** null: it came in a file, and what other sources say now is nothing for looks of the past. */
  figures: Figures | null
}

/** A video as far as it is replayed. */
export interface Track {
  readonly video: ReplayVideo
  watch: Watch
  /** At the latest look with plays; null: not foreseen. */
  probability: number | null
  /** Its own place among the videos of its KOL. */
  readonly peer: Peer
  readonly kin: Kin
  learned: Lesson | null
  classes: Classes
}

/** The videos of one KOL: `peers` are those known so far, latest published first. */
interface Kin {
  peers: Peer[]
  coming: Track[]
}

export interface Replayed {
  verdict: Verdict
  /** At this look; null: not foreseen, or no rule that moved asks for it. */
  probability: number | null
}

export class Replay {
  private readonly options: ReplayOptions
  private readonly tracks = new Map<number, Track>()
  private current = 0
  private readonly episodeOf = (ruleId: number) => this.options.episodeOf(this.current, ruleId)

  constructor(options: ReplayOptions, videos: readonly ReplayVideo[]) {
    this.options = options
    const byKol = new Map<number, Kin>()
    for (const video of videos) {
      const kin = (video.kolId === null ? null : byKol.get(video.kolId)) ?? { peers: [], coming: [] }
      if (video.kolId !== null) byKol.set(video.kolId, kin)
      const track = begin(video, kin)
      this.tracks.set(video.videoId, track)
      if (video.kolId !== null) kin.coming.push(track)
    }
    for (const { coming } of byKol.values()) coming.sort((a, b) => b.video.knownAt - a.video.knownAt)
  }

  track(videoId: number): Track | undefined {
    return this.tracks.get(videoId)
  }

  /** Every video in the order given. */
  all(): IterableIterator<Track> {
    return this.tracks.values()
  }

  /** null: no rule judges the video, or the look is older than what was known of it: then it is history. */
  look(track: Track, look: Look, known: Known): Replayed | null {
    if (track.watch.last !== null && look.observedAt <= track.watch.last.observedAt) return null
    meet(track.kin, known.recordedAt)
    if (!track.video.judged) {
      follow(track, look)
      return null
    }
    const { rules, needs, counting } = this.options
    const { peers } = track.kin
    const { publishedAt, kolId, videoId } = track.video
    const before = track.watch
    const forecast = needs.forecast ? this.forecastOf(track, look, known.figures) : null
    this.current = videoId
    const verdict = judge({
      watch: before,
      look,
      kol: kolId === null ? null : { followers: known.followers, peers },
      counting,
      figures: known.figures,
      forecast,
      standingOf: needs.standings
        ? createStanding(this.classesAt(track, look.observedAt), peers, publishedAt)
        : null,
      rules,
      episodeOf: this.episodeOf,
    })
    const asked =
      needs.forecast || verdict.moves.length === 0 ? forecast : this.forecastOf(track, look, known.figures)
    track.watch = verdict.watch
    track.peer.curve = verdict.watch.curve
    track.probability = forecast?.probability ?? track.probability
    return { verdict, probability: asked?.probability ?? null }
  }

  /** As live: the probability at the look before bounds that of a video with ads. */
  private forecastOf(track: Track, look: Look, figures: Figures | null): Forecast | null {
    const { watch, kin, video } = track
    const classes = this.classesAt(track, look.observedAt)
    const { publishedAt, tier } = video
    return foreseeVideo(
      (track.learned as Lesson).model,
      {
        publishedAt,
        tier,
        classes,
        peers: kin.peers,
        offset: this.options.offsetAt(look.observedAt),
        last: watch.last,
        before: track.probability,
      },
      look,
      extendCurve(watch.curve, publishedAt, watch.last, look),
      figures,
    )
  }

  /** The classes of the video in the lesson that holds at the look. */
  private classesAt(track: Track, at: number): Classes {
    const learned = this.options.learnedAt(at)
    if (track.learned !== learned) {
      track.learned = learned
      track.classes = classesOf(learned.classes, track.video)
    }
    return track.classes
  }
}

/** ln(1 + plays) in the end of the KOL's finished videos before it, by what is replayed so far. */
export function kinFinals({ kin, video }: Track): number[] {
  return finalsBefore(kin.peers, video.publishedAt)
}

function begin(video: ReplayVideo, kin: Kin): Track {
  const { videoId, publishedAt, purpose, place } = video
  const watch: Watch = { videoId, publishedAt, purpose, place, last: null, velocity: null, curve: [] }
  const peer: Peer = { videoId, publishedAt, curve: [] }
  return { video, watch, probability: null, peer, kin, learned: null, classes: {} }
}

/** Takes up the KOL's videos that are known by now, in the order of db/queries/watch.ts. */
function meet({ peers, coming }: Kin, now: number): void {
  for (let next = coming.at(-1); next && next.video.knownAt <= now; next = coming.at(-1)) {
    coming.pop()
    const { publishedAt, videoId } = next.video
    let place = 0
    while (place < peers.length && isLater(peers[place] as Peer, publishedAt, videoId)) place++
    peers.splice(place, 0, next.peer)
  }
}

function isLater(peer: Peer, publishedAt: number, videoId: number): boolean {
  return peer.publishedAt > publishedAt || (peer.publishedAt === publishedAt && peer.videoId > videoId)
}

/** What a peer needs of a look. */
function follow(track: Track, look: Look): void {
  const { curve, publishedAt, last } = track.watch
  track.watch.curve = extendCurve(curve, publishedAt, last, look)
  track.watch.last = look
  track.peer.curve = track.watch.curve
}
