import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { rows } from '../../db/client.ts'
import { videoDay } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { DAY } from '../../rules/types.ts'
import { NO_PLATFORMS } from '../../workers/platforms.ts'
import { runRollup } from '../../workers/rollup.ts'
import { startWorkers } from '../../workers/workers.ts'
import { onEachBackend } from '../support/backends.ts'
import { content, published } from '../support/content.ts'
import { NOW, testDatabase } from '../support/database.ts'
import { store } from '../support/looks.ts'

const t = testDatabase()

async function dirty(observedAt = NOW): Promise<Context> {
  const ctx = await t.tenant()
  const publishedAt = new Date(observedAt.getTime() - DAY)
  const { videoId } = await published(ctx, await content(ctx), { publishedAt })
  await store(ctx, [{ videoId, observedAt, plays: 100 }])
  return ctx
}
const days = (ctx: Context) => write(ctx, (tx) => tx.select().from(videoDay))

test('a workspace that fails stops no other, and is told', async () => {
  const [first, second] = [await dirty(), await dirty()]
  await write(first, (tx) => tx.execute(sql`update workspace set zone = 'Nowhere/None'`))
  const deps = { db: t.database.db, clock: () => NOW } as Parameters<typeof runRollup>[0]
  await expect(runRollup(deps)).rejects.toThrow('1 workspaces were not rolled up')
  expect(await days(second)).toHaveLength(1)
  await write(first, (tx) => tx.execute(sql`update workspace set zone = 'Asia/Shanghai'`))
  await runRollup(deps)
  expect(await days(first)).toHaveLength(1)
})

onEachBackend(t, (backend) => {
  test('as jobs: figures first, then what is old goes', async () => {
    const ctx = await dirty(new Date('2024-01-15T00:00:00Z'))
    const { db } = ctx
    const failed: unknown[] = []
    const log = {
      warn: (detail: object) => failed.push(detail),
      error: (detail: object) => failed.push(detail),
    }
    const retention = { rawDays: 400, hourDays: 800 }
    const clock = () => NOW
    const options = {
      db,
      clock,
      platforms: NO_PLATFORMS,
      backend: backend(),
      concurrency: 1,
      sweepEvery: null,
      retention,
      log,
    }
    const workers = await startWorkers(options)
    const months = () =>
      rows<{ name: string }>(
        db,
        sql`select relname as name from pg_class where relname like '%2024_01' order by 1`,
      )
    try {
      await workers.run('retention', {})
      expect(await months()).toEqual([{ name: 'snapshot_2024_01' }, { name: 'video_hour_2024_01' }])
      await workers.run('rollup', {})
      await workers.run('retention', {})
    } finally {
      await workers.close()
    }
    expect(failed).toEqual([])
    expect(await months()).toEqual([])
    expect((await days(ctx)).map(({ day, plays }) => [day, plays])).toEqual([['2024-01-15', 100]])
  })
})
