import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type BreakoutState, type Episode, explain, moved, type Step, step } from '../../rules/breakout.ts'
import type { Outcome } from '../../rules/rule.ts'
import { MINUTE } from '../../rules/types.ts'

const HOLD = 30 * MINUTE
const COOLDOWN = 60 * MINUTE
const KEEP = 20 * MINUTE
const TIMING = { holdMs: HOLD, keepFiringMs: 0, cooldownMs: COOLDOWN }
const NO_HOLD = { ...TIMING, holdMs: 0 }
const NO_COOLDOWN = { ...TIMING, cooldownMs: 0 }
const KEEPS = { ...TIMING, keepFiringMs: KEEP }
const KEEPS_ONLY = { ...KEEPS, cooldownMs: 0 }
const NOW = Date.UTC(2026, 5, 1, 12)

const NEITHER = { belowAt: null, coolingAt: null }
const pending = (ago: number): Episode => ({ ...NEITHER, state: 'PENDING', pendingAt: NOW - ago })
const firing = (ago: number): Episode => ({ ...NEITHER, state: 'FIRING', pendingAt: NOW - ago })
/** Below the release level since then, and kept firing. */
const below = (ago: number): Episode => ({ ...firing(9 * ago), belowAt: NOW - ago })
/** Came back from cooling: the instant of the last cooling is still there. */
const again = (ago: number): Episode => ({ ...firing(9 * ago), coolingAt: NOW - ago })
const cooling = (ago: number): Episode => ({ ...again(ago), state: 'COOLING' })
const byHand = (ago: number): Episode => ({ ...firing(ago), state: 'CLOSED' })
/** Closed by hand while it was kept firing. */
const byHandBelow = (ago: number): Episode => ({ ...below(ago), state: 'CLOSED' })

const LAPSED: Step = { to: 'CLOSED', reason: 'LAPSED' }
const RELEASED: Step = { to: 'CLOSED', reason: 'RELEASED' }
const to = (name: 'STAY' | 'PENDING' | 'FIRING' | 'BELOW' | 'ABOVE' | 'COOLING' | 'FORGOTTEN'): Step => ({
  to: name,
})

