import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  endOfQuiet,
  type Fired,
  GROUP_FROM,
  GROUP_WINDOW,
  type Quiet,
  type Recent,
  say,
  type Telling,
  tell,
} from '../../rules/notify.ts'
import type { Severity } from '../../rules/rule.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'

const ZONE = 'Asia/Shanghai'
const at = (text: string) => Date.parse(text)
/** 12:00 in Shanghai. */
const NOW = at('2026-11-11T04:00:00Z')
const NIGHT: Quiet = { from: '22:00', to: '08:00' }

function fired(count: number, over: Partial<Fired> = {}): Fired[] {
  const one = { brandId: 1, ruleId: 1, severity: 'INFO' as const, quiet: null, ...over }
  return Array.from({ length: count }, (_, nth) => ({ episodeId: nth + 1, ...one }))
}
const alone = (minutesAgo: number): Recent => {
  const createdAt = NOW - minutesAgo * MINUTE
  return { id: 1, severity: 'INFO', episodes: 1, createdAt, dueAt: createdAt, openUntil: null }
}
const group = (minutesAgo: number, episodes: number): Recent => {
  const createdAt = NOW - minutesAgo * MINUTE
  const until = createdAt + GROUP_WINDOW
  return { id: 7, severity: 'INFO', episodes, createdAt, dueAt: until, openUntil: until }
}
const times = <T>(count: number, one: T) => Array.from({ length: count }, () => one)
const ALONE = { as: 'ALONE', severity: 'INFO', dueAt: NOW }
const GROUP = { as: 'GROUP', severity: 'INFO', openUntil: NOW + GROUP_WINDOW, dueAt: NOW + GROUP_WINDOW }

describe('of one brand and rule', () => {
  test.each<[string, Fired[], Recent[], object]>([
    ['the first one is told at once', fired(1), [], ALONE],
    ['so are as many as make no spike', fired(GROUP_FROM), [], ALONE],
    ['one more makes it a group, none of which is told alone', fired(GROUP_FROM + 1), [], GROUP],
    ['those of the hour before count', fired(1), times(GROUP_FROM - 1, alone(59)), ALONE],
    ['and bring the next one into a group', fired(1), times(GROUP_FROM, alone(59)), GROUP],
    ['those of an hour ago do not', fired(1), times(GROUP_FROM, alone(60)), ALONE],
    ['nor a later one of a host that was faster less', fired(1), times(GROUP_FROM, alone(-1)), GROUP],
    [
      'an open group takes all',
      fired(3),
      [alone(70), group(59, 6)],
      { as: 'JOIN', notificationId: 7, severity: 'INFO', dueAt: NOW + MINUTE },
    ],
    [
      'also a single one',
      fired(1),
      [group(0, 6)],
      { as: 'JOIN', notificationId: 7, severity: 'INFO', dueAt: NOW + HOUR },
    ],
    ['a spike that goes on is another group', fired(1), [group(60, 6)], GROUP],
    ['still a little later', fired(1), [group(119, 6)], GROUP],
    ['a group that stayed small ends it', fired(1), [group(60, 2)], ALONE],
    ['and so does an hour after it', fired(1), [group(120, 6)], ALONE],
  ])('%s', (_name, batch, recent, telling) => {
    expect(tell(batch, () => recent, NOW, ZONE).map((told) => told.telling)).toEqual([telling])
  })
})

