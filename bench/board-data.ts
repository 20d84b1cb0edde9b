/** A matrix of 30 x 30 x 30 x 30 with 5,000 cells in use and 100,000 published videos: the same for the same sizes. */
import type postgres from 'postgres'

export interface BoardSizes {
  elementsPerAxis: number
  cells: number
  published: number
  planned: number
}
export const BOARD_SIZES: BoardSizes = {
  elementsPerAxis: 30,
  cells: 5000,
  published: 100_000,
  planned: 20_000,
}

export interface BoardData {
  workspaceId: number
  matrixId: number
  phaseIds: number[]
}

/**
 * Made in SQL, because through the verbs it would take minutes. `owner` is the owner's connection, which row-level
 * security does not bind. Plays are log-normal; of 100 videos 3 have no look, 2 no play count, 5 no interaction, 8
 * were flagged, 20 have spend and 25 GMV. Every row has been updated once, so that the table is as loose as polling
 * leaves it.
 */
export async function plantBoard(owner: postgres.Sql, now: Date, sizes = BOARD_SIZES): Promise<BoardData> {
  const at = now.toISOString()
  const [made] = await owner`select create_workspace(${`bench board ${at}`}, 'Asia/Shanghai', ${at}) as id`
  const workspaceId = Number(made?.id)
  await owner`select set_config('seedbed.workspace', ${String(workspaceId)}, false)`
  await owner`select setseed(0.42)`
  const [{ id: brandId }] = (await owner`
    insert into brand (name, created_at) values ('bench', ${at}) returning id`) as [{ id: string }]
  const [{ id: matrixId }] = (await owner`
    insert into matrix (brand_id, name, created_at) values (${brandId}, 'bench', ${at}) returning id`) as [
    { id: string },
  ]
  await owner`
    with made as (
      insert into element (brand_id, kind, name, created_at)
      select ${brandId}, kind, kind || ' ' || n, ${at}
      from unnest(array['PERSONA', 'PRODUCT', 'SCENE', 'NEED']) kind, generate_series(1, ${sizes.elementsPerAxis}::int) n
      returning id
    )
    insert into matrix_element (matrix_id, element_id) select ${matrixId}, id from made`
  const phaseIds = await plantPhases(owner, brandId, at)
  await plantCells(owner, matrixId, sizes)
  await plantVideos(owner, { brandId, matrixId, phaseIds, at }, sizes)
  return { workspaceId, matrixId: Number(matrixId), phaseIds }
}

async function plantPhases(owner: postgres.Sql, brandId: string, at: string): Promise<number[]> {
  const phases = await owner`
    with made as (
      insert into campaign (brand_id, name, level, starts_on, ends_on, created_at)
      values (${brandId}, 'bench', 'S', '2026-10-20', '2026-11-20', ${at}) returning id
    )
    insert into phase (campaign_id, kind, starts_on, ends_on)
    select id, kind, '2026-10-20', '2026-11-20'
    from made, unnest(array['PREPARATION', 'WARM_UP', 'EVENT', 'ENCORE']) kind
    returning id`
  return phases.map(({ id }) => Number(id))
}

/** An element of each axis at random, the first ones more often; a few axes empty. */
async function plantCells(owner: postgres.Sql, matrixId: string, { cells }: BoardSizes): Promise<void> {
  await owner`
    with axis as (
      select kind, array_agg(id order by id) as ids from element
      join matrix_element me on me.workspace_id = element.workspace_id and me.element_id = element.id
      where me.matrix_id = ${matrixId} group by kind
    ), drawn as materialized (
      select n, kind, case when random() >= 0.03 then ids[1 + floor(cardinality(ids) * power(random(), 1.3))::int] end as id
      from generate_series(1, ${cells * 2}::int) n, axis
    ), made as (
      select min(n) as n, persona, product, scene, need from (
        select n, max(id) filter (where kind = 'PERSONA') as persona, max(id) filter (where kind = 'PRODUCT') as product,
          max(id) filter (where kind = 'SCENE') as scene, max(id) filter (where kind = 'NEED') as need
        from drawn group by n
      ) one group by persona, product, scene, need order by n limit ${cells}
    )
    insert into cell (matrix_id, persona_id, product_id, scene_id, need_id)
    select ${matrixId}, persona, product, scene, need from made order by n`
}

interface Home {
  brandId: string
  matrixId: string
  phaseIds: number[]
  at: string
}

async function plantVideos(
  owner: postgres.Sql,
  home: Home,
  { published, planned }: BoardSizes,
): Promise<void> {
  const { brandId, matrixId, phaseIds, at } = home
  await owner`
    with used as (select array_agg(id order by id) as ids from cell where matrix_id = ${matrixId})
    insert into video (brand_id, cell_id, purpose, title, phase_id, stage, published_at, item_id, created_at)
    select ${brandId}, ids[1 + floor(cardinality(ids) * power(random(), 1.5))::int],
      (array['SEEDING', 'SELLING', 'TRAFFIC'])[1 + floor(random() * 3)::int], 'video ' || n,
      (${phaseIds}::bigint[])[1 + floor(random() * 8)::int],
      case when n <= ${published} then 'PUBLISHED' else 'PLANNED' end,
      case when n <= ${published} then ${at}::timestamptz - random() * interval '90 days' end,
      case when n <= ${published} then (7400000000000000000 + n)::text end, ${at}
    from used, generate_series(1, ${published + planned}::int) n`
  await owner`
    insert into video_state (video_id, cell_id, phase_id, published_at, source)
    select id, cell_id, phase_id, published_at, 'bench' from video
    where workspace_id = current_workspace() and stage = 'PUBLISHED' order by id`
  await owner`
    with drawn as materialized (
      select video_id, random() as look, random() as interaction, random() as flag, random() as paid, random() as sold,
        exp(8.5 + 1.6 * sqrt(-2 * ln(1 - random())) * cos(6.283185307 * random()))::bigint as plays
      from video_state where workspace_id = current_workspace()
    )
    update video_state s set
      looks = 20, observed_at = ${at}::timestamptz, next_poll_at = ${at}::timestamptz + interval '1 hour',
      plays = case when look >= 0.05 then d.plays end, likes = d.plays / 25, comments = d.plays / 200,
      shares = case when interaction >= 0.05 then d.plays / 150 end, saves = d.plays / 100,
      interaction_rate = case when look >= 0.05 and interaction >= 0.05 and d.plays > 0
        then (d.plays / 25 + d.plays / 200 + d.plays / 150) / d.plays::float8 end,
      velocity = d.plays / 100.0, kol_ratio = flag * 3,
      flagged_at = case when flag < 0.08 then ${at}::timestamptz end,
      spend_fen = case when paid < 0.2 then (paid * 5000000)::bigint end,
      gmv_fen = case when sold < 0.25 then (sold * 9000000)::bigint end,
      curve = array(select (d.plays * n / 20.0)::bigint from generate_series(1, 20) n)
    from drawn d
    where s.workspace_id = current_workspace() and s.video_id = d.video_id and look >= 0.03`
  await owner`vacuum analyze video_state, video, cell, element, matrix_element`
}
