/** Columns of many rows as one value each: binary, without text in between, a tenth of what rows of text cost. */
import { type SQL, sql } from 'drizzle-orm'

/** Big-endian doubles; null goes as NaN. */
export const packed = (expression: SQL): SQL =>
  sql`string_agg(float8send(coalesce(${expression}::float8, 'NaN')), '')`
/** Instants, as ms since the epoch. */
export const packedInstants = (column: SQL): SQL => packed(sql`round(date_part('epoch', ${column}) * 1000)`)
/** Texts without control characters; null goes as ''. */
export const packedTexts = (expression: SQL): SQL => sql`string_agg(coalesce(${expression}, ''), chr(31))`
/** Arrays of bigint, with nulls in them. */
export const packedCounts = (expression: SQL): SQL => sql`string_agg(array_send(${expression}), '')`

/** NaN: null. Of no row at all nothing. */
export function unpack(bytes: Buffer | null): Float64Array {
  if (bytes === null) return new Float64Array()
  // A copy: a double must begin at a multiple of eight, and a buffer of a pool may not.
  const copy = Uint8Array.from(bytes)
  Buffer.from(copy.buffer).swap64()
  return new Float64Array(copy.buffer)
}

export function unpackTexts(text: string | null): string[] {
  return text === null ? [] : text.split('\x1f')
}

/** PostgreSQL's binary form of an array: dimensions, flag, type, length and first index, then each with its size. */
export function unpackCounts(bytes: Buffer | null): (number | null)[][] {
  const arrays: (number | null)[][] = []
  for (let at = 0; bytes !== null && at < bytes.length; ) {
    const dimensions = bytes.readInt32BE(at)
    const length = dimensions === 0 ? 0 : bytes.readInt32BE(at + 12)
    at += dimensions === 0 ? 12 : 20
    const values = new Array<number | null>(length)
    for (let i = 0; i < length; i++) {
      const isNull = bytes.readInt32BE(at) === -1
      // 64-bit counters of ours stay below 2^53.
      values[i] = isNull ? null : bytes.readInt32BE(at + 4) * 0x1_0000_0000 + bytes.readUInt32BE(at + 8)
      at += isNull ? 4 : 12
    }
    arrays.push(values)
  }
  return arrays
}
