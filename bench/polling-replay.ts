/** One world under one schedule of looks: every look is judged by `rules/judge.ts`, as it would be live. */
import { type Episode, moved } from '../rules/breakout.ts'
import { type ActiveRule, judge, type Watch } from '../rules/judge.ts'
import type { Sight } from '../rules/look-growth.ts'
import { prepareRules } from '../rules/look-rules.ts'
import { DELAY_FEN_PER_HOUR, nextLook } from '../rules/look-value.ts'
import type { Peer } from '../rules/metric.ts'
import { timing } from '../rules/rule.ts'
import { type Counters, type Look, MINUTE, type Purpose } from '../rules/types.ts'
import { nextAge } from './decaying.ts'

/** A video whose counters are known; it is watched in [from, until], ms. */
export interface Item {
  publishedAt: number
  purpose: Purpose
  from: number
  until: number
  /** What a look at the instant sees. */
  counters(at: number): Counters
}
/** Videos that are each other's peers; `kol` null: they are not. */
export interface Group {
  kol: { followers: number | null; peers: readonly Peer[] } | null
  items: readonly Item[]
}

export interface Watched {
  item: Item
  watch: Watch
  before: Sight | null
  last: Sight | null
  episode: Episode | null
  holdMs: number
  looks: number
  /** First firing, ms. */
  firedAt: number | null
}
/** The instant of the next look after one at `now`; null: none. */
export type Schedule = (video: Watched, now: number) => number | null

export const every =
  (gap: number): Schedule =>
  (_, now) =>
    now + gap

export const decaying: Schedule = ({ item }, now) => {
  const next = nextAge(now - item.publishedAt)
  return next === null ? null : item.publishedAt + next
}

/** Decaying, and a look at the instant at which a hold ends: what the value of a look adds to that. */
export const holding: Schedule = (video, now) => {
  const regular = decaying(video, now)
  if (video.episode?.state !== 'PENDING') return regular
  const held = Math.max(video.episode.pendingAt + video.holdMs, now + 5 * MINUTE)
  return regular === null ? held : Math.min(regular, held)
}

/** 分 a look; no trial, no campaign, and a source that is never fresher than 5 minutes. */
export function valued(costFen: number, rule: ActiveRule): Schedule {
  const given = {
    rules: prepareRules([rule]),
    source: { freshnessMs: 5 * MINUTE, costFen },
    delayFenPerHour: DELAY_FEN_PER_HOUR,
    trial: false,
    phase: null,
    cycleMs: null,
    misses: 0,
  }
  return ({ item, last, before, episode }, now) => {
    const { publishedAt, purpose } = item
    return nextLook({ ...given, publishedAt, purpose, last, before, episodeOf: () => episode }, now).at
  }
}

export function replay(groups: readonly Group[], rule: ActiveRule, schedule: Schedule): Watched[] {
  return groups.flatMap((group, index) => replayGroup(group, index, rule, schedule))
}

function replayGroup({ kol, items }: Group, index: number, rule: ActiveRule, schedule: Schedule): Watched[] {
  const videos = items.map((item, i) => watched(item, index * 10_000 + i, timing(rule.definition).holdMs))
  const latestFirst = videos.toSorted((a, b) => b.item.publishedAt - a.item.publishedAt)
  const peerOf = new Map(latestFirst.map(({ watch }): [number, Peer] => [watch.videoId, { ...watch }]))
  const peers = kol && [...peerOf.values(), ...kol.peers]
  const due = videos.map((video) => first(video, schedule))
  for (let i = soonest(due); i !== -1; i = soonest(due)) {
    const [video, now] = [videos[i] as Watched, due[i] as number]
    lookAt(video, now, rule, kol && { followers: kol.followers, peers: peers ?? [] })
    const peer = peerOf.get(video.watch.videoId)
    if (peer) peer.curve = video.watch.curve
    const next = schedule(video, now)
    due[i] = next === null || next > video.item.until ? Number.POSITIVE_INFINITY : next
  }
  return videos
}

function watched(item: Item, videoId: number, holdMs: number): Watched {
  const { publishedAt, purpose } = item
  const watch: Watch = { videoId, publishedAt, purpose, last: null, velocity: null, curve: [] }
  return { item, watch, before: null, last: null, episode: null, holdMs, looks: 0, firedAt: null }
}

/** A video that was there before it was watched is looked at at once. */
function first(video: Watched, schedule: Schedule): number {
  const { from, publishedAt } = video.item
  const at = from > publishedAt ? from : schedule(video, publishedAt)
  return at ?? Number.POSITIVE_INFINITY
}

function soonest(due: readonly number[]): number {
  let at = -1
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < due.length; i++) {
    if ((due[i] as number) < least) {
      least = due[i] as number
      at = i
    }
  }
  return at
}

type Kol = Parameters<typeof judge>[0]['kol']

function lookAt(video: Watched, now: number, rule: ActiveRule, kol: Kol): void {
  const look: Look = { observedAt: now, ...video.item.counters(now) }
  const { watch, readings, moves } = judge({
    watch: video.watch,
    look,
    kol,
    rules: [rule],
    episodeOf: () => video.episode,
  })
  video.watch = watch
  video.before = video.last
  video.last = { observedAt: now, readings }
  video.looks++
  const move = moves[0]
  if (move) video.episode = moved(video.episode, move.step, now)
  if (move?.step.to === 'FIRING') video.firedAt ??= now
}
