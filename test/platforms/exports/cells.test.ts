import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  isRounded,
  parseCount,
  parseId,
  parseMoney,
  parseRate,
  parseRatio,
} from '../../../platforms/exports/cells.ts'
import { Refused } from '../../../platforms/exports/errors.ts'
import type { Form } from '../../../platforms/exports/raw.ts'

const why = (value: unknown) => (value instanceof Refused ? `refused: ${value.reason}` : value)
const fullWidth = (text: string) =>
  text.replaceAll(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0))
const grouped = (digits: string) => digits.replaceAll(/\B(?=(\d{3})+$)/g, ',')

test.each<[cell: string, value: number | null, form?: Form]>([
  ['1234', 1234],
  ['1,234,567', 1234567],
  ['１２，３４５', 12345],
  ['1.2w', 12000],
  ['1.2W', 12000],
  ['3.4万', 34000],
  ['1.2亿', 120_000_000],
  ['5k', 5000],
  ['5千', 5000],
  ['1.2300万', 12300],
  ["'12", 12],
  ['="12"', 12],
  ['\t12 ', 12],
  ['12.00', 12],
  ['0', 0],
  ['', null],
  ['-', null],
  ['--', null],
  ['—', null],
  ['N/A', null],
  ['1.2E+5', 120000, 'NUMBER'],
  ['12.000000000000002', 12, 'NUMBER'],
])('counter %s is %s', (cell, value, form) => {
  expect(parseCount(cell, form)).toBe(value)
})

test.each<[cell: string, reason: RegExp]>([
  ['-5', /negative/],
  ['1.5', /not a whole number/],
  ['1.23456万', /not a whole number/],
  ['1.2E+05', /scientific/],
  ['1,23', /not a number/],
  ['1.234.567', /not a number/],
  ['10w+', /bound/],
  ['12.5%', /not a number/],
  ['abc', /not a number/],
  ['9007199254740992', /2\^53/],
  ['99999亿亿', /not a number/],
])('counter %s is refused', (cell, reason) => {
  expect(why(parseCount(cell))).toMatch(reason)
})

test('any counter comes back, however it is written', () => {
  fc.assert(
    fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (value) => {
      const text = String(value)
      for (const cell of [text, grouped(text), fullWidth(text), ` ${text}\t`, `'${text}`, `${text}.0`]) {
        expect(parseCount(cell)).toBe(value)
      }
    }),
  )
})

test('万, w and 亿 are exact', () => {
  fc.assert(
    fc.property(fc.nat({ max: 99_999_999 }), (value) => {
      const text = `${Math.floor(value / 10_000)}.${String(value % 10_000).padStart(4, '0')}`
      for (const unit of ['w', 'W', '万']) expect(parseCount(text + unit)).toBe(value)
      expect(parseCount(`${text}亿`)).toBe(value * 10_000)
    }),
  )
})

test('money in yuan is 分 without a rounding error, as text and as the double of a sheet', () => {
  fc.assert(
    fc.property(fc.nat({ max: 999_999_999_999 }), (fen) => {
      const yuan = `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`
      for (const cell of [
        yuan,
        `¥${yuan}`,
        `￥ ${yuan}`,
        `${yuan}元`,
        grouped(yuan.split('.')[0] ?? '') + yuan.slice(-3),
      ]) {
        expect(parseMoney(cell)).toBe(fen)
      }
      expect(parseMoney(String(Number(yuan)), 'NUMBER')).toBe(fen)
      expect(parseMoney((Number(yuan) * (1 + Number.EPSILON)).toPrecision(17), 'NUMBER')).toBe(fen)
    }),
  )
})

test.each<[cell: string, fen: number | null]>([
  ['0.29', 29],
  ['1.005', 101],
  ['1.004999', 100],
  ['1.2万', 1_200_000],
  ['1,234.50', 123_450],
  ['--', null],
])('%s yuan is %s 分', (cell, fen) => {
  expect(parseMoney(cell)).toBe(fen)
})

