import { expect, test } from 'vitest'
import { decaying, replay, valued } from '../../bench/polling-replay.ts'
import { simulated } from '../../bench/polling-worlds.ts'

test('40 % fewer looks than the decaying schedule, and no later, on a small simulated world', () => {
  const { groups, rule } = simulated(Date.UTC(2026, 10, 11, 12), 300)
  const plain = replay(groups, rule, decaying)
  const ours = replay(groups, rule, valued(10, rule))
  const looks = (videos: typeof plain) => videos.reduce((sum, video) => sum + video.looks, 0)
  expect(looks(plain)).toBe(300 * 85)
  expect(looks(ours)).toBeLessThan(0.6 * looks(plain))
  const flagged = plain.flatMap(({ firedAt }, i) => (firedAt === null ? [] : [{ firedAt, i }]))
  expect(flagged.length).toBeGreaterThan(10)
  const later = flagged.map(({ firedAt, i }) => (ours[i]?.firedAt ?? Number.POSITIVE_INFINITY) - firedAt)
  expect(later.toSorted((a, b) => a - b)[later.length >> 1]).toBeLessThanOrEqual(0)
})
