/** Videos under watch for `npm run bench -- ingest`: the same for the same sizes. */
import type postgres from 'postgres'
import { STARTER_RULE } from '../rules/rule.ts'

/** Videos of one KOL: as many as its baseline looks back on. */
const PER_KOL = 30
const CELLS = 500

export interface IngestData {
  workspaceId: number
  videos: number
}

/**
 * Published over the last two days, looked at ten times, every KOL with 30 videos, all in cells, under the rule that a
 * workspace starts with. Made in SQL: through the verbs it would take hours. `owner` is not bound by row-level security.
 */
export async function plantWatched(owner: postgres.Sql, now: Date, videos: number): Promise<IngestData> {
  const at = now.toISOString()
  const [made] =
    await owner`select create_workspace(${`ingest ${videos} ${at}`}, 'Asia/Shanghai', ${at}) as id`
  const workspaceId = Number(made?.id)
  await owner`select set_config('seedbed.workspace', ${String(workspaceId)}, false)`
  await owner`select setseed(0.42)`
  const [rule] = await owner`
    insert into rule (name, enabled, created_at) values (${STARTER_RULE.name}, true, ${at}) returning id`
  await owner`
    insert into rule_version (rule_id, version, definition, created_at)
    values (${rule?.id}, 1, ${owner.json(STARTER_RULE.definition as never)}, ${at})`
  const [home] = await owner`insert into brand (name, created_at) values ('bench', ${at}) returning id`
  const [grid] = await owner`
    insert into matrix (brand_id, name, created_at) values (${home?.id}, 'bench', ${at}) returning id`
  await owner`
    with made as (
      insert into element (brand_id, kind, name, created_at)
      select ${home?.id}, 'SCENE', 'scene ' || n, ${at} from generate_series(1, ${CELLS}::int) n returning id
    )
    insert into cell (matrix_id, scene_id) select ${grid?.id}, id from made`
  await owner`
    insert into kol (account_id, name, followers, tier, created_at)
    select 'kol' || n, 'KOL ' || n, 10000 + n % 990000, 'TAIL', ${at}
    from generate_series(1, ${Math.ceil(videos / PER_KOL)}::int) n`
  await owner`
    with cells as (select array_agg(id order by id) as ids from cell where workspace_id = current_workspace()),
      kols as (select array_agg(id order by id) as ids from kol where workspace_id = current_workspace())
    insert into video (brand_id, cell_id, kol_id, purpose, title, stage, published_at, item_id, tier, created_at)
    select ${home?.id}, cells.ids[1 + n % ${CELLS}], kols.ids[1 + n % cardinality(kols.ids)],
      (array['SEEDING', 'SELLING', 'TRAFFIC'])[1 + n % 3], 'video ' || n, 'PUBLISHED',
      ${at}::timestamptz - random() * interval '2 days', (7400000000000000000 + n)::text, 'TAIL', ${at}
    from cells, kols, generate_series(1, ${videos}::int) n`
  await plantStates(owner, at)
  return { workspaceId, videos }
}

async function plantStates(owner: postgres.Sql, at: string): Promise<void> {
  await owner`
    insert into video_state (video_id, kol_id, cell_id, published_at, source, looks, observed_at, plays, likes,
      comments, shares, interaction_rate, velocity, kol_ratio, curve, next_poll_at)
    select id, kol_id, cell_id, published_at, 'bench', 10, ${at}::timestamptz - interval '1 hour', plays,
      plays / 25, plays / 200, plays / 150, 0.05, plays / 100.0, 1.1,
      array(select (plays * n / 12.0)::bigint from generate_series(1, 12) n), ${at}::timestamptz
    from (select *, 100 + (power(random(), 3) * 9000)::bigint as plays from video
      where workspace_id = current_workspace()) v
    -- As scattered as in real life, where a row is written at publication and KOLs publish in turns.
    order by random()`
  await owner`
    insert into poll_shard (source, shard, due_at)
    select source, shard, min(next_poll_at) from video_state where workspace_id = current_workspace() group by 1, 2`
  await owner`vacuum analyze video_state, video, kol, poll_shard`
}

/** Snapshots of the past, spread evenly over the videos and the days before. */
export async function plantSnapshots(owner: postgres.Sql, now: Date, count: number): Promise<void> {
  const at = now.toISOString()
  await owner`select ensure_snapshot_partitions(${at}::timestamptz - interval '62 days', ${at}::timestamptz + interval '62 days')`
  const [{ videos }] = (await owner`
    select count(*)::int as videos from video_state where workspace_id = current_workspace()`) as [
    { videos: number },
  ]
  const rounds = Math.round(count / videos)
  for (let round = 0; round < rounds; round++) {
    await owner`
      insert into snapshot (video_id, observed_at, source, recorded_at, plays, likes, comments, shares)
      select video_id, seen, 'bench', seen, plays, likes, comments, shares
      from (select *, ${at}::timestamptz - ${round + 1} * interval '12 hours' - (video_id % 3600) * interval '1 second' as seen
        from video_state where workspace_id = current_workspace()) v`
  }
  await owner`vacuum analyze snapshot`
}
