/** What a promotion waits for, by its machine alone. */
import { expect, test } from 'vitest'
import { LEASE_MS, type Promotion, propose } from '../../rules/promotion.ts'
import { END_AGAIN_MS, nextTask, type Task } from '../../rules/promotion-next.ts'
import { HOUR } from '../../rules/types.ts'

const NOW = 100 * HOUR
const NEW = propose('TRIAL', NOW - HOUR)
const claim = (ago: number) => ({ attempt: 1, claimedAt: NOW - ago })
const LIVE = { state: 'RUNNING', order: 'LIVE', ...claim(HOUR) } as const
const reconciling = (call: 'ADD_BUDGET' | 'TERMINATE') =>
  ({ ...LIVE, change: { call, phase: 'RECONCILING' } }) as const
const asking = (call: 'ADD_BUDGET') => ({ ...LIVE, change: { call, phase: 'ASKING' } }) as const

test.each<[string, Partial<Promotion>, Task['kind']]>([
  ['proposed', {}, 'CONSIDER'],
  ['approved', { state: 'APPROVED' }, 'CREATE'],
  ['being sent', { state: 'SUBMITTING', ...claim(LEASE_MS - 1) }, 'WAIT'],
  ['sent, and nobody answered', { state: 'SUBMITTING', ...claim(LEASE_MS) }, 'LOST'],
  [
    'an addition that nobody answered for',
    { ...LIVE, change: { call: 'ADD_BUDGET', phase: 'SENDING' } },
    'LOST',
  ],
  ['lost', { state: 'RECONCILING', ...claim(HOUR) }, 'RECONCILE'],
  ['a person is asked', { state: 'ASKING', ...claim(HOUR) }, 'WAIT'],
  ['running', LIVE, 'LOOK'],
  ['told to end', { ...LIVE, stop: 'PERSON' }, 'TERMINATE'],
  [
    'told to end while an addition is looked for',
    { ...reconciling('ADD_BUDGET'), stop: 'PERSON' },
    'TERMINATE',
  ],
  ['its end is looked for', { ...reconciling('TERMINATE'), stop: 'PERSON' }, 'RECONCILE'],
  ['an addition is asked about: the order runs on', asking('ADD_BUDGET'), 'LOOK'],
  ['failed, and its order still runs', { ...LIVE, state: 'FAILED', stop: 'VERDICT' }, 'TERMINATE'],
  ['passed, and its order still runs', { ...LIVE, state: 'PASSED' }, 'LOOK'],
  ['over, its last figures are not there', { ...LIVE, state: 'FAILED', order: 'OVER' }, 'LOOK'],
  ['cancelled', { state: 'CANCELLED' }, 'DONE'],
])('%s', (_, change, kind) => {
  const known = { placed: true, finalKnown: false, endRefusedAt: null }
  expect(nextTask({ ...NEW, ...change }, known, NOW)).toMatchObject({ kind })
})

const KNOWN = { placed: true, finalKnown: false, endRefusedAt: null }
test.each<[Promotion['state'], Task['kind']]>([
  ['PROPOSED', 'PLACE'],
  ['APPROVED', 'PLACE'],
  ['CANCELLED', 'DONE'],
])('what lacks its plan and is %s: %s', (state, kind) => {
  expect(nextTask({ ...NEW, state }, { ...KNOWN, placed: false }, NOW).kind).toBe(kind)
})

test('an end that was refused is asked for again after a while, and looked at meanwhile', () => {
  const told: Promotion = { ...NEW, ...LIVE, stop: 'KILL_SWITCH' }
  const at = (ago: number) =>
    nextTask(told, { placed: true, finalKnown: false, endRefusedAt: NOW - ago }, NOW).kind
  expect([at(END_AGAIN_MS - 1), at(END_AGAIN_MS)]).toEqual(['LOOK', 'TERMINATE'])
})

test('what is known to the last 分 is done, but for a verdict', () => {
  const over = (state: Promotion['state']) =>
    nextTask({ ...NEW, ...LIVE, order: 'OVER', state }, { ...KNOWN, finalKnown: true }, NOW).kind
  expect([over('STOPPED'), over('JUDGING')]).toEqual(['DONE', 'LOOK'])
})
