import { expect, test } from 'vitest'
import { publicationHour } from '../../rules/publication-hour.ts'

test.each([
  ['Asia/Shanghai', '2026-11-22T16:30:00Z', 0.5],
  ['UTC', '2026-11-22T16:30:00Z', 16.5],
  ['Asia/Kathmandu', '2026-11-22T00:00:00Z', 5.75],
  ['America/New_York', '2026-07-01T00:00:00Z', 20],
  // The clock of that day, whenever it is asked: summer time ended on the first.
  ['America/New_York', '2026-11-01T03:45:00Z', 23.75],
  ['America/New_York', '2026-11-02T05:30:00Z', 0.5],
])('in %s a video of %s was published at %f', (zone, at, hour) => {
  expect(publicationHour(Date.parse(at), zone)).toBeCloseTo(hour, 9)
  expect(publicationHour(Date.parse(at), zone)).toBeCloseTo(hour, 9)
})
