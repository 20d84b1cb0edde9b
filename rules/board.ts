/** The board of a matrix out of its groups: figures of cells, rows, columns and total, and the gaps. */
import type { Pairing } from './pair.ts'
import type { ElementKind } from './types.ts'

/** Counts and sums of the videos of one pair of elements; money in 分, 0 where nothing is known. */
export interface Group {
  /** Element ids; null: the axis is empty. */
  row: number | null
  column: number | null
  planned: number
  published: number
  /** Published, and looked at at least once. */
  watched: number
  flagged: number
  /** Videos with an interaction rate, their plays and their interactions. */
  rated: number
  ratedPlays: number
  interactions: number
  spendKnown: number
  spendFen: number
  gmvKnown: number
  gmvFen: number
  /** Videos of which both are known. */
  bothKnown: number
  bothSpendFen: number
  bothGmvFen: number
  /** Of every video that has a play count, in no order. */
  plays: Float64Array
  /** The video with the most plays; null: none has a play count. */
  best: { videoId: number; plays: number } | null
}

/** null: nothing to say it of. `…Known` is of how many videos the figure before it is. */
export interface Figures {
  planned: number
  published: number
  watched: number
  flagged: number
  hitRate: number | null
  medianPlays: number | null
  playsKnown: number
  interactionRate: number | null
  interactionKnown: number
  spendFen: number | null
  spendKnown: number
  gmvFen: number | null
  gmvKnown: number
  roi: number | null
  roiKnown: number
  best: { videoId: number; plays: number } | null
}

export interface Line {
  /** null: videos whose axis is empty. */
  id: number | null
  name: string | null
  /** Whether something can be planned with it. */
  open: boolean
}

export interface Board {
  rows: Line[]
  columns: Line[]
  /** `row` and `column` are places in `rows` and `columns`. */
  cells: { row: number; column: number; figures: Figures }[]
  rowTotals: Figures[]
  columnTotals: Figures[]
  total: Figures
  gaps: { row: number; column: number; forbidden: boolean }[]
}

export interface BoardInput {
  rows: ElementKind
  columns: ElementKind
  /** Lines of an axis are these only, where it is filtered. */
  elementIds: Partial<Record<ElementKind, readonly number[]>>
  /** Of every axis: a pair of lines may be impossible by what it requires on another. */
  elements: readonly (Line & { id: number; kind: ElementKind })[]
  pairs: readonly Pairing[]
  groups: readonly Group[]
}

export function buildBoard(input: BoardInput): Board {
  const { groups } = input
  const rows = lines(input, input.rows, new Set(groups.map(({ row }) => row)))
  const columns = lines(input, input.columns, new Set(groups.map(({ column }) => column)))
  const rowAt = new Map(rows.map(({ id }, at) => [id, at]))
  const columnAt = new Map(columns.map(({ id }, at) => [id, at]))
  const ofRow: Group[][] = rows.map(() => [])
  const ofColumn: Group[][] = columns.map(() => [])
  const cells = groups.map((group) => {
    const row = rowAt.get(group.row) as number
    const column = columnAt.get(group.column) as number
    ofRow[row]?.push(group)
    ofColumn[column]?.push(group)
    return { row, column, figures: figuresOf([group]) }
  })
  cells.sort((a, b) => a.row - b.row || a.column - b.column)
  return {
    rows,
    columns,
    cells,
    rowTotals: ofRow.map(figuresOf),
    columnTotals: ofColumn.map(figuresOf),
    total: figuresOf(groups),
    gaps: gapsOf(rows, columns, new Set(cells.map(({ row, column }) => `${row} ${column}`)), input),
  }
}

/** What can be planned with, and what has videos. */
function lines({ elements, elementIds }: BoardInput, kind: ElementKind, used: Set<number | null>): Line[] {
  const wanted = elementIds[kind]
  const found: Line[] = elements
    .filter((element) => element.kind === kind && (!wanted || wanted.includes(element.id)))
    .filter(({ id, open }) => open || used.has(id))
    .map(({ id, name, open }) => ({ id, name, open }))
  return used.has(null) ? [...found, { id: null, name: null, open: false }] : found
}

