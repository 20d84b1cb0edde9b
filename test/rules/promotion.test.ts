/** The machine of a promotion: every standing by every event. */
import { describe, expect, test } from 'vitest'
import { PROMOTION_STATES, type Promotion, type PromotionState, step } from '../../rules/promotion.ts'
import { EVENTS, NAMES, type Name, NOW, standing } from './promotion-events.ts'

const LIVE = { order: 'LIVE' } as const
const OVER = { order: 'OVER' } as const
const to = (state: PromotionState, more: Partial<Promotion> = {}) => ({ state, ...more })
const claim = { attempt: 2, claimedAt: NOW }
const change = (call: 'ADD_BUDGET' | 'CUT' | 'TERMINATE', phase: 'SENDING' | 'RECONCILING' | 'ASKING') => ({
  change: { call, phase },
})
const BY_PERSON = { stop: 'PERSON' } as const
const BY_PLATFORM = { stop: 'PLATFORM' } as const

type Cell = Partial<Promotion> | 'STAY' | '-'
type Row = Partial<Record<Name, Cell>>
/** Words on a write that is not open are old news, and stops and sights that change nothing are no mistake. */
const QUIET: Row = Object.fromEntries(
  NAMES.filter((name) => /^(CREATE_|ADD_|END_|TOLD_|LOST|THERE|NOT_SENT|AMBIGUOUS)/.test(name)).map(
    (name) => [name, 'STAY'],
  ),
)
const LATE_ALARM: Row = { CREATE_DONE: '-' }
const LATE_OURS: Row = { CREATE_DONE: to('RUNNING', LIVE) }
/** What the platform says of an order that runs for a state that is not moved by it. */
const sights = (state: PromotionState): Row => ({
  WAITING: 'STAY',
  DELIVERING: 'STAY',
  ENDED: to(state, OVER),
  REJECTED: to(state, { ...OVER, ...BY_PLATFORM }),
  REJECTED_LATE: to(state, { ...OVER, ...BY_PLATFORM }),
  UNPAID: to(state, { ...OVER, ...BY_PLATFORM }),
  FROZEN: to(state, { ...OVER, ...BY_PLATFORM }),
})
const blind: Row = {
  WAITING: 'STAY',
  DELIVERING: 'STAY',
  ENDED: 'STAY',
  REJECTED: 'STAY',
  REJECTED_LATE: 'STAY',
  UNPAID: 'STAY',
  FROZEN: 'STAY',
}
const trialSights: Row = {
  ...sights('JUDGING'),
  REJECTED: to('REJECTED', { ...OVER, ...BY_PLATFORM }),
  UNPAID: to('CANCELLED', { ...OVER, ...BY_PLATFORM }),
}
const CREATED: Row = {
  CREATE_DONE: to('RUNNING', LIVE),
  CREATE_REFUSED: to('REJECTED'),
  CREATE_NOT_NOW: to('APPROVED'),
}
const CHANGES: Row = {
  ADD: { ...claim, ...change('ADD_BUDGET', 'SENDING') },
  CUT: { ...claim, ...change('CUT', 'SENDING') },
}
const END: Row = { END: { ...claim, ...change('TERMINATE', 'SENDING') } }

