import fc from 'fast-check'
import { expect, test } from 'vitest'
import { gapsAt, nextLook } from '../../rules/look-value.ts'
import { isUrgent, told } from '../../rules/look-why.ts'
import { METRIC_KEYS, type Readings } from '../../rules/metric.ts'
import type { Condition } from '../../rules/rule.ts'
import { EVERYWHERE } from '../../rules/scope.ts'
import { DAY, HOUR, MINUTE, PHASES } from '../../rules/types.ts'
import { asked, input, nowOf, PUBLISHED, ruled, sight, soon, type Video, video } from './look-video.ts'

/** ms from now; infinite: no longer watched. */
const wait = (one: Video) => (soon(one).at ?? Number.POSITIVE_INFINITY) - nowOf(one)
const plays = ruled({ metric: 'plays', op: '>=', value: 10_000 })
const at6h = (told: Parameters<typeof sight>[1]) => sight(6 * HOUR, told)
const pending = { state: 'PENDING', pendingAt: PUBLISHED + 6 * HOUR, belowAt: null, coolingAt: null } as const

test('never starves, and never asks faster than the source is fresh', () => {
  fc.assert(
    fc.property(video, (one) => {
      const now = nowOf(one)
      const { at } = soon(one)
      const { floor, ceiling } = gapsAt(now - PUBLISHED, one.source.freshnessMs, one.trial)
      if (at === null) {
        expect(now + floor).toBeGreaterThan(PUBLISHED + 30 * DAY)
        return
      }
      expect(at - now).toBeGreaterThanOrEqual(one.source.freshnessMs)
      const held = one.rules.some(({ episode }) => episode?.state === 'PENDING')
      expect(at - now).toBeLessThanOrEqual(held ? Math.max(ceiling, floor) : ceiling)
    }),
    { numRuns: 500 },
  )
})

test('asked again later it answers the same instant, or now when that has passed', () => {
  fc.assert(
    fc.property(video, fc.nat(4 * DAY), (one, later) => {
      const first = soon(one).at
      const now = nowOf(one) + later
      if (first === null || now >= PUBLISHED + 30 * DAY) return
      expect(soon(one, now).at).toBe(Math.max(first, now))
    }),
  )
})

const urgent: [string, (one: Video, by: number) => Video][] = [
  [
    'a cheaper look',
    (one, by) => ({ ...one, source: { ...one.source, costFen: one.source.costFen / (1 + by) } }),
  ],
  ['dearer delay', (one, by) => ({ ...one, delayFenPerHour: one.delayFenPerHour * (1 + by) })],
  ['a running trial', (one) => ({ ...one, trial: true })],
  ['a campaign phase', (one, by) => ({ ...one, phase: PHASES[Math.floor(by) % 4] ?? null })],
  ['one more rule', (one) => ({ ...one, rules: [...one.rules, { ...plays, ruleId: 9 }] })],
  [
    'a fresher source',
    (one, by) => ({ ...one, source: { ...one.source, freshnessMs: one.source.freshnessMs / (1 + by) } }),
  ],
]
test.each(urgent)('%s never makes the next look later', (name, change) => {
  fc.assert(
    fc.property(video, fc.double({ min: 0, max: 50, noNaN: true }), (given, by) => {
      const one = name === 'a campaign phase' ? { ...given, phase: null } : given
      // The end of the watch is no gap: a shorter floor may bring back a look that no longer fitted.
      expect(wait(change(one, by))).toBeLessThanOrEqual(wait(one) + 1e-3)
    }),
    { numRuns: 300 },
  )
})

test('the nearer to the threshold, the sooner', () => {
  const rules = [plays]
  fc.assert(
    fc.property(
      fc.tuple(fc.nat(9_999), fc.nat(9_999)),
      fc.integer({ min: 1, max: 29 * DAY }),
      ([a, b], age) => {
        const at = (value: number) => wait(input({ rules, last: sight(age, { plays: value }) }))
        expect(at(Math.max(a, b))).toBeLessThanOrEqual(at(Math.min(a, b)) + 1e-3)
      },
    ),
  )
})

test('the faster it grew to where it is, the sooner', () => {
  const grown = (from: number) =>
    wait(input({ rules: [plays], last: at6h({ plays: 5000 }), before: sight(4 * HOUR, { plays: from }) }))
  expect(grown(2000)).toBeLessThan(grown(3500))
  expect(grown(3500)).toBeLessThan(grown(4990))
})

