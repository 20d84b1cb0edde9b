import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MAX_RENEWALS } from '../../platforms/douyin-oauth.ts'
import {
  type AccountHealth,
  accessOutlives,
  accountWarning,
  refreshDue,
  renewalDue,
  renewalsLeft,
  type TokenLives,
} from '../../rules/account.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'

const now = Date.parse('2026-11-11T12:00:00Z')
const health = (over: Partial<AccountHealth>): AccountHealth => ({
  platform: 'oceanengine',
  state: 'ACTIVE',
  accessExpiresAt: now + DAY,
  refreshExpiresAt: now + 30 * DAY,
  renewals: 0,
  lastError: null,
  ...over,
})
const douyin = (over: Partial<AccountHealth>) => health({ platform: 'douyin', ...over })

test.each<[string, AccountHealth, string | null]>([
  ['active, far from its end: nothing', health({}), null],
  ['active, a failed refresh alone: nothing', health({ lastError: 'no answer' }), null],
  ['active, 7 days and a bit: nothing', health({ refreshExpiresAt: now + 7 * DAY + 1 }), null],
  [
    'active, 7 days',
    health({ refreshExpiresAt: now + 7 * DAY }),
    'Authorise again within 7 days: the tokens end then',
  ],
  [
    'active, half a day',
    health({ refreshExpiresAt: now + DAY / 2 }),
    'Authorise again within 1 day: the tokens end then',
  ],
  [
    'active, ended',
    health({ refreshExpiresAt: now, accessExpiresAt: now }),
    'Authorise again: the tokens have ended',
  ],
  [
    'active, the access token lives on',
    health({ refreshExpiresAt: now, accessExpiresAt: now + 12 * DAY + 1 }),
    'Authorise again within 13 days: the last token ends then',
  ],
  [
    'taken back, with a reason',
    health({ state: 'REAUTHORISE', lastError: '40107 wrong' }),
    'Authorise again: 40107 wrong',
  ],
  [
    'taken back, without one',
    health({ state: 'REAUTHORISE' }),
    'Authorise again: the platform took the tokens back',
  ],
  [
    'taken back, whatever is left',
    douyin({ state: 'REAUTHORISE' }),
    'Authorise again: the platform took the tokens back',
  ],
  ['douyin, renewals left, 7 days: nothing', douyin({ refreshExpiresAt: now + 7 * DAY }), null],
  ['douyin, one left, renewal due: nothing', douyin({ refreshExpiresAt: now + 3 * DAY, renewals: 4 }), null],
  ['douyin, one left, not yet late: nothing', douyin({ refreshExpiresAt: now + 2 * DAY + 1 }), null],
  [
    'douyin, one left, a day late',
    douyin({ refreshExpiresAt: now + 2 * DAY, renewals: 4 }),
    'Authorise again within 2 days: the tokens end then and have not been renewed',
  ],
  [
    'douyin, none left, far from its end: nothing',
    douyin({ refreshExpiresAt: now + 7 * DAY + 1, renewals: 5 }),
    null,
  ],
  [
    'douyin, none left, 7 days',
    douyin({ refreshExpiresAt: now + 7 * DAY, renewals: 5 }),
    'Authorise again within 7 days: the tokens end then and cannot be renewed again',
  ],
  [
    'douyin, refused with renewals left',
    douyin({ refreshExpiresAt: now, accessExpiresAt: now + 15 * DAY }),
    'Authorise again within 15 days: the last token ends then',
  ],
  [
    'doudian, 7 days: as every platform that rotates',
    health({ platform: 'doudian', refreshExpiresAt: now + 7 * DAY }),
    'Authorise again within 7 days: the tokens end then',
  ],
])('%s', (_name, given, warning) => {
  expect(accountWarning(given, now)).toBe(warning)
})

test.each<[string, number, number | null]>([
  ['douyin', 0, 5],
  ['douyin', 4, 1],
  ['douyin', 5, 0],
  ['douyin', 6, 0],
  ['oceanengine', 0, null],
  ['doudian', 3, null],
])('%s after %i renewals has %s left', (platform, renewals, left) => {
  expect(renewalsLeft({ platform, renewals })).toBe(left)
})

