import type postgres from 'postgres'
import { expect, test } from 'vitest'
import { sharedClock } from '../../db/clock.ts'
import { MINUTE } from '../../rules/types.ts'
import { testDatabase } from '../support/database.ts'

const t = testDatabase()
/** Rounding, and what the machine does meanwhile. */
const NEAR = 1000
const off = (ms: number) => () => new Date(Date.now() + ms)

test.each([5, -5])('a host that is %i minutes ahead goes by the clock of the database', async (minutes) => {
  const clock = await sharedClock(t.database.pool, off(minutes * MINUTE))
  expect(Math.abs(clock().getTime() - Date.now())).toBeLessThan(NEAR)
})

test('a host that is near enough keeps its own clock, and so does one whose database is away', async () => {
  const at = new Date()
  const away = (() => Promise.reject(new Error('away'))) as unknown as postgres.Sql
  expect((await sharedClock(t.database.pool, () => at))()).toEqual(at)
  expect((await sharedClock(away, () => new Date(0)))()).toEqual(new Date(0))
})

test('a clock that is set while the program runs is put right', async () => {
  let ahead = 0
  const asked: Promise<unknown>[] = []
  const pool = ((...args: Parameters<postgres.Sql>) => {
    const answer = t.database.pool(...args)
    asked.push(answer)
    return answer
  }) as postgres.Sql
  const clock = await sharedClock(pool, () => new Date(Date.now() + ahead))
  ahead = 5 * MINUTE
  clock()
  expect(asked).toHaveLength(2)
  await asked[1]
  await Promise.resolve()
  expect(Math.abs(clock().getTime() - Date.now())).toBeLessThan(NEAR)
})
