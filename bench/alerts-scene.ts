/** What `npm run bench -- alerts` plays on: brands, rules and videos in a workspace of their own, and how they are asked for. */
import postgres from 'postgres'
import { connect } from '../db/client.ts'
import { createBrand } from '../flow/brand.ts'
import { createRule } from '../flow/rule.ts'
import { createWorkspace } from '../flow/workspace.ts'
import type { Connector, CounterAnswer, VideoRef } from '../platforms/connector.ts'
import { FetchError } from '../platforms/errors.ts'
import { DAY } from '../rules/types.ts'
import { answerAt, RULES } from './alerts-world.ts'

export const SOURCE = 'alerts'
const BRANDS = 3
/** Item ids are this and the number of the video. */
const FIRST_ITEM = 7_400_000_000_000_000_000n

export interface AlertScene {
  /** Of a migrated database, as its owner. */
  databaseUrl: string
  /** Sees all tenants. */
  owner: postgres.Sql
  workspaceId: number
  /** The first instant. */
  from: number
  close(): Promise<void>
}

export async function setAlerts(databaseUrl: string, from: number, videos: number): Promise<AlertScene> {
  const owner = postgres(databaseUrl, { max: 1, onnotice: () => {} })
  const { db, close } = connect(databaseUrl, { max: 2 })
  try {
    const now = new Date(from)
    const workspaceId = await createWorkspace(db, now, { name: `alerts ${process.pid} ${Math.random()}` })
    const ctx = { db, workspaceId, now }
    for (let nth = 0; nth < BRANDS; nth++) await createBrand(ctx, { name: `brand ${nth}` })
    for (const { name, definition } of RULES) await createRule(ctx, { name, definition, enabled: true })
    await plant(owner, workspaceId, now, videos)
    return { databaseUrl, owner, workspaceId, from, close: () => owner.end() }
  } finally {
    await close()
  }
}

/** Nothing of it is due: a round makes it so. */
async function plant(owner: postgres.Sql, workspaceId: number, now: Date, videos: number): Promise<void> {
  const at = now.toISOString()
  const until = new Date(now.getTime() + 60 * DAY).toISOString()
  await owner`select set_config('seedbed.workspace', ${String(workspaceId)}, false)`
  await owner`select ensure_snapshot_partitions(${at}::timestamptz, ${until}::timestamptz)`
  // The rules that a workspace begins with are not judged here.
  await owner`
    update rule set enabled = false where workspace_id = ${workspaceId} and name <> all(${RULES.map(({ name }) => name)})`
  await owner`
    insert into video (brand_id, purpose, title, stage, published_at, item_id, created_at)
    select brand.id, 'SEEDING', 'video ' || nth, 'PUBLISHED', ${at}, (${String(FIRST_ITEM)}::bigint + nth)::text, ${at}
    from generate_series(0, ${videos - 1}::int) nth
    join (select id, row_number() over (order by id) - 1 as place from brand where workspace_id = ${workspaceId}) brand
      on brand.place = nth % ${BRANDS}`
  await owner`
    insert into video_state (video_id, published_at, source)
    select id, published_at, ${SOURCE} from video where workspace_id = ${workspaceId}`
  await owner`vacuum analyze video_state, video`
}

/** All videos are due at an instant, whatever was planned for them. */
export async function makeDue({ owner, workspaceId }: AlertScene, at: number): Promise<void> {
  const due = new Date(at).toISOString()
  await owner.begin(async (tx) => {
    await tx`select from poll_shard where workspace_id = ${workspaceId} order by source, shard for update`
    await tx`update video_state set next_poll_at = ${due} where workspace_id = ${workspaceId}`
    await tx`
      insert into poll_shard (workspace_id, source, shard, due_at)
      select distinct workspace_id, source, shard, ${due}::timestamptz from video_state
      where workspace_id = ${workspaceId}
      on conflict (workspace_id, source, shard) do update set due_at = excluded.due_at`
  })
}

/** Videos that were neither looked at nor missed since they were made due at an instant. */
export async function leftDue({ owner, workspaceId }: AlertScene, at: number): Promise<number> {
  const [left] = await owner`
    select count(*)::int as videos from video_state
    where workspace_id = ${workspaceId} and next_poll_at = ${new Date(at).toISOString()}`
  return left?.videos ?? 0
}

export const nthOf = (itemId: string) => Number(BigInt(itemId) - FIRST_ITEM)

/** The world as it is at `now`. */
export function worldConnector(now: number): Connector {
  return {
    source: SOURCE,
    capability: {
      gives: ['plays', 'likes', 'comments', 'shares'],
      freshnessMs: 0,
      batch: 50,
      callsPerSecond: null,
      callsPerDay: null,
      scope: 'app',
      costFen: 0,
    },
    fetchCounters: async (refs) => refs.map((ref) => answerOf(ref, now)),
  }
}

function answerOf({ itemId }: VideoRef, now: number): CounterAnswer {
  const given = answerAt(nthOf(itemId), now)
  if (typeof given !== 'string') return { ok: true, itemId, counters: given }
  return { ok: false, itemId, error: new FetchError(given, `no answer: ${given}`) }
}
