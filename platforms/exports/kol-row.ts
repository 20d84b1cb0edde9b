/** Rows of a list of 达人: who it is, and what was known of them at an instant. */
import { clean, isBlank } from './cells.ts'
import { Refused } from './errors.ts'
import type { Column, Layout } from './layout.ts'
import type { RawRow } from './raw.ts'
import { cellOf, createGuard, type RefusedLine, read, refused } from './row.ts'

export interface KolRow {
  /** The platform's id; null: the list has none, and the name stands for the KOL. */
  accountId: string | null
  name: string
  showId: string | null
  vertical: string | null
  city: string | null
  mcn: string | null
  /** ms since the epoch; null: neither the row nor the caller says when it was seen. */
  observedAt: number | null
  /** null: not said, which is not 0. */
  followers: number | null
  /** 分 per video, by its length; null: not said. */
  priceUpTo20s: number | null
  priceFrom21To60s: number | null
  priceOver60s: number | null
}

export type KolLine = { line: number; ok: true; row: KolRow } | RefusedLine

export interface KolRowOptions {
  /** When rows without an instant of their own were seen, ms; null: not said. */
  at: number | null
  date1904: boolean
  /** Cells that every row of a CSV has; null for sheets, which leave out empty ones. */
  width: number | null
}

/** What a name may have in our tables. */
const LONGEST = 200
const SCIENTIFIC = /^\d+(\.\d+)?e\+?\d+$/i

/** null: not a row of data but a total, a note or a repeated header. */
export function createKolReader(
  { columns }: Layout,
  options: KolRowOptions,
): (raw: RawRow) => KolLine | null {
  const name = columns.find(({ field }) => field === 'name') as Column
  const guard = createGuard(columns, name, options.width)
  return (raw) => {
    const stop = guard(raw)
    if (stop) return stop === 'ASIDE' ? null : stop
    const values: Record<string, string | number | null> = {}
    for (const column of columns) {
      const value = cellValue(raw, column, options.date1904)
      if (value instanceof Refused) {
        return refused(raw.line, column.heading, value.reason, cellOf(raw, column))
      }
      values[column.field] = value
    }
    if (values.name == null) return refused(raw.line, name.heading, 'empty', cellOf(raw, name))
    return { line: raw.line, ok: true, row: rowOf(values, options.at) }
  }
}

/** Words for "no price", which is not a price of 0. */
const UNPRICED = /^(面议|私聊|详谈|不接|未报价|未开放|暂未开放|暂不开放|暂不接单|暂无报价|无|无报价|未知)$/

function cellValue(raw: RawRow, column: Column, date1904: boolean): string | number | null | Refused {
  const cell = cellOf(raw, column)
  if (isBlank(cell) || (column.unit === 'MONEY' && UNPRICED.test(clean(cell)))) return null
  const value = read(raw, column, date1904)
  if (column.unit !== 'LABEL' || typeof value !== 'string') return value
  const text = clean(value)
  if (column.field === 'showId' && SCIENTIFIC.test(text)) {
    return new Refused('a 抖音号 in scientific notation has lost its last digits: export it as text')
  }
  if (text.length > LONGEST) return new Refused(`longer than ${LONGEST} characters`)
  return text === '' ? null : text
}

function rowOf(values: Record<string, string | number | null>, at: number | null): KolRow {
  const text = (field: string) => (values[field] ?? null) as string | null
  const number = (field: string) => (values[field] ?? null) as number | null
  const observedAt = text('observedAt')
  return {
    accountId: text('id'),
    name: String(values.name),
    showId: text('showId'),
    vertical: text('vertical'),
    city: text('city'),
    mcn: text('mcn'),
    observedAt: observedAt === null ? at : Date.parse(observedAt),
    followers: number('followers'),
    priceUpTo20s: number('priceUpTo20s'),
    priceFrom21To60s: number('priceFrom21To60s'),
    priceOver60s: number('priceOver60s'),
  }
}
