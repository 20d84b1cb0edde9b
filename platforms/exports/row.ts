/** Raw rows to outcomes, or refusals with line, column, reason and value. */
import {
  clean,
  isBlank,
  parseCount,
  parseId,
  parseLabel,
  parseMoney,
  parseRate,
  parseRatio,
} from './cells.ts'
import { dayOf, type Grain, parseMoment, parseWhen, type When, withHour } from './dates.ts'
import { Refused } from './errors.ts'
import { OUTCOME_FIELDS, type OutcomeField } from './kinds.ts'
import type { Column, Layout } from './layout.ts'
import type { Form, RawRow } from './raw.ts'

export interface OutcomeRow {
  /** The platform's id of the video, material, plan, order or task. */
  subjectId: string
  /** The plan within which a material was counted; '' when all were. */
  scopeId: string
  startsAt: number
  endsAt: number
  day: string
  grain: Grain
  /** Money in 分. A field that the file does not have is missing; null is "not known". */
  counts: Partial<Record<OutcomeField, number | null>>
  /** Other numbers. Names of money end in Fen; rates are fractions. */
  extra: Record<string, number | string | null>
  /** Text about the subject, such as its name and state. */
  labels: Record<string, string>
  /** Whether spend x ROI is the GMV; null where one of the three is not known. */
  quality: 'agrees' | 'disagrees' | null
}

/** `column` is '*' when the row as a whole is wrong. */
export interface RefusedLine {
  line: number
  ok: false
  column: string
  reason: string
  value: string
}
export type OutcomeLine = { line: number; ok: true; row: OutcomeRow } | RefusedLine

export interface RowOptions {
  /** For rows that carry no day. */
  at: When | null
  date1904: boolean
  /** Cells that every row of a CSV has; null for sheets, which leave out empty ones. */
  width: number | null
}

/** null: not a row of data but a total, a note or a repeated header. */
export type ReadRow = (raw: RawRow) => OutcomeLine | null

