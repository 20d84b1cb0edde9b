/** Whether one call may go: the table of reasons, and what no order of arrivals can break. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Admission,
  type Asking,
  admit,
  boundsOf,
  callsLeft,
  countingDay,
  credible,
  quotaDay,
  slotsOf,
  unreserved,
} from '../../rules/quota.ts'
import { DAY, HOUR } from '../../rules/types.ts'

const { from, to } = boundsOf('2026-11-11')
const NOON = from + 12 * HOUR

/** At noon, nothing asked yet, of a limit of 10 a second and 1000 a day that two workspaces share. */
const asking = (over: Partial<Asking> = {}): Asking => ({
  limits: { callsPerSecond: 10, callsPerDay: 1000, costFen: 5 },
  urgent: false,
  calls: 0,
  blockedUntil: null,
  taken: 0,
  freeInMs: null,
  from,
  to,
  mine: 0,
  sharers: 2,
  spentFen: 0,
  capFen: null,
  maxWaitMs: 1000,
  ...over,
})
const refused = (reason: string, until: number) => ({ kind: 'REFUSED', reason, until })
const GO = { kind: 'GO' }

test.each<[string, Partial<Asking>, object]>([
  ['nothing stands against it', {}, GO],
  ['no limit is known', { limits: { callsPerSecond: null, callsPerDay: null, costFen: 0 }, calls: 9e6 }, GO],
  ['the last slot of the second', { taken: 9, freeInMs: 70 }, GO],
  ['all are taken, and one is soon free', { taken: 10, freeInMs: 70.2 }, { kind: 'WAIT', ms: 71 }],
  [
    'none of them is answered: one that is now lasts a second',
    { taken: 10 },
    refused('QUOTA_SECOND', NOON + 1002),
  ],
  [
    'one in ten minutes',
    { taken: 1, freeInMs: 600_000, limits: { callsPerSecond: 1 / 600, callsPerDay: null, costFen: 0 } },
    refused('QUOTA_SECOND', NOON + 600_000),
  ],
  ['silence for a moment', { blockedUntil: NOON + 1000 }, { kind: 'WAIT', ms: 1000 }],
  ['silence for longer', { blockedUntil: NOON + 60_000, urgent: true }, refused('BLOCKED', NOON + 60_000)],
  ['a silence that is over', { blockedUntil: NOON }, GO],
  ['a silence that nobody asks for: a clock was wrong', { blockedUntil: NOON + 2 * DAY }, GO],
  ['the last call of the cap', { capFen: 100, spentFen: 95 }, GO],
  ['the cap would be passed', { capFen: 100, spentFen: 96, urgent: true }, refused('CAP', to)],
  ['a cap of nothing', { capFen: 0 }, refused('CAP', to)],
  [
    'a cap does not stop what is free',
    { capFen: 0, limits: { callsPerSecond: null, callsPerDay: null, costFen: 0 } },
    GO,
  ],
  ['the last call that is not reserved', { calls: 799, mine: 399 }, GO],
  ['only the reserve is left', { calls: 800 }, refused('RESERVE', to)],
  ['the reserve is for what is urgent', { calls: 800, urgent: true }, GO],
  ['all is used', { calls: 1000, urgent: true }, refused('QUOTA_DAY', to)],
  ['all is used, for normal ones too', { calls: 1000 }, refused('QUOTA_DAY', to)],
  ['above its share, and the day is behind', { calls: 399, mine: 399, sharers: 4 }, GO],
  [
    'above its share, and the day is ahead',
    { calls: 600, mine: 400 },
    refused('SHARE', from + 0.75 * DAY + 1),
  ],
  ['below its share, and the day is ahead', { calls: 600, mine: 399 }, GO],
  [
    'above the share of urgent ones',
    { calls: 600, mine: 500, urgent: true },
    refused('SHARE', from + 0.6 * DAY + 1),
  ],
  ['alone', { calls: 799, mine: 799, sharers: 1 }, GO],
  [
    'the longest obstacle is told',
    { calls: 800, blockedUntil: NOON + 60_000, taken: 10, freeInMs: 5000 },
    refused('RESERVE', to),
  ],
  [
    'the day ends before one would be refused',
    { calls: 1000, from: NOON - DAY + 500, to: NOON + 500 },
    { kind: 'WAIT', ms: 500 },
  ],
])('%s', (_name, over, admission) => {
  expect(admit(asking(over), NOON)).toEqual(admission)
})

test('a day of a quota is one of Shanghai', () => {
  expect(quotaDay(new Date('2026-11-10T16:00:00Z'))).toEqual({ day: '2026-11-11', from, to })
  expect(quotaDay(new Date('2026-11-11T15:59:59.999Z')).day).toBe('2026-11-11')
  expect(from).toBe(Date.parse('2026-11-11T00:00:00+08:00'))
})

test.each([
  ['the same day', '2026-11-11', '2026-11-11T12:00:00Z', '2026-11-11'],
  ['a day that is over', '2026-11-10', '2026-11-11T12:00:00Z', '2026-11-11'],
  ['one that another clock has begun', '2026-11-12', '2026-11-11T15:59:59Z', '2026-11-12'],
  ['one that no clock can have begun', '2026-11-12', '2026-11-11T12:00:00Z', '2026-11-11'],
])('counts into %s', (_name, stored, now, day) => {
  expect(countingDay(stored, new Date(now))).toEqual(boundsOf(day))
})

test('a silence of a day is believed, one of a week is not', () => {
  expect([credible(NOON + DAY, NOON), credible(NOON + 7 * DAY, NOON)]).toEqual([true, false])
})

