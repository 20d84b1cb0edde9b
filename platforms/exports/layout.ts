/** Which column is which: finds the header, below title lines and over one or two rows, and the kind it speaks for. */
import { clean, isBlank } from './cells.ts'
import { ExportFileError } from './errors.ts'
import { type Heading, heading, type Kind, UNITS, type Unit } from './kinds.ts'
import type { RawRow } from './raw.ts'

export interface Column {
  field: string
  unit: Unit
  index: number
  /** As the file writes it. */
  heading: string
  /** MONEY and COUNT: power of ten to 分 or to one. */
  power: number
  /** RATE: how a bare number is meant; null until the sample has been looked at. */
  bare: 'FRACTION' | 'PERCENT' | null
  /** Other columns with the very same heading: they must say the same. */
  repeats: number[]
}

export interface Layout {
  kind: Kind
  columns: Column[]
  headings: string[]
  /** Index in the head of the first row below the header. */
  dataAt: number
  score: number
}

/** Titles and filters take a few lines; a header is not looked for below. */
const DEEPEST = 30

/** The layout of the one kind that fits; says what it saw when none fits or two do. */
export function findLayout(head: readonly RawRow[], kinds: readonly Kind[], forced: boolean): Layout {
  const known = new Set(kinds.flatMap((kind) => Object.values(kind.fields).flat()))
  const tried = candidates(head, known)
  const found = kinds.flatMap((kind) => best(tried.flatMap((one) => layoutOf(one, kind, forced) ?? [])))
  found.sort((a, b) => b.score - a.score)
  const [first, second] = found
  if (!first) throw new ExportFileError(noKind(head, kinds))
  if (second && first.score - second.score < 2) {
    throw new ExportFileError(
      `Both ${first.kind.name} (${first.kind.title}) and ${second.kind.name} (${second.kind.title}) fit: ` +
        `say which with --kind ${first.kind.name} or --kind ${second.kind.name}.`,
    )
  }
  return first
}

function best(layouts: Layout[]): Layout[] {
  return layouts.sort((a, b) => b.score - a.score).slice(0, 1)
}

interface Candidate {
  headings: string[]
  dataAt: number
}

/** Every row near the top, alone and as the group row above the next one. */
function candidates(head: readonly RawRow[], known: ReadonlySet<string>): Candidate[] {
  return head.slice(0, DEEPEST).flatMap((row, at) => {
    const alone = { headings: row.cells, dataAt: at + 1 }
    const next = head[at + 1]
    if (!next || next.cells.some((cell) => /\d/.test(cell) && /^[\d.,%:/ -]+$/.test(clean(cell))))
      return [alone]
    return [alone, { headings: grouped(row.cells, next.cells, known), dataAt: at + 2 }]
  })
}

/** A merged heading stands in its first cell only: 整体 over 消耗 and 支付ROI makes 整体消耗 and 整体支付ROI. */
function grouped(
  parents: readonly string[],
  children: readonly string[],
  known: ReadonlySet<string>,
): string[] {
  let parent = ''
  return Array.from({ length: Math.max(parents.length, children.length) }, (_, index) => {
    if ((parents[index] ?? '').trim() !== '') parent = (parents[index] ?? '').trim()
    const child = (children[index] ?? '').trim()
    return child === '' ? parent : known.has(heading(parent + child).name) ? parent + child : child
  })
}

function layoutOf({ headings, dataAt }: Candidate, kind: Kind, forced: boolean): Layout | null {
  const read = headings.map(heading)
  const names = new Set(read.map(({ name }) => name))
  if (!forced && kind.not.some((name) => names.has(name))) return null
  const columns = columnsOf(headings, read, kind)
  const has = (field: string) => columns.some((column) => column.field === field)
  const numbers = columns.filter(({ unit }) => NUMBERS.has(unit))
  if (!has(kind.needs ?? 'id') || numbers.length === 0) return null
  const signs = kind.signs.filter((name) => names.has(name)).length
  return { kind, columns, headings, dataAt, score: 2 * columns.length + 3 * signs }
}

const NUMBERS: ReadonlySet<Unit> = new Set(['MONEY', 'SIGNED', 'COUNT', 'RATIO', 'RATE'])

