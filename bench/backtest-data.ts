/** Ninety days of 10,000 videos, planted by SQL. */
import type postgres from 'postgres'
import { DAY } from '../rules/types.ts'

export const VIDEOS = 10_000
const KOLS = 400
export const DAYS = 90

/**
 * Every video has its own final plays and speed; looks are a quarter of an hour apart at first and further and further on,
 * 60 in nine days, each recorded when it was made.
 */
export async function plant(owner: postgres.Sql, now: Date): Promise<number> {
  const at = now.toISOString()
  const since = new Date(now.getTime() - DAYS * DAY).toISOString()
  const [made] = await owner`select create_workspace('bench backtest', 'Asia/Shanghai', ${at}) as id`
  const workspaceId = Number(made?.id)
  await owner`select set_config('seedbed.workspace', ${String(workspaceId)}, false)`
  await owner`select ensure_snapshot_partitions(${since}, ${at})`
  await owner`select setseed(0.5)`
  await owner`insert into brand (name, created_at) values ('bench', ${since})`
  await owner`
    insert into kol (account_id, name, vertical, tier, followers, created_at)
    select 'kol ' || n, 'kol ' || n, '美妆', (array['HEAD', 'WAIST', 'TAIL', 'KOC'])[n % 4 + 1], 10000, ${since}
    from generate_series(1, ${KOLS}::int) n`
  await owner`
    with made as (
      insert into video (brand_id, kol_id, purpose, title, stage, published_at, item_id, tier, created_at)
      select brand.id, kol.id, 'SEEDING', 'video', 'PUBLISHED', ${since}::timestamptz + n * interval '1 second' * ${
        (DAYS * 86_400) / VIDEOS
      }::float8, 7400000000000000000 + n, kol.tier, ${since}
      from generate_series(0, ${VIDEOS - 1}::int) n
      join brand on true join kol on kol.account_id = 'kol ' || (n % ${KOLS}::int + 1)
      where brand.workspace_id = ${workspaceId} and kol.workspace_id = ${workspaceId}
      returning id, kol_id, published_at
    )
    insert into video_state (video_id, kol_id, published_at) select id, kol_id, published_at from made`
  await owner`
    insert into snapshot (video_id, observed_at, source, recorded_at, plays, likes, comments, shares)
    select video_id, at, 'bench', at, plays, plays * rate, plays * rate / 10, plays * rate / 20
    from (
      select video_id, published_at, exp(5 + 5 * random() * random()) as final, 6 + 30 * random() as speed,
        0.01 + 0.04 * random() as rate
      from video_state where workspace_id = ${workspaceId}
    ) v
    cross join generate_series(1, 60) n
    cross join lateral (select 0.25 * exp(n * 0.1135) * (0.9 + 0.1 * random()) as age) aged
    cross join lateral (
      select date_trunc('milliseconds', published_at + age * interval '1 hour') as at,
        (final * (1 - exp(-age / speed)))::bigint as plays
    ) seen
    where at <= ${at} on conflict do nothing`
  await owner`
    update video_state v set looks = s.looks, observed_at = s.last from (
      select video_id, count(*) as looks, max(observed_at) as last from snapshot group by 1
    ) s where v.video_id = s.video_id`
  await owner`vacuum analyze`
  return workspaceId
}
