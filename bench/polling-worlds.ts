/** What is replayed: the simulator, whose counters are known at any instant, and observations from a file. */
import { createReadStream } from 'node:fs'
import { readObservations } from '../platforms/observations.ts'
import { createWorld } from '../platforms/simulator/world.ts'
import { extendCurve } from '../rules/curve.ts'
import type { ActiveRule } from '../rules/judge.ts'
import type { Peer } from '../rules/metric.ts'
import { completed, STARTER_RULE } from '../rules/rule.ts'
import { type Counters, DAY, type Look } from '../rules/types.ts'
import type { Group, Item } from './polling-replay.ts'

export interface Replayed {
  name: string
  rule: ActiveRule
  groups: Group[]
}

const LONGEST = 30 * DAY
const UNKNOWN: Counters = { plays: null, likes: null, comments: null, shares: null, saves: null }

/** 2,000 videos of 200 KOLs with 6 earlier videos each, 6 % planted hits; the rule every workspace starts with. */
export function simulated(startAt: number, videos = 2000, seed = 'polling'): Replayed {
  const world = createWorld({ seed, startAt, kols: 200, videos, hitShare: 0.06, publishDays: 14 })
  const peers = new Map<string, Peer[]>()
  const last = new Map<string, Look>()
  const byItem = new Map<string, Peer>()
  for (const { itemId, kolId, publishedAt, observedAt, counters } of world.historyObservations()) {
    const look = { observedAt, ...counters }
    const peer = byItem.get(itemId) ?? { videoId: -1 - byItem.size, publishedAt, curve: [] }
    peer.curve = extendCurve(peer.curve, publishedAt, last.get(itemId) ?? null, look)
    last.set(itemId, look)
    if (byItem.has(itemId) || kolId === null) continue
    byItem.set(itemId, peer)
    peers.set(kolId, [...(peers.get(kolId) ?? []), peer])
  }
  const groups = world.kols.map(({ awemeId, followers }) => ({
    kol: {
      followers,
      peers: (peers.get(awemeId) ?? []).toSorted((a, b) => b.publishedAt - a.publishedAt),
    },
    items: world.videos
      .filter(({ kol }) => kol.awemeId === awemeId)
      .map(({ itemId, publishedAt, purpose }) => ({
        publishedAt,
        purpose,
        from: publishedAt,
        until: publishedAt + LONGEST,
        counters: (at: number) => world.counters(itemId, at) ?? UNKNOWN,
      })),
  }))
  return { name: 'simulator', rule: { ruleId: 1, version: 1, definition: STARTER_RULE.definition }, groups }
}

/** At most this many videos of a file, every n-th one, so that a run takes a minute. */
const MOST_ITEMS = 8000
/** The rule of a file: plays that only this share of its videos reaches in the end, known up front. */
const TOP_SHARE = 0.05

/** Each video alone, watched from its first observation to its last; a look sees the latest observation. */
export async function observed(name: string, path: string): Promise<Replayed> {
  const seen = new Map<string, { publishedAt: number; looks: Look[] }>()
  for await (const lines of readObservations(createReadStream(path))) {
    for (const line of lines) {
      if (!line.ok) continue
      const { itemId, publishedAt, observedAt, counters } = line.row
      if (observedAt > publishedAt + LONGEST || observedAt < publishedAt) continue
      const item = seen.get(itemId) ?? { publishedAt, looks: [] }
      item.looks.push({ observedAt, ...counters })
      seen.set(itemId, item)
    }
  }
  const step = Math.ceil(seen.size / MOST_ITEMS)
  const items = [...seen.values()].filter((_, i) => i % step === 0).map(itemOf)
  const finals = items.map((item) => item.counters(item.until).plays ?? 0).toSorted((a, b) => b - a)
  const value = finals[Math.floor(finals.length * TOP_SHARE)] ?? 0
  const definition = completed({ condition: { metric: 'plays', op: '>=', value }, holdMinutes: 30 })
  const rule = { ruleId: 1, version: 1, definition }
  return {
    name: `${name}: plays >= ${value}`,
    rule,
    groups: items.map((item) => ({ kol: null, items: [item] })),
  }
}

function itemOf({ publishedAt, looks }: { publishedAt: number; looks: Look[] }): Item {
  const inOrder = looks.toSorted((a, b) => a.observedAt - b.observedAt)
  const instants = inOrder.map(({ observedAt }) => observedAt)
  return {
    publishedAt,
    purpose: 'SEEDING',
    from: instants[0] as number,
    until: instants.at(-1) as number,
    counters: (at) => {
      const { observedAt: _, ...counters } = inOrder[latest(instants, at)] ?? { ...UNKNOWN, observedAt: at }
      return counters
    },
  }
}

/** Index of the last instant at or before `at`; -1: none. */
function latest(instants: readonly number[], at: number): number {
  let low = 0
  let high = instants.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((instants[middle] as number) <= at) low = middle + 1
    else high = middle
  }
  return low - 1
}