/** What is left out is refused. */
const TABLE: [string, Promotion, Row][] = [
  [
    'PROPOSED',
    standing('TRIAL', 'PROPOSED'),
    { ...QUIET, ...LATE_ALARM, APPROVE: to('APPROVED'), STOP: to('CANCELLED', BY_PERSON) },
  ],
  [
    'APPROVED after a try that was not sent',
    standing('TRIAL', 'APPROVED'),
    {
      ...QUIET,
      ...LATE_OURS,
      APPROVE: 'STAY',
      STOP: to('CANCELLED', BY_PERSON),
      CREATE: to('SUBMITTING', claim),
    },
  ],
  [
    'SUBMITTING',
    standing('TRIAL', 'SUBMITTING'),
    { ...QUIET, ...CREATED, CREATE_UNKNOWN: to('RECONCILING'), LOST: to('RECONCILING'), STOP: BY_PERSON },
  ],
  [
    'SUBMITTING, to be stopped',
    standing('TRIAL', 'SUBMITTING', BY_PERSON),
    {
      ...QUIET,
      ...CREATED,
      CREATE_NOT_NOW: to('CANCELLED'),
      CREATE_UNKNOWN: to('RECONCILING'),
      LOST: to('RECONCILING'),
      STOP: 'STAY',
    },
  ],
  [
    'RECONCILING',
    standing('TRIAL', 'RECONCILING'),
    {
      ...QUIET,
      ...CREATED,
      THERE: to('RUNNING', LIVE),
      NOT_SENT: to('APPROVED'),
      AMBIGUOUS: to('ASKING'),
      STOP: BY_PERSON,
    },
  ],
  [
    'RECONCILING, to be stopped',
    standing('TRIAL', 'RECONCILING', BY_PERSON),
    {
      ...QUIET,
      ...CREATED,
      CREATE_NOT_NOW: to('CANCELLED'),
      THERE: to('RUNNING', LIVE),
      NOT_SENT: to('CANCELLED'),
      AMBIGUOUS: to('ASKING'),
      STOP: 'STAY',
    },
  ],
  [
    'ASKING',
    standing('TRIAL', 'ASKING'),
    { ...QUIET, ...CREATED, TOLD_THERE: to('RUNNING', LIVE), TOLD_NOT_SENT: to('APPROVED'), STOP: BY_PERSON },
  ],
  [
    'RUNNING trial',
    standing('TRIAL', 'RUNNING', LIVE),
    { ...QUIET, ...trialSights, ...CHANGES, STOP: BY_PERSON, JUDGE: to('JUDGING') },
  ],
  [
    'RUNNING trial, to be stopped',
    standing('TRIAL', 'RUNNING', { ...LIVE, ...BY_PERSON }),
    {
      ...QUIET,
      ...sights('JUDGING'),
      ...END,
      REJECTED: to('REJECTED', OVER),
      REJECTED_LATE: to('JUDGING', OVER),
      UNPAID: to('CANCELLED', OVER),
      FROZEN: to('JUDGING', OVER),
      STOP: 'STAY',
      JUDGE: to('JUDGING'),
    },
  ],
  [
    'RUNNING, more money is being sent',
    standing('TRIAL', 'RUNNING', { ...LIVE, ...change('ADD_BUDGET', 'SENDING') }),
    {
      ...QUIET,
      ...LATE_OURS,
      CREATE_DONE: 'STAY',
      ...trialSights,
      ADD_DONE: { change: null },
      ADD_REFUSED: { change: null },
      ADD_UNKNOWN: change('ADD_BUDGET', 'RECONCILING'),
      LOST: change('ADD_BUDGET', 'RECONCILING'),
      STOP: BY_PERSON,
      JUDGE: to('JUDGING'),
    },
  ],
  [
    'RUNNING, more money may have been sent',
    standing('TRIAL', 'RUNNING', { ...LIVE, ...change('ADD_BUDGET', 'RECONCILING') }),
    {
      ...QUIET,
      ...trialSights,
      ADD_DONE: { change: null },
      ADD_REFUSED: { change: null },
      THERE: { change: null },
      NOT_SENT: { change: null },
      AMBIGUOUS: change('ADD_BUDGET', 'ASKING'),
      STOP: BY_PERSON,
      JUDGE: to('JUDGING'),
    },
  ],
  [
    'RUNNING, a person is asked about money and stops it',
    standing('TRIAL', 'RUNNING', { ...LIVE, ...BY_PERSON, ...change('ADD_BUDGET', 'ASKING') }),
    {
      ...QUIET,
      ...sights('JUDGING'),
      ...END,
      REJECTED: to('REJECTED', OVER),
      REJECTED_LATE: to('JUDGING', OVER),
      UNPAID: to('CANCELLED', OVER),
      FROZEN: to('JUDGING', OVER),
      ADD_DONE: { change: null },
      ADD_REFUSED: { change: null },
      TOLD_THERE: { change: null },
      TOLD_NOT_SENT: { change: null },
      STOP: 'STAY',
      JUDGE: to('JUDGING'),
    },
  ],
  [
    'RUNNING, its end is being sent',
    standing('TRIAL', 'RUNNING', { ...LIVE, ...BY_PERSON, ...change('TERMINATE', 'SENDING') }),
    {
      ...QUIET,
      ...sights('JUDGING'),
      REJECTED: to('REJECTED', OVER),
      REJECTED_LATE: to('JUDGING', OVER),
      UNPAID: to('CANCELLED', OVER),
      FROZEN: to('JUDGING', OVER),
      END_DONE: to('JUDGING', { ...OVER, change: null }),
      END_REFUSED: { change: null },
      END_UNKNOWN: change('TERMINATE', 'RECONCILING'),
      LOST: change('TERMINATE', 'RECONCILING'),
      STOP: 'STAY',
      JUDGE: to('JUDGING'),
    },
  ],
  [
    'RUNNING, its end may have been sent',
    standing('TRIAL', 'RUNNING', { ...LIVE, ...BY_PERSON, ...change('TERMINATE', 'RECONCILING') }),
    {
      ...QUIET,
      ...sights('JUDGING'),
      REJECTED: to('REJECTED', OVER),
      REJECTED_LATE: to('JUDGING', OVER),
      UNPAID: to('CANCELLED', OVER),
      FROZEN: to('JUDGING', OVER),
      END_DONE: to('JUDGING', { ...OVER, change: null }),
      END_REFUSED: { change: null },
      THERE: to('JUDGING', { ...OVER, change: null }),
      NOT_SENT: { change: null },
      AMBIGUOUS: change('TERMINATE', 'ASKING'),
      STOP: 'STAY',
      JUDGE: to('JUDGING'),
    },
  ],
  [
    'JUDGING, it still runs',
    standing('TRIAL', 'JUDGING', LIVE),
    {
      ...QUIET,
      ...sights('JUDGING'),
      REJECTED: to('REJECTED', { ...OVER, ...BY_PLATFORM }),
      UNPAID: to('CANCELLED', { ...OVER, ...BY_PLATFORM }),
      STOP: BY_PERSON,
      JUDGE: 'STAY',
      PASS: to('PASSED'),
      FAIL: to('FAILED', { stop: 'VERDICT' }),
      HOLD: to('RUNNING'),
    },
  ],
  [
    'JUDGING, it is over',
    standing('TRIAL', 'JUDGING', OVER),
    {
      ...QUIET,
      ...blind,
      CREATE_DONE: 'STAY',
      STOP: 'STAY',
      JUDGE: 'STAY',
      PASS: to('PASSED'),
      FAIL: to('FAILED'),
      HOLD: to('STOPPED'),
    },
  ],
  [
    'PASSED, the rest still runs',
    standing('TRIAL', 'PASSED', LIVE),
    { ...QUIET, ...sights('PASSED'), STOP: BY_PERSON },
  ],
  ['PASSED', standing('TRIAL', 'PASSED', OVER), { ...QUIET, ...blind, STOP: 'STAY' }],
  [
    'FAILED, the rest is to end',
    standing('TRIAL', 'FAILED', { ...LIVE, stop: 'VERDICT' }),
    {
      ...QUIET,
      ...sights('FAILED'),
      ...END,
      REJECTED: OVER,
      REJECTED_LATE: OVER,
      UNPAID: OVER,
      FROZEN: OVER,
      STOP: 'STAY',
    },
  ],
  ['FAILED', standing('TRIAL', 'FAILED', OVER), { ...QUIET, ...blind, STOP: 'STAY' }],
  ['STOPPED', standing('TRIAL', 'STOPPED', { ...OVER, ...BY_PERSON }), { ...QUIET, ...blind, STOP: 'STAY' }],
  ['REJECTED by the answer', standing('TRIAL', 'REJECTED'), { ...QUIET, ...LATE_ALARM, STOP: 'STAY' }],
  [
    'REJECTED by the review',
    standing('TRIAL', 'REJECTED', { ...OVER, ...BY_PLATFORM }),
    { ...QUIET, ...blind, STOP: 'STAY' },
  ],
  [
    'CANCELLED after a try that was not sent',
    standing('TRIAL', 'CANCELLED', BY_PERSON),
    { ...QUIET, ...LATE_OURS, STOP: 'STAY' },
  ],
  [
    'CANCELLED unpaid',
    standing('TRIAL', 'CANCELLED', { ...OVER, ...BY_PLATFORM }),
    { ...QUIET, ...blind, STOP: 'STAY' },
  ],
  [
    'RUNNING scale',
    standing('SCALE', 'RUNNING', LIVE),
    {
      ...QUIET,
      ...trialSights,
      ...CHANGES,
      ENDED: to('RETIRED', OVER),
      REJECTED_LATE: to('STOPPED', { ...OVER, ...BY_PLATFORM }),
      FROZEN: to('STOPPED', { ...OVER, ...BY_PLATFORM }),
      STOP: BY_PERSON,
      TIRED: to('FATIGUED'),
    },
  ],
  [
    'RUNNING scale, its end is being sent',
    standing('SCALE', 'RUNNING', { ...LIVE, ...BY_PERSON, ...change('TERMINATE', 'SENDING') }),
    {
      ...QUIET,
      ...sights('STOPPED'),
      REJECTED: to('REJECTED', OVER),
      REJECTED_LATE: to('STOPPED', OVER),
      UNPAID: to('CANCELLED', OVER),
      FROZEN: to('STOPPED', OVER),
      END_DONE: to('STOPPED', { ...OVER, change: null }),
      END_REFUSED: { change: null },
      END_UNKNOWN: change('TERMINATE', 'RECONCILING'),
      LOST: change('TERMINATE', 'RECONCILING'),
      STOP: 'STAY',
      TIRED: to('FATIGUED'),
    },
  ],
  [
    'FATIGUED',
    standing('SCALE', 'FATIGUED', LIVE),
    {
      ...QUIET,
      ...sights('RETIRED'),
      CUT: { ...claim, ...change('CUT', 'SENDING') },
      REJECTED: to('REJECTED', { ...OVER, ...BY_PLATFORM }),
      UNPAID: to('CANCELLED', { ...OVER, ...BY_PLATFORM }),
      STOP: BY_PERSON,
      TIRED: 'STAY',
    },
  ],
  [
    'FATIGUED, to end',
    standing('SCALE', 'FATIGUED', { ...LIVE, stop: 'FATIGUE' }),
    {
      ...QUIET,
      ...sights('RETIRED'),
      ...END,
      REJECTED: to('REJECTED', OVER),
      REJECTED_LATE: to('RETIRED', OVER),
      UNPAID: to('CANCELLED', OVER),
      FROZEN: to('RETIRED', OVER),
      STOP: 'STAY',
      TIRED: 'STAY',
    },
  ],
  ['RETIRED', standing('SCALE', 'RETIRED', OVER), { ...QUIET, ...blind, STOP: 'STAY' }],
]

describe.each(TABLE)('%s', (_name, promotion, row) => {
  test.each(NAMES)('%s', (name) => {
    const got = step(promotion, EVENTS[name], NOW)
    const want = row[name] ?? '-'
    if (typeof want === 'string') return expect(got.kind).toBe(want === 'STAY' ? 'STAY' : 'REFUSED')
    const since = (want.state ?? promotion.state) === promotion.state ? promotion.since : NOW
    return expect(got).toEqual({ kind: 'GO', to: { ...promotion, ...want, since } })
  })
})

test('the table has every state', () => {
  const seen = new Set(TABLE.map(([, { state }]) => state))
  expect(PROMOTION_STATES.filter((state) => !seen.has(state))).toEqual([])
})
