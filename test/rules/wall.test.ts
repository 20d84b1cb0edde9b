import fc from 'fast-check'
import { expect, test } from 'vitest'
import { instantsOf, readTime, wallAt } from '../../rules/wall.ts'
import { instant } from './plan-world.ts'

const BERLIN = 'Europe/Berlin'
const SHANGHAI = 'Asia/Shanghai'

test.each([
  ['any time', '2026-11-20 18:00:00', SHANGHAI, ['2026-11-20T10:00:00.000Z']],
  ['midnight', '2026-11-20 00:00:00', SHANGHAI, ['2026-11-19T16:00:00.000Z']],
  ['twice', '2026-10-25 02:30:00', BERLIN, ['2026-10-25T00:30:00.000Z', '2026-10-25T01:30:00.000Z']],
  ['skipped', '2026-03-29 02:30:00', BERLIN, []],
  ['just before it is set back', '2026-10-25 01:59:59', BERLIN, ['2026-10-24T23:59:59.000Z']],
  ['just after', '2026-10-25 03:00:00', BERLIN, ['2026-10-25T02:00:00.000Z']],
  [
    'half an hour twice',
    '2026-04-05 01:45:00',
    'Australia/Lord_Howe',
    ['2026-04-04T14:45:00.000Z', '2026-04-04T15:15:00.000Z'],
  ],
  ['a day that was left out', '2011-12-30 12:00:00', 'Pacific/Apia', []],
  ['no time of the calendar', '2026-13-01 00:00:00', SHANGHAI, []],
])('%s', (_, wall, zone, expected) => {
  expect(instantsOf(wall, zone).map((at) => at.toISOString())).toEqual(expected)
})

test('every instant is among those of its wall time', () => {
  fc.assert(
    fc.property(
      instant,
      fc.constantFrom(BERLIN, SHANGHAI, 'America/St_Johns', 'Pacific/Apia'),
      (at, zone) => {
        const second = Math.floor(at.getTime() / 1000) * 1000
        expect(instantsOf(wallAt(at, zone), zone).map((one) => one.getTime())).toContain(second)
      },
    ),
  )
})

const CURRENT = new Date('2026-10-25T01:30:45.678Z')
test.each([
  ['2026-11-20 18:00', SHANGHAI, 'AT', '2026-11-20T10:00:00.000Z'],
  ['2026/1/2 8:05', SHANGHAI, 'AT', '2026-01-02T00:05:00.000Z'],
  ['2026.11.20T18:00:30', SHANGHAI, 'AT', '2026-11-20T10:00:30.000Z'],
  ['2026年11月20日 18：00', SHANGHAI, 'AT', '2026-11-20T10:00:00.000Z'],
  ['2026-11-20', SHANGHAI, 'AT', '2026-11-19T16:00:00.000Z'],
  ['2026-11-20T10:00:00Z', BERLIN, 'AT', '2026-11-20T10:00:00.000Z'],
  ['2026-11-20 18:00 +08:00', BERLIN, 'AT', '2026-11-20T10:00:00.000Z'],
  ['2026-10-25 02:15', BERLIN, 'TWICE', '2026-10-25T00:15:00.000Z'],
  ['2026-10-25 02:30', BERLIN, 'AT', CURRENT.toISOString()],
  ['2026-10-25 02:30:45', BERLIN, 'AT', CURRENT.toISOString()],
  ['2026-10-25 02:30:44', BERLIN, 'TWICE', '2026-10-25T00:30:44.000Z'],
  ['2026-03-29 02:30', BERLIN, 'NEVER', undefined],
  ['2026-11-20 18:00-19:00', SHANGHAI, 'NO_TIME', undefined],
  ['2026-11-20 24:00', SHANGHAI, 'NO_TIME', undefined],
  ['2026-02-30 18:00', SHANGHAI, 'NO_TIME', undefined],
  ['11/20/2026 18:00', SHANGHAI, 'NO_TIME', undefined],
  ['明天', SHANGHAI, 'NO_TIME', undefined],
])('%s in %s is %s', (text, zone, kind, at) => {
  const read = readTime(text, zone, CURRENT)
  expect([read.kind, 'at' in read ? read.at.toISOString() : undefined]).toEqual([kind, at])
})