const MAX_QUOTED = 80
const TOTAL = /^(合计|总计|汇总|小计|共计|总和|全部|平均|平均值|均值|total)([:(\s-].*)?$/i
const NOTE = /^(注|备注|说明|数据说明|数据来源|导出时间|更新时间|数据更新时间)[\d.]*[:：]/
const CORE = new Set<string>(OUTCOME_FIELDS)

export function createRowReader({ columns, kind }: Layout, options: RowOptions): ReadRow {
  const by = (field: string) => columns.find((column) => column.field === field)
  const id = by('id') as Column
  const scope = by('scope')
  const others = columns.filter(({ unit, field }) => !['WHEN', 'HOUR'].includes(unit) && !KEYS.has(field))
  const guard = createGuard(columns, id, options.width)
  const whenOf = createWhenReader(by('day'), by('hour'), by('createdAt'), kind.totals, options)

  return (raw) => {
    const { line } = raw
    const stop = guard(raw)
    if (stop) return stop === 'ASIDE' ? null : stop
    const refuse = (column: string, reason: string, value: string) => refused(line, column, reason, value)
    const subjectId = parseId(cellOf(raw, id), formOf(raw, id))
    if (subjectId === null) return refuse(id.heading, 'empty', cellOf(raw, id))
    if (subjectId instanceof Refused) return refuse(id.heading, subjectId.reason, cellOf(raw, id))
    const scopeId = scope ? parseId(cellOf(raw, scope), formOf(raw, scope)) : null
    if (scope && scopeId instanceof Refused) return refuse(scope.heading, scopeId.reason, cellOf(raw, scope))
    const when = whenOf(raw)
    if ('refused' in when) return refuse(when.column, when.refused.reason, when.value)

    const { startsAt, endsAt, day, grain } = when
    const row: OutcomeRow = {
      startsAt,
      endsAt,
      day,
      grain,
      subjectId,
      scopeId: typeof scopeId === 'string' ? scopeId : '',
      counts: {},
      extra: {},
      labels: {},
      quality: null,
    }
    for (const column of others) {
      const value = read(raw, column, options.date1904)
      if (value instanceof Refused) return refuse(column.heading, value.reason, cellOf(raw, column))
      assign(row, column, value)
    }
    row.quality = crossCheck(row)
    return { line, ok: true, row }
  }
}

/** What holds of rows of every kind: 'ASIDE' is a total, a note or a repeated header; null: the row may be read. */
export function createGuard(
  columns: readonly Column[],
  key: Column,
  width: number | null,
): (raw: RawRow) => RefusedLine | 'ASIDE' | null {
  const twice = columns.filter(({ repeats }) => repeats.length > 0)
  return (raw) => {
    if (isAside(raw, key)) return 'ASIDE'
    if (width !== null && raw.cells.length !== width) {
      return refused(raw.line, '*', `${raw.cells.length} columns instead of ${width}`, raw.cells.join(','))
    }
    const repeated = twice.find((column) => disagrees(raw, column))
    if (!repeated) return null
    const why = 'this heading occurs twice, with different values'
    return refused(raw.line, repeated.heading, why, cellOf(raw, repeated))
  }
}

export function refused(line: number, column: string, reason: string, value: string): RefusedLine {
  return { line, ok: false, column, reason, value: value.slice(0, MAX_QUOTED) }
}

const KEYS = new Set(['id', 'scope', 'createdAt'])
export const cellOf = (raw: RawRow, { index }: Column) => raw.cells[index] ?? ''
const formOf = (raw: RawRow, { index }: Column): Form | undefined => raw.forms?.[index]

function isAside(raw: RawRow, id: Column): boolean {
  const own = clean(cellOf(raw, id))
  if (own !== '' && own === clean(id.heading)) return true
  if (own !== '' && !isBlank(own) && !TOTAL.test(own)) return false
  const filled = raw.cells.map(clean).filter((cell) => !isBlank(cell))
  if (filled.length === 0) return true
  return filled.some((cell) => TOTAL.test(cell)) || (filled.length === 1 && NOTE.test(filled[0] ?? ''))
}

function disagrees(raw: RawRow, column: Column): boolean {
  const said = clean(cellOf(raw, column))
  return column.repeats.some((index) => clean(raw.cells[index] ?? '') !== said)
}

/** What previews and rows read from a cell, in our unit. */
export function read(raw: RawRow, column: Column, date1904: boolean): number | string | null | Refused {
  const cell = cellOf(raw, column)
  const form = formOf(raw, column)
  switch (column.unit) {
    case 'ID':
      return parseId(cell, form)
    case 'COUNT':
      return parseCount(cell, form, column.power)
    case 'MONEY':
      return parseMoney(cell, form, column.power)
    case 'SIGNED':
      return parseMoney(cell, form, column.power, true)
    case 'RATIO':
      return parseRatio(cell, form)
    case 'RATE':
      return parseRate(cell, form, column.bare ?? 'FRACTION')
    case 'INSTANT': {
      const moment = parseMoment(cell, form, date1904)
      return moment === null || moment instanceof Refused ? moment : new Date(moment.at).toISOString()
    }
    default:
      return parseLabel(cell)
  }
}

function assign(row: OutcomeRow, { field, unit }: Column, value: number | string | null): void {
  if (CORE.has(field)) row.counts[field as OutcomeField] = value as number | null
  else if (unit === 'LABEL' || unit === 'ID' || unit === 'INSTANT') {
    if (value !== null) row.labels[field] = String(value)
  } else row.extra[unit === 'MONEY' || unit === 'SIGNED' ? `${field}Fen` : field] = value
}

type WhenOrWhy = When | { refused: Refused; column: string; value: string }

/** A file holds few days and many rows. */
function remembered(
  known: Map<string, When | null | Refused>,
  cell: string,
  form: Form | undefined,
  date1904: boolean,
): When | null | Refused {
  const key = form === undefined ? cell : `${form} ${cell}`
  let when = known.get(key)
  if (when !== undefined) return when
  if (known.size > 1000) known.clear()
  when = parseWhen(cell, form, date1904)
  known.set(key, when)
  return when
}

function createWhenReader(
  day: Column | undefined,
  hour: Column | undefined,
  created: Column | undefined,
  totals: boolean,
  { at, date1904 }: RowOptions,
): (raw: RawRow) => WhenOrWhy {
  const why = (raw: RawRow, column: Column, when: When | null | Refused): WhenOrWhy => {
    if (when !== null && !(when instanceof Refused)) return when
    const refused = when ?? new Refused('empty: without a day the numbers belong nowhere')
    return { refused, column: column.heading, value: cellOf(raw, column) }
  }
  if (day) {
    const days = new Map<string, When | null | Refused>()
    return (raw) => {
      const found = why(raw, day, remembered(days, cellOf(raw, day), formOf(raw, day), date1904))
      if (!hour || 'refused' in found) return found
      return why(raw, hour, withHour(found, cellOf(raw, hour), formOf(raw, hour), date1904))
    }
  }
  if (at) return () => at
  if (!totals || !created) throw new Error('rows without a day need one')
  return (raw) => {
    const moment = parseMoment(cellOf(raw, created), formOf(raw, created), date1904)
    if (moment === null || moment instanceof Refused) return why(raw, created, moment)
    return { startsAt: moment.at, endsAt: moment.at, day: dayOf(moment.at), grain: 'TOTAL' }
  }
}

/**
 * Within what two decimals of ROI and whole 分 can hide, and a hundredth for ROI that was cut off instead of rounded.
 * Both numbers are kept; a unit that is wrong shows here as a factor of 100 or more.
 */
export function crossCheck({ counts, extra }: Pick<OutcomeRow, 'counts' | 'extra'>): OutcomeRow['quality'] {
  const { spend = null, gmv = null } = counts
  const { roi = null } = extra
  if (spend === null || gmv === null || typeof roi !== 'number') return null
  return Math.abs(spend * roi - gmv) <= spend * 0.01 + gmv * 0.001 + roi + 2 ? 'agrees' : 'disagrees'
}
