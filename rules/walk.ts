/**
 * Walk-forward over looks in time order: every look is judged by what was known at its instant, and what is finished by
 * then teaches the forecast of the looks behind it. Nothing is read ahead.
 */
import { readyOf } from './active-rule.ts'
import { type Episode, moved, type Step } from './breakout.ts'
import { AGES, type Curve, extendCurve } from './curve.ts'
import { type Expectation, type Forecast, foreseeLook, givenInteractions } from './forecast.ts'
import { expectationOf, FINISHED_AGE } from './forecast-class.ts'
import { type ActiveRule, judge, type Verdict, type Watch } from './judge.ts'
import { classesOf, type Lesson, ROLLING, type Trace, teach } from './lesson.ts'
import { PEER_WINDOW, type Peer } from './metric.ts'
import { hourAt } from './publication-hour.ts'
import { createStanding, type Reference, type StandingOf } from './reference.ts'
import { DAY, type Look, type Tier } from './types.ts'

export interface WalkOptions {
  rules: readonly ActiveRule[]
  /** A breakout ends in this share of its class. */
  top: number
  narrowest: Reference
  /** Of the zone to UTC, ms: for the hour of publication. */
  offset: number
}

/** One look, judged. */
export interface Walked {
  forecast: Forecast | null
  verdict: Verdict
  /** What was expected of the video before anything was seen of it, by the lesson that held at the look. */
  usual: Expectation
}

/** A video nobody looked at for this long is taken for finished, whatever its age. */
const SILENT = 2 * DAY
/** A lesson costs a tenth of a second: so much must be new, in videos and as a share. */
const LEAST_NEW = 20
const NEW_SHARE = 0.05
const MOST_COUNTED = 3000

export interface Walker {
  id: string
  publishedAt: number
  kolId: string | null
  tier: Tier | null
}
interface Known extends Walker {
  /** Of publication. */
  hour: number
  watch: Watch
  interactions: Curve
  /** The first and the latest look that gave plays; null: none did. */
  first: Look | null
  seen: Look | null
  /** Of its KOL; null: it has none. */
  peers: Peer[] | null
  peer: Peer | null
  /** What is usual for it, as the lesson had it that holds. */
  usual: Expectation
  usualBy: Lesson | null
  episodes: Map<number, Episode>
  episodeOf: (ruleId: number) => Episode | null
}

export interface Walk {
  /** Answers what was foreseen and what the rules said. Of one video, what its first look says of it holds. */
  look(video: Walker, look: Look, followers: number | null): Walked
  /** What is usual for a video of which there was a look, by the lesson that holds now; null: there was none. */
  usualOf(id: string): Expectation | null
  /** The lesson that holds. */
  readonly lesson: Lesson
  readonly lessons: number
}

export function createWalk(options: WalkOptions): Walk {
  const { rules, top, narrowest, offset } = options
  const videos = new Map<string, Known>()
  const byKol = new Map<string, Peer[]>()
  const open = new Set<Known>()
  const finished: Known[] = []
  let finals = new Map<string, { publishedAt: number; final: number }[]>()
  let lesson = teach([], top, narrowest)
  let taught = 0
  let lessons = 0
  let nextAt = Number.NEGATIVE_INFINITY
  const compares = rules.some((rule) => readyOf(rule).derived.some(({ of }) => of !== null))

  const learn = (now: number) => {
    nextAt = now + DAY
    for (const video of open) {
      const { last, publishedAt } = video.watch
      if (!last || (now - last.observedAt < SILENT && last.observedAt - publishedAt < FINISHED_AGE)) continue
      if (video.seen === null) continue
      open.delete(video)
      finished.push(video)
    }
    if (finished.length - taught < Math.max(LEAST_NEW, NEW_SHARE * Math.min(taught, MOST_COUNTED))) return
    taught = finished.length
    lessons++
    finals = finalsByKol(finished)
    lesson = teach(rolling(finished, now).map(traceOf), top, narrowest)
  }

  const usualFor = (known: Known): Expectation => {
    if (known.usualBy === lesson) return known.usual
    const { tier, kolId, publishedAt } = known
    const kin = {
      tier,
      classes: classesOf(lesson.classes, { tier, vertical: null, cellId: null }),
      finals: kolId === null ? [] : finalsBefore(finals.get(kolId) ?? [], publishedAt),
    }
    known.usual = expectationOf(lesson.model, kin, narrowest)
    known.usualBy = lesson
    return known.usual
  }

  return {
    get lesson() {
      return lesson
    },
    get lessons() {
      return lessons
    },
    usualOf(id) {
      const known = videos.get(id)
      return known ? usualFor(known) : null
    },
    look(video, look, followers) {
      if (look.observedAt >= nextAt) learn(look.observedAt)
      const known = videos.get(video.id) ?? begin(video, offset, videos, byKol, open)
      const { watch, peers } = known
      const usual = usualFor(known)
      const about = { publishedAt: known.publishedAt, hour: known.hour, bought: null }
      const verdict = judge({
        watch,
        look,
        kol: peers && { followers, peers },
        rules,
        episodeOf: known.episodeOf,
        foresee: (curve) => foreseeLook(lesson.model, usual, about, look, curve),
        standingOf: compares ? standingFor(known, lesson) : null,
      })
      for (const { rule, step } of verdict.moves) move(known.episodes, rule.ruleId, step, look.observedAt)
      known.interactions = extendInteractions(known, look)
      known.watch = verdict.watch
      if (look.plays !== null) {
        known.first ??= look
        known.seen = look
      }
      if (known.peer) known.peer.curve = verdict.watch.curve
      return { forecast: verdict.forecast, verdict, usual }
    },
  }
}

