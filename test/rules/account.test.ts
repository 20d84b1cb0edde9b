import { expect, test } from 'vitest'
import { type AccountHealth, accountWarning } from '../../rules/account.ts'
import { DAY } from '../../rules/types.ts'

const now = Date.parse('2026-11-11T12:00:00Z')
const health = (over: Partial<AccountHealth>): AccountHealth => ({
  state: 'ACTIVE',
  refreshExpiresAt: now + 30 * DAY,
  lastError: null,
  ...over,
})

test.each<[string, Partial<AccountHealth>, string | null]>([
  ['active, far from its end: nothing', {}, null],
  ['active, a failed refresh alone: nothing', { lastError: 'no answer' }, null],
  ['active, 7 days and a bit: nothing', { refreshExpiresAt: now + 7 * DAY + 1 }, null],
  [
    'active, 7 days',
    { refreshExpiresAt: now + 7 * DAY },
    'Authorise again within 7 days: the tokens end then',
  ],
  [
    'active, half a day',
    { refreshExpiresAt: now + DAY / 2 },
    'Authorise again within 1 day: the tokens end then',
  ],
  ['active, ended', { refreshExpiresAt: now }, 'Authorise again: the tokens have ended'],
  [
    'taken back, with a reason',
    { state: 'REAUTHORISE', lastError: '40107 wrong' },
    'Authorise again: 40107 wrong',
  ],
  ['taken back, without one', { state: 'REAUTHORISE' }, 'Authorise again: the platform took the tokens back'],
])('%s', (_name, over, warning) => {
  expect(accountWarning(health(over), now)).toBe(warning)
})