test("the limit is that of the platform's own file", () => {
  expect(renewalsLeft({ platform: 'douyin', renewals: 0 })).toBe(MAX_RENEWALS)
})

test.each<[string, Partial<AccountHealth>, boolean]>([
  ['three days before the end', { refreshExpiresAt: now + 3 * DAY }, true],
  ['earlier', { refreshExpiresAt: now + 3 * DAY + 1 }, false],
  ['the fifth', { refreshExpiresAt: now + DAY, renewals: 4 }, true],
  ['never a sixth', { refreshExpiresAt: now + DAY, renewals: 5 }, false],
  ['not on a platform that rotates', { refreshExpiresAt: now + DAY, platform: 'oceanengine' }, false],
])('a renewal is due: %s', (_name, over, due) => {
  expect(renewalDue(douyin(over), now)).toBe(due)
})

test.each<[string, Partial<AccountHealth>, number]>([
  ['five minutes before the end', { accessExpiresAt: now + DAY }, DAY - 5 * MINUTE],
  ['not before half of a short life', { accessExpiresAt: now + 4000 }, 2000],
  [
    'at the renewal, should that come first',
    { platform: 'douyin', accessExpiresAt: now + 15 * DAY, refreshExpiresAt: now + 9 * DAY },
    6 * DAY,
  ],
  [
    'at half of its life where that costs nothing',
    { platform: 'douyin', accessExpiresAt: now + 15 * DAY, refreshExpiresAt: now + 30 * DAY },
    7.5 * DAY,
  ],
  [
    'an hour after a renewal that failed',
    { platform: 'douyin', accessExpiresAt: now + 15 * DAY, refreshExpiresAt: now + 2 * DAY },
    HOUR,
  ],
  [
    'halfway to an end that is final',
    { platform: 'douyin', accessExpiresAt: now + 15 * DAY, refreshExpiresAt: now + 2 * DAY, renewals: 5 },
    DAY,
  ],
  [
    'with minutes to that end no more',
    {
      platform: 'douyin',
      accessExpiresAt: now + 15 * DAY,
      refreshExpiresAt: now + 10 * MINUTE,
      renewals: 5,
    },
    15 * DAY,
  ],
  [
    'with a dead refresh token no more',
    { platform: 'douyin', accessExpiresAt: now + 15 * DAY, refreshExpiresAt: now },
    15 * DAY,
  ],
])('a refresh is due %s', (_name, over, after) => {
  expect(refreshDue(health(over), now) - now).toBe(after)
})

test('it is never due after the access token, nor in the past', () => {
  const lives = fc.record({
    platform: fc.constantFrom('douyin', 'oceanengine', 'doudian'),
    accessExpiresAt: fc.integer({ min: 1, max: 40 * DAY }).map((ms) => now + ms),
    refreshExpiresAt: fc.integer({ min: -DAY, max: 40 * DAY }).map((ms) => now + ms),
    renewals: fc.integer({ min: 0, max: 6 }),
  })
  fc.assert(
    fc.property(lives, (given: TokenLives) => {
      const due = refreshDue(given, now)
      expect(due).toBeGreaterThan(now)
      expect(due).toBeLessThanOrEqual(Math.max(given.accessExpiresAt, now + HOUR))
    }),
  )
})

test.each<[string, Partial<AccountHealth>, number, boolean]>([
  ['where a refresh keeps the refresh token', { platform: 'douyin' }, now, true],
  ['past its end as well', { platform: 'douyin', refreshExpiresAt: now - 1 }, now, true],
  ['where both come together: no', {}, now, false],
  ['put off to the access token and refused again: no', { platform: 'douyin' }, now + DAY, false],
  ['nothing lives: no', { platform: 'douyin', accessExpiresAt: now }, now - 1, false],
])('a refused refresh token leaves the access token: %s', (_name, over, refreshAt, outlives) => {
  expect(accessOutlives({ ...health(over), refreshAt }, now)).toBe(outlives)
})
