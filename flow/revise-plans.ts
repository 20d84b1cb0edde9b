/** Edits plans of planned videos, one or 2,000, in a fixed number of statements. */
import { sql } from 'drizzle-orm'
import { among } from '../db/among.ts'
import type { Tx } from '../db/client.ts'
import { cell, video } from '../db/tables.ts'
import { unnest } from '../db/unnest.ts'
import { type CheckedPlace, cellsOf, type Place, placeCheck } from './cell.ts'
import { type Context, write } from './context.ts'
import { ConflictError, eachLine, found, InvalidInputError, LinesError, text } from './errors.ts'
import { checkCount, type PlanVideo, phrase } from './plan.ts'
import { linkCheck } from './plan-links.ts'

/**
 * Left out: as it is. null: none, where a video may have none. A matrix without elements keeps the elements, elements
 * without a matrix the matrix.
 */
export type RevisePlan = { videoId: number } & { [Key in keyof PlanVideo]?: PlanVideo[Key] | undefined }

type Video = typeof video.$inferSelect
interface Held {
  video: Video
  /** null: it lies in none. */
  place: Place | null
}

/**
 * Edits a planned video. Only what is changed is checked: a plan that was made before a pair or an archive can still
 * be given another title. ConflictError: it is published or archived.
 */
export async function revisePlan(ctx: Context, input: RevisePlan): Promise<number> {
  try {
    const [videoId] = await revisePlans(ctx, { lines: [input] })
    return videoId as number
  } catch (error) {
    throw error instanceof LinesError ? error.lines[0]?.error : error
  }
}

/** The same for 1 to 2,000 videos, each named once, all or none. LinesError: names every line that is wrong. */
export async function revisePlans(
  ctx: Context,
  { lines }: { lines: readonly RevisePlan[] },
): Promise<number[]> {
  checkCount('lines', lines)
  return write(ctx, async (tx) => {
    const held = await hold(tx, lines)
    const wanted = lines.map((line) => moving(line, held.get(line.videoId)))
    const places = wanted.flatMap((place) => place ?? [])
    const placed = places.length > 0 ? await placeCheck(tx, places) : null
    const linked = await linkCheck(tx, lines)
    const seen = new Set<number>()
    const checked = eachLine(lines, (line, index) => {
      const { video: row } = found(held.get(line.videoId), 'video')
      if (seen.has(row.id)) throw new InvalidInputError('videoId', 'the video is in another line as well')
      seen.add(row.id)
      if (row.stage !== 'PLANNED') {
        throw new ConflictError(`The video is ${row.stage.toLowerCase()}: its plan stands as it was.`)
      }
      const place = checkedPlace(line, row, wanted[index] ?? null, placed)
      linked(row.brandId, line)
      return { row: { ...row, ...said(line) }, place }
    })
    await store(tx, checked)
    return lines.map(({ videoId }) => videoId)
  })
}

/** Locked in one order for everybody, or two that edit the same videos could wait for each other. */
async function hold(tx: Tx, lines: readonly RevisePlan[]): Promise<Map<number, Held>> {
  const ids = lines.map(({ videoId }) => videoId)
  const videos = await tx
    .select()
    .from(video)
    .where(among(video.id, ids))
    .orderBy(video.id)
    .for('no key update')
  const cellIds = lines.some(moves) ? videos.flatMap(({ cellId }) => cellId ?? []) : []
  const cells = cellIds.length > 0 ? await tx.select().from(cell).where(among(cell.id, cellIds)) : []
  const placeOf = new Map(
    cells.map(({ id, matrixId, personaId, productId, sceneId, needId }) => [
      id,
      { matrixId, elementIds: [personaId, productId, sceneId, needId].flatMap((one) => one ?? []) },
    ]),
  )
  return new Map(videos.map((one) => [one.id, { video: one, place: placeOf.get(one.cellId ?? 0) ?? null }]))
}

const moves = ({ matrixId, elementIds }: RevisePlan) => matrixId !== undefined || elementIds !== undefined

/** Where the line puts the video; null: it stays, or has no matrix to stay in. */
function moving(line: RevisePlan, held: Held | undefined): Place | null {
  const matrixId = line.matrixId ?? held?.place?.matrixId
  if (!moves(line) || !held || matrixId === undefined) return null
  return { matrixId, elementIds: line.elementIds ?? held.place?.elementIds ?? [] }
}

function checkedPlace(
  line: RevisePlan,
  { brandId }: Video,
  place: Place | null,
  placed: ((place: Place) => CheckedPlace) | null,
): CheckedPlace | null {
  if (!moves(line)) return null
  const checked = placed?.(found(place ?? undefined, 'matrix'))
  if (checked && checked.brandId !== brandId) {
    throw new InvalidInputError('matrixId', 'a video cannot move to the matrix of another brand')
  }
  return found(checked, 'matrix')
}

/** What the line says, without what it leaves out. */
function said(line: RevisePlan): Partial<Video> {
  const { kolId, programmeId, phaseId, purpose, plannedFor, title, hook, format } = line
  const values = {
    kolId,
    programmeId,
    phaseId,
    purpose,
    plannedFor,
    title: title === undefined ? undefined : text('title', title),
    hook: hook === undefined ? undefined : phrase('hook', hook),
    format: format === undefined ? undefined : phrase('format', format),
  }
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}

async function store(tx: Tx, checked: readonly { row: Video; place: CheckedPlace | null }[]): Promise<void> {
  const moved = checked.flatMap(({ place }) => place ?? [])
  const cells = moved.length > 0 ? await cellsOf(tx, moved) : []
  let next = 0
  const revised = checked.map(({ row, place }) => (place ? { ...row, cellId: cells[next++] as number } : row))
  const line = unnest(revised, 'line', {
    id: 'bigint',
    cellId: 'bigint',
    kolId: 'bigint',
    purpose: 'text',
    title: 'text',
    programmeId: 'bigint',
    hook: 'text',
    format: 'text',
    phaseId: 'bigint',
    plannedFor: 'timestamptz',
  })
  await tx.execute(sql`
    update video set cell_id = line.cell_id, kol_id = line.kol_id, purpose = line.purpose, title = line.title,
      programme_id = line.programme_id, hook = line.hook, format = line.format, phase_id = line.phase_id,
      planned_for = line.planned_for
    from ${line}
    where video.workspace_id = current_workspace() and video.id = line.id and video.stage = 'PLANNED'`)
}
