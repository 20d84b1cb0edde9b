/** 分发: which team is told of what, and what becomes of a message that did not arrive. */
import type { Aim } from './promotion.ts'
import { DAY, HOUR, MINUTE } from './types.ts'

/** 广告 (投放), 达人 (商务), 内容 (编导). */
export const TEAMS = ['ADS', 'KOL', 'CONTENT'] as const
export type Team = (typeof TEAMS)[number]
/** Signed JSON for programs; the bots of 飞书, 钉钉 and 企业微信 for groups. */
export const WEBHOOK_FORMATS = ['SIGNED', 'FEISHU', 'DINGTALK', 'WECOM'] as const
export type WebhookFormat = (typeof WEBHOOK_FORMATS)[number]
/**
 * 爆款, 可测试, 可放大, 可复用; an order whose fate a person must settle, one that cannot be sent before a person sees to it;
 * 再剪一版, and a verdict that the settled sales overturned.
 */
export const TOPICS = [
  'BREAKOUT',
  'TRIAL_READY',
  'SCALE_READY',
  'REUSE_HIT',
  'ASKING',
  'HELD',
  'REMIX',
  'CORRECTED',
] as const
export type Topic = (typeof TOPICS)[number]

/**
 * What a promotion has for people, by `promotion_news` of the database. PROPOSED: it lacks a person's word. HELD:
 * rules/guard-person.ts. REMIX, CORRECTED: a decision of the day.
 */
export const MATTERS = ['PROPOSED', 'ASKING', 'HELD', 'REMIX', 'CORRECTED'] as const
export type Matter = (typeof MATTERS)[number]

/** What may be told: a notification of episodes, or a promotion as it stands. */
export type Cause = { kind: 'NOTIFICATION' } | { kind: 'PROMOTION'; aim: Aim; matter: Matter }

/** What this is to a team; null: none of its business. Each is told of one cause once, until it comes anew. */
export function topicOf(team: Team, cause: Cause): Topic | null {
  if (cause.kind === 'NOTIFICATION') {
    return team === 'CONTENT' ? 'BREAKOUT' : team === 'KOL' ? 'REUSE_HIT' : null
  }
  const { aim, matter } = cause
  if (team !== (matter === 'REMIX' ? 'CONTENT' : 'ADS')) return null
  if (matter !== 'PROPOSED') return matter
  return aim === 'TRIAL' ? 'TRIAL_READY' : 'SCALE_READY'
}

/**
 * Older than this it is no news: neither routed nor sent any more. What asks is told all the same: it waits for a person however
 * long that takes. `due_routes` of the database has the same day.
 */
export const NEWS_LIFE = DAY
/** A paused address is asked again so soon whether it still is. */
const PAUSED_AGAIN = 5 * MINUTE

/** A message that is due, and what it tells of as it stands now. Instants in ms. */
export interface Waiting {
  topic: Topic
  createdAt: number
  attempts: number
  paused: boolean
  /** A person read the notification; a promotion is never read. */
  read: boolean
  /** false: the promotion does not stand at what it tells of any more. A closed episode is still told. */
  stands: boolean
}

export type Disposition =
  | { do: 'SEND' }
  /** Later, and no attempt is used. */
  | { do: 'WAIT'; until: number }
  | { do: 'DROP'; problem: string }

export function dispose(
  { topic, createdAt, attempts, paused, read, stands }: Waiting,
  now: number,
): Disposition {
  if (topic !== 'ASKING' && now - createdAt >= NEWS_LIFE)
    return { do: 'DROP', problem: 'it was older than a day' }
  if (attempts >= ATTEMPTS) return { do: 'DROP', problem: 'nobody knows what became of the last attempt' }
  if (read) return { do: 'DROP', problem: 'a person had read it before it was sent' }
  if (!stands) return { do: 'DROP', problem: 'it was settled before it was sent' }
  return paused ? { do: 'WAIT', until: now + PAUSED_AGAIN } : { do: 'SEND' }
}

/** How an attempt ended, as the adapter of the format reads the answer. */
export const SENT_OUTCOMES = [
  'TAKEN',
  /** Asked to wait: too many messages, or not now. */
  'BUSY',
  /** No answer, or one of a server in trouble: it may have arrived. */
  'LOST',
  /** Waiting mends nothing: a wrong address, secret, keyword or size. */
  'REFUSED',
] as const
export type SentOutcome = (typeof SENT_OUTCOMES)[number]

/**
 * Waits after each failed attempt but the last, which is 8 hours after the first: a receiver that is down over night is
 * reached in the morning, and the first three follow while somebody may still be looking. Assumed.
 */
export const RETRY_WAITS = [
  MINUTE / 2,
  2 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  4 * HOUR,
] as const
export const ATTEMPTS = RETRY_WAITS.length + 1

export type AfterAttempt = { to: 'SENT' } | { to: 'AGAIN'; at: number } | { to: 'GIVEN_UP' }

/** `attempts`: with this one. `retryAfterMs`: what the other side asked for; null: it did not. */
export function afterAttempt(
  outcome: SentOutcome,
  attempts: number,
  retryAfterMs: number | null,
  now: number,
): AfterAttempt {
  if (outcome === 'TAKEN') return { to: 'SENT' }
  const wait = RETRY_WAITS[attempts - 1]
  if (outcome === 'REFUSED' || wait === undefined) return { to: 'GIVEN_UP' }
  return { to: 'AGAIN', at: now + Math.min(Math.max(wait, retryAfterMs ?? 0), NEWS_LIFE) }
}

/**
 * What a bot takes: 钉钉 and 企业微信 20 a minute (钉钉 is then silent for ten), 飞书 100 a minute and 5 a second. A round is
 * what one run sends to one address; runs follow each other by seconds.
 */
export const PACE: Readonly<Record<WebhookFormat, { round: number; minute: number }>> = {
  SIGNED: { round: 100, minute: 1000 },
  FEISHU: { round: 5, minute: 100 },
  DINGTALK: { round: 20, minute: 20 },
  WECOM: { round: 20, minute: 20 },
}

/** How many may be sent to it now, when so many were taken in the last minute. */
export function roomOf(format: WebhookFormat, inLastMinute: number): number {
  const { round, minute } = PACE[format]
  return Math.max(0, Math.min(round, minute - inLastMinute))
}

/** A moment: the next run comes about then. */
const MOMENT = MINUTE / 12

/** How long the rest waits after a run, when so many were taken in the last minute: as asked, or until there is room. */
export function restOf(format: WebhookFormat, inLastMinute: number, retryAfterMs: number | null): number {
  if (retryAfterMs !== null) return Math.min(Math.max(retryAfterMs, MOMENT), NEWS_LIFE)
  return inLastMinute >= PACE[format].minute ? MINUTE : MOMENT
}

export const DELIVERY_STATES = ['WAITING', 'SENT', 'GIVEN_UP', 'DROPPED'] as const
export type DeliveryState = (typeof DELIVERY_STATES)[number]

export function deliveryState(row: { due: boolean; sent: boolean; attempts: number }): DeliveryState {
  if (row.sent) return 'SENT'
  if (row.due) return 'WAITING'
  return row.attempts > 0 ? 'GIVEN_UP' : 'DROPPED'
}
