/** Money through the jobs: what a sweep finds is proposed, sent and looked after by itself. */
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { write } from '../../flow/context.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'
import type { Handlers } from '../../workers/jobs.ts'
import { NO_PLATFORMS, type Platforms } from '../../workers/platforms.ts'
import { createPropose, runPromote, runReconcile } from '../../workers/promote.ts'
import { runSweep } from '../../workers/sweep.ts'
import { testConnector } from '../support/connector.ts'
import { testDatabase } from '../support/database.ts'
import { START, stageOf, worldOf } from '../support/platforms.ts'
import { promotionsOf, promotionTeam, SPENDS, simulatedChannels } from '../support/promotions.ts'

const t = testDatabase()
const world = worldOf({ seed: 71, hitShare: 0.3 })
const stage = stageOf(world, START + 4 * DAY, { tokenLifeS: 1e9 })
const hits = world.videos.filter(({ hit, publishedAt }) => hit && publishedAt < START + 3 * DAY).slice(0, 2)
const [video] = hits

test('sweeps bring an episode to the end of its trial, and its books are compared the night after', async () => {
  const ctx = await t.tenant(new Date(stage.now))
  const { advertiserId } = stage.simulator
  const settings = { ...SPENDS, decide: { trialHours: 2, mostTrials: 1 } }
  await promotionTeam(ctx, world, { itemIds: [video?.itemId ?? ''], advertiserId, settings })
  await stage.control('POST', 'ends', ['FINISHED'])
  const platforms: Platforms = {
    ...NO_PLATFORMS,
    sources: () => [{ source: 'qianchuan', capability: testConnector(() => 'network').capability }],
    promotion: () => simulatedChannels(stage.simulator, () => stage.now),
  }
  const names: string[] = []
  const jobs: (() => Promise<unknown>)[] = []
  const deps = {
    db: t.database.db,
    clock: () => new Date(stage.now),
    platforms,
    retention: { rawDays: 0, hourDays: 0 },
    queue: {
      async enqueue(name: string, payload: unknown) {
        const handler = handlers[name as keyof typeof handlers] as
          | ((given: unknown) => Promise<unknown>)
          | undefined
        if (!handler) return
        names.push(name)
        // Every job may run twice.
        jobs.push(
          () => handler(payload),
          () => handler(payload),
        )
      },
    },
  }
  const handlers: Partial<Handlers> = {
    propose: createPropose(deps),
    promote: (payload) => runPromote(deps, payload),
    reconcile: (payload) => runReconcile(deps, payload),
  }
  const pass = async (ms: number, step: number) => {
    for (const end = stage.now + ms; stage.now < end; stage.now += step) {
      await runSweep(deps as Parameters<typeof runSweep>[0])
      await Promise.all(jobs.splice(0).map((job) => job()))
    }
  }
  await pass(5 * HOUR, 15 * MINUTE)
  const { promotions, calls } = await promotionsOf(ctx)
  expect(promotions).toMatchObject([{ state: 'STOPPED', orderStand: 'OVER', dueAt: null, claim: null }])
  expect(calls.map(({ call, stage: said }) => [call, said])).toEqual([
    ['CREATE', 'CLAIMED'],
    ['CREATE', 'ANSWERED'],
  ])
  await pass(30 * HOUR, 3 * HOUR)
  expect(names.filter((name) => name === 'propose')).toHaveLength(1)
  expect(names.filter((name) => name === 'reconcile').length).toBeGreaterThan(0)
  expect(names.filter((name) => name === 'promote').length).toBeGreaterThan(8)
})

test('a video that cannot be tried keeps no other waiting', async () => {
  const ctx = await t.tenant(new Date(stage.now))
  const itemIds = hits.map(({ itemId }) => itemId)
  const { videos } = await promotionTeam(ctx, world, { itemIds, advertiserId: '18' })
  const [bound, unbound] = [...videos.values()].map(({ videoId }) => videoId)
  const [{ kol_id: kolId }] = (await write(ctx, (tx) =>
    tx.execute(sql`select kol_id from video where id = ${unbound ?? 0}`),
  )) as unknown as [{ kol_id: string }]
  const setKol = (kol: string | null) =>
    write(ctx, (tx) => tx.execute(sql`update video set kol_id = ${kol} where id = ${unbound ?? 0}`))
  const breakouts = (state: string) =>
    write(ctx, (tx) => tx.execute(sql`update breakout set state = ${state} where video_id = ${bound ?? 0}`))
  const clock = { now: stage.now }
  const propose = createPropose({
    ...{ db: t.database.db, platforms: NO_PLATFORMS, clock: () => new Date(clock.now) },
  })
  const tried = async () => (await promotionsOf(ctx)).promotions.map(({ videoId }) => videoId)
  const { workspaceId } = ctx
  await setKol(null)
  await breakouts('CLOSED')
  await propose({ workspaceId })
  expect(await tried()).toEqual([])
  await breakouts('FIRING')
  await setKol(kolId)
  await propose({ workspaceId })
  expect(await tried()).toEqual([bound])
  clock.now += 15 * MINUTE
  await propose({ workspaceId })
  expect(await tried()).toEqual([bound, unbound])
})

test('where no account can be asked nothing is tried, and what is due waits', async () => {
  const ctx = await t.tenant(new Date(stage.now))
  await promotionTeam(ctx, world, { itemIds: [video?.itemId ?? ''], advertiserId: '17' })
  const deps = { db: t.database.db, clock: () => new Date(stage.now), platforms: NO_PLATFORMS }
  const { workspaceId } = ctx
  await createPropose(deps)({ workspaceId })
  const [made] = (await promotionsOf(ctx)).promotions
  await runPromote(deps, { workspaceId, promotionId: made?.id ?? 0 })
  expect((await promotionsOf(ctx)).promotions).toMatchObject([{ state: 'APPROVED', attempt: 0, claim: null }])
})
