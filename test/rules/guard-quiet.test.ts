import { describe, expect, test } from 'vitest'
import { quietUntil } from '../../rules/guard-quiet.ts'
import { minuteOf } from '../../rules/zone.ts'

describe('quiet hours', () => {
  test.each<[string, number, number, string, number | null]>([
    ['over midnight, late', 23 * 60, 7 * 60, '2026-11-11T15:30:20Z', Date.UTC(2026, 10, 11, 23)],
    ['over midnight, early', 23 * 60, 7 * 60, '2026-11-11T22:59:59Z', Date.UTC(2026, 10, 11, 23)],
    ['over midnight, over', 23 * 60, 7 * 60, '2026-11-11T23:00:00Z', null],
    ['not yet', 23 * 60, 7 * 60, '2026-11-11T14:59:59Z', null],
    ['from the first minute', 23 * 60, 7 * 60, '2026-11-11T15:00:00Z', Date.UTC(2026, 10, 11, 23)],
    ['within a day', 0, 60, '2026-11-11T16:10:00Z', Date.UTC(2026, 10, 11, 17)],
    ['never', 60, 60, '2026-11-11T17:00:00Z', null],
  ])('%s', (_name, from, to, at, until) => {
    expect(quietUntil({ from, to }, 'Asia/Shanghai', Date.parse(at))).toBe(until)
  })
  test('by the wall clock of the zone', () => {
    const at = Date.parse('2026-11-11T15:30:00Z')
    expect(['Asia/Shanghai', 'Asia/Kolkata', 'America/New_York'].map((zone) => minuteOf(at, zone))).toEqual([
      1410, 1260, 630,
    ])
    expect(quietUntil(null, 'Asia/Shanghai', at)).toBeNull()
  })
})
