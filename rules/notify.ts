/**
 * 通知: who is told of an episode that fired, when, and with which others. Each is told of once: coming back from
 * COOLING is the same episode and says nothing.
 */

import type { Evidence } from './breakout.ts'
import { METRICS, type Metric } from './catalogue.ts'
import { SEVERITIES, type Severity } from './rule.ts'
import { DAY, HOUR, MINUTE } from './types.ts'
import { isWithin, minuteOf } from './zone.ts'

/**
 * So many episodes of a brand under a rule are told one by one within an hour; more have one cause, a holiday or a
 * platform that restates. A brand of 1,000 videos a month of which one in twenty breaks out has one in 14 hours, so
 * that six in one hour are no accident; and five messages are what a person still reads one by one.
 */
export const GROUP_FROM = 5
/** How long a spike is gathered, and so the longest that a group keeps anybody waiting outside quiet hours. */
export const GROUP_WINDOW = HOUR

/** Of every day, HH:MM of the workspace's zone; `to` is no longer quiet. `from` after `to` runs over midnight. */
export interface Quiet {
  from: string
  to: string
}

/** An episode that fired for the first time, and how its rule tells. */
export interface Fired {
  episodeId: number
  brandId: number
  ruleId: number
  severity: Severity
  quiet: Quiet | null
}

/** A notification of the same brand and rule that was made before. Instants in ms. */
export interface Recent {
  id: number
  severity: Severity
  episodes: number
  createdAt: number
  dueAt: number
  /** null: it tells of one. */
  openUntil: number | null
}

export type Telling =
  /** Each in a notification of its own. */
  | { as: 'ALONE'; severity: Severity; dueAt: number }
  /** All in one, which others join until `openUntil`. */
  | { as: 'GROUP'; severity: Severity; dueAt: number; openUntil: number }
  | { as: 'JOIN'; severity: Severity; dueAt: number; notificationId: number }

export interface Told {
  brandId: number
  ruleId: number
  episodeIds: number[]
  telling: Telling
}

/** What a batch made at `now` says, brand by brand and rule by rule. */
export function tell(
  fired: readonly Fired[],
  recentOf: (brandId: number, ruleId: number) => readonly Recent[],
  now: number,
  zone: string,
): Told[] {
  const batches = new Map<string, Fired[]>()
  for (const one of fired) {
    const key = `${one.brandId} ${one.ruleId}`
    const batch = batches.get(key)
    if (batch) batch.push(one)
    else batches.set(key, [one])
  }
  return [...batches.values()].map((batch) => {
    const { brandId, ruleId } = batch[0] as Fired
    const episodeIds = batch.map(({ episodeId }) => episodeId)
    return { brandId, ruleId, episodeIds, telling: decide(batch, recentOf(brandId, ruleId), now, zone) }
  })
}

function decide(batch: readonly Fired[], recent: readonly Recent[], now: number, zone: string): Telling {
  const severity = loudest(batch.map((one) => one.severity))
  const quiet = batch[0]?.quiet ?? null
  const open = recent.find(({ openUntil }) => openUntil !== null && openUntil > now)
  if (open) {
    const dueAt = severity === 'CRITICAL' ? Math.min(open.dueAt, now) : open.dueAt
    return { as: 'JOIN', notificationId: open.id, severity: loudest([open.severity, severity]), dueAt }
  }
  // A group counts whole as long as its window reaches into the hour before: a spike of hours is one group an hour.
  const before = recent.filter((one) => (one.openUntil ?? one.createdAt) > now - GROUP_WINDOW)
  const told = before.reduce((sum, { episodes }) => sum + episodes, batch.length)
  if (told <= GROUP_FROM) return { as: 'ALONE', severity, dueAt: dueAt(severity, now, now, quiet, zone) }
  const openUntil = now + GROUP_WINDOW
  return { as: 'GROUP', severity, openUntil, dueAt: dueAt(severity, now, openUntil, quiet, zone) }
}

function loudest(severities: readonly Severity[]): Severity {
  const rank = Math.max(...severities.map((severity) => SEVERITIES.indexOf(severity)))
  return SEVERITIES[rank] ?? 'INFO'
}

/** CRITICAL waits for nothing. */
function dueAt(severity: Severity, now: number, ready: number, quiet: Quiet | null, zone: string): number {
  if (severity === 'CRITICAL') return now
  return quiet === null ? ready : endOfQuiet(ready, quiet, zone)
}

/** The first instant from `at` on that is not quiet. A time that is quiet from one minute to the same is never. */
export function endOfQuiet(at: number, quiet: Quiet, zone: string): number {
  const minute = minuteOf(at, zone)
  if (!isQuiet(minute, quiet)) return at
  const begun = at - (at % MINUTE)
  const asClocksGo = begun + (((minutes(quiet.to) - minute) * MINUTE + DAY) % DAY)
  // A zone may move its clocks meanwhile, by two hours at most.
  let end = Math.max(begun, asClocksGo - 2 * HOUR)
  while (isQuiet(minuteOf(end, zone), quiet)) end += MINUTE
  return end
}

function isQuiet(minute: number, quiet: Quiet): boolean {
  return isWithin(minute, minutes(quiet.from), minutes(quiet.to))
}

function minutes(time: string): number {
  const [hour, minute] = time.split(':').map(Number)
  return (hour ?? 0) * 60 + (minute ?? 0)
}

export interface Said {
  brand: string
  rule: string
  episodes: number
  /** From the first firing to the last, ms. */
  spanMs: number
  /** Of those it tells of, the video with the most plays when it fired. */
  top: { title: string; evidence: Evidence }
}

/** The notification in one sentence, with the numbers that raised it. */
export function say({ brand, rule, episodes, spanMs, top }: Said): { zh: string; en: string } {
  const { title, evidence } = top
  const zh = numbers(evidence, 'zh').join('，')
  const en = numbers(evidence, 'en').join(', ')
  if (episodes === 1) {
    return {
      zh: `${brand}「${title}」触发规则「${rule}」：${zh}`,
      en: `${brand}: "${title}" met the rule "${rule}": ${en}`,
    }
  }
  const span = Math.ceil(spanMs / MINUTE)
  return {
    zh: `${brand} 有 ${episodes} 条视频在 ${span} 分钟内触发规则「${rule}」；播放最高「${title}」：${zh}`,
    en: `${brand}: ${episodes} videos met the rule "${rule}" within ${span} min; most plays "${title}": ${en}`,
  }
}

function numbers({ readings }: Evidence, language: 'zh' | 'en'): string[] {
  return Object.entries(readings).map(([key, { value }]) => {
    const metric = (METRICS as Partial<Record<string, Metric>>)[key]
    const unknown = language === 'zh' ? '未知' : 'unknown'
    return `${metric?.[language] ?? key} ${value === null ? unknown : shown(value, metric?.unit)}`
  })
}

function shown(value: number, unit: Metric['unit'] | undefined): string {
  if (unit === 'ratio') return `${short(value * 100)}%`
  if (unit === 'count' || unit === undefined) return short(value)
  return `${short(value)} ${unit === 'times' ? '×' : unit}`
}

const short = (value: number) =>
  value.toLocaleString(
    'en-US',
    Math.abs(value) >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 },
  )
