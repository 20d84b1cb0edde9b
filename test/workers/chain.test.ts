/** The whole chain through the real queue and the real HTTP contract, on both backends: the same story on each. */
import { sql } from 'drizzle-orm'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { sumMoney } from '../../cli/demo-money.ts'
import { boundToBrand, connectAll, createDemoPlatforms, LEDGERS_EVERY } from '../../cli/demo-platforms.ts'
import { startPlaybook } from '../../cli/demo-playbook.ts'
import { createPlayer } from '../../cli/demo-player.ts'
import { scoreDemo } from '../../cli/demo-score.ts'
import { plantWorld } from '../../cli/demo-world.ts'
import { inWorkspace, rows } from '../../db/client.ts'
import { createSimulator } from '../../platforms/simulator/server.ts'
import { createWorld } from '../../platforms/simulator/world.ts'
import { DAY } from '../../rules/types.ts'
import { startWorkers } from '../../workers/workers.ts'
import { onEachBackend } from '../support/backends.ts'
import { testDatabase } from '../support/database.ts'

const t = testDatabase()
const startAt = Date.parse('2026-11-01T00:00:00+08:00')
const world = createWorld({ seed: 'chain', startAt, kols: 8, videos: 40, hitShare: 0.15, publishDays: 1 })
const sleep = () => Promise.resolve()

onEachBackend(t, (backend) => {
  test('plan, publish, poll, judge and flag, with a platform that fails now and then', async () => {
    // Both stories begin at the same instant: the silences that one was told to keep are no business of the other.
    const owner = postgres(t.ownerUrl, { max: 1 })
    await owner`truncate call_quota`
    await owner.end()
    const time = { now: startAt }
    const simulator = await createSimulator({ world, now: () => time.now, bound: boundToBrand(world) })
    const tenant = await t.tenant(new Date(startAt))
    const ctx = () => ({ ...tenant, now: new Date(time.now) })
    const clock = () => new Date(time.now)
    const demo = createDemoPlatforms({ db: tenant.db, simulator, clock, sleep })
    const planted = await plantWorld(ctx(), world)
    await connectAll(ctx(), demo, world, planted.kols)
    const { publish } = await startPlaybook(ctx(), planted)
    simulator.faults.add([
      { kind: 'rate_limit', probability: 0.05 },
      { kind: 'http_500', probability: 0.02 },
      { kind: 'cut', probability: 0.02 },
      { kind: 'partial_body', probability: 0.02 },
    ])
    const totals = { looks: 0, fired: 0 }
    const failed: unknown[] = []
    const workers = await startWorkers({
      db: tenant.db,
      clock,
      platforms: demo.platforms,
      backend: backend(),
      concurrency: 2,
      sweepEvery: null,
      ledgersEvery: LEDGERS_EVERY,
      log: { warn: (detail) => failed.push(detail), error: (detail) => failed.push(detail) },
      onPolled: ({ looks, fired }) => {
        totals.looks += looks
        totals.fired += fired
      },
    })
    try {
      await createPlayer({
        ctx,
        world,
        planned: planted.videos,
        publish,
        time,
        workers,
        totals,
        sleep,
      }).playTo(startAt + 2 * DAY, () => {})
    } finally {
      await workers.close()
      await simulator.close()
    }
    const score = await scoreDemo(tenant.db, tenant.workspaceId, world.truth())
    expect(failed).toEqual([])
    expect(score.videos).toBe(40)
    expect(score.snapshots).toBe(totals.looks)
    expect(score.planted).toBe(6)
    expect(score.recall).toBeGreaterThanOrEqual(0.8)
    expect(score.precision).toBeGreaterThanOrEqual(0.7)
    expect(score.median_lead_hours).toBeGreaterThan(0)
    const [lost] = await inWorkspace(tenant.db, tenant.workspaceId, (tx) =>
      rows<{ videos: number }>(
        tx,
        sql`select count(*)::int as videos from video_state v
          where v.looks <> (select count(*) from snapshot s where s.video_id = v.video_id)`,
      ),
    )
    expect(lost?.videos).toBe(0)
    const sources = await inWorkspace(tenant.db, tenant.workspaceId, (tx) =>
      rows(tx, sql`select source from snapshot where source <> 'file' group by source order by source`),
    )
    expect(sources).toEqual([{ source: 'douyin' }, { source: 'qianchuan' }])
    const [sold] = await inWorkspace(tenant.db, tenant.workspaceId, (tx) =>
      rows<{ sales: number; missing: number }>(
        tx,
        sql`select count(*)::int as sales, (count(*) filter (where state.gmv_fen is null))::int as missing
          from (select distinct item_id from sale) sold
          join video on video.item_id = sold.item_id
          join video_state state on state.video_id = video.id`,
      ),
    )
    expect(sold?.sales).toBeGreaterThan(0)
    expect(sold?.missing).toBe(0)
    const money = await sumMoney(tenant.db, tenant.workspaceId, clock())
    expect(money).toMatchObject({ videos: sold?.sales, settledRoi: null })
    expect(money.gmvFen).toBeGreaterThan(0)
  })
})