test('money: 分 and 万元 by the heading; a sign only where it may be', () => {
  expect(parseMoney('1234', undefined, 0)).toBe(1234)
  expect(parseMoney('1.5', undefined, 6)).toBe(1_500_000)
  expect(why(parseMoney('-1'))).toMatch(/negative/)
  expect(parseMoney('-1.5', undefined, 2, true)).toBe(-150)
  expect(why(parseMoney('$5'))).toMatch(/not a number/)
})

test('a rate is a fraction, whatever says percent', () => {
  expect(parseRate('12.5%', undefined, 'FRACTION')).toBe(0.125)
  expect(parseRate('１２.５％', undefined, 'PERCENT')).toBe(0.125)
  expect(parseRate('12.5', undefined, 'PERCENT')).toBe(0.125)
  expect(parseRate('0.125', 'PERCENT', 'PERCENT')).toBe(0.125)
  expect(parseRate('0.125', undefined, 'FRACTION')).toBe(0.125)
  expect(why(parseRate('12.5', undefined, 'FRACTION'))).toMatch(/above 1/)
  expect(parseRate('<1%', undefined, 'FRACTION')).toBe('<1%')
  expect(parseRate('--', undefined, 'PERCENT')).toBeNull()
  expect(parseRatio('1:2.5')).toBe(2.5)
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000 }), (n) => {
      expect(
        parseRate(`${n / 10_000}%`.includes('e') ? '0%' : `${n / 10_000}%`, undefined, 'FRACTION'),
      ).toBeCloseTo(n / 1_000_000, 12)
    }),
  )
})

describe('ids', () => {
  const long = fc
    .bigInt({ min: 7_000_000_000_000_000_000n, max: 7_999_999_999_999_999_999n })
    .filter((id) => id % 10_000n !== 0n)

  test('19 digits as text come through, marks and all', () => {
    fc.assert(
      fc.property(long, (id) => {
        const text = String(id)
        for (const cell of [text, `'${text}`, `\t${text}`, `="${text}"`, fullWidth(text), ` ${text} `]) {
          expect(parseId(cell)).toBe(text)
        }
        expect(parseId(text, 'TEXT')).toBe(text)
      }),
    )
  })

  test('19 digits that were a number are refused in every disguise', () => {
    fc.assert(
      fc.property(long, (id) => {
        const excel = `${String(id).slice(0, 15)}0000`
        const double = Number(id)
        const disguises: [string, Form?][] = [
          [excel],
          [double.toExponential(2).replace('e', 'E')],
          [double.toExponential(5)],
          [excel, 'NUMBER'],
          [String(id), 'NUMBER'],
          [double.toPrecision(17), 'NUMBER'],
          [double.toExponential(16), 'NUMBER'],
          [`${String(id)}.0`],
        ]
        for (const [cell, form] of disguises) expect(parseId(cell, form), cell).toBeInstanceOf(Refused)
      }),
    )
  })

  test('short ids may be numbers; a mark vouches for zeros', () => {
    expect(parseId('100000', 'NUMBER')).toBe('100000')
    expect(parseId('1.2E+10', 'NUMBER')).toBe('12000000000')
    expect(parseId("'7411111111111110000")).toBe('7411111111111110000')
    expect(parseId('--')).toBeNull()
    expect(why(parseId('好物'))).toMatch(/not an id/)
    expect(why(parseId('45000', 'DATE'))).toMatch(/cell format/)
  })

  test('rounding that only the column shows', () => {
    const ids = [1n, 2n, 3n, 4n].map((n) =>
      String(BigInt.asUintN(63, 7_411_111_111_111_111_123n * 1n + n * 987_654_321_987n)),
    )
    expect(isRounded(ids)).toBe(false)
    expect(isRounded(ids.map((id) => String(Number(id))))).toBe(true)
    expect(isRounded(ids.map((id) => String(BigInt(Number(id)))))).toBe(true)
  })
})
