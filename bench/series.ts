/** Series of a year: the sums of a brand with 10,000 videos, a page of 20 videos, and the rollup that makes them. */
import { sql } from 'drizzle-orm'
import type postgres from 'postgres'
import { startApi } from '../api/server.ts'
import { loadBrandDays, loadLooks, loadPublished } from '../db/queries/series.ts'
import { createReader } from '../db/reader.ts'
import { dirtyWorkspaces, rollup } from '../flow/rollup.ts'
import { createToken } from '../flow/workspace.ts'
import { DAY } from '../rules/types.ts'
import { addDays, dayOf, startOfDay } from '../rules/zone.ts'
import type { BenchContext } from './bench.ts'
import { takeTurns, told } from './measure.ts'

const VIDEOS = 10_000
const DAYS = 365
const PAGE = 20
const ZONE = 'Asia/Shanghai'
/** Looks of each video in the day that is rolled up. */
const LOOKS = 12
const GAINS = '"gainedPlays","gainedLikes","gainedComments","gainedShares","gainedSaves"'

export async function series(context: BenchContext): Promise<void> {
  const { database, owner, now, log, ticks, say } = context
  const started = ticks()
  const { workspaceId, brandId } = await plant(owner, now)
  say(`planted in ${((ticks() - started) / 1000).toFixed(1)} s`)
  const ctx = { db: database.db, workspaceId, now }
  const token = await createToken(ctx, { name: 'bench', role: 'VIEWER' })
  const queue = { ping: async () => {}, counts: async () => ({}) }
  const api = await startApi({ database, queue, clock: () => now, log, host: '127.0.0.1', port: 0 })
  const reader = createReader(database.pool, workspaceId)
  const ask = async (document: string) => {
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: document }),
    })
    const text = await response.text()
    if (text.includes('"errors"')) throw new Error(text.slice(0, 500))
  }
  try {
    await timeBrand(context, brandId, reader.db, ask)
    await timeVideos(context, reader.db, ask)
  } finally {
    await reader.close()
    await api.close()
  }
  await timeRollup(context, workspaceId)
}

type Db = ReturnType<typeof createReader>['db']
type Ask = (document: string) => Promise<void>
const POINTS = '{ metric unit points { at value reason } }'

async function timeBrand(
  { now, ticks, say }: BenchContext,
  brandId: number,
  db: Db,
  ask: Ask,
): Promise<void> {
  const span = year(now)
  const bare = sql`select day, videos, gained_plays, gained_likes, gained_comments, gained_shares, gained_saves,
    spend_fen, paid_gmv_fen, gmv_fen, orders
    from brand_day where workspace_id = current_workspace() and brand_id = ${brandId}
      and day between ${span.from}::date and ${span.to}::date order by day`
  const document = (metrics: string) => `{ node(id: "${id('Brand', brandId)}") { ... on Brand {
    series(metrics: [${metrics}], from: "${span.from}", to: "${span.to}") ${POINTS} } } }`
  const found = await takeTurns(ticks, {
    floor: () => db.execute(bare),
    statement: () => loadBrandDays(db, [brandId], span),
    graphql: () => ask(document('"gainedPlays","gmv"')),
    all: () => ask(document(`${GAINS},"spend","gmv","orders","paidRoi"`)),
  })
  say(`\nA brand of ${VIDEOS} videos, ${DAYS} days`)
  say(told('floor: the same rows', found.floor, found.floor))
  say(told('statement, unpacked', found.statement, found.floor))
  say(told('GraphQL over HTTP, 2 metrics', found.graphql, found.floor))
  say(told('GraphQL over HTTP, all 9 metrics', found.all, found.floor))
}

async function timeVideos({ now, ticks, say }: BenchContext, db: Db, ask: Ask): Promise<void> {
  const span = year(now)
  const [since, until] = [startOfDay(span.from, ZONE), startOfDay(addDays(span.to, 1), ZONE)]
  const newest = sql`select id from video where workspace_id = current_workspace() order by id desc limit ${PAGE}`
  const ids = ((await db.execute(newest)) as unknown as { id: string }[]).map((row) => Number(row.id))
  const bare = sql`select video_id, observed_at, plays, likes, comments, shares, saves from video_day
    where workspace_id = current_workspace() and video_id = any(array(${newest})) and day >= ${span.from}::date
    order by video_id, day`
  const looks = {
    since: +since,
    until: +until,
    made: 'video_day',
    zone: ZONE,
    asOf: null,
    limit: null,
  } as const
  const document = `{ videos(first: ${PAGE}) { edges { node { series(metrics: ["plays"], resolution: DAY,
    from: "${since.toISOString()}", to: "${until.toISOString()}") ${POINTS} } } } }`
  const found = await takeTurns(ticks, {
    floor: () => db.execute(bare),
    statement: async () => loadLooks(db, await loadPublished(db, ids), looks),
    graphql: () => ask(document),
  })
  say(`\nA page of ${PAGE} videos, ${DAYS} days`)
  say(told('floor: the same rows', found.floor, found.floor))
  say(told('two statements, unpacked', found.statement, found.floor))
  say(told('GraphQL over HTTP, 1 metric', found.graphql, found.floor))
}