const TABLE: [string, Episode | null, Outcome, typeof TIMING, Step][] = [
  ['none MET, hold asked: PENDING', null, 'MET', TIMING, to('PENDING')],
  ['none MET, hold of 1 ms: PENDING', null, 'MET', { ...TIMING, holdMs: 1 }, to('PENDING')],
  ['none MET, hold 0: FIRING at once', null, 'MET', NO_HOLD, to('FIRING')],
  ['none HELD: stays none, the value was never met', null, 'HELD', TIMING, to('STAY')],
  ['none HELD, hold 0: stays none', null, 'HELD', NO_HOLD, to('STAY')],
  ['none RELEASED: stays none', null, 'RELEASED', TIMING, to('STAY')],
  ['none NO_DATA: stays none', null, 'NO_DATA', TIMING, to('STAY')],
  ['none NO_DATA, hold 0: stays none', null, 'NO_DATA', NO_HOLD, to('STAY')],

  ['PENDING MET, began just now: stays', pending(0), 'MET', TIMING, to('STAY')],
  ['PENDING MET, 1 ms short of the hold: stays', pending(HOLD - 1), 'MET', TIMING, to('STAY')],
  ['PENDING MET, hold exactly reached: FIRING', pending(HOLD), 'MET', TIMING, to('FIRING')],
  ['PENDING MET, hold passed: FIRING', pending(HOLD + 1), 'MET', TIMING, to('FIRING')],
  ['PENDING MET, the rule lost its hold: FIRING', pending(0), 'MET', NO_HOLD, to('FIRING')],
  ['PENDING HELD: CLOSED as lapsed', pending(1), 'HELD', TIMING, LAPSED],
  ['PENDING HELD, hold passed: CLOSED as lapsed', pending(HOLD + 1), 'HELD', TIMING, LAPSED],
  ['PENDING RELEASED: CLOSED as lapsed', pending(1), 'RELEASED', TIMING, LAPSED],
  ['PENDING RELEASED, hold passed: CLOSED as lapsed', pending(HOLD), 'RELEASED', TIMING, LAPSED],
  ['PENDING NO_DATA: stays', pending(1), 'NO_DATA', TIMING, to('STAY')],
  ['PENDING NO_DATA, hold passed: does not fire blind', pending(2 * HOLD), 'NO_DATA', TIMING, to('STAY')],

  ['FIRING MET: stays', firing(1), 'MET', TIMING, to('STAY')],
  ['FIRING HELD: stays, between the levels', firing(COOLDOWN), 'HELD', TIMING, to('STAY')],
  ['FIRING RELEASED: COOLING', firing(1), 'RELEASED', TIMING, to('COOLING')],
  ['FIRING RELEASED, cooldown 0: CLOSED', firing(1), 'RELEASED', NO_COOLDOWN, RELEASED],
  ['FIRING RELEASED again: COOLING, counted afresh', again(2 * COOLDOWN), 'RELEASED', TIMING, to('COOLING')],
  ['FIRING NO_DATA: stays', firing(COOLDOWN), 'NO_DATA', TIMING, to('STAY')],
  ['FIRING NO_DATA, cooldown 0: stays', firing(COOLDOWN), 'NO_DATA', NO_COOLDOWN, to('STAY')],

  ['FIRING MET, keeps firing: stays', firing(1), 'MET', KEEPS, to('STAY')],
  ['FIRING HELD, keeps firing: stays', firing(1), 'HELD', KEEPS, to('STAY')],
  ['FIRING RELEASED, keeps firing: goes on BELOW', firing(1), 'RELEASED', KEEPS, to('BELOW')],
  [
    'FIRING RELEASED, keeps firing for 1 ms: BELOW',
    firing(1),
    'RELEASED',
    { ...TIMING, keepFiringMs: 1 },
    to('BELOW'),
  ],
  ['FIRING RELEASED, keeps firing, cooldown 0: BELOW', firing(1), 'RELEASED', KEEPS_ONLY, to('BELOW')],
  ['FIRING RELEASED after cooling, keeps firing: BELOW', again(KEEP), 'RELEASED', KEEPS, to('BELOW')],
  ['FIRING NO_DATA, keeps firing: stays, not below', firing(1), 'NO_DATA', KEEPS, to('STAY')],
  ['below MET: ABOVE', below(1), 'MET', KEEPS, to('ABOVE')],
  ['below MET, kept long enough: ABOVE', below(KEEP), 'MET', KEEPS, to('ABOVE')],
  ['below HELD: ABOVE, one look at the release level starts it anew', below(1), 'HELD', KEEPS, to('ABOVE')],
  ['below HELD, kept long enough: ABOVE', below(2 * KEEP), 'HELD', KEEPS, to('ABOVE')],
  ['below RELEASED, began just now: stays', below(0), 'RELEASED', KEEPS, to('STAY')],
  ['below RELEASED, 1 ms short: stays', below(KEEP - 1), 'RELEASED', KEEPS, to('STAY')],
  ['below RELEASED, kept exactly long enough: COOLING', below(KEEP), 'RELEASED', KEEPS, to('COOLING')],
  ['below RELEASED, kept longer: COOLING', below(KEEP + 1), 'RELEASED', KEEPS, to('COOLING')],
  ['below RELEASED, kept, cooldown 0: CLOSED', below(KEEP), 'RELEASED', KEEPS_ONLY, RELEASED],
  ['below RELEASED, not kept, cooldown 0: stays', below(KEEP - 1), 'RELEASED', KEEPS_ONLY, to('STAY')],
  ['below RELEASED, the rule keeps firing no longer: COOLING', below(0), 'RELEASED', TIMING, to('COOLING')],
  ['below HELD, the rule keeps firing no longer: ABOVE', below(0), 'HELD', TIMING, to('ABOVE')],
  ['below NO_DATA: stays below', below(1), 'NO_DATA', KEEPS, to('STAY')],
  ['below NO_DATA, kept long enough: does not cool blind', below(2 * KEEP), 'NO_DATA', KEEPS, to('STAY')],

  ['COOLING MET: FIRING again', cooling(1), 'MET', TIMING, to('FIRING')],
  ['COOLING MET, cooldown passed: FIRING again', cooling(2 * COOLDOWN), 'MET', TIMING, to('FIRING')],
  ['COOLING HELD, not cooled down: stays', cooling(COOLDOWN - 1), 'HELD', TIMING, to('STAY')],
  ['COOLING HELD, cooled down: CLOSED, only MET brings it back', cooling(COOLDOWN), 'HELD', TIMING, RELEASED],
  [
    'COOLING RELEASED, 1 ms short of the cooldown: stays',
    cooling(COOLDOWN - 1),
    'RELEASED',
    TIMING,
    to('STAY'),
  ],
  ['COOLING RELEASED, cooldown exactly reached: CLOSED', cooling(COOLDOWN), 'RELEASED', TIMING, RELEASED],
  ['COOLING RELEASED, cooldown passed: CLOSED', cooling(COOLDOWN + 1), 'RELEASED', TIMING, RELEASED],
  ['COOLING RELEASED, the rule lost its cooldown: CLOSED', cooling(0), 'RELEASED', NO_COOLDOWN, RELEASED],
  ['COOLING NO_DATA: stays', cooling(1), 'NO_DATA', TIMING, to('STAY')],
  [
    'COOLING NO_DATA, cooldown passed: does not close blind',
    cooling(COOLDOWN),
    'NO_DATA',
    TIMING,
    to('STAY'),
  ],

  ['closed by hand MET: stays closed', byHand(1), 'MET', TIMING, to('STAY')],
  ['closed by hand MET, hold 0: stays closed', byHand(1), 'MET', NO_HOLD, to('STAY')],
  ['closed by hand MET, long ago: stays closed', byHand(1000 * COOLDOWN), 'MET', TIMING, to('STAY')],
  ['closed by hand HELD: stays closed', byHand(1), 'HELD', TIMING, to('STAY')],
  ['closed by hand RELEASED: FORGOTTEN', byHand(1), 'RELEASED', TIMING, to('FORGOTTEN')],
  ['closed by hand RELEASED, cooldown 0: FORGOTTEN', byHand(1), 'RELEASED', NO_COOLDOWN, to('FORGOTTEN')],
  ['closed by hand below RELEASED: FORGOTTEN at once', byHandBelow(0), 'RELEASED', KEEPS, to('FORGOTTEN')],
  ['closed by hand below HELD: stays closed', byHandBelow(1), 'HELD', KEEPS, to('STAY')],
  ['closed by hand NO_DATA: stays closed', byHand(1), 'NO_DATA', TIMING, to('STAY')],
]

