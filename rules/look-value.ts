/**
 * When a look at a video is worth its price. Being an hour late costs `delayFenPerHour`; F(t) is the chance that the
 * look at t changes what a rule says. The next look is due when the loss expected since the last one,
 * delayFenPerHour x integral of F, has grown to the price of a look. At a constant chance an hour h this is the interval
 * sqrt(2 x price / (delay x h)), the optimum of inspecting at a cost (Barlow & Proschan 1965; Keller 1974).
 */
import type { Episode } from './breakout.ts'
import type { Sight } from './look-growth.ts'
import { type PreparedRule, type PreparedRules, within } from './look-rules.ts'
import { type Outlook, outlookOf, stakesOf } from './look-stake.ts'
import type { Reason } from './look-why.ts'
import { gapWorth, likeliest, type Open, SHORTEST_GAP } from './look-worth.ts'
import type { Place } from './scope.ts'
import { DAY, HOUR, MINUTE, type PhaseKind, type Purpose } from './types.ts'

export interface LookInput {
  publishedAt: number
  purpose: Purpose
  /** For the scope of rules; left out: only rules without one look at it. */
  place?: Place | null
  /** The latest look and the one before it; null: there is none. */
  last: Sight | null
  before: Sight | null
  /** The enabled rules, from `prepareRules`: once for many videos. */
  rules: PreparedRules
  /** The rule's episode of this video: open, or closed by hand and not yet released; null: there is none. */
  episodeOf: (ruleId: number) => Episode | null
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
  /** Numbers only; `told` of rules/look-why.ts makes a sentence of them for whoever reads it. */
  why: Reason
}

/** 6 yuan an hour: with a look at 0.10 yuan this is where the curves of `npm run bench -- polling` bend. */
export const DELAY_FEN_PER_HOUR = 600
/**
 * 分; what a look counts at least, also where the platform takes no money for it: its calls are metered, and a vendor asks
 * about 0.10 yuan for one play count. Where the quota is scarce a look counts more (rules/look-quota.ts).
 */
export const LOOK_FEN = 10
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
const FIRST_RETRY = MINUTE
const MOST_DOUBLINGS = 10

/** How much dearer lateness is while it costs more than time: assumed, not measured. */
const TRIAL_WEIGHT = 4
const PHASE_WEIGHT: Record<PhaseKind, number> = { PREPARATION: 1, WARM_UP: 1.5, EVENT: 2, ENCORE: 1 }
/** Learning late that a breakout is over, or is on again, loses less than learning late that it is one. */
const KNOWN_WEIGHT = 0.1

/**
 * A breakout that grows by this share an hour is looked at every hour, whatever the rules may still say of it: it is what
 * people decide on next. Assumed, not measured.
 */
const GROWING = 0.02
const GROWING_CEILING = HOUR

/** ms; the shortest and the longest gap behind a look made at `age` ms. */
export function gapsAt(age: number, freshnessMs: number, trial: boolean): { floor: number; ceiling: number } {
  const floor = Math.max(freshnessMs, SHORTEST_GAP)
  const usual = CEILINGS.find((each) => age < each.age)?.gap ?? LAST_CEILING
  return { floor, ceiling: Math.max(floor, trial ? Math.min(usual, TRIAL_CEILING) : usual) }
}

interface Due {
  at: number
  why: Reason
}

export function nextLook(input: LookInput, now: number): NextLook {
  const { publishedAt, last, source, trial } = input
  const from = last?.observedAt ?? publishedAt
  const { floor, ceiling } = gapsAt(from - publishedAt, source.freshnessMs, trial)
  const end = trial ? Number.POSITIVE_INFINITY : publishedAt + WATCHED
  const due = decided(input, now, from, floor, ceiling)
  const at = Math.min(Math.max(due.at, now), end)
  if (now >= end || at < from + floor) return { at: null, why: { kind: 'END', days: WATCHED / DAY } }
  return { at, why: due.why }
}

function decided(input: LookInput, now: number, from: number, floor: number, ceiling: number): Due {
  const { cycleMs, misses, episodeOf } = input
  if (misses > 0) {
    const backoff = FIRST_RETRY * 2 ** Math.min(misses - 1, MOST_DOUBLINGS)
    const wait = Math.min(Math.max(backoff, from + floor - now), ceiling)
    return { at: now + wait, why: { kind: 'RETRY', misses, minutes: wait / MINUTE } }
  }
  const rules = within(input.rules[input.purpose], input.place)
  const regular =
    cycleMs === null ? worthLooking(input, rules, from, floor, ceiling) : cycle(cycleMs, from, floor)
  const growing =
    cycleMs === null ? stillGrowing(input, rules, from + Math.max(floor, GROWING_CEILING)) : null
  const timed = timeEnds(rules, episodeOf, from + floor)
  const sooner = growing !== null && growing.at < regular.at ? growing : regular
  return timed !== null && timed.at <= sooner.at ? timed : sooner
}

