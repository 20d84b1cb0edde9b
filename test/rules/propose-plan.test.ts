import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import type { Kol } from '../../rules/propose-kols.ts'
import { proposePlan, type Request, STRATEGIES } from '../../rules/propose-plan.ts'
import { TIERS } from '../../rules/types.ts'
import { allowed, anyMatrix, existingOf, matrixOf, tally } from './cover-world.ts'

// Seconds on a busy machine.
vi.setConfig({ testTimeout: 30_000 })

const request = (more: Partial<Request> = {}): Request => ({
  ...matrixOf([3, 3, 3]),
  existing: [],
  videos: null,
  strategy: 'COVERING',
  times: 1,
  seed: 'a',
  kols: [],
  ...more,
})
const kol = (id: number, free: number, more: Partial<Kol> = {}): Kol => ({
  id,
  vertical: null,
  tier: null,
  free,
  ...more,
})

const anyKols = fc
  .array(
    fc.record({
      vertical: fc.option(fc.constantFrom('x', 'y')),
      tier: fc.option(fc.constantFrom(...TIERS)),
      free: fc.nat(4),
    }),
    {
      maxLength: 6,
    },
  )
  .map((kols) => kols.map((one, id) => ({ id, ...one })))

const anyRequest: fc.Arbitrary<Request> = anyMatrix(4).chain((matrix) =>
  fc.record({
    axes: fc.constant(matrix.axes),
    forbidden: fc.constant(matrix.forbidden),
    required: fc.constant(matrix.required),
    existing: existingOf(matrix),
    videos: fc.option(fc.nat(12)),
    strategy: fc.constantFrom(...STRATEGIES),
    times: fc.integer({ min: 1, max: 2 }),
    seed: fc.string(),
    kols: anyKols,
  }),
)

test('any plan keeps to the videos, the constraints and the KOLs, and says what it leaves', () => {
  fc.assert(
    fc.property(anyRequest, (request) => {
      const { lines, uncovered, impossible, coverage } = proposePlan(request)
      if (request.videos !== null) expect(lines.length).toBeLessThanOrEqual(request.videos)
      else expect(request.strategy === 'BALANCED' || uncovered.length === 0).toBe(true)
      for (const { elements } of lines) expect(allowed(request, elements)).toBe(true)
      for (const { id, free } of request.kols)
        expect(lines.filter(({ kolId }) => kolId === id).length).toBeLessThanOrEqual(free)
      const counts = tally(request, [
        ...request.existing,
        ...lines.map(({ elements }) => ({ elements, count: 1 })),
      ])
      for (const { pair, missing } of uncovered)
        expect((counts.get(pair.join(' ')) ?? 0) + missing).toBe(request.times)
      const told = new Set(impossible.map(({ pair }) => pair.join(' ')))
      for (const { pair } of uncovered) expect(told.has(pair.join(' '))).toBe(false)
      expect(coverage.after === 1 || coverage.after === null).toBe(uncovered.length === 0)
      expect(coverage.after ?? 0).toBeGreaterThanOrEqual(coverage.before ?? 0)
    }),
    { numRuns: 80 },
  )
})

test('the same request gives the same plan', () => {
  fc.assert(
    fc.property(anyRequest, (request) => {
      expect(proposePlan(request)).toEqual(proposePlan(request))
    }),
    { numRuns: 30 },
  )
})

test('the counts before a line are those of all before it', () => {
  fc.assert(
    fc.property(anyRequest, (request) => {
      const before = [...request.existing]
      for (const { elements, why } of proposePlan(request).lines) {
        const counts = tally(request, before)
        for (const pair of why.pairs) expect(pair.before).toBe(counts.get(pair.pair.join(' ')) ?? 0)
        expect(why.covers).toEqual(why.pairs.filter((p) => p.before < request.times).map((p) => p.pair))
        before.push({ elements, count: 1 })
      }
    }),
    { numRuns: 40 },
  )
})