test.each(TABLE)('%s', (_name, episode, outcome, timing, expected) => {
  expect(step(episode, outcome, NOW, timing)).toEqual(expected)
})

test('the table has a line for every state and outcome', () => {
  const named = (episode: Episode | null) =>
    episode?.state === 'FIRING' && episode.belowAt !== null ? 'below' : (episode?.state ?? 'none')
  const seen = new Set(TABLE.map(([, episode, outcome]) => `${named(episode)} ${outcome}`))
  const states: (BreakoutState | 'none' | 'below')[] = [
    'none',
    'PENDING',
    'FIRING',
    'below',
    'COOLING',
    'CLOSED',
  ]
  const outcomes: Outcome[] = ['MET', 'HELD', 'RELEASED', 'NO_DATA']
  expect([...seen].sort()).toEqual(states.flatMap((s) => outcomes.map((o) => `${s} ${o}`)).sort())
})

/** What is left after each step, by what was there: `at` is NOW. */
const MOVED: [string, Episode | null, Step, Episode | null][] = [
  ['STAY keeps it as it is', below(KEEP), to('STAY'), below(KEEP)],
  ['PENDING begins', null, to('PENDING'), pending(0)],
  ['FIRING begins at once', null, to('FIRING'), firing(0)],
  ['FIRING after the hold', pending(HOLD), to('FIRING'), firing(HOLD)],
  ['FIRING again after cooling keeps when it cooled', cooling(KEEP), to('FIRING'), again(KEEP)],
  ['BELOW begins now', firing(HOLD), to('BELOW'), { ...firing(HOLD), belowAt: NOW }],
  ['ABOVE forgets since when', below(KEEP), to('ABOVE'), firing(9 * KEEP)],
  [
    'COOLING begins now and is no longer below',
    below(KEEP),
    to('COOLING'),
    { ...cooling(0), pendingAt: NOW - 9 * KEEP },
  ],
  ['CLOSED leaves nothing', cooling(KEEP), RELEASED, null],
  ['FORGOTTEN leaves nothing', byHand(1), to('FORGOTTEN'), null],
]
test.each(MOVED)('moved: %s', (_name, episode, taken, expected) => {
  expect(moved(episode, taken, NOW)).toEqual(expected)
})

