/** What `npm run bench -- alerts` looks at: videos that rise above and fall below what rules ask, with gaps between. */
import type { FetchError } from '../platforms/errors.ts'
import { type Counters, HOUR, MINUTE } from '../rules/types.ts'

type Kind = FetchError['kind']

/** Answers stay as they are for so long, so that a look that was cut off finds the same again. */
const SLOT = 10 * MINUTE
const KINDS: readonly Kind[] = ['rate_limited', 'network', 'timeout']

const rate = (value: number, release: number) => ({ metric: 'interactionRate', op: '>=', value, release })
/** Every kind of timing and telling; all read what the world moves. */
export const RULES: readonly { name: string; definition: object }[] = [
  { name: 'at once', definition: { condition: rate(0.06, 0.05), cooldownMinutes: 0 } },
  { name: 'cools', definition: { condition: rate(0.06, 0.05), cooldownMinutes: 90 } },
  { name: 'holds', definition: { condition: rate(0.055, 0.045), holdMinutes: 60, cooldownMinutes: 0 } },
  {
    name: 'holds and cools',
    definition: { condition: rate(0.05, 0.04), holdMinutes: 30, cooldownMinutes: 120 },
  },
  {
    name: 'keeps firing',
    definition: { condition: rate(0.06, 0.05), keepFiringMinutes: 90, cooldownMinutes: 60 },
  },
  {
    name: 'critical',
    definition: { condition: rate(0.14, 0.05), severity: 'CRITICAL', quiet: { from: '22:00', to: '08:00' } },
  },
  {
    name: 'not at night',
    definition: { condition: rate(0.075, 0.06), cooldownMinutes: 60, quiet: { from: '22:00', to: '08:00' } },
  },
  {
    name: 'either',
    definition: {
      condition: { any: [rate(0.08, 0.06), { metric: 'velocity', op: '>=', value: 5000, release: 4000 }] },
    },
  },
  {
    name: 'both',
    definition: {
      condition: { all: [rate(0.05, 0.04), { metric: 'plays', op: '>=', value: 20_000 }] },
      cooldownMinutes: 30,
    },
  },
  { name: 'hardly ever', definition: { condition: rate(0.12, 0.05), cooldownMinutes: 0, severity: 'INFO' } },
]

/** Of the video at an instant: counters, or how the call fails. The same whenever it is asked. */
export function answerAt(nth: number, at: number): Counters | Kind {
  const slot = Math.floor(at / SLOT)
  const chance = noise(nth, slot)
  const level = levelAt(nth, slot)
  // Calls fail where a video is low above all: who takes a gap for a fall would let go just then.
  if (slot % 41 === 0 || chance < (level < 0.05 ? 0.3 : 0.05)) return KINDS[slot % KINDS.length] as Kind
  // 4096 slots are four weeks: then the platform restates them.
  const plays = 1000 + Math.floor(((slot % 4096) * 1000 * (1 + (nth % 7)) * SLOT) / HOUR)
  const likes = chance > 0.96 ? null : Math.round(level * plays)
  return { plays, likes, comments: 0, shares: 0, saves: null }
}

/** Interactions to a play: a wave of the video's own that trembles; now and then a third of all videos leaps at once. */
function levelAt(nth: number, slot: number): number {
  const period = 24 + (nth % 37)
  const wave = 0.045 + 0.025 * Math.sin((2 * Math.PI * (slot + 5 * nth)) / period)
  const leap = slot % 90 < 6 && Math.floor(slot / 90) % 3 === nth % 3 ? 0.1 : 0
  const rare = noise(nth + 7919, Math.floor(slot / 12)) > 0.995 ? 0.07 : 0
  return wave + leap + rare + 0.008 * noise(nth + 104_729, slot)
}

/** 0 to 1 from two whole numbers, the same in every process. */
function noise(a: number, b: number): number {
  let mixed = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x7f4a7c15, 0xc2b2ae35)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d)
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39)
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
}