function gapsOf(rows: Line[], columns: Line[], used: ReadonlySet<string>, input: BoardInput) {
  const clash = clashes(input)
  return rows.flatMap((r, row) =>
    columns.flatMap((c, column) =>
      r.open && c.open && !used.has(`${row} ${column}`)
        ? [{ row, column, forbidden: clash(r.id as number, c.id as number) }]
        : [],
    ),
  )
}

/** Whether no cell holds both: all that they require, directly or through others, has two of one axis or a forbidden pair. */
function clashes({ pairs, elements }: Pick<BoardInput, 'pairs' | 'elements'>) {
  const ofKind = (wanted: Pairing['kind']) => pairs.filter(({ kind }) => kind === wanted)
  const forbidden = new Set(
    ofKind('FORBIDDEN').flatMap(({ elementId: a, otherId: b }) => [`${a} ${b}`, `${b} ${a}`]),
  )
  const kindOf = new Map(elements.map(({ id, kind }) => [id, kind]))
  const required = new Map<number, number[]>()
  for (const { elementId, otherId } of ofKind('REQUIRED')) {
    required.set(elementId, [...(required.get(elementId) ?? []), otherId])
  }
  return (one: number, other: number) => {
    const cell = new Set([one, other])
    // A set that grows while it is walked is walked to its end.
    for (const id of cell) for (const otherId of required.get(id) ?? []) cell.add(otherId)
    const held = [...cell]
    if (new Set(held.map((id) => kindOf.get(id))).size < held.length) return true
    return held.some((a, at) => held.slice(at + 1).some((b) => forbidden.has(`${a} ${b}`)))
  }
}

/** Rates are pooled: over a total that is not the mean of its parts, but the rate of its videos taken together. */
function figuresOf(groups: readonly Group[]): Figures {
  const sum = (key: Exclude<keyof Group, 'row' | 'column' | 'plays' | 'best'>) =>
    groups.reduce((total, group) => total + group[key], 0)
  const watched = sum('watched')
  const flagged = sum('flagged')
  const spendKnown = sum('spendKnown')
  const gmvKnown = sum('gmvKnown')
  const plays = together(groups)
  let best: Figures['best'] = null
  for (const group of groups) if (group.best && !(best && best.plays >= group.best.plays)) best = group.best
  return {
    planned: sum('planned'),
    published: sum('published'),
    watched,
    flagged,
    hitRate: ratio(flagged, watched),
    medianPlays: median(plays),
    playsKnown: plays.length,
    interactionRate: ratio(sum('interactions'), sum('ratedPlays')),
    interactionKnown: sum('rated'),
    spendFen: spendKnown > 0 ? sum('spendFen') : null,
    spendKnown,
    gmvFen: gmvKnown > 0 ? sum('gmvFen') : null,
    gmvKnown,
    roi: ratio(sum('bothGmvFen'), sum('bothSpendFen')),
    roiKnown: sum('bothKnown'),
    best,
  }
}

const ratio = (part: number, whole: number) => (whole === 0 ? null : part / whole)

function together(groups: readonly Group[]): Float64Array {
  const all = new Float64Array(groups.reduce((size, { plays }) => size + plays.length, 0))
  let at = 0
  for (const { plays } of groups) {
    all.set(plays, at)
    at += plays.length
  }
  return all
}

/** The exact median, of an even number the mean of the middle two; null of none. Moves the values about. */
export function median(values: Float64Array): number | null {
  const { length } = values
  if (length === 0) return null
  const upper = select(values, length >> 1)
  if (length % 2 === 1) return upper
  // All before the place are not greater: the lower of the two middle ones is the greatest of them.
  let lower = Number.NEGATIVE_INFINITY
  for (let i = 0; i < length >> 1; i++) lower = Math.max(lower, values[i] as number)
  return (lower + upper) / 2
}

/** Quickselect: ten times as fast as sorting, and a board has the plays of every video in four medians. */
function select(values: Float64Array, place: number): number {
  let low = 0
  let high = values.length - 1
  while (low < high) {
    const pivot = values[(low + high) >>> 1] as number
    let i = low
    let j = high
    while (i <= j) {
      while ((values[i] as number) < pivot) i++
      while ((values[j] as number) > pivot) j--
      if (i > j) break
      const moved = values[i] as number
      values[i++] = values[j] as number
      values[j--] = moved
    }
    if (place <= j) high = j
    else if (place >= i) low = i
    else break
  }
  return values[place] as number
}