/** One look, or a person who closes the open episode. */
type Event = { gap: number; outcome: Outcome | 'BY_HAND' }
interface Passed {
  at: number
  outcome: Outcome | 'BY_HAND'
  before: Episode | null
  step: Step
}

/** Plays the events from NOW on; the end state and everything that happened. */
function play(events: readonly Event[], timing: typeof TIMING): { end: Episode | null; passed: Passed[] } {
  let episode: Episode | null = null
  let at = NOW
  const passed: Passed[] = []
  for (const { gap, outcome } of events) {
    at += gap
    const before: Episode | null = episode
    if (outcome === 'BY_HAND') {
      episode = before && { ...(before as Episode), state: 'CLOSED' }
      passed.push({ at, outcome, before, step: { to: 'STAY' } })
      continue
    }
    const taken = step(before, outcome, at, timing)
    episode = moved(before, taken, at)
    passed.push({ at, outcome, before, step: taken })
  }
  return { end: episode, passed }
}

const gap = fc.integer({ min: 1, max: 50 }).map((n) => n * MINUTE)
const outcome = fc.constantFrom<Outcome[]>('MET', 'MET', 'HELD', 'RELEASED', 'NO_DATA')
const looks = fc.array(fc.record({ gap, outcome }), { maxLength: 60, size: 'max' })
const handled = fc.array(
  fc.record({ gap, outcome: fc.oneof({ weight: 8, arbitrary: outcome }, fc.constant<'BY_HAND'>('BY_HAND')) }),
  { maxLength: 60, size: 'max' },
)
const timings = fc.record({
  holdMs: fc.constantFrom(0, 1, 10 * MINUTE, HOLD),
  keepFiringMs: fc.constantFrom(0, 0, 1, KEEP, 90 * MINUTE),
  cooldownMs: fc.constantFrom(0, 1, 30 * MINUTE, COOLDOWN),
})

test('an episode fires for the first time once, after MET at every look of the hold', () => {
  let fired = 0
  fc.assert(
    fc.property(looks, timings, (events, timing) => {
      const { passed } = play(events, timing)
      for (const [i, { at, outcome, before, step }] of passed.entries()) {
        if (step.to !== 'FIRING' || before?.state === 'COOLING') continue
        fired++
        expect(outcome).toBe('MET')
        expect([undefined, 'PENDING']).toContain(before?.state)
        expect(at - (before?.pendingAt ?? at)).toBeGreaterThanOrEqual(timing.holdMs)
        const begun = before?.pendingAt ?? at
        const since = passed.slice(0, i).filter((p) => p.at >= begun && p.outcome !== 'NO_DATA')
        expect(since.filter((p) => p.outcome !== 'MET')).toEqual([])
        // Until it closes, every other way into FIRING is from COOLING.
        const rest = passed.slice(i + 1)
        const closed = rest.findIndex((p) => p.step.to === 'CLOSED')
        const same = closed === -1 ? rest : rest.slice(0, closed)
        expect(same.filter((p) => p.step.to === 'FIRING' && p.before?.state !== 'COOLING')).toEqual([])
      }
    }),
    { numRuns: 500 },
  )
  expect(fired).toBeGreaterThan(0)
})

test('an episode that fired closes only after a release and the whole cooldown without MET', () => {
  let closed = 0
  fc.assert(
    fc.property(looks, timings, (events, timing) => {
      const { passed } = play(events, timing)
      for (const { at, before, step } of passed) {
        if (step.to !== 'CLOSED' || step.reason !== 'RELEASED') continue
        closed++
        const from = before?.state === 'COOLING' ? (before.coolingAt as number) : at
        expect(at - from).toBeGreaterThanOrEqual(timing.cooldownMs)
        const since = passed.filter((p) => p.at >= from && p.at <= at)
        expect(since[0]?.outcome).toBe('RELEASED')
        expect(since.map((p) => p.outcome)).not.toContain('MET')
      }
    }),
    { numRuns: 500 },
  )
  expect(closed).toBeGreaterThan(0)
})

