/** The plan of a matrix with all that its rows name: three statements, however many videos. */
import { type SQL, sql } from 'drizzle-orm'
import type { ElementKind, PhaseKind, Purpose } from '../../rules/types.ts'
import { rows, type Tx } from '../client.ts'

type Reads = Pick<Tx, 'execute'>

/** ALL: at most so many, earliest planned first. NAMED: with these numbers or titles, and KOLs called so. */
export type PlanWanted =
  | { kind: 'ALL'; most: number }
  | {
      kind: 'NAMED'
      ids: readonly number[]
      titles: readonly string[]
      kolNames: readonly string[]
      accounts: readonly string[]
    }

export interface PlanParts {
  matrix: { id: number; name: string }
  /** Of the workspace. */
  zone: string
  /** Planned and published ones. */
  videos: PlanVideo[]
  /** Of the brand, also archived ones, oldest first; likewise programmes and phases. */
  elements: { id: number; kind: ElementKind; name: string }[]
  programmes: { id: number; name: string }[]
  phases: { id: number; kind: PhaseKind; campaignId: number; campaign: string }[]
  /** Of the videos and of what was wanted, and those that share a name with one that has no id of an account. */
  kols: { id: number; name: string; accountId: string | null; showId: string | null }[]
}
interface PlanVideo {
  id: number
  stage: 'PLANNED' | 'PUBLISHED'
  axes: Record<ElementKind, number | null>
  kolId: number | null
  purpose: Purpose
  title: string
  plannedFor: Date | null
  programmeId: number | null
  hook: string | null
  format: string | null
  phaseId: number | null
}

/** undefined: there is no such matrix. */
export async function loadPlan(
  db: Reads,
  matrixId: number,
  wanted: PlanWanted,
): Promise<PlanParts | undefined> {
  const [home] = await rows<Home>(db, homeOf(matrixId))
  if (!home) return undefined
  const videos = (await rows<VideoRow>(db, videosOf(matrixId, wanted))).map(videoOf)
  const kolIds = new Set(videos.flatMap(({ kolId }) => kolId ?? []))
  const kols = await rows<Record<'id' | 'name', string> & Record<'account_id' | 'show_id', string | null>>(
    db,
    kolsOf([...kolIds], wanted),
  )
  const { name, zone, elements, programmes, phases } = home
  return {
    matrix: { id: Number(home.id), name },
    zone,
    videos,
    elements: elements ?? [],
    programmes: programmes ?? [],
    phases: phases ?? [],
    kols: kols.map((kol) => ({
      id: Number(kol.id),
      name: kol.name,
      accountId: kol.account_id,
      showId: kol.show_id,
    })),
  }
}

interface Home {
  id: string
  name: string
  zone: string
  elements: PlanParts['elements'] | null
  programmes: PlanParts['programmes'] | null
  phases: PlanParts['phases'] | null
}

const homeOf = (matrixId: number) => sql`
  select m.id, m.name, w.zone,
    (select json_agg(json_build_object('id', id, 'kind', kind, 'name', name) order by id) from element
      where workspace_id = m.workspace_id and brand_id = m.brand_id) as elements,
    (select json_agg(json_build_object('id', id, 'name', name) order by id) from programme
      where workspace_id = m.workspace_id and brand_id = m.brand_id) as programmes,
    (select json_agg(json_build_object('id', p.id, 'kind', p.kind, 'campaignId', c.id, 'campaign', c.name) order by p.id)
      from campaign c join phase p on p.workspace_id = c.workspace_id and p.campaign_id = c.id
      where c.workspace_id = m.workspace_id and c.brand_id = m.brand_id) as phases
  from matrix m join workspace w on w.id = m.workspace_id
  where m.workspace_id = current_workspace() and m.id = ${matrixId}::bigint`

interface VideoRow extends Omit<PlanVideo, 'axes' | 'plannedFor'> {
  persona_id: string | null
  product_id: string | null
  scene_id: string | null
  need_id: string | null
  kol_id: string | null
  programme_id: string | null
  phase_id: string | null
  /** ms since the epoch. */
  planned_for: number | null
}

const videosOf = (matrixId: number, wanted: PlanWanted) => sql`
  select v.id, v.stage, c.persona_id, c.product_id, c.scene_id, c.need_id, v.kol_id, v.purpose, v.title,
    (extract(epoch from v.planned_for) * 1000)::float8 as planned_for, v.programme_id, v.hook, v.format, v.phase_id
  from cell c join video v on v.workspace_id = c.workspace_id and v.cell_id = c.id
  where c.workspace_id = current_workspace() and c.matrix_id = ${matrixId}::bigint
    and v.stage in ('PLANNED', 'PUBLISHED') ${chosen(wanted)}`

function chosen(wanted: PlanWanted): SQL {
  if (wanted.kind === 'ALL') return sql`order by v.planned_for nulls last, v.id limit ${wanted.most}`
  return sql`and (v.id = any(${numbers(wanted.ids)}) or v.title = any(${texts(wanted.titles)})) order by v.id`
}

function kolsOf(ids: readonly number[], wanted: PlanWanted): SQL {
  const own = sql`select id, name, account_id, show_id from kol where workspace_id = current_workspace()`
  const named =
    wanted.kind === 'ALL'
      ? sql``
      : sql`
        union ${own} and name = any(${texts(wanted.kolNames)})
        union ${own} and account_id = any(${texts(wanted.accounts)})
        union ${own} and show_id = any(${texts(wanted.accounts)})`
  return sql`
    select * from (
      ${own} and id = any(${numbers(ids)})
      union ${own} and name in (select name from kol where workspace_id = current_workspace()
        and id = any(${numbers(ids)}) and account_id is null)
      ${named}
    ) kols order by id`
}

const numbers = (ids: readonly number[]) => sql`${sql.param(ids.map(String))}::bigint[]`
const texts = (all: readonly string[]) => sql`${sql.param([...all])}::text[]`
const numberOf = (value: string | null) => (value === null ? null : Number(value))

function videoOf(row: VideoRow): PlanVideo {
  return {
    id: Number(row.id),
    stage: row.stage,
    axes: {
      PERSONA: numberOf(row.persona_id),
      PRODUCT: numberOf(row.product_id),
      SCENE: numberOf(row.scene_id),
      NEED: numberOf(row.need_id),
    },
    kolId: numberOf(row.kol_id),
    purpose: row.purpose,
    title: row.title,
    plannedFor: row.planned_for === null ? null : new Date(row.planned_for),
    programmeId: numberOf(row.programme_id),
    hook: row.hook,
    format: row.format,
    phaseId: numberOf(row.phase_id),
  }
}

/** Matrices of that name or number, oldest first, with their brands. */
export async function findMatrices(
  db: Reads,
  wanted: string,
): Promise<{ id: number; name: string; brand: string }[]> {
  const found = await rows<Record<'id' | 'name' | 'brand', string>>(
    db,
    sql`select m.id, m.name, b.name as brand
      from matrix m join brand b on b.workspace_id = m.workspace_id and b.id = m.brand_id
      where m.workspace_id = current_workspace() and (m.name = ${wanted} or m.id::text = ${wanted}) order by m.id`,
  )
  return found.map(({ id, name, brand }) => ({ id: Number(id), name, brand }))
}
