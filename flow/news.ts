/** What a message tells of, as it stands when it is sent. */
import { among } from '../db/among.ts'
import type { Tx } from '../db/client.ts'
import { loadToldNotification, loadToldPromotion } from '../db/queries/delivery.ts'
import { type delivery, kol } from '../db/tables.ts'
import { nextStep } from '../rules/collaboration.ts'
import { type AskNews, MOST_VIDEOS, type News } from '../rules/message.ts'
import { forTeam } from '../rules/message-promotion.ts'
import { PROPOSAL_LIFE_MS } from '../rules/promotion.ts'
import { found } from './errors.ts'
import { proposeRollout } from './rollout.ts'

export type DeliveryRow = typeof delivery.$inferSelect

export interface Standing {
  news: News
  /** A person read the notification. */
  read: boolean
  /** The promotion still stands at what the topic speaks of. */
  stands: boolean
}

export async function loadNews(tx: Tx, now: Date, row: DeliveryRow): Promise<Standing> {
  const { topic, notificationId, promotionId } = row
  if (topic === 'BREAKOUT' || topic === 'REUSE_HIT')
    return ofNotification(tx, now, topic, notificationId ?? 0)
  const told = found(await loadToldPromotion(tx, now, promotionId ?? 0, topic), 'promotion')
  const { stands, videoId, waitsSince, ...rest } = told
  const until = waitsSince === null ? null : waitsSince + PROPOSAL_LIFE_MS
  const ids = { promotionId: nodeId('Promotion', promotionId ?? 0), videoId: nodeId('Video', videoId) }
  return { news: forTeam({ topic, ...ids, ...rest, until }), read: false, stands }
}

async function ofNotification(
  tx: Tx,
  now: Date,
  topic: 'BREAKOUT' | 'REUSE_HIT',
  id: number,
): Promise<Standing> {
  const told = found(await loadToldNotification(tx, id, MOST_VIDEOS), 'notification')
  const { read, brand, rule, episodes, spanMs, breakouts } = told
  const [top] = breakouts
  // Its episodes are never deleted, and each has one.
  const { video, evidence, breakoutId } = found(top, 'breakout')
  const alone = topic === 'REUSE_HIT' && breakouts.length === 1 && video.cell.length > 0
  const asks = alone ? await asksOf(tx, now, breakoutId) : null
  const news = {
    topic,
    notificationId: nodeId('Notification', id),
    said: { brand, rule, episodes, spanMs, top: { title: video.title, evidence } },
    breakouts: breakouts.map(({ breakoutId, step, video }) => ({
      breakoutId: nodeId('Breakout', breakoutId),
      nextStep: nextStep(step),
      video,
      asks,
    })),
  }
  return { news, read, stands: true }
}

/** Whom a rollout without a limit would ask first. */
async function asksOf(tx: Tx, now: Date, breakoutId: number): Promise<AskNews[]> {
  const { lines } = await proposeRollout(tx, now, { breakoutId, budgetFen: Number.MAX_SAFE_INTEGER })
  const first = lines.slice(0, MOST_ASKS)
  if (first.length === 0) return []
  const ids = first.map(({ kolId }) => kolId)
  const named = await tx.select({ id: kol.id, name: kol.name }).from(kol).where(among(kol.id, ids))
  const names = new Map(named.map(({ id, name }) => [id, name]))
  return first.map(({ kolId, priceFen, expectedPlays }) => ({
    kol: names.get(kolId) ?? '',
    priceFen,
    expectedPlays,
  }))
}
const MOST_ASKS = 3

/** As the API names it. */
function nodeId(type: 'Notification' | 'Breakout' | 'Promotion' | 'Video', id: number): string {
  return Buffer.from(`${type}:${id}`).toString('base64')
}