function stillGrowing(
  { last, episodeOf }: LookInput,
  rules: readonly PreparedRule[],
  at: number,
): Due | null {
  const plays = last?.readings.plays.value ?? 0
  const velocity = last?.readings.velocity.value ?? 0
  // Below one play growth is no number that says anything, and may be no finite one.
  if (plays < 1 || velocity < plays * GROWING) return null
  for (const { ruleId } of rules) {
    if (episodeOf(ruleId)?.state === 'FIRING')
      return { at, why: { kind: 'GROWING', ruleId, growth: velocity / plays } }
  }
  return null
}

function cycle(cycleMs: number, from: number, floor: number): Due {
  const gap = Math.max(cycleMs, floor)
  return { at: from + gap, why: { kind: 'CYCLE', minutes: gap / MINUTE } }
}

/**
 * A rule that is met and holds, or has let go and keeps firing: before that time ends a look decides nothing, after it
 * every minute is lost.
 */
function timeEnds(
  rules: readonly PreparedRule[],
  episodeOf: LookInput['episodeOf'],
  soonest: number,
): Due | null {
  let first: Due | null = null
  for (const rule of rules) {
    const episode = episodeOf(rule.ruleId)
    const due = episode && endOf(rule, episode)
    if (due && (first === null || due.at < first.at)) first = due
  }
  return first && { at: Math.max(first.at, soonest), why: first.why }
}

function endOf(rule: PreparedRule, { state, pendingAt, belowAt }: Episode): Due | null {
  const { ruleId, holdMinutes, keepFiringMinutes } = rule
  if (state === 'PENDING') return { at: pendingAt + rule.holdMs, why: { kind: 'HOLD', ruleId, holdMinutes } }
  if (state !== 'FIRING' || belowAt === null) return null
  return { at: belowAt + rule.keepFiringMs, why: { kind: 'KEEP_FIRING', ruleId, keepFiringMinutes } }
}

function worthLooking(
  input: LookInput,
  rules: readonly PreparedRule[],
  from: number,
  floor: number,
  ceiling: number,
): Due {
  const { costFen } = input.source
  const delayFenPerHour =
    input.delayFenPerHour * (input.trial ? TRIAL_WEIGHT : 1) * (input.phase ? PHASE_WEIGHT[input.phase] : 1)
  const outlook = outlookOf(input)
  const open = openRules(rules, input.episodeOf, outlook)
  const gap = gapWorth(open, outlook, costFen / delayFenPerHour, ceiling)
  const wait = Math.min(Math.max(gap, floor), ceiling)
  const kind = gap < floor ? 'FLOOR' : gap > ceiling ? 'CEILING' : 'WORTH'
  const minutes = wait / MINUTE
  const price = { costFen: Number.isFinite(costFen) ? costFen : null, delayFenPerHour }
  const top = likeliest(open, outlook, wait)
  if (top === null) {
    return { at: from + wait, why: { kind, minutes, chance: 0, weight: 1, ...price, ruleId: null, on: null } }
  }
  const { rule, stake } = top
  const { operand, op, bound } = stake.level
  const on = { metric: operand.key, value: stake.value, op, bound }
  const { ruleId, weight } = rule
  return { at: from + wait, why: { kind, minutes, chance: stake.rank, weight, ...price, ruleId, on } }
}

function openRules(
  rules: readonly PreparedRule[],
  episodeOf: LookInput['episodeOf'],
  outlook: Outlook,
): Open[] {
  const open: Open[] = []
  for (const { ruleId, met, released } of rules) {
    const episode = episodeOf(ruleId)
    const state = episode?.state
    // A hand-closed episode waits for a release that nobody waits for; of the others `timeEnds` has the look that decides.
    if (state === 'CLOSED' || state === 'PENDING' || isBelow(episode)) continue
    const stakes = stakesOf(state === 'FIRING' ? released : met, outlook)
    open.push({ ruleId, weight: state === undefined ? 1 : KNOWN_WEIGHT, stakes, most: 0 })
  }
  return open
}

function isBelow(episode: Episode | null): boolean {
  return episode !== null && episode.state === 'FIRING' && episode.belowAt !== null
}
