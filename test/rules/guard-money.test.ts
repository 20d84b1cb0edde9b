/** What counts as spent and when, and that no sequence of requests passes a cap. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { METHODS } from '../../rules/capability.ts'
import { type GuardSettings, guard, MARKS } from '../../rules/guard.ts'
import { CAP_SCOPES, type CapScope, capWindow, committedFen } from '../../rules/guard-money.ts'
import { approved, NOON, REQUEST, STANDING, set } from './guard-standing.ts'

test.each<[CapScope, string | null, string | null]>([
  ['ORDER', null, null],
  ['VIDEO', null, null],
  ['DAY', '2026-12-30T16:00:00Z', '2026-12-31T16:00:00Z'],
  ['BRAND', '2026-11-30T16:00:00Z', '2026-12-31T16:00:00Z'],
  ['WORKSPACE', '2026-11-30T16:00:00Z', '2026-12-31T16:00:00Z'],
])('what counts for %s', (scope, from, to) => {
  const window = capWindow(scope, Date.parse('2026-12-31T15:59:59Z'), 'Asia/Shanghai')
  expect(window && [new Date(window.from), new Date(window.to)]).toEqual(
    from && to && [new Date(from), new Date(to)],
  )
})

test.each<[string, Parameters<typeof committedFen>[0], number | null, number]>([
  ['proposed', { state: 'PROPOSED', order: 'NONE', change: null }, null, 0],
  ['being sent', { state: 'SUBMITTING', order: 'NONE', change: null }, null, 10_000],
  ['may be sent', { state: 'RECONCILING', order: 'NONE', change: null }, null, 10_000],
  ['a person is asked', { state: 'ASKING', order: 'NONE', change: null }, null, 10_000],
  ['runs', { state: 'RUNNING', order: 'LIVE', change: null }, 300, 10_000],
  [
    'more may be sent',
    { state: 'RUNNING', order: 'LIVE', change: { call: 'ADD_BUDGET', phase: 'RECONCILING' } },
    null,
    12_000,
  ],
  [
    'its end is sent',
    { state: 'RUNNING', order: 'LIVE', change: { call: 'TERMINATE', phase: 'SENDING' } },
    null,
    10_000,
  ],
  ['over, figures not there', { state: 'JUDGING', order: 'OVER', change: null }, null, 10_000],
  ['over', { state: 'PASSED', order: 'OVER', change: null }, 8_000, 8_000],
  [
    'over, more may have been sent',
    { state: 'JUDGING', order: 'OVER', change: { call: 'ADD_BUDGET', phase: 'ASKING' } },
    8_000,
    12_000,
  ],
  ['passed, and still runs', { state: 'PASSED', order: 'LIVE', change: null }, 8_000, 10_000],
  ['not sent', { state: 'CANCELLED', order: 'NONE', change: null }, null, 0],
])('counts as spent: %s', (_name, promotion, spentFen, fen) => {
  expect(committedFen(promotion, { orderedFen: 10_000, addingFen: 2_000, spentFen })).toBe(fen)
})

const cap = fc.option(fc.integer({ min: 0, max: 200_000 }))
const anyCaps = fc.record({ ORDER: cap, VIDEO: cap, DAY: cap, BRAND: cap, WORKSPACE: cap })
const anyRequest = fc.record({
  video: fc.nat(3),
  order: fc.nat(4),
  day: fc.nat(2),
  fen: fc.integer({ min: 0, max: 60 }).map((n) => n * 1000),
  call: fc.constantFrom('CREATE', 'ADD_BUDGET' as const),
})

test('whatever is asked for in whatever order, no cap is passed', () => {
  let allowed = 0
  let refused = 0
  fc.assert(
    fc.property(anyCaps, fc.array(anyRequest, { maxLength: 40, size: 'max' }), (capsFen, requests) => {
      const sums = new Map<string, number>()
      const keysOf = ({ video, order, day }: { video: number; order: number; day: number }) => ({
        ORDER: `order ${video} ${order}`,
        VIDEO: `video ${video}`,
        DAY: `day ${day}`,
        BRAND: `brand ${video % 2}`,
        WORKSPACE: 'workspace',
      })
      for (const request of requests) {
        const keys = keysOf(request)
        const committed = Object.fromEntries(CAP_SCOPES.map((scope) => [scope, sums.get(keys[scope]) ?? 0]))
        const answer = guard(
          { ...REQUEST, call: request.call, amountFen: request.fen, ...approved(1, 2) },
          { ...STANDING, ...set({ capsFen }), committedFen: committed as Record<CapScope, number> },
          NOON,
        )
        answer.kind === 'ALLOWED' ? allowed++ : refused++
        if (answer.kind !== 'ALLOWED') continue
        for (const scope of CAP_SCOPES) sums.set(keys[scope], (committed[scope] ?? 0) + request.fen)
      }
      for (const [key, sum] of sums) {
        const scope = key.split(' ', 1)[0]?.toUpperCase() as CapScope
        expect(sum).toBeLessThanOrEqual(capsFen[scope] ?? Number.POSITIVE_INFINITY)
      }
    }),
    { numRuns: 500 },
  )
  expect(Math.min(allowed, refused)).toBeGreaterThan(100)
})

test('a higher cap never refuses what a lower one allows, and more approvals ask for nothing more', () => {
  const raised = fc.record({
    ORDER: fc.nat(9e4),
    VIDEO: fc.nat(9e4),
    DAY: fc.nat(9e4),
    BRAND: fc.nat(9e4),
    WORKSPACE: fc.nat(9e4),
  })
  const rank = { ALLOWED: 0, NEEDS_APPROVAL: 1, REFUSED: 2 }
  fc.assert(
    fc.property(
      anyCaps,
      raised,
      fc.nat(150_000),
      fc.subarray([...MARKS]),
      fc.constantFrom(...METHODS),
      fc.subarray([1, 2, 3]),
      (capsFen, more, amountFen, marks, method, by) => {
        const higher = Object.fromEntries(
          CAP_SCOPES.map((scope) => [
            scope,
            capsFen[scope] === null ? null : (capsFen[scope] ?? 0) + more[scope],
          ]),
        )
        const at = (all: GuardSettings['capsFen'], persons: number[]) =>
          guard(
            { ...REQUEST, method, amountFen, ...approved(...persons) },
            { ...STANDING, marks, ...set({ capsFen: all, mode: 'APPROVE' }) },
            NOON,
          )
        const reasons = (answer: ReturnType<typeof at>) =>
          'reasons' in answer
            ? answer.reasons.map((r) => JSON.stringify({ ...r, capFen: 0, persons: 0 }))
            : []
        const before = at(capsFen, by)
        for (const after of [at(higher as GuardSettings['capsFen'], by), at(capsFen, [...by, 9])]) {
          expect(rank[after.kind]).toBeLessThanOrEqual(rank[before.kind])
          expect(reasons(before)).toEqual(expect.arrayContaining(reasons(after)))
        }
      },
    ),
    { numRuns: 500 },
  )
})
