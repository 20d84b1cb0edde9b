/**
 * When a look at a video is worth its price. Being an hour late costs `delayFenPerHour`; F(t) is the chance that the
 * look at t changes what a rule says. The next look is due when the loss expected since the last one,
 * delayFenPerHour x integral of F, has grown to the price of a look. At a constant chance an hour h this is the interval
 * sqrt(2 x price / (delay x h)), the optimum of inspecting at a cost (Barlow & Proschan 1965; Keller 1974).
 */
import type { Episode } from './breakout.ts'
import { type Chance, chanceMet, chanceReleased, type Glance } from './look-chance.ts'
import type { Sight } from './look-growth.ts'
import { told, type Why } from './look-why.ts'
import { type Definition, timing } from './rule.ts'
import { DAY, HOUR, MINUTE, type PhaseKind, type Purpose } from './types.ts'

export interface LookInput {
  publishedAt: number
  purpose: Purpose
  /** The latest look and the one before it; null: there is none. */
  last: Sight | null
  before: Sight | null
  /** The enabled rules; the episode is open, or closed by hand and not yet released; null: there is none. */
  rules: readonly { ruleId: number; definition: Definition; episode: Episode | null }[]
  /** The source's numbers change no more often than this, ms; what one look costs, 分, with any shadow price. */
  source: { freshnessMs: number; costFen: number }
  /** What an hour of late detection costs, 分. */
  delayFenPerHour: number
  /** A trial runs: money is spent on what the looks say. */
  trial: boolean
  /** The phase of the campaign the video belongs to, today; null: none. */
  phase: PhaseKind | null
  /** A cycle set by a person, ms; null: none. */
  cycleMs: number | null
  /** Failed looks in a row. */
  misses: number
}

/** `at` in ms; null: the video is no longer watched. */
export interface NextLook {
  at: number | null
  why: Why
}

/** 6 yuan an hour: with a look at 0.10 yuan this is where the curves of `npm run bench -- polling` bend. */
export const DELAY_FEN_PER_HOUR = 600
const WATCHED = 30 * DAY
/** Longest gap after a look at an age below `age`: nothing starves, whatever the model believes. */
const CEILINGS: readonly { age: number; gap: number }[] = [
  { age: 2 * HOUR, gap: 30 * MINUTE },
  { age: 6 * HOUR, gap: 2 * HOUR },
  { age: DAY, gap: 6 * HOUR },
  { age: 3 * DAY, gap: 12 * HOUR },
  { age: 7 * DAY, gap: DAY },
]
const LAST_CEILING = 3 * DAY
const TRIAL_CEILING = HOUR
/** No source of ours is fresher. */
export const SHORTEST_GAP = 5 * MINUTE
const FIRST_RETRY = MINUTE
const MOST_DOUBLINGS = 10

/** How much dearer lateness is while it costs more than time: assumed, not measured. */
const TRIAL_WEIGHT = 4
const PHASE_WEIGHT: Record<PhaseKind, number> = { PREPARATION: 1, WARM_UP: 1.5, EVENT: 2, ENCORE: 1 }
/** Learning late that a breakout is over, or is on again, loses less than learning late that it is one. */
const KNOWN_WEIGHT = 0.1

/** Gaps at which the chance is read, ms: fixed, so that nearly equal videos get nearly equal looks. */
const GAPS = Array.from({ length: 32 }, (_, i) => SHORTEST_GAP * 1.25 ** i)

/** ms; the shortest and the longest gap behind a look made at `age` ms. */
export function gapsAt(age: number, freshnessMs: number, trial: boolean): { floor: number; ceiling: number } {
  const floor = Math.max(freshnessMs, SHORTEST_GAP)
  const usual = CEILINGS.find((each) => age < each.age)?.gap ?? LAST_CEILING
  return { floor, ceiling: Math.max(floor, trial ? Math.min(usual, TRIAL_CEILING) : usual) }
}

export function nextLook(input: LookInput, now: number): NextLook {
  const { publishedAt, last, source, trial } = input
  const from = last?.observedAt ?? publishedAt
  const { floor, ceiling } = gapsAt(from - publishedAt, source.freshnessMs, trial)
  const end = trial ? Number.POSITIVE_INFINITY : publishedAt + WATCHED
  const due = decided(input, now, from, floor, ceiling)
  const at = Math.min(Math.max(due.at, now), end)
  if (now >= end || at < from + floor) return { at: null, why: told({ kind: 'END', days: WATCHED / DAY }) }
  return { at, why: due.why }
}

