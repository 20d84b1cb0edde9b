/** Promotions whose orders were made, and a channel that shows what a test says: for what follows from figures alone. */
import { eq } from 'drizzle-orm'
import { promotion, promotionLook } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import type { Change, PromotionRow } from '../../flow/promotion-row.ts'
import { tendPromotion } from '../../flow/promotion-tend.ts'
import type { OrderFigures, PromotionChannel, SeenOrder } from '../../platforms/promotion.ts'
import { HOUR } from '../../rules/types.ts'
import { type Content, kol, type PublishedVideo, published } from './content.ts'
import { proposed } from './promotions.ts'

let number = 0

export interface Ordered extends PublishedVideo {
  trial: PromotionRow
}

/** A published video with a trial whose order was made; the rest says how it stands. */
export async function ordered(
  ctx: Context,
  matrix: Content,
  { publishedAt = ctx.now, ...change }: Change & { publishedAt?: Date } = {},
): Promise<Ordered> {
  const made = await published(ctx, matrix, { kolId: await kol(ctx), publishedAt })
  const id = await proposed(ctx, made.videoId)
  const trial = await changed(ctx, id, { ...running(ctx), ...change })
  return { ...made, trial }
}

/** What follows from the trial: another order of its video. */
export async function scaled(ctx: Context, trial: PromotionRow, change: Change = {}): Promise<PromotionRow> {
  const { id: originId, key: _, committedFen: _2, ...row } = trial
  const [scale] = await write(ctx, (tx) =>
    tx
      .insert(promotion)
      .values({
        ...row,
        committedFen: 0,
        ...running(ctx),
        aim: 'SCALE',
        originId,
        finalFen: null,
        overAt: null,
        ...change,
      })
      .returning(),
  )
  if (!scale) throw new Error('an order was not made')
  return scale
}

const running = ({ now }: Context): Change => ({
  state: 'RUNNING',
  orderStand: 'LIVE',
  orderId: String(8_000_000_000_000_000_000n + BigInt(number++)),
  deliveringAt: new Date(now.getTime() - HOUR),
  attempt: 1,
  dueAt: now,
  stop: null,
})

export async function changed(ctx: Context, id: number, change: Change): Promise<PromotionRow> {
  const [row] = await write(ctx, (tx) =>
    tx.update(promotion).set(change).where(eq(promotion.id, id)).returning(),
  )
  if (!row) throw new Error('there is no such promotion')
  return row
}

/** Cumulative figures of an order at instants. */
export async function looked(
  ctx: Context,
  promotionId: number,
  looks: readonly (Partial<typeof promotionLook.$inferInsert> & { at: Date })[],
): Promise<void> {
  const base = { promotionId, sight: 'DELIVERING' as const, disagrees: false, trial: null }
  await write(ctx, (tx) => tx.insert(promotionLook).values(looks.map((look) => ({ ...base, ...look }))))
}

export const FIGURES: OrderFigures = {
  spendFen: 10_000,
  gmvFen: 40_000,
  orders: 4,
  shows: 20_000,
  clicks: 1_000,
  plays: 15_000,
  interactions: 700,
  disagrees: false,
}

/** An account in which every order stands as its row and `figures` say, until it is told to end. */
export function orderChannel(
  row: PromotionRow,
  figures: OrderFigures = FIGURES,
  onChange: (byFen: number) => void = refuse,
): PromotionChannel {
  let sight: SeenOrder['sight'] = 'DELIVERING'
  const { orderId, advertiserId: accountId, itemId, amountFen, hours, createdAt } = row
  const seen = { orderId: orderId ?? '', accountId, itemId, amountFen, hours, name: null }
  return {
    marks: async () => [],
    room: async () => ({ walletFen: null, ordersLeft: null, mostCostFen: null }),
    orders: async () => ({ orders: [], unread: [] }),
    order: async () => ({
      ...seen,
      createdAt: createdAt.getTime(),
      sight,
      adId: '1',
      added: { addedFen: 0, count: 0 },
    }),
    figures: async () => figures,
    create: () => Promise.reject(new Error('no order is to be made')),
    changeBudget: async (_, { byFen }) => {
      onChange(byFen)
      return { outcome: 'done', value: null }
    },
    terminate: async () => {
      sight = 'FROZEN'
      return { outcome: 'done', value: { terminated: true } }
    },
  }
}

function refuse(): never {
  throw new Error('its money is not to be changed')
}

/** Looks at the order and does what follows. Answers by how much its money was changed, 分. */
export async function tend(ctx: Context, row: PromotionRow, figures?: OrderFigures): Promise<number[]> {
  const changes: number[] = []
  const channels = { [row.method]: orderChannel(row, figures, (byFen) => changes.push(byFen)) }
  await tendPromotion(ctx, { promotionId: row.id, channels, clock: () => ctx.now })
  return changes
}
