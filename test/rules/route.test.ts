import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AIMS, type Aim } from '../../rules/promotion.ts'
import {
  ATTEMPTS,
  afterAttempt,
  type Cause,
  deliveryState,
  dispose,
  MATTERS,
  type Matter,
  NEWS_LIFE,
  PACE,
  RETRY_WAITS,
  restOf,
  roomOf,
  SENT_OUTCOMES,
  TEAMS,
  type Team,
  type Topic,
  topicOf,
  type Waiting,
  WEBHOOK_FORMATS,
} from '../../rules/route.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'

const told: Cause = { kind: 'NOTIFICATION' }
const promoted = (aim: Aim, matter: Matter): Cause => ({ kind: 'PROMOTION', aim, matter })

describe('who is told of what', () => {
  test.each<[Team, Cause, Topic | null]>([
    ['CONTENT', told, 'BREAKOUT'],
    ['KOL', told, 'REUSE_HIT'],
    ['ADS', told, null],
    ['ADS', promoted('TRIAL', 'PROPOSED'), 'TRIAL_READY'],
    ['ADS', promoted('SCALE', 'PROPOSED'), 'SCALE_READY'],
    ['ADS', promoted('TRIAL', 'ASKING'), 'ASKING'],
    ['ADS', promoted('SCALE', 'ASKING'), 'ASKING'],
    ['ADS', promoted('TRIAL', 'HELD'), 'HELD'],
    ['ADS', promoted('SCALE', 'HELD'), 'HELD'],
    ['CONTENT', promoted('SCALE', 'REMIX'), 'REMIX'],
    ['ADS', promoted('SCALE', 'REMIX'), null],
    ['ADS', promoted('TRIAL', 'CORRECTED'), 'CORRECTED'],
    ['ADS', promoted('SCALE', 'CORRECTED'), 'CORRECTED'],
  ])('%s of %j: %s', (team, cause, topic) => {
    expect(topicOf(team, cause)).toBe(topic)
  })

  test('money is the business of ADS alone, a new cut of CONTENT', () => {
    for (const aim of AIMS) {
      for (const matter of MATTERS) {
        const told = TEAMS.filter((team) => topicOf(team, promoted(aim, matter)) !== null)
        expect(told, `${aim} ${matter}`).toEqual([matter === 'REMIX' ? 'CONTENT' : 'ADS'])
      }
    }
  })
})

const NOW = Date.UTC(2026, 10, 11)
const fresh: Waiting = {
  topic: 'BREAKOUT',
  createdAt: NOW,
  attempts: 0,
  paused: false,
  read: false,
  stands: true,
}

describe('what becomes of a message that is due', () => {
  test.each<[string, Partial<Waiting>, object]>([
    ['it is sent', {}, { do: 'SEND' }],
    ['the last attempt is left', { attempts: ATTEMPTS - 1 }, { do: 'SEND' }],
    ['no attempt is left, and none was answered', { attempts: ATTEMPTS }, { do: 'DROP' }],
    ['a person read it', { read: true }, { do: 'DROP' }],
    ['it was settled', { stands: false }, { do: 'DROP' }],
    ['one ms before a day', { createdAt: NOW - NEWS_LIFE + 1 }, { do: 'SEND' }],
    ['a day old', { createdAt: NOW - NEWS_LIFE }, { do: 'DROP' }],
    ['days old, and it asks', { topic: 'ASKING', createdAt: NOW - 9 * NEWS_LIFE }, { do: 'SEND' }],
    ['a day old, and it is held', { topic: 'HELD', createdAt: NOW - NEWS_LIFE }, { do: 'DROP' }],
    ['paused', { paused: true }, { do: 'WAIT', until: NOW + 5 * MINUTE }],
    ['paused, and read', { paused: true, read: true }, { do: 'DROP' }],
  ])('%s', (_name, over, expected) => {
    expect(dispose({ ...fresh, ...over }, NOW)).toMatchObject(expected)
  })
})

describe('after an attempt', () => {
  test.each([
    ['TAKEN', 1, null, { to: 'SENT' }],
    ['TAKEN', ATTEMPTS, null, { to: 'SENT' }],
    ['REFUSED', 1, null, { to: 'GIVEN_UP' }],
    ['REFUSED', 1, 1000, { to: 'GIVEN_UP' }],
    ['LOST', 1, null, { to: 'AGAIN', at: NOW + MINUTE / 2 }],
    ['BUSY', 2, null, { to: 'AGAIN', at: NOW + 2 * MINUTE }],
    ['BUSY', 1, 10 * MINUTE, { to: 'AGAIN', at: NOW + 10 * MINUTE }],
    ['LOST', 5, 1000, { to: 'AGAIN', at: NOW + HOUR }],
    ['BUSY', 1, 90 * DAY, { to: 'AGAIN', at: NOW + DAY }],
    ['LOST', ATTEMPTS, null, { to: 'GIVEN_UP' }],
    ['BUSY', ATTEMPTS, 1000, { to: 'GIVEN_UP' }],
  ] as const)('%s, attempt %i, told to wait %s', (outcome, attempts, wait, expected) => {
    expect(afterAttempt(outcome, attempts, wait, NOW)).toEqual(expected)
  })

  test('waits grow, and all of them are over while it is still news', () => {
    expect([...RETRY_WAITS]).toEqual([...RETRY_WAITS].sort((a, b) => a - b))
    expect(RETRY_WAITS.reduce<number>((sum, wait) => sum + wait, 0)).toBeLessThan(NEWS_LIFE)
  })

  test('whatever happens, a message is sent or given up within its attempts', () => {
    const story = fc.array(fc.tuple(fc.constantFrom(...SENT_OUTCOMES), fc.option(fc.nat(2 * DAY))), {
      minLength: ATTEMPTS,
    })
    fc.assert(
      fc.property(story, (outcomes) => {
        let at = NOW
        for (const [i, [outcome, wait]] of outcomes.entries()) {
          const after = afterAttempt(outcome, i + 1, wait, at)
          if (after.to !== 'AGAIN') return
          expect(after.at).toBeGreaterThan(at)
          at = after.at
        }
        throw new Error('it is tried for ever')
      }),
    )
  })
})

test('pace: never more than a format takes, and a rest until there is room', () => {
  for (const format of WEBHOOK_FORMATS) {
    const { round, minute } = PACE[format]
    expect([roomOf(format, 0), roomOf(format, minute), roomOf(format, 10 * minute)]).toEqual([round, 0, 0])
    expect(roomOf(format, minute - 1)).toBe(1)
    expect(restOf(format, minute, null)).toBe(MINUTE)
    expect(restOf(format, minute - 1, null)).toBeLessThan(MINUTE)
    expect(restOf(format, 0, 10 * MINUTE)).toBe(10 * MINUTE)
  }
})

test.each([
  [{ due: true, sent: false, attempts: 0 }, 'WAITING'],
  [{ due: true, sent: false, attempts: 3 }, 'WAITING'],
  [{ due: false, sent: true, attempts: 1 }, 'SENT'],
  [{ due: false, sent: false, attempts: 8 }, 'GIVEN_UP'],
  [{ due: false, sent: false, attempts: 0 }, 'DROPPED'],
] as const)('%j is %s', (row, state) => {
  expect(deliveryState(row)).toBe(state)
})
