import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AccountHealth } from '../../rules/account.ts'
import {
  accountHealth,
  connectionHealth,
  HEALTH_STATES,
  type HealthState,
  LATE_LOOK,
  PATIENCE,
  type SubjectAnswers,
} from '../../rules/health.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'

const now = Date.parse('2026-11-20T04:00:00Z')
const account = (over: Partial<AccountHealth> = {}): AccountHealth => ({
  platform: 'oceanengine',
  state: 'ACTIVE',
  accessExpiresAt: now + DAY,
  refreshExpiresAt: now + 30 * DAY,
  renewals: 0,
  lastError: null,
  ...over,
})
const subject = (over: Partial<SubjectAnswers> = {}): SubjectAnswers => ({
  source: 'qianchuan',
  lostAt: null,
  answeredAt: now - 5 * MINUTE,
  failedAt: null,
  failureKind: null,
  failureText: null,
  dueAt: now + MINUTE,
  ...over,
})
const fails = (kind: string, ms: number, over: Partial<SubjectAnswers> = {}) =>
  subject({
    failedAt: now - ms,
    failureKind: kind,
    failureText: `${kind} in words`,
    answeredAt: now - DAY,
    ...over,
  })
const REAUTHORISE = { state: 'REAUTHORISE', lastError: '40107 wrong' } as const
const ENDS_IN_7 = { refreshExpiresAt: now + 7 * DAY }

/** state, stale since so many ms ago, days left, kind of the error. */
type Row = [
  string,
  Partial<AccountHealth>,
  SubjectAnswers,
  HealthState,
  number | null,
  number | null,
  string | null,
]
const TABLE: Row[] = [
  ['answers: OK', {}, subject(), 'OK', null, null, null],
  ['was never asked: OK', {}, subject({ answeredAt: null, dueAt: null }), 'OK', null, null, null],
  ['failed before it answered: OK', {}, fails('auth', DAY, { answeredAt: now }), 'OK', null, null, null],
  [
    'fails for less than the patience: OK, and says why',
    {},
    fails('network', PATIENCE - 1),
    'OK',
    null,
    null,
    'network',
  ],
  ['fails for longer: FAILING', {}, fails('network', PATIENCE), 'FAILING', DAY, null, 'network'],
  ['timeout', {}, fails('timeout', PATIENCE), 'FAILING', DAY, null, 'timeout'],
  ['throttled', {}, fails('rate_limited', PATIENCE - 1), 'OK', null, null, 'rate_limited'],
  ['unreadable', {}, fails('parse', PATIENCE), 'FAILING', DAY, null, 'parse'],
  [
    'forbidden, which does not pass: FAILING at once',
    {},
    fails('forbidden', 0),
    'FAILING',
    DAY,
    null,
    'forbidden',
  ],
  [
    'forbidden, of one 抖音号 while others answer: OK, and says why',
    {},
    fails('forbidden', 0, { answeredAt: now - PATIENCE + 1 }),
    'OK',
    null,
    null,
    'forbidden',
  ],
  [
    'forbidden, and no other answers for long enough: FAILING',
    {},
    fails('forbidden', 0, { answeredAt: now - PATIENCE }),
    'FAILING',
    PATIENCE,
    null,
    'forbidden',
  ],
  ['auth at once', {}, fails('auth', 0), 'FAILING', DAY, null, 'auth'],
  [
    'never answered, fails: FAILING, stale since nothing',
    {},
    fails('forbidden', 0, { answeredAt: null }),
    'FAILING',
    null,
    null,
    'forbidden',
  ],
  ['due, not yet late: OK', {}, subject({ dueAt: now - LATE_LOOK + 1 }), 'OK', null, null, null],
  ['due for too long: STALE', {}, subject({ dueAt: now - LATE_LOOK }), 'STALE', LATE_LOOK, null, null],
  ['answered long ago, nothing due: OK', {}, subject({ answeredAt: now - 20 * DAY }), 'OK', null, null, null],
  ['the tokens end in 7 days: ENDING', ENDS_IN_7, subject(), 'ENDING', null, 7, null],
  [
    'in 7 days and a bit, which renews itself: OK',
    { refreshExpiresAt: now + 7 * DAY + 1 },
    subject(),
    'OK',
    null,
    null,
    null,
  ],
  [
    '抖音, no renewal left, far: OK with its days',
    { platform: 'douyin', renewals: 5, refreshExpiresAt: now + 20 * DAY - HOUR },
    subject(),
    'OK',
    null,
    20,
    null,
  ],
  [
    '抖音, no renewal left, near: ENDING',
    { platform: 'douyin', renewals: 5, ...ENDS_IN_7 },
    subject(),
    'ENDING',
    null,
    7,
    null,
  ],
  ['抖音, renewals left: OK', { platform: 'douyin', ...ENDS_IN_7 }, subject(), 'OK', null, null, null],
  [
    '抖音, the last access token lives on: ENDING',
    { platform: 'douyin', refreshExpiresAt: now, accessExpiresAt: now + 9 * DAY },
    subject(),
    'ENDING',
    null,
    9,
    null,
  ],
  ['ends and fails: FAILING, and says when it ends', ENDS_IN_7, fails('auth', 0), 'FAILING', DAY, 7, 'auth'],
  ['ends and is late: ENDING', ENDS_IN_7, subject({ dueAt: now - HOUR }), 'ENDING', null, 7, null],
  [
    'ended: STOPPED',
    { refreshExpiresAt: now, accessExpiresAt: now },
    subject(),
    'STOPPED',
    5 * MINUTE,
    0,
    'auth',
  ],
  ['taken back: STOPPED', REAUTHORISE, subject(), 'STOPPED', 5 * MINUTE, 0, 'auth'],
  ['no longer named: STOPPED', {}, subject({ lostAt: now - HOUR }), 'STOPPED', 5 * MINUTE, null, 'forbidden'],
]
test.each(TABLE)('%s', (_name, over, answers, state, stale, stopsInDays, kind) => {
  const health = connectionHealth(account(over), answers, now)
  const staleSince = stale === null ? null : now - stale
  expect({ ...health, error: health.error?.kind ?? null }).toEqual({
    state,
    staleSince,
    stopsInDays,
    error: kind,
  })
})

