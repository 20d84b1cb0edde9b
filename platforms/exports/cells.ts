/** One cell to one value, exactly: numbers go through decimal digits, never through floating point. */
import { Refused } from './errors.ts'
import type { Form } from './raw.ts'

const BLANK = new Set([
  '',
  '-',
  '--',
  '---',
  '—',
  '——',
  '–',
  '/',
  'n/a',
  'na',
  'nan',
  'null',
  'none',
  '\\n',
  '#n/a',
  '#div/0!',
  '暂无',
  '暂无数据',
])
const MAX_ID_LENGTH = 64

/** Full-width forms to half-width, without blanks around, the marks by which Excel keeps text, and zero-width signs. */
export function clean(cell: string): string {
  let text = cell
  if (/[\u3000\uff01-\uff5e\u200b-\u200f\ufeff\u2212]/.test(text)) {
    text = text
      .replaceAll(/[\uff01-\uff5e]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
      .replaceAll(/[\u200b-\u200f\ufeff]/g, '')
      .replaceAll('\u2212', '-')
  }
  text = text.trim()
  return isMarked(text) ? unmarked(text) : text
}

const MARK = /^(?:="(.*)"|['’‘`](.*))$/s
const isMarked = (text: string) => MARK.test(text)
function unmarked(text: string): string {
  const match = MARK.exec(text)
  return (match?.[1] ?? match?.[2] ?? text).trim()
}

/** Not known, which is not 0. */
export function isBlank(cell: string): boolean {
  // All words for it are short.
  if (cell.length > 12) return cell.trim() === ''
  return cell === '' || BLANK.has(clean(cell).toLowerCase())
}

/** (-1)^negative * digits * 10^power */
interface Decimal {
  negative: boolean
  digits: bigint
  power: number
}

const NUMBER = /^([+-]?)(\d+|\d{1,3}(?:,\d{3})+)?(?:\.(\d*))?(?:e([+-]?\d{1,3}))?(亿|千万|百万|万|w|千|k)?$/i
const POWERS: Record<string, number> = { 亿: 8, 千万: 7, 百万: 6, 万: 4, w: 4, 千: 3, k: 3 }
const NOT_A_NUMBER = new Refused('not a number')
const LOST = new Refused('in scientific notation, so digits are lost')

function decimal(text: string, form: Form | undefined): Decimal | Refused {
  const fromNumberCell = form !== undefined && form !== 'TEXT'
  // Sheets hold doubles with 17 digits; what was typed has at most 15.
  const exact = fromNumberCell && text.length > 15 ? trimDouble(text) : text
  const match = NUMBER.exec(exact)
  if (!match || (match[2] === undefined && !match[3])) {
    return /^[<>≥≤~约]|[+＋]$/.test(text) ? new Refused('a bound or an estimate, not a number') : NOT_A_NUMBER
  }
  const [, sign, whole = '', fraction = '', exponent, unit = ''] = match
  if (exponent !== undefined && !fromNumberCell) return LOST
  const digits = BigInt(whole.replaceAll(',', '') + fraction || '0')
  const power = Number(exponent ?? 0) - fraction.length + (POWERS[unit.toLowerCase()] ?? 0)
  return { negative: sign === '-' && digits !== 0n, digits, power }
}

const trimDouble = (text: string) => {
  const value = Number(text)
  return Number.isFinite(value) ? value.toPrecision(15) : text
}

/** value * 10^shift as a whole number; half a unit goes away from zero when `round`, else it must come out even. */
function whole({ negative, digits, power }: Decimal, shift: number, round: boolean): number | Refused {
  const at = power + shift
  let value: bigint
  if (at >= 0) {
    if (at > 40) return new Refused('too large')
    value = digits * 10n ** BigInt(at)
  } else if (at < -400) {
    value = 0n
  } else {
    const unit = 10n ** BigInt(-at)
    value = digits / unit
    const rest = digits % unit
    if (rest !== 0n && !round) return new Refused('not a whole number')
    if (rest * 2n >= unit) value += 1n
  }
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) return new Refused('beyond 2^53-1')
  return negative && value !== 0n ? -Number(value) : Number(value)
}

/** A counter: whole, not negative. `power` is what the heading says, e.g. 4 for 粉丝（万）. */
export function parseCount(cell: string, form?: Form, power = 0): number | null | Refused {
  if (power === 0 && /^\d{1,15}$/.test(cell)) return Number(cell)
  if (isBlank(cell)) return null
  const read = decimal(clean(cell).replace(/[次个人单件]$/, ''), form)
  if (read instanceof Refused) return read
  return read.negative ? new Refused('negative') : whole(read, power, false)
}

/** Money to whole 分: `power` is 2 for yuan, 6 for 万元, 0 for 分. A fraction of a 分 is rounded, half away from zero. */
export function parseMoney(cell: string, form?: Form, power = 2, signed = false): number | null | Refused {
  // The usual way to write it, without the machinery.
  if (power === 2 && /^\d{1,12}\.\d\d$/.test(cell)) return Number(cell.replace('.', ''))
  if (isBlank(cell)) return null
  const text = clean(cell)
    .replace(/^([+-]?)[¥￥]\s*/, '$1')
    .replace(/元$/, '')
    .replaceAll(' ', '')
  const read = decimal(text, form)
  if (read instanceof Refused) return read
  return read.negative && !signed ? new Refused('negative') : whole(read, power, true)
}

/** A plain number such as a ROI or seconds; `1:2.5` is 2.5. */
export function parseRatio(cell: string, form?: Form): number | null | Refused {
  if (isBlank(cell)) return null
  const text = clean(cell)
    .replace(/^1\s*:\s*/, '')
    .replace(/[s秒]$/i, '')
  if (text.endsWith('%') || form === 'PERCENT') {
    const rate = parseRate(cell, form, 'FRACTION')
    return typeof rate === 'string' ? NOT_A_NUMBER : rate
  }
  const read = decimal(text, form)
  return read instanceof Refused ? read : toNumber(read, 0)
}

/** Whether bare numbers of a column are fractions (0.125) or percent (12.5). */
export type RateUnit = 'FRACTION' | 'PERCENT'

/** A rate as a fraction: `12.5%` is 0.125 always. A bound such as `<1%` stays text: it is known, but not a number. */
export function parseRate(
  cell: string,
  form: Form | undefined,
  bare: RateUnit,
): number | string | null | Refused {
  if (isBlank(cell)) return null
  const text = clean(cell)
  if (/^[<>≤≥]\s*\d+(\.\d+)?%$/.test(text)) return text
  const percent = text.endsWith('%')
  const read = decimal(percent ? text.slice(0, -1).trim() : text, form)
  if (read instanceof Refused) return read
  const value = toNumber(read, percent || (bare === 'PERCENT' && form !== 'PERCENT') ? -2 : 0)
  if (!percent && form !== 'PERCENT' && bare === 'FRACTION' && Math.abs(value) > 1) {
    return new Refused('above 1 in a column whose other rates are fractions')
  }
  return value
}

function toNumber({ negative, digits, power }: Decimal, shift: number): number {
  const value = Number(`${digits}e${power + shift}`)
  return negative ? -value : value
}

const SCIENTIFIC = /^\d+(\.\d+)?e\+?\d+$/i
/** What a double keeps: 15 digits always, the rest becomes zeros when Excel shows it. */
const KEPT = 15

/**
 * An id, or why it cannot be one. Ids of 16 digits and more that went through a number have lost their tail:
 * importing those would credit another video.
 */
export function parseId(cell: string, form?: Form): string | null | Refused {
  if (isBlank(cell)) return null
  const proven = isMarked(cell.trim()) || /^\t/.test(cell)
  const id = clean(cell)
  if (SCIENTIFIC.test(id)) {
    const number = Number(id)
    if (form !== undefined && form !== 'TEXT' && number < 1e15 && Number.isInteger(number))
      return String(number)
    return new Refused('an id in scientific notation has lost its last digits: export again, column as text')
  }
  const plain = form === 'NUMBER' ? id.replace(/\.0+$/, '') : id
  if (form === 'DATE' || form === 'PERCENT')
    return new Refused(`an id with the cell format of a ${form.toLowerCase()}`)
  if (form === 'NUMBER' && plain.replace('-', '').length > KEPT) {
    return new Refused(
      'an id of more than 15 digits in a number cell has lost its last digits: export it as text',
    )
  }
  if (form === undefined && !proven && /^\d{16,}$/.test(plain) && /^0+$/.test(plain.slice(KEPT))) {
    return new Refused(
      'ends in zeros from the 16th digit on, as Excel leaves an id that it took for a number; if it is right, put an apostrophe before it',
    )
  }
  if (plain.length > MAX_ID_LENGTH) return new Refused(`longer than ${MAX_ID_LENGTH} characters`)
  return /^[\w-]+$/.test(plain) ? plain : new Refused('not an id: only letters, digits, - and _ may occur')
}

/** Whether the long ids of a whole column look rounded, where no single one proves it. */
export function isRounded(ids: readonly string[]): boolean {
  const long = [...new Set(ids.filter((id) => /^\d{17,}$/.test(id)))]
  return (
    long.length >= 4 &&
    (long.every((id) => id.endsWith('00')) || long.every((id) => BigInt(id) % 256n === 0n))
  )
}

/** Text for people: one line, no control characters, null when empty. */
export function parseLabel(cell: string): string | null {
  const text = cell
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, 500)
  return text === '' || text === '-' || text === '--' ? null : text
}
