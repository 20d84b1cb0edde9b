import { isInteger, parse, stringify } from 'lossless-json'

/**
 * Vendors send 19-digit ids as JSON numbers, which JSON.parse silently rounds.
 * Here an integer beyond 2^53 becomes its text; every other number stays a number.
 */
export function parseJson(text: string): unknown {
  return parse(text, undefined, (digits) => {
    const value = Number(digits)
    return isInteger(digits) && !Number.isSafeInteger(value) ? digits : value
  })
}

/** undefined: it is no JSON. */
export function tryJson(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/** As JSON.stringify, and a bigint becomes an unquoted number: the way ids go back to a vendor. */
export function toJson(value: unknown): string {
  return stringify(value) ?? 'null'
}

/** A vendor's int64 as a value that toJson writes unquoted; null when the text is no such number. */
export function int64(text: string): bigint | null {
  if (!/^(0|[1-9]\d{0,18})$/.test(text)) return null
  const value = BigInt(text)
  return value <= 0x7fff_ffff_ffff_ffffn ? value : null
}
