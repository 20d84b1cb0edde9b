/** What the demo's promotion is compared with: nobody spends more than there is, and each does as its comment says. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { playEqual, playThumb } from '../../cli/demo-baselines.ts'
import { earned, marginOf } from '../../cli/demo-profit.ts'
import { yieldOf } from '../../platforms/simulator/orders-yield.ts'
import { createWorld } from '../../platforms/simulator/world.ts'
import { DAY, HOUR } from '../../rules/types.ts'

const START = Date.UTC(2026, 4, 31, 16)
const worldOf = (seed: number, chance: boolean) =>
  createWorld({ seed, startAt: START, kols: 6, videos: 40, hitShare: 0.3, publishDays: 2, chance })
const candidatesOf = (world: ReturnType<typeof worldOf>) =>
  world.videos.map(({ itemId, publishedAt: at }) => ({ itemId, at }))

test('no baseline spends more than the budget, and the same game ends the same', () => {
  const inputs = { seed: fc.nat(1000), budgetFen: fc.integer({ min: 0, max: 3_000_000 }), days: fc.nat(12) }
  fc.assert(
    fc.property(fc.record(inputs), ({ seed, budgetFen, days }) => {
      const world = worldOf(seed, true)
      const game = { world, budgetFen, endAt: START + days * DAY }
      for (const play of [playEqual, playThumb]) {
        const played = play(game, candidatesOf(world))
        expect(played.spendFen).toBeLessThanOrEqual(budgetFen)
        expect(play(game, candidatesOf(world))).toEqual(played)
      }
    }),
    { numRuns: 10 },
  )
})

test('everything promoted equally tries every video that the review lets through', () => {
  const world = worldOf(1, false)
  const played = playEqual({ world, budgetFen: 40 * 10_000, endAt: START + 10 * DAY }, candidatesOf(world))
  expect(played.tried).toBeGreaterThan(30)
  expect(played.spendFen).toBeLessThanOrEqual(played.tried * 10_000)
})

test('the rule of thumb gives a loser 100 yuan and a winner half as much again every day', () => {
  const world = worldOf(3, false)
  const worth = (itemId: string) => {
    const video = world.video(itemId)
    if (!video) throw new Error(itemId)
    const { roi, priceFen } = yieldOf(world, video)
    // Even luck: what 100 yuan bring is cut down to whole orders.
    const orders = Math.floor((10_000 * roi) / priceFen)
    return (orders * priceFen * 0.8 * marginOf(video)) / 10_000
  }
  const spends = candidatesOf(world).map((candidate) => {
    const endAt = candidate.at + 4 * DAY + 12 * HOUR
    const { spendFen } = playThumb({ world, budgetFen: 3_000_000, endAt }, [candidate])
    return { spendFen, seen: worth(candidate.itemId) }
  })
  const ran = spends.filter(({ spendFen }) => spendFen > 9_000)
  expect(ran.filter(({ seen }) => seen > 0 && seen < 1).every(({ spendFen }) => spendFen <= 10_000)).toBe(
    true,
  )
  const most = 10_000 + 15_000 + 22_000 + 33_000
  const winners = ran.filter(({ seen }) => seen >= 1)
  expect(winners.length).toBeGreaterThan(0)
  expect(Math.max(...winners.map(({ spendFen }) => spendFen))).toBeGreaterThan(most)
})

test('profit is what is settled times the margin, less the spend', () => {
  const world = worldOf(5, true)
  const [video] = world.videos
  if (!video) throw new Error('an empty world')
  const figures = { spendFen: 10_000, gmvFen: 50_000, refundFen: 10_000 }
  expect(earned(world, [{ itemId: video.itemId, figures }])).toEqual({
    spendFen: 10_000,
    gmvFen: 50_000,
    settledFen: 40_000,
    profitFen: Math.round(40_000 * marginOf(video)) - 10_000,
    roi: 5,
  })
  expect(earned(world, []).roi).toBeNull()
})
