/** 排期: plans videos in cells of matrices. */
import { sql } from 'drizzle-orm'
import { rows, type Tx } from '../db/client.ts'
import { unnest } from '../db/unnest.ts'
import type { Purpose } from '../rules/types.ts'
import { cellsOf, placeCheck } from './cell.ts'
import { type Context, write } from './context.ts'
import { eachLine, InvalidInputError, LinesError, text } from './errors.ts'
import { type Links, linkCheck } from './plan-links.ts'

/** Most videos of one bulk change. */
export const MOST_LINES = 2000
const MOST_WORDS = 50

export interface PlanVideo extends Links {
  matrixId: number
  /** The cell: at most one element of each kind, all of the matrix. */
  elementIds: number[]
  purpose: Purpose
  title: string
  plannedFor?: Date | null | undefined
  /** 开头钩子, up to 50 characters. */
  hook?: string | null | undefined
  /** 形式: 口播, 剧情, 测评 …, up to 50 characters. */
  format?: string | null | undefined
}

/**
 * Plans a video in a cell; the cell's row is made by its first video. PairError: the cell breaks pairs of the brand.
 */
export async function planVideo(ctx: Context, input: PlanVideo): Promise<number> {
  try {
    const [videoId] = await planVideos(ctx, { lines: [input] })
    return videoId as number
  } catch (error) {
    throw error instanceof LinesError ? error.lines[0]?.error : error
  }
}

/**
 * Plans 1 to 2,000 videos in one transaction of a fixed number of statements; answers their ids in the order of the
 * lines. LinesError: names every line that is wrong, and none was planned. A line may be why it could not be read.
 */
export async function planVideos(
  ctx: Context,
  { lines }: { lines: readonly (PlanVideo | InvalidInputError)[] },
): Promise<number[]> {
  checkCount('lines', lines)
  return write(ctx, async (tx) => {
    const read = lines.filter((line): line is PlanVideo => !(line instanceof InvalidInputError))
    const placed = await placeCheck(tx, read)
    const linked = await linkCheck(tx, read)
    const checked = eachLine(lines, (line) => {
      if (line instanceof InvalidInputError) throw line
      const title = text('title', line.title)
      const words = { hook: phrase('hook', line.hook), format: phrase('format', line.format) }
      const place = placed(line)
      linked(place.brandId, line)
      return { ...line, ...words, title, place, brandId: place.brandId }
    })
    const cells = await cellsOf(
      tx,
      checked.map(({ place }) => place),
    )
    return insert(
      tx,
      ctx.now,
      checked.map((line, index) => ({ ...line, index, cellId: cells[index] as number })),
    )
  })
}

/** Refuses an empty change and one of more than 2,000. */
export function checkCount(field: string, items: readonly unknown[]): void {
  if (items.length >= 1 && items.length <= MOST_LINES) return
  throw new InvalidInputError(field, `${field} must hold 1 to ${MOST_LINES}, and holds ${items.length}`)
}

/** A short text that may be absent; null: it is. */
export function phrase(field: string, value: string | null | undefined): string | null {
  return value == null ? null : text(field, value, MOST_WORDS)
}

type PlannedLine = PlanVideo & { index: number; brandId: number; cellId: number }

async function insert(tx: Tx, now: Date, lines: readonly PlannedLine[]): Promise<number[]> {
  const planned = unnest(lines, 'line', {
    index: 'int',
    brandId: 'bigint',
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
  const made = await rows<{ id: string }>(
    tx,
    sql`
      insert into video (brand_id, cell_id, kol_id, purpose, title, programme_id, hook, format, phase_id, planned_for,
        stage, created_at)
      select brand_id, cell_id, kol_id, purpose, title, programme_id, hook, format, phase_id, planned_for,
        'PLANNED', ${now.toISOString()}::timestamptz
      from ${planned} order by index returning id`,
  )
  // Numbers are given in the order of the select; what comes back need not be.
  return made.map(({ id }) => Number(id)).sort((a, b) => a - b)
}