describe('quiet hours and severity', () => {
  const midnight = at('2026-11-10T16:00:00Z')
  const morning = at('2026-11-11T00:00:00Z')
  const telling = (batch: Fired[], recent: Recent[], now: number) =>
    tell(batch, () => recent, now, ZONE)[0]?.telling
  test.each<[string, Severity, number, Partial<Telling>]>([
    ['one waits for the morning', 'WARNING', 1, { as: 'ALONE', dueAt: morning }],
    [
      'a group gathers its hour and waits',
      'INFO',
      9,
      { as: 'GROUP', dueAt: morning, openUntil: midnight + HOUR },
    ],
    ['CRITICAL does not wait', 'CRITICAL', 1, { as: 'ALONE', dueAt: midnight }],
    [
      'nor for a group to be complete',
      'CRITICAL',
      9,
      { as: 'GROUP', dueAt: midnight, openUntil: midnight + HOUR },
    ],
  ])('%s', (_name, severity, count, expected) => {
    expect(telling(fired(count, { severity, quiet: NIGHT }), [], midnight)).toMatchObject({
      severity,
      ...expected,
    })
  })
  test('a group that ends in the quiet time waits, though it began before', () => {
    const now = at('2026-11-11T13:30:00Z')
    expect(telling(fired(9, { quiet: NIGHT }), [], now)).toMatchObject({ dueAt: at('2026-11-12T00:00:00Z') })
  })
  test('CRITICAL in an open group brings it forward and makes it loud', () => {
    expect(telling(fired(1, { severity: 'CRITICAL' }), [group(10, 6)], NOW)).toEqual({
      as: 'JOIN',
      notificationId: 7,
      severity: 'CRITICAL',
      dueAt: NOW,
    })
  })
  test('a quieter one leaves it as loud as it is', () => {
    const loud = { ...group(10, 6), severity: 'CRITICAL' as const, dueAt: NOW - 10 * MINUTE }
    expect(telling(fired(1), [loud], NOW)).toMatchObject({ severity: 'CRITICAL', dueAt: NOW - 10 * MINUTE })
  })
})

test.each<[string, Quiet, string, string, string]>([
  ['before it', NIGHT, '2026-11-11T13:59:59.999Z', '2026-11-11T13:59:59.999Z', ZONE],
  ['at its beginning', NIGHT, '2026-11-11T14:00:00Z', '2026-11-12T00:00:00Z', ZONE],
  ['after midnight', NIGHT, '2026-11-11T20:12:34.567Z', '2026-11-12T00:00:00Z', ZONE],
  ['at its end', NIGHT, '2026-11-12T00:00:00Z', '2026-11-12T00:00:00Z', ZONE],
  ['within a day', { from: '12:00', to: '14:30' }, '2026-11-11T04:00:00Z', '2026-11-11T06:30:00Z', ZONE],
  ['never', { from: '08:00', to: '08:00' }, '2026-11-11T00:00:00Z', '2026-11-11T00:00:00Z', ZONE],
  [
    'clocks go back in it',
    { from: '00:30', to: '05:00' },
    '2026-11-01T05:00:00Z',
    '2026-11-01T10:00:00Z',
    'America/New_York',
  ],
  [
    'clocks go forward in it',
    { from: '00:30', to: '05:00' },
    '2026-03-08T06:00:00Z',
    '2026-03-08T09:00:00Z',
    'America/New_York',
  ],
  [
    'its end is skipped',
    { from: '00:30', to: '02:30' },
    '2026-03-08T06:00:00Z',
    '2026-03-08T07:00:00Z',
    'America/New_York',
  ],
])('the quiet time ends: %s', (_name, quiet, from, until, zone) => {
  expect(new Date(endOfQuiet(at(from), quiet, zone))).toEqual(new Date(until))
})

const time = fc.integer({ min: 0, max: 24 * 60 - 1 }).map((m) => {
  const two = (n: number) => String(n).padStart(2, '0')
  return `${two(Math.floor(m / 60))}:${two(m % 60)}`
})
const anyFired = fc.record({
  /** Minutes since the one before. */
  gap: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 150 })),
  brandId: fc.constantFrom(1, 2),
  ruleId: fc.constantFrom(1, 2),
  severity: fc.constantFrom<Severity>('INFO', 'WARNING', 'CRITICAL'),
  /** A batch ends here. */
  cut: fc.boolean(),
})

/** What flow/notify.ts does with what is told. */
class Kept {
  readonly notifications: (Recent & { key: string; of: number[] })[] = []
  take(batch: Fired[], now: number): void {
    const recentOf = (brandId: number, ruleId: number) =>
      this.notifications.filter(
        ({ key, createdAt }) => key === `${brandId} ${ruleId}` && createdAt > now - 2 * HOUR,
      )
    for (const { brandId, ruleId, episodeIds, telling } of tell(batch, recentOf, now, ZONE)) {
      const { as, severity, dueAt } = telling
      if (as === 'JOIN') {
        const group = this.notifications[telling.notificationId]
        if (!group) throw new Error('a group that is not there')
        group.of.push(...episodeIds)
        Object.assign(group, { severity, dueAt, episodes: group.episodes + episodeIds.length })
        continue
      }
      const key = `${brandId} ${ruleId}`
      const openUntil = as === 'GROUP' ? telling.openUntil : null
      for (const of of as === 'GROUP' ? [episodeIds] : episodeIds.map((id) => [id])) {
        const one = {
          id: this.notifications.length,
          key,
          severity,
          episodes: of.length,
          createdAt: now,
          dueAt,
          openUntil,
        }
        this.notifications.push({ ...one, of })
      }
    }
  }
}