test('every number of the text is one of the numbers, rounded', () => {
  fc.assert(
    fc.property(
      video,
      fc.nat(3),
      fc.option(fc.integer({ min: MINUTE, max: DAY })),
      (given, misses, cycleMs) => {
        const { why } = soon({ ...given, misses, cycleMs })
        const rounded = Object.values(why.numbers).flatMap((value) =>
          [value, value * 100].map((one) => Number(one.toPrecision(3))),
        )
        const said = why.text.replace('less than 0.01 %', '').match(/\d+(\.\d+)?(e[+-]\d+)?/g) ?? []
        for (const number of said) expect(rounded).toContain(Number(number))
      },
    ),
  )
})

test('a reason can be stored as JSON and told later', () => {
  const price = fc.constantFrom(0, 10, Number.POSITIVE_INFINITY)
  fc.assert(
    fc.property(video, price, fc.nat(2), (given, costFen, misses) => {
      const { why } = nextLook(
        asked({ ...given, misses, source: { ...given.source, costFen } }),
        nowOf(given),
      )
      const stored = JSON.parse(JSON.stringify(why))
      // An infinity or a NaN would come back as null.
      expect(stored).toEqual(why)
      expect(told(stored)).toEqual(told(why))
    }),
  )
})

test('a rule that is met and holds is looked at when the hold ends', () => {
  const met = at6h({ kolRatio: 5, interactionRate: 0.05, plays: 9000 })
  const one = input({ last: met, rules: input().rules.map((rule) => ({ ...rule, episode: pending })) })
  expect(soon(one)).toEqual({
    at: met.observedAt + 30 * MINUTE,
    why: {
      kind: 'HOLD',
      text: 'rule 1 is met and must hold 30 min: the look when it has',
      numbers: { ruleId: 1, holdMinutes: 30 },
    },
  })
  // A source that is slower than the hold is asked when it is fresh.
  expect(wait({ ...one, source: { freshnessMs: HOUR, costFen: 10 } })).toBe(HOUR)
  // A cycle set by hand does not keep it from firing.
  expect(wait({ ...one, cycleMs: DAY })).toBe(30 * MINUTE)
  // Another rule that is about to be met does not wait for this hold.
  const near = { ...plays, ruleId: 2 }
  expect(
    wait({ ...one, last: at6h({ plays: 9990 }), rules: [...one.rules, near], delayFenPerHour: 6000 }),
  ).toBeLessThan(30 * MINUTE)
})

test('a rule that keeps firing below its release level is looked at when that time ends, and not for its release', () => {
  const episode = { ...pending, state: 'FIRING' as const, belowAt: PUBLISHED + 6 * HOUR }
  const rule = { ...plays, episode, definition: { ...plays.definition, keepFiringMinutes: 40 } }
  const one = input({ rules: [rule], last: at6h({ plays: 9000 }) })
  expect(soon(one)).toEqual({
    at: PUBLISHED + 6 * HOUR + 40 * MINUTE,
    why: {
      kind: 'KEEP_FIRING',
      text: 'rule 1 is below its release level and keeps firing 40 min: the look when that ends',
      numbers: { ruleId: 1, keepFiringMinutes: 40 },
    },
  })
  expect(isUrgent({ kind: 'KEEP_FIRING', ruleId: 1, keepFiringMinutes: 40 })).toBe(false)
  // Nothing else is at stake: a time that ends after the longest gap leaves that gap.
  const longer = { ...rule, definition: { ...rule.definition, keepFiringMinutes: 10_080 } }
  expect(soon({ ...one, rules: [longer] })).toMatchObject({
    why: { kind: 'CEILING', text: expect.stringMatching(/^no rule can change/) },
  })
})

const NOWHERE = { brandId: null, matrixId: null, phaseId: null, tier: null }
test.each<[string, Video['place'], string]>([
  ['in its scope', { ...NOWHERE, tier: 'HEAD' }, 'FLOOR'],
  ['outside', { ...NOWHERE, tier: 'KOC' }, 'CEILING'],
  ['of which nothing is known', undefined, 'CEILING'],
])('a rule with a scope asks for looks at a video %s', (_name, place, kind) => {
  const scope = { ...EVERYWHERE, tiers: ['HEAD' as const] }
  const rules = [{ ...plays, definition: { ...plays.definition, scope } }]
  const one = input({ rules, last: at6h({ plays: 9900 }), ...(place && { place }) })
  expect(soon(one).why.kind).toBe(kind)
  expect(soon({ ...one, rules: [...rules, { ...plays, ruleId: 2 }] }).why.kind).toBe('FLOOR')
})

