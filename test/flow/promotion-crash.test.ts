/** Killed, cut off, paused and doubled anywhere: no order twice, no cap passed, nothing left open. `npm run bench -- promotion` plays 1,000. */
import { expect, test } from 'vitest'
import { playRun } from '../../bench/promotion-play.ts'
import { createStage } from '../../bench/promotion-stage.ts'
import type { RunVerdict } from '../../bench/promotion-verdicts.ts'
import { testDatabase } from '../support/database.ts'

const t = testDatabase()
const RUNS = 18
const LANES = 3

test(`${RUNS} runs, each with faults of its own`, { timeout: 300_000 }, async () => {
  const verdicts: RunVerdict[] = []
  const lane = async (_: unknown, nth: number) => {
    const stage = await createStage(t.database.db, RUNS / LANES, `crash ${nth}`)
    try {
      for (let run = 0; run < RUNS / LANES; run++) verdicts.push(await playRun(stage, `crash ${nth} ${run}`))
    } finally {
      await stage.close()
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  expect(verdicts.flatMap(({ wrong }) => wrong)).toEqual([])
  const total = (of: (verdict: RunVerdict) => number) => verdicts.reduce((sum, each) => sum + of(each), 0)
  expect(total(({ asking }) => asking)).toBe(0)
  // What was to happen did: nothing above is true because nothing was played.
  expect(verdicts).toHaveLength(RUNS)
  expect(total(({ orders }) => orders)).toBeGreaterThan(RUNS)
  expect(total(({ kills }) => kills)).toBeGreaterThan(RUNS)
  for (const of of ['boosts', 'adds', 'plans', 'additions', 'ends', 'settled'] as const)
    expect(
      total((verdict) => verdict[of]),
      of,
    ).toBeGreaterThan(0)
})