test('whatever arrives and however it is batched, each is told of once, and few in an hour', () => {
  const quiet = fc.option(fc.record({ from: time, to: time }))
  fc.assert(
    fc.property(fc.array(anyFired, { maxLength: 120 }), quiet, (arrivals, quiet) => {
      const kept = new Kept()
      let now = NOW
      let batch: Fired[] = []
      for (const [episodeId, { gap, cut, ...one }] of arrivals.entries()) {
        batch.push({ ...one, episodeId, quiet })
        if (!cut && episodeId < arrivals.length - 1) continue
        now += gap * MINUTE
        kept.take(batch, now)
        batch = []
      }
      const { notifications } = kept
      expect(notifications.flatMap(({ of }) => of).sort((a, b) => a - b)).toEqual(arrivals.map((_, id) => id))
      for (const { createdAt, key, dueAt, openUntil, episodes, of, severity } of notifications) {
        expect(episodes).toBe(of.length)
        expect(dueAt).toBeGreaterThanOrEqual(createdAt)
        expect(dueAt).toBeLessThanOrEqual(createdAt + GROUP_WINDOW + DAY)
        if (severity !== 'CRITICAL' && quiet) expect(endOfQuiet(dueAt, quiet, ZONE)).toBe(dueAt)
        const within = notifications.filter(
          (other) => other.key === key && other.createdAt >= createdAt && other.createdAt < createdAt + HOUR,
        )
        expect(within.filter((other) => other.openUntil === null).length).toBeLessThanOrEqual(GROUP_FROM)
        // No two groups gather at a time, and nothing is told alone while one does.
        if (openUntil !== null)
          expect(
            within.filter((other) => other.id > (within[0]?.id ?? 0) && other.createdAt > createdAt),
          ).toEqual([])
      }
    }),
    { numRuns: 300 },
  )
})

describe('in a sentence', () => {
  const evidence = {
    observedAt: '2026-11-11T04:00:00Z',
    condition: 'kolRatio >= 3',
    readings: {
      kolRatio: { value: 4.25 },
      plays: { value: 18_400 },
      interactionRate: { value: 0.0512 },
      cpm: { value: null, reason: 'NO_MONEY' as const },
      ageHours: { value: 3.2 },
    },
  }
  const said = { brand: '青柠', rule: '爆款', spanMs: 0, top: { title: '防晒', evidence } }
  test('of one', () => {
    expect(say({ ...said, episodes: 1 })).toMatchInlineSnapshot(`
      {
        "en": "青柠: "防晒" met the rule "爆款": Ratio to own median 4.25 ×, Plays 18,400, Interaction rate 5.12%, CPM of ads unknown, Age 3.2 h",
        "zh": "青柠「防晒」触发规则「爆款」：达人同期中位倍数 4.25 ×，播放量 18,400，互动率 5.12%，广告千次展示成本 CPM 未知，发布时长 3.2 h",
      }
    `)
  })
  test('of many', () => {
    expect(say({ ...said, episodes: 120, spanMs: 47.2 * MINUTE })).toMatchInlineSnapshot(`
      {
        "en": "青柠: 120 videos met the rule "爆款" within 48 min; most plays "防晒": Ratio to own median 4.25 ×, Plays 18,400, Interaction rate 5.12%, CPM of ads unknown, Age 3.2 h",
        "zh": "青柠 有 120 条视频在 48 分钟内触发规则「爆款」；播放最高「防晒」：达人同期中位倍数 4.25 ×，播放量 18,400，互动率 5.12%，广告千次展示成本 CPM 未知，发布时长 3.2 h",
      }
    `)
  })
})
