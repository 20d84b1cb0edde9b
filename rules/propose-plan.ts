/**
 * A plan that fills the gaps of a content matrix: which cells get a video, by whom, and why.
 * Nothing here is by chance: the same request, with its seed, gives the same plan.
 */
import { coverRows, fresh, inOrder, search, type Task } from './cover.ts'
import type { Draft } from './cover-draft.ts'
import {
  type Cell,
  cellOf,
  compile,
  type Impossible,
  type Matrix,
  type Pair,
  pairsOf,
  type Row,
} from './cover-grid.ts'
import { impossible } from './cover-obstacle.ts'
import { balancedRows } from './propose-balanced.ts'
import { type Given, giveKols, type Kol, type Past } from './propose-kols.ts'
import { BY_ID, explain, idsOf, type Names, type Why } from './propose-why.ts'

/** COVERING: every possible pair in at least `times` videos, by few; BALANCED: all as equally often as can be. */
export const STRATEGIES = ['COVERING', 'BALANCED'] as const
export type Strategy = (typeof STRATEGIES)[number]

export interface Request extends Matrix {
  /** Planned and published videos by cell; `kolId`, where it is known, keeps the KOL from the same elements. */
  existing: readonly Past[]
  /** At most this many lines; null: as many as COVERING needs. BALANCED uses them all. */
  videos: number | null
  strategy: Strategy
  /** Videos that a pair needs to be covered, 1 or more. */
  times: number
  seed: string
  /** Those who may be chosen; empty: lines without a KOL. */
  kols: readonly Kol[]
  /** For the sentences; left out: ids. */
  names?: Names
}

export interface Line {
  elements: Cell
  kolId: number | null
  why: Why
}

export interface Plan {
  /** What covers most comes first. */
  lines: Line[]
  /** Pairs still in fewer than `times` videos, and how many they miss. */
  uncovered: { pair: Pair; missing: number }[]
  impossible: Impossible[]
  /** Share, 0 to 1, of possible pairs that are in `times` videos; null: no pair is possible. */
  coverage: { before: number | null; after: number | null }
}

/** Throws RangeError on a number that is not a count, or an element on two axes. */
export function proposePlan(request: Request): Plan {
  const { existing, videos, times, seed } = request
  if (!Number.isInteger(times) || times < 1) throw new RangeError('times is 1 or more')
  if (videos !== null && !(Number.isInteger(videos) && videos >= 0))
    throw new RangeError('videos is 0 or more')
  const grid = compile(request)
  const task = { grid, existing, times, seed }
  const rows = request.strategy === 'COVERING' ? covering(task, videos) : balanced(task, videos)
  const draft = fresh(task, 'lines')
  const before = coverage(draft)
  const cells = rows.map((row) => cellOf(grid, row))
  const given = giveKols(cells, request.kols, existing, seed)
  const lines = rows.map((row, at) => line(draft, request, row, given[at] as Given))
  return {
    lines,
    uncovered: uncovered(draft),
    impossible: impossible(grid, request),
    coverage: { before, after: coverage(draft) },
  }
}

/** With too few videos for all, the best of a whole plan cut short and a search for just so many. */
function covering(task: Task, videos: number | null): Row[] {
  const rows = coverRows(task)
  if (videos === null || rows.length <= videos) return rows
  const cut = rows.slice(0, videos)
  const draft = fresh(task, 'short')
  search(draft, videos)
  return covered(task, draft.rows) > covered(task, cut) ? inOrder(task, draft.rows) : cut
}

function balanced(task: Task, videos: number | null): Row[] {
  const rows = balancedRows(task.grid, task.existing, videos ?? coverRows(task).length, task.seed)
  return inOrder(task, rows)
}

function covered(task: Task, rows: readonly Row[]): number {
  const draft = fresh(task, 'covered')
  return rows.reduce((sum, row) => {
    const gain = draft.gain(row)
    draft.add(row)
    return sum + gain
  }, 0)
}

function uncovered({ grid, left }: Draft): Plan['uncovered'] {
  return pairsOf(grid)
    .filter(([a, b]) => left.get(a, b) > 0)
    .map(([a, b]) => ({ pair: idsOf(grid, [a, b]), missing: left.get(a, b) }))
}

function coverage({ grid, left }: Draft): number | null {
  const possible = pairsOf(grid).filter(([a, b]) => grid.can.get(a, b) > 0)
  if (possible.length === 0) return null
  return possible.filter(([a, b]) => left.get(a, b) <= 0).length / possible.length
}

/** Adds the row to the draft, which counts what was before it. */
function line(draft: Draft, { times, names = BY_ID }: Request, row: Row, given: Given): Line {
  const why = explain(draft, times, row, given, names)
  draft.add(row)
  return { elements: cellOf(draft.grid, row), kolId: given.kolId, why }
}
