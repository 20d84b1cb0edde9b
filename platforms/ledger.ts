/** 账目 of one subject: what a shop sold, or what an advertiser's ads cost and brought, video by video and day by day. */
import { DAY } from '../rules/types.ts'
import { createDoudian, type Doudian, type DoudianOptions } from './doudian.ts'
import { createStandardLedger } from './ledger-standard.ts'
import { createOceanengine, type Oceanengine } from './oceanengine.ts'
import { createQianchuanMaterials } from './qianchuan-material.ts'
import { createQianchuanPlans } from './qianchuan-plan.ts'
import type { Quality } from './qianchuan-quality.ts'
import { createSuixintui } from './suixintui.ts'

/** One order, or one video within one plan, on one day. Money in 分; null: the platform does not say. */
export interface AdRow {
  /** Beginning of the day in Shanghai. */
  day: number
  /** Of the 随心推 order, or plain id of the video. */
  subjectId: string
  /** The 千川 plan; '' for an order. */
  scopeId: string
  itemId: string | null
  spendFen: number | null
  /** What the ads brought. */
  gmvFen: number | null
  orders: number | null
  shows: number | null
  clicks: number | null
  /** Bought ones. */
  plays: number | null
  roi: number | null
  quality: Quality
}

/** Of some days in a row, each told by its beginning in Shanghai, oldest first. */
export interface AdLedger {
  /** What 随心推 orders did on them. */
  orders(days: readonly number[]): Promise<AdRow[]>
  /** What videos in 全域 plans did on them. */
  plans(days: readonly number[]): Promise<AdRow[]>
  /** What videos in 标准投放 plans did on them. */
  standard(days: readonly number[]): Promise<AdRow[]>
}

export type Ledger =
  | { source: 'doudian'; doudian: Pick<Doudian, 'shopOrders' | 'allianceOrders'> }
  | { source: 'qianchuan'; ads: AdLedger }

export interface LedgerOptions extends Pick<DoudianOptions, 'http' | 'now' | 'accessToken'> {
  /** The platform's id of the subject. */
  externalId: string
  /** Base address of 巨量. */
  oceanengineUrl: string
  /** null: no app of 抖店 is set up. */
  doudian: Pick<DoudianOptions, 'baseUrl' | 'appKey' | 'appSecret'> | null
}

/** null: the source has no ledger here. */
export function createLedger(source: string, options: LedgerOptions): Ledger | null {
  const { externalId, oceanengineUrl, doudian, ...rest } = options
  if (source === 'doudian' && doudian) return { source, doudian: createDoudian({ ...rest, ...doudian }) }
  if (source !== 'qianchuan') return null
  const { http, accessToken } = rest
  return {
    source,
    ads: createAdLedger(createOceanengine({ baseUrl: oceanengineUrl, http, accessToken }), externalId),
  }
}

/** An order runs 120 hours and can be renewed by 7 days at a time; one that is older than this is over. */
const RUNS = 60 * DAY

export function createAdLedger(oceanengine: Oceanengine, advertiserId: string): AdLedger {
  const suixintui = createSuixintui(oceanengine)
  const plans = createQianchuanPlans(oceanengine)
  const materials = createQianchuanMaterials(oceanengine)
  const standard = createStandardLedger(oceanengine, advertiserId)
  return {
    async orders(days) {
      const goal = 'VIDEO_PROM_GOODS'
      const [from, to] = spanOf(days)
      const { orders } = await suixintui.orders({ advertiserId, goal, from: from - RUNS, to })
      const byAd = new Map(orders.flatMap((order) => (order.adId ? [[order.adId, order] as const] : [])))
      if (byAd.size === 0) return []
      const found = days.map(async (day) => {
        const question = { advertiserId, goal, from: day, to: day, adIds: [...byAd.keys()] } as const
        return (await suixintui.report(question)).flatMap(({ adId, orderId, boughtPlays, ...figures }) => {
          const order = byAd.get(adId)
          const subjectId = order?.orderId ?? orderId
          if (!subjectId) return []
          const itemId = order?.itemId ?? null
          return [{ day, subjectId, scopeId: '', itemId, plays: boughtPlays, ...said(figures) }]
        })
      })
      return (await Promise.all(found)).flat()
    },
    async plans(days) {
      const [from, to] = spanOf(days)
      const listed = await plans.uni({ advertiserId, from, to: to + DAY - 1000 })
      const spent = listed.filter(({ spendFen }) => spendFen !== 0)
      const found = spent.flatMap(({ adId }) =>
        days.map(async (day) => {
          const list = await materials.ofPlan({ advertiserId, adId, from: day, to: day })
          return videoRows(day, adId, list)
        }),
      )
      return (await Promise.all(found)).flat()
    },
    async standard(days) {
      return (await standard(days)).flatMap(({ day, adId, videos }) => videoRows(day, adId, videos))
    },
  }
}

const spanOf = (days: readonly number[]) => [days[0] ?? 0, days.at(-1) ?? 0] as const

function said<
  T extends Pick<AdRow, 'spendFen' | 'gmvFen' | 'orders' | 'shows' | 'clicks' | 'roi' | 'quality'>,
>({ spendFen, gmvFen, orders, shows, clicks, roi, quality }: T) {
  return { spendFen, gmvFen, orders, shows, clicks, roi, quality }
}

/** What one material in a plan did. */
export interface PlanVideo extends Pick<AdRow, 'spendFen' | 'gmvFen' | 'orders' | 'roi' | 'quality'> {
  /** null: no video of a 抖音号. */
  itemId: string | null
}

function videoRows(day: number, adId: string, list: readonly PlanVideo[]): AdRow[] {
  const items = new Map<string, PlanVideo[]>()
  for (const video of list)
    if (video.itemId) items.set(video.itemId, [...(items.get(video.itemId) ?? []), video])
  return [...items].map(([itemId, all]) => videoRow(day, adId, itemId, all))
}

/** A video may be in a plan as several materials. */
function videoRow(day: number, scopeId: string, itemId: string, all: readonly PlanVideo[]): AdRow {
  const sum = (of: (one: PlanVideo) => number | null) =>
    all.reduce<number | null>((total, one) => (total === null ? of(one) : total + (of(one) ?? 0)), null)
  const [first] = all
  return {
    day,
    subjectId: itemId,
    scopeId,
    itemId,
    spendFen: sum(({ spendFen }) => spendFen),
    gmvFen: sum(({ gmvFen }) => gmvFen),
    orders: sum(({ orders }) => orders),
    shows: null,
    clicks: null,
    plays: null,
    roi: all.length === 1 ? (first?.roi ?? null) : null,
    quality: all.some(({ quality }) => quality === 'disagrees') ? 'disagrees' : (first?.quality ?? 'unknown'),
  }
}