/** A day of looks at all videos of the brand, then all of it again as if nothing was known of the day. */
async function timeRollup({ database: { db }, owner, now, ticks, say }: BenchContext, workspaceId: number) {
  await owner`
    insert into snapshot (video_id, observed_at, source, recorded_at, plays, likes, comments, shares, saves)
    select v.video_id, ${now.toISOString()}::timestamptz - n * interval '55 minutes', 'bench', ${now.toISOString()},
      100000 - n, 5000 - n, 500 - n, 50 - n, 900 - n
    from video_state v, generate_series(1, ${LOOKS}::int) n where v.workspace_id = ${workspaceId}`
  await owner`vacuum analyze snapshot`
  say(`\nRollup of ${VIDEOS} videos with ${LOOKS} looks in the day`)
  for (const what of ['nothing made yet', 'one look more each', 'nothing new']) {
    if (what === 'one look more each') {
      await owner`
        insert into snapshot (video_id, observed_at, source, recorded_at, plays, likes, comments, shares, saves)
        select video_id, ${now.toISOString()}, 'bench', ${now.toISOString()}, 100000, 5000, 500, 50, 900
        from video_state where workspace_id = ${workspaceId}`
    }
    await owner`update video_state set dirty_from = ${now.toISOString()}::timestamptz - interval '1 hour'`
    const started = ticks()
    for (let after: number | null = 0; after !== null; ) {
      const { last }: { last: number | null } = await rollup({ db, workspaceId, now }, { after })
      after = last
    }
    say(`${what.padEnd(44)} ${(((ticks() - started) / VIDEOS) * 1000).toFixed(0).padStart(7)} µs a video`)
  }
  const started = ticks()
  await dirtyWorkspaces({ db })
  say(
    `${'looking for what is dirty, nothing is'.padEnd(44)} ${(ticks() - started).toFixed(1).padStart(7)} ms`,
  )
}

const id = (type: string, row: number) => Buffer.from(`${type}:${row}`).toString('base64')
function year(now: Date): { from: string; to: string } {
  const to = dayOf(now, ZONE)
  return { from: addDays(to, 1 - DAYS), to }
}

/** Days of a year as a rollup makes them, but in one go: 3.65 million rows. */
async function plant(owner: postgres.Sql, now: Date): Promise<{ workspaceId: number; brandId: number }> {
  const at = now.toISOString()
  const published = new Date(now.getTime() - DAYS * DAY).toISOString()
  const [made] = await owner`select create_workspace('bench series', ${ZONE}, ${at}) as id`
  const workspaceId = Number(made?.id)
  await owner`select set_config('seedbed.workspace', ${String(workspaceId)}, false)`
  await owner`select ensure_snapshot_partitions(${published}, ${at})`
  const [{ id: brandId }] = (await owner`
    insert into brand (name, created_at) values ('bench', ${at}) returning id`) as [{ id: string }]
  await owner`
    with made as (
      insert into video (brand_id, purpose, title, stage, published_at, item_id, created_at)
      select ${brandId}, 'SEEDING', 'video ' || n, 'PUBLISHED', ${published}, 7400000000000000000 + n, ${at}
      from generate_series(1, ${VIDEOS}::int) n returning id, published_at
    )
    insert into video_state (video_id, published_at) select id, published_at from made`
  await owner`
    insert into video_day (video_id, brand_id, day, observed_at, plays, likes, comments, shares, saves, gained_plays,
      gained_likes, gained_comments, gained_shares, gained_saves, looks, spend_fen, paid_gmv_fen, gmv_fen, orders)
    select v.video_id, ${brandId}, day, day + interval '12 hours', 100 * n, 10 * n, 5 * n, 2 * n, 3 * n, 100, 10, 5, 2,
      3, 1, case when v.video_id % 5 = 0 then 1000 end, case when v.video_id % 5 = 0 then 2500 end,
      case when v.video_id % 4 = 0 then 3000 end, case when v.video_id % 4 = 0 then 2 end
    from generate_series(1, ${DAYS}::int) n
    cross join lateral (select (${at}::timestamptz at time zone ${ZONE})::date - ${DAYS}::int + n as day) d
    cross join video_state v where v.workspace_id = ${workspaceId}`
  await owner`
    insert into brand_day (brand_id, day, videos, looks, gained_plays, gained_likes, gained_comments, gained_shares,
      gained_saves, spend_fen, paid_gmv_fen, gmv_fen, orders)
    select brand_id, day, count(*), sum(looks), sum(gained_plays), sum(gained_likes), sum(gained_comments),
      sum(gained_shares), sum(gained_saves), sum(spend_fen), sum(paid_gmv_fen), sum(gmv_fen), sum(orders)
    from video_day group by 1, 2`
  await owner`vacuum analyze`
  return { workspaceId, brandId: Number(brandId) }
}
