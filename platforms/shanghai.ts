import { DAY, HOUR } from '../rules/types.ts'

/** The clock of every vendor here: Asia/Shanghai, UTC+8 without summer time. */
const OFFSET = 8 * HOUR
const INSTANT = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)$/

/** `yyyy-MM-dd HH:mm:ss` as the vendors write an instant, to the second. */
export function shanghaiText(at: number): string {
  return new Date(at + OFFSET).toISOString().slice(0, 19).replace('T', ' ')
}

/** `yyyy-MM-dd` */
export function shanghaiDate(at: number): string {
  return shanghaiText(at).slice(0, 10)
}

/** The instant of such a text; null when it is none, or the vendor's "never" (empty, zeros). */
export function shanghaiInstant(text: string): number | null {
  if (!INSTANT.test(text)) return null
  const at = Date.parse(`${text.replace(' ', 'T')}+08:00`)
  return Number.isNaN(at) || at <= 0 ? null : at
}

/** How long a daily quota stays used up. */
export function untilShanghaiMidnight(now: number): number {
  return DAY - ((now + OFFSET) % DAY)
}
