/** kill -9 of worker processes in the middle of a batch: no look is lost and none is doubled. */
import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { connectAccount } from '../../flow/account.ts'
import { write } from '../../flow/context.ts'
import { storeSubjects } from '../../flow/explore.ts'
import { createSealer } from '../../flow/seal.ts'
import { createSimulator, type Simulator } from '../../platforms/simulator/server.ts'
import { createWorld } from '../../platforms/simulator/world.ts'
import { DAY, HOUR } from '../../rules/types.ts'
import { onEachBackend } from '../support/backends.ts'
import { signal } from '../support/connector.ts'
import { content, kol, published } from '../support/content.ts'
import { testDatabase } from '../support/database.ts'
import { killPrograms, program } from '../support/program.ts'

const t = testDatabase()
const now = Date.now()
const world = createWorld({
  seed: 'crash',
  startAt: now - 3 * HOUR,
  kols: 10,
  videos: 60,
  hitShare: 0.1,
  publishDays: 1,
})
const videos = world.videos
  .filter((video) => video.publishedAt < now)
  .concat(world.history)
  .slice(0, 60)

let simulator: Simulator
let onCall = () => {}
let owner: postgres.Sql
beforeAll(async () => {
  simulator = await createSimulator({ world, now: Date.now, latencyMs: 20 })
  const { call } = simulator.tally
  simulator.tally.call = (...args) => {
    onCall()
    return call(...args)
  }
  owner = postgres(t.ownerUrl, { max: 1, onnotice: () => {} })
})
afterEach(killPrograms)
afterAll(async () => {
  await owner?.end()
  await simulator?.close()
})

onEachBackend(t, (backend) => {
  test('kill -9 of two workers in the middle of a batch', async () => {
    const tenant = await t.tenant(new Date(now))
    const key = randomBytes(32)
    const grant = {
      ...simulator.tokens.current(),
      accessExpiresAt: now + DAY,
      refreshExpiresAt: now + 30 * DAY,
    }
    const authorised = { platform: 'oceanengine', externalId: 'main', name: 'main', grant }
    const accountId = await connectAccount(tenant, { sealer: createSealer([{ id: 'k', key }]) }, authorised)
    const kolAccountIds = world.kols.map(({ awemeId }) => awemeId)
    const subject = { source: 'qianchuan', externalId: simulator.advertiserId, name: 'main', kolAccountIds }
    await write(tenant, (tx) =>
      storeSubjects(tx, tenant.now, accountId, { subjects: [subject], complete: true }),
    )
    const matrix = await content(tenant)
    const kols = new Map<string, number>()
    for (const { itemId, kol: who } of videos) {
      const kolId = kols.get(who.awemeId) ?? (await kolOf(tenant, who.awemeId))
      kols.set(who.awemeId, kolId)
      const publishedAt = new Date(now - HOUR)
      await published(tenant, matrix, { kolId, itemId, publishedAt, source: 'qianchuan' })
    }
    const queue = backend()
    const start = () =>
      program(['start:worker'], {
        DATABASE_URL: t.ownerUrl,
        ...(queue.kind === 'redis' && { REDIS_URL: queue.url }),
        SWEEP_MS: '200',
        LOG_LEVEL: 'error',
        OCEANENGINE_URL: simulator.url,
        OCEANENGINE_APP_ID: '1',
        OCEANENGINE_APP_SECRET: 'secret',
        TOKEN_KEYS: `k:${key.toString('base64')}`,
      })
    let workers = [start(), start()]
    await Promise.all(workers.map((worker) => worker.prints(/workers are running/)))
    await until(tenant.workspaceId, 1)
    const asked = signal()
    onCall = asked.give
    await owner`update video_state set next_poll_at = now() - interval '1 second' where workspace_id = ${tenant.workspaceId}`
    await owner`update poll_shard set due_at = now() - interval '1 second' where workspace_id = ${tenant.workspaceId}`
    // The platform has just been asked: the batch is claimed and not yet written.
    await asked.given
    for (const worker of workers) worker.kill('SIGKILL')
    await Promise.all(workers.map((worker) => worker.ended))
    // Five minutes pass: the leases and slots of the dead run out.
    await owner`delete from call_slot`
    await owner`update poll_shard set claimed_until = now() - interval '1 second' where claimed_until is not null`
    workers = [start(), start()]
    await until(tenant.workspaceId, 2)
    const found = await owner`
      select v.looks, count(s.*)::int as snapshots, count(distinct s.observed_at)::int as instants
      from video_state v join snapshot s on s.workspace_id = v.workspace_id and s.video_id = v.video_id
      where v.workspace_id = ${tenant.workspaceId} group by v.video_id, v.looks`
    expect(found).toHaveLength(videos.length)
    for (const video of found) expect(video).toEqual({ looks: 2, snapshots: 2, instants: 2 })
    for (const worker of workers) worker.kill('SIGTERM')
    expect(await Promise.all(workers.map((worker) => worker.ended))).toEqual([0, 0])
  })
})

async function kolOf(tenant: Awaited<ReturnType<typeof t.tenant>>, awemeId: string): Promise<number> {
  const kolId = await kol(tenant)
  await owner`update kol set account_id = ${awemeId} where workspace_id = ${tenant.workspaceId} and id = ${kolId}`
  return kolId
}

/** Waits until every video has that many looks; the test's time limit ends a wait in vain. */
async function until(workspaceId: number, looks: number): Promise<void> {
  for (;;) {
    const [open] = await owner`
      select count(*)::int as videos from video_state where workspace_id = ${workspaceId} and looks < ${looks}`
    if (open?.videos === 0) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
