/** The looks of a file in columns, in the order in which they were made: a million of them in a tenth of the memory of objects. */
import { createReadStream } from 'node:fs'
import { InvalidInputError } from '../flow/errors.ts'
import { type ObservationRow, readObservations } from '../platforms/observations.ts'
import { COUNTERS, type Look } from '../rules/types.ts'

const NUMBERS = ['publishedAt', 'observedAt', ...COUNTERS, 'followers'] as const
type NumberColumn = (typeof NUMBERS)[number]

export interface Rows {
  /** Ids by the index of a video. */
  videos: readonly string[]
  kols: readonly string[]
  /** By row of the file; `kol` -1: none. */
  video: Int32Array
  kol: Int32Array
  /** NaN: not known. */
  columns: Record<NumberColumn, Float64Array>
  /** Rows by the instant of the look, those of one instant as in the file. */
  order: Uint32Array
  refused: number
  /** Rows that a later one of the same video and instant replaces: they are left out of `order`. */
  restated: number
}

/** So many refused rows are told; the rest is counted. */
const TOLD = 5

/** Refuses a file without a single row. `onBatch` hears how many rows were read so far. */
export async function readRows(
  file: string,
  say: (line: string) => void,
  onBatch: (rows: number) => void,
): Promise<Rows> {
  const table = createTable()
  let refused = 0
  for await (const lines of readObservations(createReadStream(file))) {
    for (const line of lines) {
      if (line.ok) table.add(line.row)
      else if (refused++ < TOLD) say(`line ${line.line}, ${line.column}: ${line.reason} (${line.value})`)
    }
    onBatch(table.count())
  }
  if (table.count() === 0) {
    throw new InvalidInputError(
      'FILE',
      refused > 0
        ? `${file} has no row that can be read: all ${refused} were refused`
        : `${file} has a header and no rows: give it a row for each look`,
    )
  }
  return { ...table.rows(), refused }
}

function createTable() {
  let room = 1 << 16
  let count = 0
  const videos = createNames()
  const kols = createNames()
  let video = new Int32Array(room)
  let kol = new Int32Array(room)
  const columns = Object.fromEntries(NUMBERS.map((name) => [name, new Float64Array(room)])) as Rows['columns']

  const grow = () => {
    room *= 2
    video = grown(video, new Int32Array(room))
    kol = grown(kol, new Int32Array(room))
    for (const name of NUMBERS) columns[name] = grown(columns[name], new Float64Array(room))
  }
  return {
    count: () => count,
    add(row: ObservationRow): void {
      if (count === room) grow()
      video[count] = videos.indexOf(row.itemId)
      kol[count] = row.kolId === null ? -1 : kols.indexOf(row.kolId)
      columns.publishedAt[count] = row.publishedAt
      columns.observedAt[count] = row.observedAt
      for (const name of COUNTERS) columns[name][count] = row.counters[name] ?? Number.NaN
      columns.followers[count] = row.followers ?? Number.NaN
      count++
    },
    rows(): Omit<Rows, 'refused'> {
      const order = latest(inTime(columns.observedAt, count), video, columns.observedAt)
      const restated = count - order.length
      return { videos: videos.all, kols: kols.all, video, kol, columns, order, restated }
    },
  }
}

function grown<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from)
  return to
}

function createNames() {
  const all: string[] = []
  const known = new Map<string, number>()
  return {
    all,
    indexOf(name: string): number {
      const found = known.get(name)
      if (found !== undefined) return found
      known.set(name, all.length)
      return all.push(name) - 1
    },
  }
}

function inTime(observedAt: Float64Array, count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, row) => row)
  return order.sort((a, b) => (observedAt[a] as number) - (observedAt[b] as number) || a - b)
}

/** Of several rows of one video at one instant the last one: a source that restates an instant means it. */
function latest(order: Uint32Array, video: Int32Array, observedAt: Float64Array): Uint32Array {
  const next = new Map<number, number>()
  const kept = new Uint32Array(order.length)
  let from = order.length
  for (let k = order.length - 1; k >= 0; k--) {
    const row = order[k] as number
    if (next.get(video[row] as number) === observedAt[row]) continue
    next.set(video[row] as number, observedAt[row] as number)
    kept[--from] = row
  }
  return kept.subarray(from)
}

export function lookOf({ columns }: Rows, row: number): Look {
  const { observedAt, plays, likes, comments, shares, saves } = columns
  return {
    observedAt: observedAt[row] as number,
    plays: known(plays[row] as number),
    likes: known(likes[row] as number),
    comments: known(comments[row] as number),
    shares: known(shares[row] as number),
    saves: known(saves[row] as number),
  }
}

export const known = (value: number): number | null => (Number.isNaN(value) ? null : value)
