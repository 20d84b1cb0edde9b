import { z } from 'zod'

/**
 * The units of 千川's interfaces, which differ between neighbours: yuan with decimals, and 千分之一分, which is
 * 1/1000 分 = 1/100,000 yuan. Past a connector money is integer 分 and an instant is ms in UTC.
 */
export type MoneyUnit = 'yuan' | 'milli_fen'

/** The double nearest to a decimal of at most two places, times 100, is off by far less than a half. */
export function fenOfYuan(yuan: number): number {
  return Math.round(yuan * 100) + 0
}

/** The nearest double to fen/100, which JSON prints with at most two decimals. */
export function yuanOfFen(fen: number): number {
  return fen / 100
}

export function fenOfMilli(milli: number): number {
  return Math.round(milli / 1000) + 0
}

export function fenOf(amount: number, unit: MoneyUnit): number {
  return unit === 'yuan' ? fenOfYuan(amount) : fenOfMilli(amount)
}

/** Money and ratios that the vendor may leave out: null then, never 0. */
export const amountSchema = z
  .number()
  .nullish()
  .transform((value) => value ?? null)
export const yuanSchema = amountSchema.transform((value) => (value === null ? null : fenOfYuan(value)))
export const milliSchema = amountSchema.transform((value) => (value === null ? null : fenOfMilli(value)))

/** A date or a date-time of Shanghai as an instant. */
export const shanghaiInstant = z.string().transform((text, context) => {
  const [, date, time = '00:00:00'] = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d:\d\d))?$/.exec(text) ?? []
  const at = Date.parse(`${date}T${time}+08:00`)
  if (!Number.isNaN(at)) return at
  context.addIssue('not a date or date-time')
  return z.NEVER
})
export const optionalInstant = z
  .union([shanghaiInstant, z.literal('').transform(() => null)])
  .nullish()
  .transform((value) => value ?? null)
