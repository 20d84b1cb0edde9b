/** The way of a message through the jobs, on both backends. */
import { expect, test } from 'vitest'
import { NO_PLATFORMS } from '../../workers/platforms.ts'
import { startWorkers } from '../../workers/workers.ts'
import { onEachBackend } from '../support/backends.ts'
import { content, published } from '../support/content.ts'
import { NOW, testDatabase } from '../support/database.ts'
import { deliveriesOf, hook, ruled, told, webhookDeps } from '../support/news.ts'
import { testReceiver } from '../support/receiver.ts'

const t = testDatabase()
const receiver = testReceiver()
const webhooks = webhookDeps(() => NOW.getTime())

onEachBackend(t, (backend) => {
  test('one sweep tells a team, the next has nothing to tell, and without a key nobody is told', async () => {
    const ctx = await t.tenant()
    const { videoId } = await published(ctx, await content(ctx))
    await hook(ctx, webhooks, receiver, { team: 'KOL' })
    await told(ctx, await ruled(ctx), [videoId])
    const failed: unknown[] = []
    const options = {
      db: ctx.db,
      clock: () => NOW,
      platforms: NO_PLATFORMS,
      backend: backend(),
      concurrency: 2,
      sweepEvery: null,
      log: { warn: (detail: object) => failed.push(detail), error: (detail: object) => failed.push(detail) },
    }
    const mute = await startWorkers(options)
    await mute.run('sweep', {})
    await mute.close()
    expect(await deliveriesOf(ctx)).toEqual([])
    const workers = await startWorkers({ ...options, webhooks })
    await workers.run('sweep', {})
    expect(await deliveriesOf(ctx)).toMatchObject([{ topic: 'REUSE_HIT', sentAt: NOW, attempts: 1 }])
    await workers.run('sweep', {})
    await workers.close()
    expect(receiver.got).toHaveLength(1)
    expect(failed).toEqual([])
  })
})