function columnsOf(headings: string[], read: Heading[], kind: Kind): Column[] {
  const taken = new Set<number>()
  const columns: Column[] = []
  for (const [field, names] of Object.entries(kind.fields)) {
    const unit = UNITS[field] ?? 'LABEL'
    const places = names
      .map((name) => indices(read, (one) => one.name === name && fits(unit, one.unit)))
      .find((found) => found.some((index) => !taken.has(index)))
    const [index, ...repeats] = (places ?? []).filter((place) => !taken.has(place))
    if (index === undefined) continue
    for (const place of places ?? []) taken.add(place)
    columns.push({ field, unit, index, heading: headings[index] ?? '', ...scale(unit, read[index]), repeats })
  }
  return columns
}

function indices(read: Heading[], wanted: (one: Heading) => boolean): number[] {
  return read.flatMap((one, index) => (wanted(one) ? [index] : []))
}

/** A heading in 元 is no counter and one in % no money: such a column is somebody else's. */
function fits(unit: Unit, suffix: string | null): boolean {
  if (suffix === null) return true
  if (suffix === '元' || suffix === '万元' || suffix === '分') return unit === 'MONEY' || unit === 'SIGNED'
  if (suffix === '%') return unit === 'RATE'
  if (suffix === 'cpm' || suffix === 'cpe') return unit === 'MONEY'
  if (suffix === '秒' || suffix === 's') return unit === 'RATIO'
  return unit === 'COUNT' || (suffix === '万' && (unit === 'MONEY' || unit === 'SIGNED'))
}

function scale(unit: Unit, read: Heading | undefined): Pick<Column, 'power' | 'bare'> {
  const suffix = read?.unit ?? null
  const money = unit === 'MONEY' || unit === 'SIGNED'
  const power = money ? (suffix === '分' ? 0 : suffix?.startsWith('万') ? 6 : 2) : suffix === '万' ? 4 : 0
  return { power, bare: unit === 'RATE' && suffix === '%' ? 'PERCENT' : null }
}

/** Decides how bare numbers of rate columns are meant, from the rows at hand. */
export function settleRates(columns: readonly Column[], sample: readonly RawRow[]): void {
  for (const column of columns) {
    if (column.unit !== 'RATE' || column.bare !== null) continue
    const bare = sample.flatMap(({ cells, forms }) => {
      const text = clean(cells[column.index] ?? '')
      return forms?.[column.index] !== 'PERCENT' && /^\d+(\.\d+)?$/.test(text) ? [Number(text)] : []
    })
    const signed = sample.some(({ cells }) => (cells[column.index] ?? '').includes('%'))
    const percent = !signed && (bare.some((value) => value > 1) || isPercentOfShows(column, columns, sample))
    column.bare = percent ? 'PERCENT' : 'FRACTION'
  }
}

/** A click rate can be recomputed: 0.8 beside 8 clicks of 1000 shows is percent, whatever its size. */
function isPercentOfShows(column: Column, columns: readonly Column[], sample: readonly RawRow[]): boolean {
  const at = (field: string) => columns.find((one) => one.field === field)?.index ?? -1
  const [clicks, shows] = [at('clicks'), at('shows')]
  if (column.field !== 'ctr' || clicks < 0 || shows < 0) return false
  const votes = sample.map(({ cells }) => {
    const [rate, part, whole] = [column.index, clicks, shows].map((index) =>
      Number(clean(cells[index] ?? '')),
    )
    const expected = (part ?? 0) / (whole ?? 0)
    if (!(expected > 0) || !rate) return 0
    return Math.abs(rate / 100 - expected) < Math.abs(rate - expected) ? 1 : -1
  })
  return votes.reduce((sum: number, vote) => sum + vote, 0) > 0
}

function noKind(head: readonly RawRow[], kinds: readonly Kind[]): string {
  const rows = head.slice(0, DEEPEST).map(({ cells }) => cells.filter((cell) => !isBlank(cell)))
  const widest = rows.reduce((most, cells) => (cells.length > most.length ? cells : most), [] as string[])
  const needed = ({ fields, needs = 'id' }: Kind) => fields[needs]?.[0] ?? needs
  const ids = kinds.map((kind) => `${kind.name} (${kind.title}: ${needed(kind)})`)
  return (
    `No kind of export fits. Each needs its key and at least one number: ${ids.join(', ')}. ` +
    `Headings seen: ${widest.slice(0, 40).join(', ') || 'none'}. Say which column is which with --map mapping.json.`
  )
}