test.each([
  ['of its share', { total: 100, mine: 100, sharers: 2 }, 300],
  ['of what is not reserved', { total: 700, mine: 100, sharers: 2 }, 100],
  ['nothing', { total: 900, mine: 450, sharers: 2 }, 0],
  ['whole calls', { total: 0, mine: 0, sharers: 3 }, 266],
])('what is left is %s', (_name, use, left) => {
  expect(callsLeft(1000, use)).toBe(left)
})

interface Arrival {
  who: number
  urgent: boolean
  after: number
  /** How long its answer takes, and when on the way it counts at the platform, as a part of that. */
  takes: number
  part: number
}
interface Seen extends Arrival {
  at: number
  ask: Asking
  answer: Admission
}

/** Slots last from the call until a while after its answer. */
function slotsAt(now: number, answers: readonly number[], { limits }: Partial<Asking>) {
  const lastMs = limits?.callsPerSecond ? slotsOf(limits.callsPerSecond).lastMs : 0
  const held = answers.filter((answered) => answered > now || answered + lastMs > now)
  const free = held.filter((answered) => answered <= now).map((answered) => answered + lastMs - now)
  return { taken: held.length, freeInMs: free.length > 0 ? Math.min(...free) : null }
}

/** Plays arrivals against one limit and keeps its books as flow/quota.ts does. */
function play(arrivals: readonly Arrival[], over: Partial<Asking>): Seen[] {
  const mine = new Map<number, number>()
  const spent = new Map<number, number>()
  const sharers = new Set(arrivals.map(({ who }) => who)).size
  let now = from
  let calls = 0
  const answers: number[] = []
  return arrivals.map((arrival) => {
    now = Math.min(now + arrival.after, to - 1)
    const { who, urgent } = arrival
    const own = { mine: mine.get(who) ?? 0, spentFen: spent.get(who) ?? 0 }
    const ask = asking({ calls, sharers, urgent, ...slotsAt(now, answers, over), ...own, ...over })
    const answer = admit(ask, now)
    if (answer.kind === 'GO') {
      calls++
      answers.push(now + arrival.takes)
      mine.set(who, own.mine + 1)
      spent.set(who, own.spentFen + ask.limits.costFen)
    }
    return { ...arrival, at: now, ask, answer }
  })
}

const arrivals = (longest: number) =>
  fc.array(
    fc.record({
      who: fc.nat(3),
      urgent: fc.boolean(),
      after: fc.integer({ min: 0, max: longest }),
      takes: fc.nat(3000),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { maxLength: 300 },
  )
const gone = (seen: Seen[]) => seen.filter(({ answer }) => answer.kind === 'GO')

test('no order of arrivals passes the second, the day, the reserve or the cap', () => {
  const limits = fc.record({
    callsPerSecond: fc.integer({ min: 1, max: 50 }),
    callsPerDay: fc.integer({ min: 0, max: 60 }),
    costFen: fc.integer({ min: 0, max: 9 }),
  })
  fc.assert(
    fc.property(fc.oneof(arrivals(60), arrivals(HOUR)), limits, fc.nat(200), (order, limits, capFen) => {
      const passed = gone(play(order, { limits, capFen }))
      expect(passed.length).toBeLessThanOrEqual(limits.callsPerDay)
      for (const { ask, urgent } of passed) {
        if (!urgent) expect(ask.calls).toBeLessThan(unreserved(limits.callsPerDay))
        if (limits.costFen > 0) expect(ask.spentFen + limits.costFen).toBeLessThanOrEqual(capFen)
      }
      const seen = passed.map(({ at, takes, part }) => at + takes * part).sort((a, b) => a - b)
      for (const [nth, at] of seen.entries()) {
        const beyond = seen[nth + limits.callsPerSecond]
        if (beyond !== undefined) expect(beyond - at).toBeGreaterThanOrEqual(1000)
      }
    }),
  )
})

test('urgent calls are never held up by normal ones: the reserve is there whatever those do', () => {
  const limits = { callsPerSecond: null, callsPerDay: 50, costFen: 0 }
  fc.assert(
    fc.property(arrivals(HOUR), (order) => {
      const seen = play(order, { limits, sharers: 1 })
      const urgent = seen.filter((each) => each.urgent)
      expect(gone(urgent).length).toBeGreaterThanOrEqual(Math.min(urgent.length, 50 - unreserved(50)))
      for (const { answer, ask } of urgent) if (answer.kind === 'REFUSED') expect(ask.calls).toBe(50)
    }),
  )
})

test('who is below its equal share is never held up by a share, and who is above gets what would go unused', () => {
  const limits = { callsPerSecond: null, callsPerDay: 100, costFen: 0 }
  fc.assert(
    fc.property(arrivals(HOUR), (order) => {
      for (const { ask, answer, urgent, at } of play(order, { limits })) {
        const open = urgent ? 100 : unreserved(100)
        const behind = ask.calls < (open * (at - from)) / (to - from)
        const below = ask.mine < open / ask.sharers
        const room = ask.calls < open
        expect(answer.kind === 'GO').toBe(room && (below || behind))
      }
    }),
  )
})

test('a wait is told to its end: asked again then, nothing newer stands against it', () => {
  const odds = fc.record({
    calls: fc.integer({ min: 0, max: 999 }),
    mine: fc.integer({ min: 0, max: 999 }),
    blockedUntil: fc.option(fc.integer({ min: NOON - 500, max: NOON + 500 })),
    urgent: fc.boolean(),
  })
  fc.assert(
    fc.property(odds, (over) => {
      const answer = admit(asking({ ...over, maxWaitMs: DAY / 4 }), NOON)
      if (answer.kind !== 'WAIT') return
      expect(admit(asking(over), NOON + answer.ms).kind).toBe('GO')
    }),
  )
})