test('the table has every state', () => {
  expect(new Set(TABLE.map(([, , , state]) => state))).toEqual(new Set(HEALTH_STATES))
})

test.each<[string, Partial<AccountHealth>, SubjectAnswers[], HealthState, string | null]>([
  ['without subjects', {}, [], 'OK', null],
  [
    'the worst of its subjects',
    {},
    [subject(), fails('auth', 0), subject({ dueAt: now - HOUR })],
    'FAILING',
    'auth',
  ],
  ['one that is lost beside one that works', {}, [subject({ lostAt: now }), subject()], 'OK', null],
  ['all lost', {}, [subject({ lostAt: now })], 'STOPPED', 'forbidden'],
  ['a refresh failed, which passes', { lastError: 'no answer' }, [subject()], 'OK', null],
  ['its list may not be read', { lastError: 'GET https://x: 40002 no' }, [subject()], 'FAILING', 'forbidden'],
  ['taken back, with subjects that answer', REAUTHORISE, [subject()], 'STOPPED', 'auth'],
])('an account: %s', (_name, over, subjects, state, kind) => {
  const health = accountHealth(account(over), subjects, now)
  expect([health.state, health.error?.kind ?? null]).toEqual([state, kind])
})

test('a failure of the account that passes is told all the same, and is not its subjects’', () => {
  const given = account({ lastError: 'no answer' })
  expect(accountHealth(given, [subject()], now).error?.meaning.zh).toBe('最近一次调用失败。')
  expect(connectionHealth(given, subject(), now).error).toBeNull()
})

test('an account that stopped is stale since its last answer', () => {
  const subjects = [subject({ answeredAt: now - DAY }), subject({ answeredAt: null }), subject()]
  expect(accountHealth(account(REAUTHORISE), subjects, now).staleSince).toBe(now - 5 * MINUTE)
  expect(accountHealth(account(REAUTHORISE), [], now).staleSince).toBeNull()
})

test('of two subjects that fail, the one that is stale for longer speaks', () => {
  const subjects = [fails('auth', 0), fails('forbidden', 0, { answeredAt: now - 3 * DAY })]
  expect(accountHealth(account(), subjects, now)).toMatchObject({ staleSince: now - 3 * DAY })
})

test('an account is never better than its live subjects, nor does a subject change with the others', () => {
  const instant = fc.option(fc.integer({ min: -40 * DAY, max: 0 }).map((ms) => now + ms))
  const answers = fc.record({
    source: fc.constantFrom('qianchuan', 'douyin', 'doudian'),
    lostAt: fc.constant(null),
    answeredAt: instant,
    failedAt: instant,
    failureKind: fc.constantFrom('auth', 'network', 'forbidden'),
    failureText: fc.constant(null),
    dueAt: instant,
  })
  const tokens = fc.record({
    platform: fc.constantFrom('douyin', 'oceanengine'),
    state: fc.constantFrom('ACTIVE' as const, 'REAUTHORISE' as const),
    accessExpiresAt: fc.integer({ min: -DAY, max: 15 * DAY }).map((ms) => now + ms),
    refreshExpiresAt: fc.integer({ min: -DAY, max: 30 * DAY }).map((ms) => now + ms),
    renewals: fc.integer({ min: 0, max: 5 }),
    lastError: fc.constantFrom(null, 'no answer'),
  })
  fc.assert(
    fc.property(tokens, fc.array(answers, { maxLength: 4 }), (given, subjects) => {
      const rank = ({ state }: { state: HealthState }) => HEALTH_STATES.indexOf(state)
      const health = accountHealth(given, subjects, now)
      for (const one of subjects) {
        const own = connectionHealth(given, one, now)
        expect(rank(health)).toBeGreaterThanOrEqual(rank(own))
        expect(own.stopsInDays).toBe(health.stopsInDays)
        if (own.staleSince !== null) expect(own.staleSince).toBeLessThanOrEqual(now)
      }
    }),
  )
})
