/** kill -9 of the whole demo: what was seen before is there, once, and the chain goes on from the rows. */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterEach, expect, test } from 'vitest'
import { connect, inWorkspace, rows } from '../../db/client.ts'
import { type Embedded, startEmbedded } from '../../db/embedded.ts'
import { poll } from '../../flow/poll.ts'
import { LEASE } from '../../flow/shard.ts'
import { sweep } from '../../flow/sweep.ts'
import { counters, testConnector } from '../support/connector.ts'
import { killPrograms, program } from '../support/program.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  killPrograms()
  for (const close of closers.splice(0).reverse()) await close()
})

test('kill -9 in the middle of the demo loses no snapshot and doubles none', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'seedbed-demo-'))
  await chmod(dataDir, 0o755)
  closers.push(() => rm(dataDir, { recursive: true, force: true }))
  const demo = program(['demo', '--json', '--exit'], { DATA_DIR: dataDir, PORT: '0' })
  const [, seen] = await demo.prints(/published, ([1-9]\d*) looks/)
  demo.kill('SIGKILL')
  expect(await demo.ended).toBe('SIGKILL')

  const server: Embedded = await startEmbedded({
    dataDir: join(dataDir, 'demo'),
    log: () => {},
    durable: false,
  })
  closers.push(() => server.stop())
  const { db, close } = connect(server.url, { max: 2 })
  closers.push(close)
  const [workspace] = await rows<{ id: string }>(db, sql`select id from workspaces()`)
  const workspaceId = Number(workspace?.id)
  const count = () =>
    inWorkspace(db, workspaceId, async (tx) => {
      const [counted] = await rows<{ looks: number; snapshots: number; wrong: number; last: string }>(
        tx,
        sql`select sum(v.looks)::int as looks, sum(s.n)::int as snapshots,
            (count(*) filter (where v.looks <> s.n))::int as wrong,
            (extract(epoch from max(s.last)) * 1000)::bigint as last
          from video_state v cross join lateral (
            select count(*)::int as n, max(observed_at) as last from snapshot s
            where s.workspace_id = v.workspace_id and s.video_id = v.video_id
          ) s where v.source is not null`,
      )
      return counted
    })
  const before = await count()
  expect(before?.looks).toBeGreaterThanOrEqual(Number(seen))
  expect(before).toMatchObject({ wrong: 0, snapshots: before?.looks })

  // A batch that was under way is due again once its lease has run out.
  const now = new Date(Number(before?.last) + LEASE + 60 * 60_000)
  await sweep({ db, now })
  const due = await inWorkspace(db, workspaceId, async (tx) => {
    const at = sql`${now.toISOString()}::timestamptz`
    const [all] = await rows<{ due: number }>(
      tx,
      sql`select count(*)::int as due from video_state where next_poll_at <= ${at}`,
    )
    return all?.due ?? 0
  })
  expect(due).toBeGreaterThan(0)
  let looks = 0
  for (const source of ['qianchuan', 'douyin']) {
    looks += (await poll({ db, workspaceId, now }, { connector: testConnector(() => counters(), source) }))
      .looks
  }
  expect(looks).toBe(due)
  expect(await count()).toMatchObject({ wrong: 0, looks: (before?.looks ?? 0) + due })
})