function decided(input: LookInput, now: number, from: number, floor: number, ceiling: number) {
  const { cycleMs, misses } = input
  if (misses > 0) {
    const backoff = FIRST_RETRY * 2 ** Math.min(misses - 1, MOST_DOUBLINGS)
    const wait = Math.min(Math.max(backoff, from + floor - now), ceiling)
    return { at: now + wait, why: told({ kind: 'RETRY', misses, minutes: wait / MINUTE }) }
  }
  const regular = cycleMs === null ? worthLooking(input, from, floor, ceiling) : cycle(cycleMs, from, floor)
  const hold = holdEnds(input, from + floor)
  return hold !== null && hold.at <= regular.at ? hold : regular
}

function cycle(cycleMs: number, from: number, floor: number) {
  const gap = Math.max(cycleMs, floor)
  return { at: from + gap, why: told({ kind: 'CYCLE', minutes: gap / MINUTE }) }
}

/** A rule that is met and holds: before the hold ends a look decides nothing, after it every minute is lost. */
function holdEnds({ rules, purpose }: LookInput, soonest: number) {
  const pending = applying(rules, purpose).flatMap(({ ruleId, definition, episode }) =>
    episode?.state === 'PENDING'
      ? [{ ruleId, definition, at: episode.pendingAt + timing(definition).holdMs }]
      : [],
  )
  const first = pending.toSorted((a, b) => a.at - b.at)[0]
  if (first === undefined) return null
  const { ruleId, definition } = first
  const why = told({ kind: 'HOLD', ruleId, holdMinutes: definition.holdMinutes })
  return { at: Math.max(first.at, soonest), why }
}

function worthLooking(input: LookInput, from: number, floor: number, ceiling: number) {
  const { costFen } = input.source
  const delayFenPerHour =
    input.delayFenPerHour * (input.trial ? TRIAL_WEIGHT : 1) * (input.phase ? PHASE_WEIGHT[input.phase] : 1)
  const gap = gapWorth(input, from, costFen / delayFenPerHour, ceiling)
  const wait = Math.min(Math.max(gap, floor), ceiling)
  const bound = gap < floor ? 'FLOOR' : gap > ceiling ? 'CEILING' : 'WORTH'
  const top = likeliest(input, from + wait)
  const { chance = 0, weight = 1, ruleId = null, on = null } = top ?? {}
  const numbers = { minutes: wait / MINUTE, chance, weight, costFen, delayFenPerHour, ruleId, on }
  return { at: from + wait, why: told({ kind: bound, ...numbers }) }
}

/** The gap, ms, over which the expected lateness grows to `hours`; infinite: not within `longest`. */
function gapWorth(input: LookInput, from: number, hours: number, longest: number): number {
  let lost = 0
  let before = { gap: 0, chance: 0 }
  for (const gap of GAPS) {
    // A chance that was there once stays worth finding out.
    const chance = Math.max(before.chance, counted(likeliest(input, from + gap)))
    const more = (((before.chance + chance) / 2) * (gap - before.gap)) / HOUR
    if (lost + more >= hours) {
      return more === 0 ? gap : before.gap + ((hours - lost) / more) * (gap - before.gap)
    }
    lost += more
    if (gap >= longest) break
    before = { gap, chance }
  }
  return Number.POSITIVE_INFINITY
}

interface Likeliest extends Chance {
  ruleId: number
  /** What the change is worth beside a first detection. */
  weight: number
}
const counted = (top: Likeliest | null): number => (top === null ? 0 : top.chance * top.weight)

/** The rule whose change is likeliest at `at`; null: none can change. */
function likeliest(input: LookInput, at: number): Likeliest | null {
  let top: Likeliest | null = null
  for (const rule of applying(input.rules, input.purpose)) {
    const found = changes(rule, input, at)
    if (found !== null && (top === null || counted(found) > counted(top))) top = found
  }
  return top
}

function changes(
  { ruleId, definition, episode }: LookInput['rules'][number],
  glance: Glance,
  at: number,
): Likeliest | null {
  // A hand-closed episode waits for a release that nobody waits for; a pending one is looked at when its hold ends.
  if (episode?.state === 'CLOSED' || episode?.state === 'PENDING') return null
  const { condition } = definition
  const found =
    episode?.state === 'FIRING' ? chanceReleased(condition, glance, at) : chanceMet(condition, glance, at)
  return { ...found, ruleId, weight: episode === null ? 1 : KNOWN_WEIGHT }
}

function applying<R extends { definition: Definition }>(rules: readonly R[], purpose: Purpose): R[] {
  return rules.filter(({ definition: { purposes } }) => purposes.length === 0 || purposes.includes(purpose))
}
