/** What an edited 排期表 asks for: new videos, revisions of planned ones, and every cell that cannot be meant. */
import { createCellReader, type Edit, type Refused } from './plan-cell.ts'
import { createRowWriter, headingOf, type SheetField, type SheetPlan, type SheetVideo } from './plan-sheet.ts'
import type { Purpose } from './types.ts'

export interface SheetRow {
  /** Line of a CSV, row of a sheet. */
  line: number
  /** A column that the file does not have is left out. */
  cells: { [Field in SheetField]?: string | undefined }
  /** Why a cell that names nothing may have been spoilt: an id that a sheet has rounded. */
  doubts: { [Field in SheetField]?: string | undefined }
}
export interface SheetRefusal {
  line: number
  /** Heading of the column; several with `/` between them. */
  column: string
  reason: string
  value: string
}
export interface SheetNote {
  line: number
  note: string
}
export interface NewVideo extends Omit<SheetVideo, 'id' | 'stage' | 'axes'> {
  elementIds: number[]
}
export interface PlanEdits {
  planned: { line: number; video: NewVideo }[]
  /** Only what differs. */
  revised: { line: number; videoId: number; change: Partial<NewVideo> }[]
  unchanged: number
  /** New rows that are planned already. */
  skipped: SheetNote[]
  /** What was read in one of several ways. */
  notes: SheetNote[]
  refused: SheetRefusal[]
}

const BLANK: Omit<SheetVideo, 'purpose'> & { purpose: Purpose | null } = {
  id: 0,
  stage: 'PLANNED',
  axes: { PERSONA: null, PRODUCT: null, SCENE: null, NEED: null },
  kolId: null,
  purpose: null,
  title: '',
  plannedFor: null,
  programmeId: null,
  hook: null,
  format: null,
  phaseId: null,
}

/**
 * A row with a number revises that video, by the columns that the file has; one without plans a new video, unless one
 * in the same cell, of the same KOL, title and time is planned or published, or stands in a line above. Cells that say
 * what an export would say mean no change, whatever else they could mean.
 */
export function readEdits(plan: SheetPlan, rows: readonly SheetRow[]): PlanEdits {
  const edits: PlanEdits = { planned: [], revised: [], unchanged: 0, skipped: [], notes: [], refused: [] }
  const read = createCellReader(plan)
  const show = createRowWriter(plan)
  const videos = new Map(plan.videos.map((video) => [video.id, video]))
  const seen = new Map<number, number>()
  const refuse = (row: SheetRow, refused: readonly Refused[]) => {
    for (const { fields, reason } of refused) {
      const value = fields
        .map((field) => row.cells[field] ?? '')
        .filter((text) => text !== '')
        .join(' / ')
      edits.refused.push({ line: row.line, column: fields.map(headingOf).join('/'), reason, value })
    }
  }
  const take = (row: SheetRow, edit: Edit): boolean => {
    refuse(row, edit.refused)
    edits.notes.push(...edit.notes.map((note) => ({ line: row.line, note })))
    return edit.refused.length === 0
  }

  const revise = (row: SheetRow, number: string) => {
    const video = videos.get(idOf(number))
    const other = seen.get(video?.id ?? 0)
    if (!video || other !== undefined) {
      const reason = video
        ? `line ${other} has the same number`
        : 'no planned or published video of this matrix has this number'
      return refuse(row, [{ fields: ['id'], reason }])
    }
    seen.set(video.id, row.line)
    const edit = read(row, video, show(video))
    if (!take(row, edit)) return
    if (Object.keys(edit.change).length === 0) {
      edits.unchanged++
      return
    }
    videos.set(video.id, { ...video, ...edit.change })
    edits.revised.push({ line: row.line, videoId: video.id, change: inVerbs(edit.change) })
  }

  const add = (row: SheetRow) => {
    const edit = read(row, BLANK, null)
    const ok = take(row, edit)
    const { purpose, ...video } = { ...BLANK, ...edit.change }
    const missing: Refused[] = []
    if (purpose === null && !edit.refused.some(({ fields }) => fields.includes('purpose'))) {
      missing.push({ fields: ['purpose'], reason: 'a new video needs 种草, 带货 or 引流' })
    }
    if (video.title === '') missing.push({ fields: ['title'], reason: 'a new video needs a title' })
    refuse(row, missing)
    if (!ok || purpose === null || missing.length > 0) return
    const key = keyOf(video)
    const twin = there.get(key)
    if (twin !== undefined) {
      edits.skipped.push({ line: row.line, note: `not planned again: it is the same as ${twin}` })
      return
    }
    there.set(key, `line ${row.line}`)
    const { id: _id, stage: _stage, axes, ...rest } = video
    edits.planned.push({ line: row.line, video: { ...rest, purpose, elementIds: idsOf(axes) } })
  }

  for (const row of rows) {
    const number = row.cells.id?.trim() ?? ''
    if (number !== '') revise(row, number)
  }
  // After the revisions: a row that was copied before the first of the two was moved is a new video.
  const there = new Map([...videos.values()].map((video) => [keyOf(video), `video ${video.id}`]))
  for (const row of rows) if ((row.cells.id?.trim() ?? '') === '') add(row)
  edits.refused.sort((a, b) => a.line - b.line)
  return edits
}

/** Sheets may write 12 as 12.0. */
function idOf(text: string): number {
  return /^\d{1,15}(\.0+)?$/.test(text) ? Number(text) : 0
}

const idsOf = (axes: SheetVideo['axes']) => Object.values(axes).flatMap((id) => id ?? [])

function inVerbs({ axes, ...change }: Edit['change']): Partial<NewVideo> {
  return axes ? { ...change, elementIds: idsOf(axes) } : change
}

/** What makes a new row the same as a video. Milliseconds are not written, so they cannot differ. */
function keyOf({ axes, kolId, title, plannedFor }: Omit<SheetVideo, 'purpose'>): string {
  const { PERSONA, PRODUCT, SCENE, NEED } = axes
  const second = plannedFor && Math.floor(plannedFor.getTime() / 1000)
  return JSON.stringify([PERSONA, PRODUCT, SCENE, NEED, kolId, title, second])
}
