/** Looks at made-up videos, in time order, for the walk: growth is random, and no two worlds are alike. */

import { DAY, HOUR, type Look } from '../../rules/types.ts'
import type { Walker } from '../../rules/walk.ts'
import { createWalk, type WalkOptions } from '../../rules/walk.ts'

export const FIRST = Date.UTC(2026, 5, 1)

export interface WalkLook {
  video: Walker
  look: Look
  followers: number | null
}

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** Standard normal (Box and Muller). */
export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** `days` of publications, each video looked at over three days; a look in ten gives no plays. */
export function world(seed: number, videos: number, days: number): WalkLook[] {
  const random = randomOf(seed)
  const looks: WalkLook[] = []
  for (let n = 0; n < videos; n++) {
    const publishedAt = FIRST + Math.floor(random() * days * DAY)
    const video: Walker = { id: `v${n}`, publishedAt, kolId: n % 7 === 0 ? null : `k${n % 5}`, tier: null }
    const final = Math.exp(6 + 1.5 * normal(random))
    for (const hours of [1, 2, 4, 8, 16, 30, 50, 72]) {
      const plays = random() < 0.1 ? null : Math.round(final * (1 - Math.exp(-hours / 10)))
      const likes = plays === null ? null : Math.round(plays / 30)
      const counters = { plays, likes, comments: null, shares: null, saves: null }
      looks.push({ video, look: { observedAt: publishedAt + hours * HOUR, ...counters }, followers: 5000 })
    }
  }
  return looks.sort((a, b) => a.look.observedAt - b.look.observedAt)
}

export const OPTIONS: WalkOptions = { rules: [], top: 0.1, narrowest: 'KOL', offset: 8 * HOUR }

/** What the walk said, look by look. */
export function walked(looks: readonly WalkLook[], options: Partial<WalkOptions> = {}) {
  const walk = createWalk({ ...OPTIONS, ...options })
  const told = looks.map(({ video, look, followers }) => walk.look(video, look, followers))
  return { walk, told }
}