function begin(
  { id, publishedAt, kolId, tier }: Walker,
  offset: number,
  videos: Map<string, Known>,
  byKol: Map<string, Peer[]>,
  open: Set<Known>,
): Known {
  const videoId = videos.size + 1
  const episodes = new Map<number, Episode>()
  const peers = kolId === null ? null : (byKol.get(kolId) ?? [])
  const video: Known = {
    id,
    publishedAt,
    kolId,
    tier,
    hour: hourAt(publishedAt, offset),
    watch: { videoId, publishedAt, purpose: 'SEEDING', last: null, velocity: null, curve: [] },
    interactions: [],
    peers,
    peer: peers && { videoId, publishedAt, curve: [] },
    usual: NOTHING_USUAL,
    usualBy: null,
    first: null,
    seen: null,
    episodes,
    episodeOf: (ruleId) => episodes.get(ruleId) ?? null,
  }
  videos.set(id, video)
  open.add(video)
  if (kolId === null || peers === null) return video
  const place = peers.findIndex((peer) => peer.publishedAt < publishedAt)
  peers.splice(place < 0 ? peers.length : place, 0, video.peer as Peer)
  byKol.set(kolId, peers)
  return video
}
/** Until it is asked. */
const NOTHING_USUAL: Expectation = { level: 0, cutoff: 0 }

/** For rules that compare with a class. */
function standingFor({ tier, peers, publishedAt }: Known, { classes }: Lesson): StandingOf {
  return createStanding(classesOf(classes, { tier, vertical: null, cellId: null }), peers ?? [], publishedAt)
}

function finalsByKol(finished: readonly Known[]) {
  const found = new Map<string, { publishedAt: number; final: number }[]>()
  for (const { kolId, publishedAt, seen } of finished) {
    if (kolId === null || seen === null) continue
    const one = { publishedAt, final: Math.log1p(seen.plays as number) }
    const all = found.get(kolId)
    if (all) all.push(one)
    else found.set(kolId, [one])
  }
  return found
}

/** As many of the latest as a baseline looks back on. */
function finalsBefore(all: readonly { publishedAt: number; final: number }[], publishedAt: number): number[] {
  return all
    .filter((one) => one.publishedAt < publishedAt)
    .sort((a, b) => a.publishedAt - b.publishedAt)
    .slice(-PEER_WINDOW)
    .map(({ final }) => final)
}

/** Most looks pass no age of the grid, and add nothing. */
function extendInteractions({ watch, interactions, publishedAt }: Known, look: Look): Curve {
  const { last } = watch
  const since = last === null ? null : givenInteractions(last)
  if (since !== null && !passesAge((last as Look).observedAt - publishedAt, look.observedAt - publishedAt))
    return interactions
  const before = last && { ...last, plays: since }
  return extendCurve(interactions, publishedAt, before, { ...look, plays: givenInteractions(look) })
}

function passesAge(from: number, to: number): boolean {
  if (from <= 0) return true
  for (let i = 0; i < AGES.length; i++) {
    const age = AGES[i] as number
    if (age >= from) return age <= to
  }
  return false
}

function traceOf({ publishedAt, hour, kolId, tier, watch, interactions, first, seen }: Known): Trace {
  const last = seen as Look
  return {
    publishedAt,
    hour,
    kolId,
    tier,
    vertical: null,
    cellId: null,
    curve: watch.curve,
    interactions,
    firstAge: (first as Look).observedAt - publishedAt,
    lastAge: last.observedAt - publishedAt,
    lastPlays: last.plays as number,
  }
}

/** Only what decides: a walk keeps no rows. */
function move(episodes: Map<number, Episode>, ruleId: number, step: Step, now: number): void {
  const next = moved(episodes.get(ruleId) ?? null, step, now)
  if (next === null) episodes.delete(ruleId)
  else episodes.set(ruleId, next)
}

/** In the order in which they were finished: of the last 90 days, but no fewer and no more than makes a class. */
function rolling(finished: readonly Known[], now: number): readonly Known[] {
  const since = finished.findIndex(({ watch }) => (watch.last?.observedAt ?? 0) >= now - ROLLING.age)
  const recent = since < 0 ? 0 : finished.length - since
  return finished.slice(-Math.min(ROLLING.most, Math.max(ROLLING.least, recent)))
}
