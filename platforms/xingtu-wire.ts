import { z } from 'zod'
import type { Counters } from '../rules/types.ts'
import { counterSchema, idSchema } from './oceanengine.ts'
import { listOf, pageInfo } from './oceanengine-page.ts'
import { shanghaiInstant } from './shanghai.ts'

/** A demand is what a customer posts; each 达人 who takes it is an order, here a task. */
export interface XingtuDemand {
  demandId: string
  name: string
  category: string | null
  settlement: string | null
  createdAt: number | null
}

export interface XingtuTask {
  taskId: string
  demandId: string
  /** Plain id of the video; null until it is out. */
  itemId: string | null
  /** 星图's own id of the author, not the 抖音号. */
  authorId: string | null
  authorName: string
  title: string
  /** CANCELED | FINISHED | ONGOING | RECEIVEING | WAIT_EVALUATE | WAIT_PAYMENT, as the platform spells it. */
  status: string | null
  createdAt: number | null
  releasedAt: number | null
}

export interface XingtuReport {
  taskId: string
  priceFen: number | null
  cpmFen: number | null
  /** A part of 1. */
  finishRate: number | null
  counters: Counters
  /** `disputed`: the platform's own numbers contradict each other, see `doubt`. */
  quality: 'ok' | 'disputed'
  doubt: string | null
}

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
const instant = text.transform(shanghaiInstant)
const named = z
  .string()
  .nullish()
  .transform((value) => value || null)
/** 0 is the vendor's "none". */
const maybeId = idSchema.nullish().transform((id) => (id && id !== '0' ? id : null))

const demandSchema = z
  .object({
    demand_id: idSchema,
    demand_name: text,
    task_category: named,
    universal_settlement_type: named,
    create_time: instant,
  })
  .transform(
    (wire): XingtuDemand => ({
      demandId: wire.demand_id,
      name: wire.demand_name,
      category: wire.task_category,
      settlement: wire.universal_settlement_type,
      createdAt: wire.create_time,
    }),
  )
export const demandPageSchema = z.object({ list: listOf(demandSchema), page_info: pageInfo })

const orderSchema = z
  .object({
    order_id: idSchema,
    demand_id: idSchema,
    item_id: maybeId,
    author_id: maybeId,
    author_name: text,
    title: text,
    universal_order_status: named,
    create_time: instant,
    release_time: instant,
  })
  .transform(
    (wire): XingtuTask => ({
      taskId: wire.order_id,
      demandId: wire.demand_id,
      itemId: wire.item_id,
      authorId: wire.author_id,
      authorName: wire.author_name,
      title: wire.title,
      status: wire.universal_order_status,
      createdAt: wire.create_time,
      releasedAt: wire.release_time,
    }),
  )
export const orderPageSchema = z.object({ list: listOf(orderSchema), page_info: pageInfo })

const spread = z.object({
  item_play_cnt: counterSchema,
  item_like_cnt: counterSchema,
  item_comment_cnt: counterSchema,
  item_share_cnt: counterSchema,
})
const baseStat = z.object({ order_id: idSchema, spread_stat: spread }).transform((wire) => ({
  orderId: wire.order_id,
  counters: {
    plays: wire.spread_stat.item_play_cnt,
    likes: wire.spread_stat.item_like_cnt,
    comments: wire.spread_stat.item_comment_cnt,
    shares: wire.spread_stat.item_share_cnt,
    saves: null,
  } satisfies Counters,
}))
export const overviewSchema = z.object({ base_stats: listOf(baseStat) })

export const detailSchema = z.object({
  cost_effectiveness: z.object({ cpm: counterSchema, play: counterSchema, price: counterSchema }),
  creative: z.object({ finish_rate: z.int().nullish() }).nullish(),
  spread: z.object({
    comment: counterSchema,
    like: counterSchema,
    play: counterSchema,
    share: counterSchema,
  }),
})

export const authorsSchema = z.object({
  item_infos: listOf(z.object({ item_id: idSchema, uid: idSchema })),
})
