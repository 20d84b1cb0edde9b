/** What stopped an order may be undone by others: it stays LIVE until its end is sent. */
import { expect, test } from 'vitest'
import { type Promotion, type PromotionEvent, type PromotionState, step } from '../../rules/promotion.ts'
import { EVENTS, type Name, NOW, standing } from './promotion-events.ts'

const LIVE = { order: 'LIVE' } as const
const OVER = { order: 'OVER' } as const
const toEnd = { ...LIVE, stop: 'PLATFORM' } as const
test.each<[string, Partial<Promotion> & { state: PromotionState }, Name, Partial<Promotion> | 'STAY']>([
  [
    'refused by the review before it ran',
    { state: 'RUNNING', ...LIVE },
    'REJECTED',
    { state: 'REJECTED', ...toEnd },
  ],
  [
    'refused by a later review',
    { state: 'RUNNING', ...LIVE },
    'REJECTED_LATE',
    { state: 'RUNNING', ...toEnd },
  ],
  ['in a plan that is paused', { state: 'RUNNING', ...LIVE }, 'FROZEN', { state: 'RUNNING', ...toEnd }],
  ['tired', { state: 'FATIGUED', ...LIVE }, 'FROZEN', { state: 'FATIGUED', ...toEnd }],
  ['told to end', { state: 'RUNNING', ...LIVE, stop: 'PERSON' }, 'REJECTED', 'STAY'],
  ['refused and seen so again', { state: 'REJECTED', ...toEnd }, 'REJECTED', 'STAY'],
  ['over', { state: 'STOPPED', ...OVER }, 'FROZEN', 'STAY'],
  ['delivering again', { state: 'REJECTED', ...toEnd }, 'DELIVERING', 'STAY'],
  ['at its end', { state: 'REJECTED', ...toEnd }, 'ENDED', OVER],
])('%s, and it may go on', (_name, { state, ...more }, name, want) => {
  const promotion = standing('SCALE', state, more)
  const got = step(promotion, { ...EVENTS[name], resumes: true } as PromotionEvent, NOW)
  if (typeof want === 'string') return expect(got.kind).toBe(want)
  const since = (want.state ?? state) === state ? promotion.since : NOW
  return expect(got).toEqual({ kind: 'GO', to: { ...promotion, ...want, since } })
})

test('what was refused and may go on is ended, and stays refused', () => {
  const refused = standing('SCALE', 'REJECTED', toEnd)
  const ending = {
    ...{ ...refused, attempt: 2, claimedAt: NOW },
    change: { call: 'TERMINATE', phase: 'SENDING' },
  } satisfies Promotion
  expect(step(refused, EVENTS.END, NOW)).toEqual({ kind: 'GO', to: ending })
  const done = { kind: 'ANSWERED', call: 'TERMINATE', attempt: 2, outcome: 'DONE' } as const
  expect(step(ending, done, NOW)).toEqual({ kind: 'GO', to: { ...ending, ...OVER, change: null } })
})