test('an episode leaves FIRING only after it was below the release level for as long as it keeps firing', () => {
  let left = 0
  fc.assert(
    fc.property(looks, timings, (events, timing) => {
      const { passed } = play(events, timing)
      for (const [i, { at, before, step }] of passed.entries()) {
        if (before?.state !== 'FIRING' || !['COOLING', 'CLOSED'].includes(step.to)) continue
        left++
        const from = before.belowAt ?? at
        expect(at - from).toBeGreaterThanOrEqual(timing.keepFiringMs)
        const since = passed.slice(0, i + 1).filter((p) => p.at >= from && p.outcome !== 'NO_DATA')
        expect(new Set(since.map((p) => p.outcome))).toEqual(new Set(['RELEASED']))
      }
    }),
    { numRuns: 500 },
  )
  expect(left).toBeGreaterThan(0)
})

test('only an episode that fires is below the release level', () => {
  fc.assert(
    fc.property(looks, timings, (events, timing) => {
      for (const { before } of play(events, timing).passed) {
        if (before !== null && before.state !== 'FIRING') expect(before.belowAt).toBeNull()
      }
    }),
  )
})

test('NO_DATA put in anywhere changes neither the end state nor any step of the other looks', () => {
  fc.assert(
    fc.property(handled, timings, fc.array(fc.nat(99), { maxLength: 20 }), (events, timing, places) => {
      const gaps = new Map(places.map((place) => [place % (events.length + 1), place]))
      // A blind look half-way: the others keep their instants.
      const mixed = events.flatMap((event, i): Event[] => {
        if (!gaps.has(i)) return [event]
        const half = Math.floor(event.gap / 2)
        return [
          { gap: half, outcome: 'NO_DATA' },
          { ...event, gap: event.gap - half },
        ]
      })
      if (gaps.has(events.length)) mixed.push({ gap: 500 * COOLDOWN, outcome: 'NO_DATA' })
      const bare = play(events, timing)
      const blind = play(mixed, timing)
      expect(blind.end).toEqual(bare.end)
      const seeing = (passed: Passed[]) => passed.filter((p) => p.outcome !== 'NO_DATA')
      expect(seeing(blind.passed)).toEqual(seeing(bare.passed))
    }),
    { numRuns: 500 },
  )
})

test('an episode closed by hand never fires before the video was released', () => {
  let forgotten = 0
  fc.assert(
    fc.property(handled, timings, (events, timing) => {
      for (const { outcome, before, step } of play(events, timing).passed) {
        if (before?.state !== 'CLOSED' || outcome === 'BY_HAND') continue
        expect(step.to).toBe(outcome === 'RELEASED' ? 'FORGOTTEN' : 'STAY')
        if (outcome === 'RELEASED') forgotten++
      }
    }),
    { numRuns: 500 },
  )
  expect(forgotten).toBeGreaterThan(0)
})

test.each<[string, Parameters<typeof explain>[0], string]>([
  [
    'says every reading and the age',
    {
      observedAt: '2026-06-01T12:00:00.000Z',
      condition: 'kolRatio >= 3',
      readings: {
        kolRatio: { value: 4.2 },
        interactionRate: { value: 0.05149 },
        plays: { value: 18_400 },
        ageHours: { value: 3.2 },
      },
    },
    'kolRatio 4.2, interactionRate 0.0515, plays 18400 at 3.2 h: met kolRatio >= 3',
  ],
  [
    'says why a reading is unknown',
    {
      observedAt: '2026-06-01T12:00:00.000Z',
      condition: 'plays >= 1000',
      readings: {
        plays: { value: 1000 },
        interactionRate: { value: null, reason: 'NOT_GIVEN' },
        ageHours: { value: 2 },
      },
    },
    'plays 1000, interactionRate unknown (NOT_GIVEN) at 2 h: met plays >= 1000',
  ],
  [
    'leaves out an age that is not there',
    { observedAt: '2026-06-01T12:00:00.000Z', condition: 'plays >= 0', readings: { plays: { value: 0 } } },
    'plays 0: met plays >= 0',
  ],
])('explain %s', (_name, evidence, expected) => {
  expect(explain(evidence)).toBe(expected)
})
