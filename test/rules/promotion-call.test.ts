/** Writes of a promotion: what no order of events, answers and crashes can break. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  AIMS,
  isOpen,
  LEASE_MS,
  PROMOTION_STATES,
  type Promotion,
  type PromotionEvent,
  propose,
  step,
} from '../../rules/promotion.ts'
import { openCall } from '../../rules/promotion-call.ts'
import { BEFORE, EVENTS, NAMES, type Name, NOW, standing } from './promotion-events.ts'

function of(name: Name, attempt: number): PromotionEvent {
  const event = EVENTS[name]
  return 'attempt' in event ? { ...event, attempt } : event
}

test('a claim is lost only when its lease is over', () => {
  const sent = standing('TRIAL', 'SUBMITTING', { claimedAt: BEFORE + 1 })
  expect(step(sent, EVENTS.LOST, NOW)).toEqual({ kind: 'REFUSED', why: `The claim holds until ${NOW + 1}.` })
})

test('an order of an older attempt stops what is under way and asks a person', () => {
  for (const state of ['SUBMITTING', 'RECONCILING'] as const) {
    const got = step(standing('TRIAL', state, { attempt: 2 }), EVENTS.CREATE_DONE, NOW)
    expect(got).toMatchObject({ kind: 'GO', to: { state: 'ASKING', attempt: 2 } })
  }
  const running = standing('TRIAL', 'RUNNING', { order: 'LIVE', attempt: 2 })
  expect(step({ ...running, attempt: 1 }, EVENTS.CREATE_DONE, NOW).kind).toBe('STAY')
  expect(step(running, EVENTS.CREATE_UNKNOWN, NOW).kind).toBe('STAY')
})

test('a refusal says what leads from where', () => {
  expect(step(standing('TRIAL', 'RUNNING', { order: 'LIVE' }), EVENTS.CREATE, NOW)).toEqual({
    kind: 'REFUSED',
    why: 'CREATE: only what is APPROVED is sent, this is RUNNING.',
  })
})

/** One event of any attempt, or the n-th of those that lead on from where the promotion stands. */
type Pick = { name: Name; attempt: number | null } | { nth: number }
const pick: fc.Arbitrary<Pick> = fc.oneof(
  fc.record({ nth: fc.nat(99) }),
  fc.record({ name: fc.constantFrom(...NAMES), attempt: fc.option(fc.integer({ min: 1, max: 4 })) }),
)
const NOT_EARLY: readonly Name[] = ['STOP']

function chosen(promotion: Promotion, how: Pick): PromotionEvent {
  if ('name' in how) return of(how.name, how.attempt ?? promotion.attempt)
  const leading = NAMES.filter((name) => !NOT_EARLY.includes(name))
    .map((name) => of(name, promotion.attempt))
    .filter((event) => step(promotion, event, NOW + LEASE_MS).kind === 'GO')
  return leading[how.nth % (leading.length || 1)] ?? EVENTS.STOP
}

test('no order of events claims a second order while a first may be there', () => {
  const claims = { CREATE: 0, ADD_BUDGET: 0, CUT: 0, TERMINATE: 0 }
  fc.assert(
    fc.property(fc.constantFrom(...AIMS), fc.array(pick, { maxLength: 60, size: 'max' }), (aim, picks) => {
      let promotion = propose(aim, BEFORE)
      for (const how of picks) {
        const event = chosen(promotion, how)
        const got = step(promotion, event, NOW + LEASE_MS)
        if (got.kind !== 'GO') continue
        if (event.kind === 'CLAIM') {
          claims[event.call]++
          expect(got.to.attempt).toBe(promotion.attempt + 1)
          expect(openCall(promotion)?.phase).not.toBe('SENDING')
          if (event.call !== 'TERMINATE') expect(openCall(promotion)).toBeNull()
          expect(promotion.order).toBe(event.call === 'CREATE' ? 'NONE' : 'LIVE')
          expect(promotion.stop === null).toBe(event.call !== 'TERMINATE')
        }
        if (promotion.order === 'OVER') expect(got.to.order).toBe('OVER')
        if (promotion.stop !== null) expect(got.to.stop).toBe(promotion.stop)
        promotion = got.to
      }
    }),
    { numRuns: 2000 },
  )
  for (const count of Object.values(claims)) expect(count).toBeGreaterThan(0)
})

test('from every standing that events lead to there is a way to the end, and what is closed stays so', () => {
  const words = (p: Promotion) => JSON.stringify([p.aim, p.state, p.order, p.change, p.stop === null])
  const reached = new Map<string, Promotion>()
  const next = new Map<string, string[]>()
  const todo = [propose('TRIAL', BEFORE), propose('SCALE', BEFORE)]
  for (const promotion of todo) {
    if (reached.has(words(promotion))) continue
    reached.set(words(promotion), promotion)
    const tos = NAMES.flatMap((name) => {
      const got = step(promotion, of(name, promotion.attempt), NOW + LEASE_MS)
      return got.kind === 'GO' ? [got.to] : []
    })
    // Only a late answer opens what is closed: an order that was taken for not sent.
    if (!isOpen(promotion))
      expect(tos.map(({ state }) => state).filter((state) => state !== 'RUNNING')).toEqual([])
    next.set(words(promotion), tos.map(words))
    todo.push(...tos.map((to) => ({ ...to, claimedAt: to.claimedAt === null ? null : BEFORE })))
  }
  const ends = new Set([...reached].filter(([, p]) => !isOpen(p)).map(([key]) => key))
  for (let before = -1; before !== ends.size; ) {
    before = ends.size
    for (const [key, tos] of next) if (tos.some((to) => ends.has(to))) ends.add(key)
  }
  expect([...reached.keys()].filter((key) => !ends.has(key))).toEqual([])
  expect(new Set([...reached.values()].map(({ state }) => state)).size).toBe(PROMOTION_STATES.length)
})
