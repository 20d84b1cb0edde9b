/** What the guard needs to know, read with the workspace's spending locked. */
import { inArray, sql } from 'drizzle-orm'
import { rows, type Tx } from '../db/client.ts'
import { loadVideoFacts } from '../db/queries/promotion.ts'
import { promotion, promotionApproval } from '../db/tables.ts'
import type { Mark, SpendRequest, Standing } from '../rules/guard.ts'
import { CAP_SCOPES, type CapScope, capWindow } from '../rules/guard-money.ts'
import { UNSETTLED_STATES } from '../rules/promotion.ts'
import type { Method } from '../rules/types.ts'
import { naturalOrders } from './promotion-base.ts'
import type { PromotionRow } from './promotion-row.ts'
import { type CurrentSettings, loadSettings } from './promotion-settings.ts'

/** What the platform said before: marks of the material, and what the account may spend. */
export interface PlatformRoom {
  marks: readonly Mark[] | null
  platform: Standing['platform']
}
export const NO_ROOM: PlatformRoom = {
  marks: null,
  platform: { walletFen: null, ordersLeft: null, mostCostFen: null },
}

export async function standingOf(
  tx: Tx,
  row: PromotionRow,
  { marks, platform }: PlatformRoom,
  now: Date,
): Promise<{ standing: Standing; settings: CurrentSettings }> {
  const settings = await loadSettings(tx)
  const [committedFen, inFlight, facts] = await Promise.all([
    loadCommitted(tx, row, settings.guard.zone, now),
    loadInFlight(tx, row),
    loadVideoFacts(tx, [row.videoId], now),
  ])
  const known = facts.get(row.videoId)
  const standing: Standing = {
    settings: settings.guard,
    killed: settings.killed,
    committedFen,
    naturalOrders: known ? await naturalOrders(tx, known) : null,
    inFlight,
    marks,
    remixOf: known?.remixOf ?? null,
    platform,
  }
  return { standing, settings }
}

/**
 * 分 that are committed in each scope. A promotion counts in the day and month in which money was last claimed for it, with
 * all that it committed: what was added later than the order was made counts twice rather than not at all.
 */
async function loadCommitted(
  tx: Tx,
  row: PromotionRow,
  zone: string,
  now: Date,
): Promise<Record<CapScope, number>> {
  const since = (scope: CapScope) => {
    const window = capWindow(scope, now.getTime(), zone)
    return sql`money_at >= ${new Date(window?.from ?? 0).toISOString()}::timestamptz`
  }
  const [sums] = await rows<Record<CapScope, string>>(
    tx,
    sql`select
        coalesce(sum(committed_fen) filter (where id = ${row.id}), 0) as "ORDER",
        coalesce(sum(committed_fen) filter (where video_id = ${row.videoId}), 0) as "VIDEO",
        coalesce(sum(committed_fen) filter (where ${since('DAY')}), 0) as "DAY",
        coalesce(sum(committed_fen) filter (where brand_id = ${row.brandId} and ${since('BRAND')}), 0) as "BRAND",
        coalesce(sum(committed_fen) filter (where ${since('WORKSPACE')}), 0) as "WORKSPACE"
      from promotion
      where workspace_id = current_workspace() and (video_id = ${row.videoId} or ${since('WORKSPACE')})`,
  )
  return Object.fromEntries(
    CAP_SCOPES.map((scope) => [scope, Number(sums?.[scope] ?? Number.NaN)]),
  ) as Record<CapScope, number>
}

async function loadInFlight(tx: Tx, row: PromotionRow): Promise<Standing['inFlight'][number][]> {
  const unsettled = inArray(promotion.state, UNSETTLED_STATES)
  const found = await rows<{ id: string; method: Method; unsettled: boolean }>(
    tx,
    sql`select id, method,
        (${unsettled} or change_call is not null) as unsettled
      from promotion
      where workspace_id = current_workspace() and video_id = ${row.videoId} and advertiser_id = ${row.advertiserId}
        and id <> ${row.id}
        and (order_stand = 'LIVE' or ${unsettled} or change_call is not null)
      order by id`,
  )
  return found.map(({ id, method, unsettled }) => ({ promotionId: Number(id), method, unsettled }))
}

export async function approvalsOf(tx: Tx, promotionId: number): Promise<SpendRequest['approvals']> {
  const { tokenId, amountFen } = promotionApproval
  return tx
    .select({ by: tokenId, amountFen })
    .from(promotionApproval)
    .where(sql`${promotionApproval.promotionId} = ${promotionId}`)
}
