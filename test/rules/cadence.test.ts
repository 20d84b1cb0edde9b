import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nextPoll, type Watched } from '../../rules/cadence.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'

/** A midnight of UTC: slots of every interval begin here. */
const MIDNIGHT = Date.UTC(2026, 5, 1)
const watched = (more: Partial<Watched> = {}): Watched => ({
  publishedAt: MIDNIGHT,
  group: 0,
  misses: 0,
  ...more,
})

/** All looks at a video that is always looked at on time, from its publication on. */
function onTime(video: Watched): number[] {
  const looks: number[] = []
  let now: number | null = video.publishedAt
  while (looks.length < 1000) {
    now = nextPoll(video, now)
    if (now === null) return looks
    looks.push(now)
  }
  throw new Error('It never ends.')
}

const group = fc.nat(1_000_000)
const publishedAt = fc.nat(400 * DAY).map((ms) => MIDNIGHT + ms)

test('85 looks in 30 days where the slots fall on the publication', () => {
  const looks = onTime(watched())
  expect(looks).toHaveLength(85)
  expect(looks.slice(0, 13).map((at) => (at - MIDNIGHT) / MINUTE)).toEqual([
    10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 150,
  ])
  expect(looks.at(-1)).toBe(MIDNIGHT + 30 * DAY)
})

test('90 looks where every slot falls just before the publication', () => {
  expect(onTime(watched({ publishedAt: MIDNIGHT + 1 }))).toHaveLength(90)
})

test('85 to 90 looks wherever the slots fall', () => {
  fc.assert(
    fc.property(publishedAt, group, (publishedAt, group) => {
      const { length } = onTime(watched({ publishedAt, group }))
      expect(length).toBeGreaterThanOrEqual(85)
      expect(length).toBeLessThanOrEqual(90)
    }),
    { numRuns: 300 },
  )
})

test.each([
  ['at publication', 0, 10 * MINUTE],
  ['1 ms short of 2 hours', 2 * HOUR - 1, 10 * MINUTE],
  ['at 2 hours', 2 * HOUR, 30 * MINUTE],
  ['1 ms short of 6 hours', 6 * HOUR - 1, 30 * MINUTE],
  ['at 6 hours', 6 * HOUR, HOUR],
  ['1 ms short of a day', DAY - 1, HOUR],
  ['at a day', DAY, 6 * HOUR],
  ['1 ms short of a week', 7 * DAY - 1, 6 * HOUR],
  ['at a week', 7 * DAY, DAY],
  ['1 ms short of 30 days', 30 * DAY - 1, DAY],
])('%s it is looked at within its interval', (_name, age, every) => {
  const now = MIDNIGHT + age
  fc.assert(
    fc.property(group, (group) => {
      const wait = (nextPoll(watched({ group }), now) as number) - now
      expect(wait).toBeGreaterThan(0)
      expect(wait).toBeLessThanOrEqual(every)
    }),
  )
  // And some KOL waits more than half of it: the interval is not a shorter one.
  const waits = Array.from({ length: 50 }, (_, group) => (nextPoll(watched({ group }), now) as number) - now)
  expect(Math.max(...waits)).toBeGreaterThan(every / 2)
})

test.each([
  ['at 30 days', 30 * DAY],
  ['past 30 days', 31 * DAY],
])('%s it is no longer watched, missed or not', (_name, age) => {
  expect(nextPoll(watched(), MIDNIGHT + age)).toBeNull()
  expect(nextPoll(watched({ misses: 3 }), MIDNIGHT + age)).toBeNull()
})

test('the next look is always in the future', () => {
  const misses = fc.nat(2000)
  const age = fc.integer({ min: -DAY, max: 30 * DAY - 1 })
  fc.assert(
    fc.property(publishedAt, group, misses, age, (publishedAt, group, misses, age) => {
      const now = publishedAt + age
      const next = nextPoll({ publishedAt, group, misses }, now) as number
      expect(Number.isSafeInteger(next)).toBe(true)
      expect(next).toBeGreaterThan(now)
      expect(next - now).toBeLessThanOrEqual(DAY)
    }),
  )
})

test.each([
  [1, 1],
  [2, 2],
  [3, 4],
  [4, 8],
  [5, 16],
  [10, 512],
  [11, 1024],
  [12, 1024],
  [10_000, 1024],
])('after %i misses in a row it is tried again in %i minutes', (misses, minutes) => {
  // On the second day of a week the regular look is a day away.
  const now = MIDNIGHT + 8 * DAY
  expect(nextPoll(watched({ misses }), now)).toBe(now + minutes * MINUTE)
})

test('a retry never comes later than the regular look, nor earlier the more misses there are', () => {
  const age = fc.integer({ min: 0, max: 30 * DAY - 1 })
  fc.assert(
    fc.property(
      publishedAt,
      group,
      fc.integer({ min: 1, max: 30 }),
      age,
      (publishedAt, group, misses, age) => {
        const now = publishedAt + age
        const at = (misses: number) => nextPoll({ publishedAt, group, misses }, now) as number
        expect(at(misses)).toBeLessThanOrEqual(at(0))
        expect(at(misses + 1)).toBeGreaterThanOrEqual(at(misses))
      },
    ),
  )
})

test('videos of one KOL share slots, whenever they were published', () => {
  fc.assert(
    fc.property(group, fc.nat(2 * HOUR - 1), fc.nat(2 * HOUR - 1), (group, one, other) => {
      const now = MIDNIGHT + 2 * HOUR
      const young = (age: number) => nextPoll(watched({ group, publishedAt: now - age }), now)
      expect(young(one)).toBe(young(other))
    }),
  )
})

test.each([
  ['10 minutes', HOUR, 10],
  ['30 minutes', 3 * HOUR, 30],
  ['an hour', 12 * HOUR, 60],
  ['6 hours', 3 * DAY, 360],
  ['a day', 10 * DAY, 1440],
])('KOLs in a row are spread over every minute of %s', (_name, age, minutes) => {
  const now = MIDNIGHT + age
  const slots = new Map<number, number>()
  for (let group = 0; group < 3 * minutes; group++) {
    const slot = nextPoll(watched({ group }), now) as number
    slots.set(slot, (slots.get(slot) ?? 0) + 1)
  }
  expect(slots.size).toBe(minutes)
  expect(new Set(slots.values())).toEqual(new Set([3]))
})
