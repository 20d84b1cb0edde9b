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
  freeAt: from,
  blockedUntil: null,
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
const GO = { kind: 'GO', freeAt: NOON + 100 }

test.each<[string, Partial<Asking>, object]>([
  ['nothing stands against it', {}, GO],
  [
    'no limit is known',
    { limits: { callsPerSecond: null, callsPerDay: null, costFen: 0 }, calls: 9e6 },
    { kind: 'GO', freeAt: NOON },
  ],
  [
    '3 a second are 334 ms apart',
    { limits: { callsPerSecond: 3, callsPerDay: null, costFen: 0 } },
    { kind: 'GO', freeAt: NOON + 334 },
  ],
  [
    'one in ten minutes',
    { limits: { callsPerSecond: 1 / 600, callsPerDay: null, costFen: 0 } },
    { kind: 'GO', freeAt: NOON + 600_000 },
  ],
  ['the moment before was taken', { freeAt: NOON + 70 }, { kind: 'WAIT', ms: 70 }],
  [
    'the moments before were taken for longer than one waits',
    { freeAt: NOON + 1001 },
    refused('QUOTA_SECOND', NOON + 1001),
  ],
  ['silence for a moment', { blockedUntil: NOON + 1000 }, { kind: 'WAIT', ms: 1000 }],
  ['silence for longer', { blockedUntil: NOON + 60_000, urgent: true }, refused('BLOCKED', NOON + 60_000)],
  ['a silence that is over', { blockedUntil: NOON }, GO],
  ['a silence that nobody asks for: a clock was wrong', { blockedUntil: NOON + 2 * DAY }, GO],
  ['a moment that nobody takes: a clock was wrong', { freeAt: NOON + 2 * HOUR }, GO],
  ['the last call of the cap', { capFen: 100, spentFen: 95 }, GO],
  ['the cap would be passed', { capFen: 100, spentFen: 96, urgent: true }, refused('CAP', to)],
  ['a cap of nothing', { capFen: 0 }, refused('CAP', to)],
  [
    'a cap does not stop what is free',
    { capFen: 0, limits: { callsPerSecond: null, callsPerDay: null, costFen: 0 } },
    { kind: 'GO', freeAt: NOON },
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
    { calls: 800, blockedUntil: NOON + 60_000, freeAt: NOON + 5000 },
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
}
interface Seen extends Arrival {
  at: number
  ask: Asking
  answer: Admission
}

/** Plays arrivals against one limit and keeps its books as flow/quota.ts does. */
function play(arrivals: readonly Arrival[], over: Partial<Asking>): Seen[] {
  const mine = new Map<number, number>()
  const spent = new Map<number, number>()
  const sharers = new Set(arrivals.map(({ who }) => who)).size
  let now = from
  let calls = 0
  let freeAt = from
  return arrivals.map((arrival) => {
    now = Math.min(now + arrival.after, to - 1)
    const { who, urgent } = arrival
    const own = { mine: mine.get(who) ?? 0, spentFen: spent.get(who) ?? 0 }
    const ask = asking({ calls, freeAt, sharers, urgent, ...own, ...over })
    const answer = admit(ask, now)
    if (answer.kind === 'GO') {
      calls++
      freeAt = answer.freeAt
      mine.set(who, own.mine + 1)
      spent.set(who, own.spentFen + ask.limits.costFen)
    }
    return { ...arrival, at: now, ask, answer }
  })
}

const arrivals = (longest: number) =>
  fc.array(fc.record({ who: fc.nat(3), urgent: fc.boolean(), after: fc.integer({ min: 0, max: longest }) }), {
    maxLength: 300,
  })
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
      for (const [nth, { at }] of passed.entries()) {
        const sameSecond = passed.slice(nth).filter((other) => other.at < at + 1000)
        expect(sameSecond.length).toBeLessThanOrEqual(limits.callsPerSecond)
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
    freeAt: fc.integer({ min: NOON - 500, max: NOON + 500 }),
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