test('a hold of a rule out of scope ends nothing', () => {
  const scope = { ...EVERYWHERE, brandIds: [5] }
  const rules = [{ ...plays, episode: pending, definition: { ...plays.definition, scope } }]
  expect(soon(input({ rules, last: at6h({ plays: 20_000 }) })).why.kind).toBe('CEILING')
})

test('a window, a class and a not are weighed by what was read of them', () => {
  const over = { metric: 'plays', windowMinutes: 60, op: '>=', value: 1000 } as const
  const beside = { metric: 'plays', of: 'TIER', by: 'RATIO', op: '>=', value: 3 } as const
  const asking = (condition: Condition, key: string, value: number) => {
    const last = at6h({ plays: 5000 })
    const readings = { ...last.readings, [key]: { value } }
    return soon(input({ rules: [ruled(condition)], last: { ...last, readings } }))
  }
  for (const [condition, key, near, far] of [
    [over, 'plays over 60 min', 950, 10],
    [beside, 'plays / TIER median', 2.9, 0.1],
    [{ not: over }, 'plays over 60 min', 1050, 1e6],
  ] as const) {
    const [soonest, late] = [asking(condition, key, near), asking(condition, key, far)]
    expect(soonest.why).toMatchObject({ kind: 'WORTH', text: expect.stringContaining(`${key} `) })
    expect(soonest.at).toBeLessThan(late.at as number)
  }
})

test('learning late that a breakout is over counts a tenth', () => {
  const firing = { ...plays, episode: { ...pending, state: 'FIRING' as const } }
  const rate = { metric: 'interactionRate', op: '>=', value: 0.03 } as const
  const one = input({ rules: [{ ...firing, definition: { ...plays.definition, condition: rate } }] })
  const { why } = soon({ ...one, last: at6h({ interactionRate: 0.0301 }) })
  expect(why.text).toMatch(/interactionRate 0\.0301, .* to be <= 0\.03 within .* min, which counts 0\.1; /)
  expect(why.numbers.weight).toBe(0.1)
})

test('a breakout that still grows fast is looked at every hour, unless a cycle is set by hand', () => {
  const firing = { ...plays, episode: { ...pending, state: 'FIRING' as const } }
  const growing = input({ rules: [firing], last: at6h({ plays: 100_000, velocity: 5000 }) })
  expect(wait(growing)).toBe(HOUR)
  const { why } = soon(growing)
  expect(why.text).toBe('rule 1 fires and plays grow by 5 % an hour: every hour at least')
  expect(wait({ ...growing, last: at6h({ plays: 100_000, velocity: 1000 }) })).toBeGreaterThan(HOUR)
  expect(wait({ ...growing, cycleMs: 3 * HOUR })).toBe(3 * HOUR)
})

test('a chance too small to print is said so, and a value beside its bound with the digits that tell them apart', () => {
  const far = soon(input({ last: at6h({ kolRatio: 0.01, interactionRate: 0.0001, plays: 1 }) }))
  expect(far.why.text).toContain('less than 0.01 % to be')
  const ratio = { metric: 'kolRatio', op: '>=', value: 3 } as const
  const rule = { ...plays, definition: { ...plays.definition, condition: ratio } }
  const near = soon(input({ rules: [rule], last: at6h({ kolRatio: 2.9986 }) }))
  expect(near.why.text).toContain('kolRatio 2.9986, ')
})

test('a hold ends before anything else decides, whatever a look costs', () => {
  fc.assert(
    fc.property(video, fc.nat(240), (given, holdMinutes) => {
      const rule = { ...plays, ruleId: 9, episode: { ...pending, pendingAt: nowOf(given) } }
      const one = {
        ...given,
        rules: [...given.rules, { ...rule, definition: { ...rule.definition, holdMinutes } }],
      }
      const { at } = soon(one)
      const { floor } = gapsAt(nowOf(one) - PUBLISHED, one.source.freshnessMs, one.trial)
      if (at !== null) expect(at - nowOf(one)).toBeLessThanOrEqual(Math.max(holdMinutes * MINUTE, floor))
    }),
  )
})

