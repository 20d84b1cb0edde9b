/**
 * 回放: looks of the past in the order in which they became known, each judged by what was known then, as the chain judged
 * it: a poll when it was recorded, a file's looks in the order in which they happened. Nothing is read ahead.
 */
import type { ActiveRule } from './active-rule.ts'
import type { Episode } from './breakout.ts'
import { type Curve, extendCurve } from './curve.ts'
import type { Forecast } from './forecast.ts'
import { finalsBefore, foreseeVideo } from './forecast-video.ts'
import { judge, type Verdict, type Watch } from './judge.ts'
import { classesOf, type Lesson } from './lesson.ts'
import type { Counter, Figures, Peer } from './metric.ts'
import type { Needs } from './needs.ts'
import { publicationHour } from './publication-hour.ts'
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
  /** What was seen of it at looks that are no longer kept. */
  curve: Curve
  /** When it was known to have ads, and when no longer, in turn; in order, ms. */
  adsTurns: readonly number[]
}

export interface ReplayOptions {
  rules: readonly ActiveRule[]
  needs: Pick<Needs, 'forecast' | 'standings'>
  /** Counters that count as interaction. */
  counting: readonly Counter[]
  learnedAt: (at: number) => Lesson
  /** Of the workspace. */
  zone: string
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
  /** Of publication, in the workspace's zone. */
  readonly hour: number
  watch: Watch
  /** At the latest look with plays; null: not foreseen. */
  probability: number | null
  /** Its own place among the videos of its KOL. */
  readonly peer: Peer
  readonly kin: Kin
  learned: Lesson | null
  classes: Classes
}

/** The videos of one KOL, latest published first: those known so far, and of these the ones that are known to be natural. */
interface Kin {
  met: Track[]
  peers: Peer[]
  coming: Track[]
  /** At which some of them turns out to have ads, or none; the first one last. */
  turns: number[]
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
      const kin = (video.kolId === null ? null : byKol.get(video.kolId)) ?? alone()
      const track = begin(video, kin, options.zone)
      this.tracks.set(video.videoId, track)
      if (video.kolId === null) continue
      byKol.set(video.kolId, kin)
      kin.coming.push(track)
      kin.turns.push(...video.adsTurns)
    }
    for (const { coming, turns } of byKol.values()) {
      coming.sort((a, b) => b.video.knownAt - a.video.knownAt)
      turns.sort((a, b) => b - a)
    }
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
    // Without a rule that asks: where there are ads the looks before bound it.
    const ordered = (known.figures?.adsSince ?? null) !== null
    const foreseen = needs.forecast || ordered || track.video.adsTurns.length > 0
    this.current = videoId
    const verdict = judge({
      watch: before,
      look,
      kol: kolId === null ? null : { followers: known.followers, peers },
      counting,
      figures: known.figures,
      foresee: foreseen ? (curve) => this.forecastOf(track, look, curve, known.figures) : null,
      standingOf: needs.standings
        ? createStanding(this.classesAt(track, look.observedAt), peers, publishedAt)
        : null,
      rules,
      episodeOf: this.episodeOf,
    })
    const { forecast } = verdict
    const { curve } = verdict.watch
    const asked =
      foreseen || verdict.moves.length === 0 ? forecast : this.forecastOf(track, look, curve, known.figures)
    track.watch = verdict.watch
    track.peer.curve = curve
    track.probability = forecast?.probability ?? track.probability
    return { verdict, probability: asked?.probability ?? null }
  }

  /** As live: the probability at the look before bounds that of a video with ads. */
  private forecastOf(track: Track, look: Look, curve: Curve, figures: Figures | null): Forecast | null {
    const { watch, kin, video, hour } = track
    const classes = this.classesAt(track, look.observedAt)
    const { publishedAt, tier } = video
    return foreseeVideo(
      (track.learned as Lesson).model,
      {
        publishedAt,
        tier,
        classes,
        peers: kin.peers,
        hour,
        last: watch.last,
        before: track.probability,
      },
      look,
      curve,
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

const alone = (): Kin => ({ met: [], peers: [], coming: [], turns: [] })

function begin(video: ReplayVideo, kin: Kin, zone: string): Track {
  const { videoId, publishedAt, purpose, place, curve } = video
  const watch: Watch = { videoId, publishedAt, purpose, place, last: null, velocity: null, curve }
  const peer: Peer = { videoId, publishedAt, curve }
  const hour = publicationHour(publishedAt, zone)
  return { video, hour, watch, probability: null, peer, kin, learned: null, classes: {} }
}

/** Takes up the KOL's videos that are known by now, in the order of db/queries/watch.ts. */
function meet(kin: Kin, now: number): void {
  const { met, coming, turns } = kin
  let changed = false
  for (let next = coming.at(-1); next && next.video.knownAt <= now; next = coming.at(-1)) {
    coming.pop()
    const { publishedAt, videoId } = next.video
    let place = 0
    while (place < met.length && isLater((met[place] as Track).peer, publishedAt, videoId)) place++
    met.splice(place, 0, next)
    changed = true
  }
  for (let turn = turns.at(-1); turn !== undefined && turn <= now; turn = turns.at(-1)) {
    turns.pop()
    changed = true
  }
  if (changed) kin.peers = met.filter(({ video }) => !hadAds(video, now)).map(({ peer }) => peer)
}

function isLater(peer: Peer, publishedAt: number, videoId: number): boolean {
  return peer.publishedAt > publishedAt || (peer.publishedAt === publishedAt && peer.videoId > videoId)
}

/** By what was known then. */
function hadAds({ adsTurns }: ReplayVideo, now: number): boolean {
  return adsTurns.filter((turn) => turn <= now).length % 2 === 1
}

/** What a peer needs of a look. */
function follow(track: Track, look: Look): void {
  const { curve, publishedAt, last } = track.watch
  track.watch.curve = extendCurve(curve, publishedAt, last, look)
  track.watch.last = look
  track.peer.curve = track.watch.curve
}
