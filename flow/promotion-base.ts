/** 基础转化: orders without ads, which a video must have before its first yuan. */
import type { Tx } from '../db/client.ts'
import type { VideoFacts } from '../db/queries/promotion.ts'
import { loadBase } from '../db/queries/promotion-base.ts'
import { prefer } from '../rules/precedence.ts'

/**
 * All orders of a video on which nobody spent; of one on which somebody did those before the first ad, since later ones
 * cannot be told apart. null: not known.
 */
export async function naturalOrders(
  tx: Tx,
  { videoId, orders, spendFen }: Pick<VideoFacts, 'videoId' | 'orders' | 'spendFen'>,
): Promise<number | null> {
  if (!spendFen) return orders
  const said = (await loadBase(tx, videoId)).map((row) => ({ source: row.source, value: row.orders }))
  return prefer('orders', said)?.value ?? null
}
