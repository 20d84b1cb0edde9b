/** Money through the jobs: what a sweep finds is proposed, sent and looked after by itself. */
import { expect, test } from 'vitest'
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
const [video] = world.videos.filter(({ hit, publishedAt }) => hit && publishedAt < START + 3 * DAY)

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