test('too few videos: each covers all it can, most first', () => {
  const { lines, uncovered, coverage } = proposePlan(request({ ...matrixOf([10, 10, 10, 10]), videos: 40 }))
  expect(lines.map(({ why }) => why.covers.length)).toEqual(Array(40).fill(6))
  expect(uncovered).toHaveLength(360)
  expect(coverage).toEqual({ before: 0, after: 0.4 })
  const constrained = proposePlan(
    request({ ...matrixOf([5, 4, 3, 2], { forbidden: [{ a: 1, b: 6, reason: '' }] }) }),
  )
  const covers = constrained.lines.map(({ why }) => why.covers.length)
  expect(covers).toEqual(covers.toSorted((a, b) => b - a))
})

test('nothing to plan', () => {
  const empty = proposePlan(request({ axes: {} }))
  expect(empty).toEqual({ lines: [], uncovered: [], impossible: [], coverage: { before: null, after: null } })
  const unusable = [1, 2, 3].map((a) => ({ a, b: 99 }))
  const none = proposePlan(request({ required: unusable, strategy: 'BALANCED', videos: 5 }))
  expect(none.lines).toEqual([])
  expect(none.impossible).toHaveLength(27)
})

test('BALANCED uses all videos, also when everything is covered', () => {
  const { lines } = proposePlan(request({ videos: 27, strategy: 'BALANCED' }))
  expect(lines).toHaveLength(27)
  expect(lines.at(-1)?.why.text).toMatch(/^All its pairs are covered, it evens them out; /)
})

test('KOLs get equally many lines, and none more than they can take on', () => {
  const { lines } = proposePlan(request({ kols: [kol(1, 99), kol(2, 99), kol(3, 1), kol(4, 0)] }))
  const load = (id: number) => lines.filter(({ kolId }) => kolId === id).length
  expect([1, 2, 3, 4].map(load)).toEqual([4, 4, 1, 0])
})

test('a line without a KOL says why', () => {
  const reasons = (kols: Kol[]) =>
    proposePlan(request({ kols })).lines.map(({ kolId, why }) => [kolId, why.kol.kind])
  expect(reasons([])).toEqual(Array(9).fill([null, 'NO_KOLS']))
  expect(reasons([kol(7, 2)]).slice(1, 3)).toEqual([
    [7, 'CHOSEN'],
    [null, 'NONE_FREE'],
  ])
})

test('another KOL over the same element, and another vertical where KOLs are equal', () => {
  const axes = { PERSONA: [1], PRODUCT: [2] }
  const existing = [{ elements: { PERSONA: 1, PRODUCT: 2 }, count: 1, kolId: 1 }]
  const who = (kols: Kol[]) => proposePlan(request({ axes, existing, times: 2, kols })).lines[0]?.kolId
  expect(who([kol(1, 5), kol(2, 5)])).toBe(2)
  expect(
    who([kol(1, 5, { vertical: 'x' }), kol(2, 5, { vertical: 'x' }), kol(3, 5, { vertical: 'y' })]),
  ).toBe(3)
})

test('the reason in words', () => {
  const { lines } = proposePlan(request({ axes: { PERSONA: [1], PRODUCT: [2, 3] }, kols: [kol(7, 2)] }))
  expect(lines.map(({ why }) => why.text)).toEqual([
    'Covers 1 of its 1 pair for the first time; its rarest element, 1, has 0 videos so far; KOL 7 is new to its elements.',
    'Covers 1 of its 1 pair for the first time; its rarest element, 3, has 0 videos so far; KOL 7 has had 1 element of it.',
  ])
})

test.each([
  ['times', { times: 0 }],
  ['videos', { videos: -1 }],
  ['two axes', { axes: { PERSONA: [1], NEED: [1] } }],
])('refused: %s', (why, more) => {
  expect(() => proposePlan(request(more))).toThrow(why)
})