test.each<[string, Partial<Video>, string, number | null]>([
  ['just published', {}, 'CEILING', 30],
  ['just published, in a hurry', { delayFenPerHour: 10_000 }, 'WORTH', 18],
  [
    'far from everything',
    { last: at6h({ kolRatio: 0.4, interactionRate: 0.01, plays: 300 }) },
    'CEILING',
    360,
  ],
  ['near the threshold', { last: at6h({ kolRatio: 2.8, interactionRate: 0.05, plays: 9000 }) }, 'WORTH', 30],
  [
    'near it, and nothing newer',
    {
      last: at6h({ kolRatio: 2.8, interactionRate: 0.05, plays: 9000 }),
      source: { freshnessMs: HOUR, costFen: 10 },
    },
    'FLOOR',
    60,
  ],
  [
    'a rate that strangers do not lift',
    { last: at6h({ kolRatio: 3.5, interactionRate: 0.018, plays: 9000 }) },
    'CEILING',
    360,
  ],
  ['no play count at all', { last: at6h({}) }, 'CEILING', 360],
  [
    'no look left in the quota',
    { last: at6h({ plays: 9000 }), source: { freshnessMs: HOUR, costFen: Number.POSITIVE_INFINITY } },
    'CEILING',
    360,
  ],
  ['no rule', { rules: [], last: at6h({ plays: 9000 }) }, 'CEILING', 360],
  [
    'a rule of another purpose',
    {
      purpose: 'SELLING',
      rules: [{ ...plays, definition: { ...plays.definition, purposes: ['SEEDING'] } }],
      last: at6h({ plays: 9999 }),
    },
    'CEILING',
    360,
  ],
  [
    'closed by hand',
    { rules: [{ ...plays, episode: { ...pending, state: 'CLOSED' } }], last: at6h({ plays: 9999 }) },
    'CEILING',
    360,
  ],
  ['a trial', { last: at6h({ plays: 1 }), trial: true }, 'CEILING', 60],
  ['a trial on an old video', { last: sight(40 * DAY, { plays: 1 }), trial: true }, 'CEILING', 60],
  ['set by hand', { last: at6h({ plays: 1 }), cycleMs: 45 * MINUTE }, 'CYCLE', 45],
  ['set faster than the source', { last: at6h({ plays: 1 }), cycleMs: MINUTE }, 'CYCLE', 10],
  ['failed seven times', { last: at6h({ plays: 1 }), misses: 7 }, 'RETRY', 64],
  ['at 30 days', { last: sight(30 * DAY, { plays: 1 }) }, 'END', null],
  ['no room before 30 days', { last: sight(30 * DAY - MINUTE, { plays: 1 }) }, 'END', null],
])('%s', (_name, more, kind, minutes) => {
  const one = input(more)
  const { at, why } = soon(one)
  expect(why.kind).toBe(kind)
  expect(at === null ? null : Math.round((at - nowOf(one)) / MINUTE)).toBe(minutes)
})

test('what it says', () => {
  const last = at6h({ kolRatio: 2.5, interactionRate: 0.05, plays: 9000 })
  expect(soon(input({ last })).why.text).toMatchInlineSnapshot(
    `"rule 1: kolRatio 2.5, 3.7 % to be >= 3 within 88.1 min; at 10 分 a look and 600 分 an hour late this is worth a look"`,
  )
  expect(
    soon(input({ last: at6h({ kolRatio: 0.4, interactionRate: 0.05, plays: 9000 }) })).why.text,
  ).toMatchInlineSnapshot(
    `"rule 1: kolRatio 0.4, less than 0.01 % to be >= 3 within 360 min; at 10 分 a look and 600 分 an hour late it is not worth one, but no gap is longer at this age"`,
  )
  const spent = input({ last, source: { freshnessMs: HOUR, costFen: Number.POSITIVE_INFINITY } })
  expect(soon(spent).why.text).toMatch(/; with no look left in the quota it is not worth one, but no gap/)
  expect(soon(input()).why.text).toMatchInlineSnapshot(
    `"rule 1: kolRatio not known yet, 1 % to be >= 3 within 30 min; at 10 分 a look and 600 分 an hour late it is not worth one, but no gap is longer at this age"`,
  )
})

test('a life without anything to see: looks end after 30 days and are few', () => {
  const empty = Object.fromEntries(METRIC_KEYS.map((key) => [key, { value: 1 }])) as Readings
  let last: Video['last'] = null
  let looks = 0
  for (let at = soon(input()).at; at !== null && looks < 1000; at = soon(input({ last })).at) {
    last = { observedAt: at, readings: { ...empty, interactionRate: { value: 0.001 } } }
    looks++
  }
  expect(last?.observedAt).toBe(PUBLISHED + 30 * DAY)
  expect(looks).toBe(25)
})
