import type { z } from 'zod'
import { DAY } from '../rules/types.ts'
import type { Capability, Connector, CounterAnswer } from './connector.ts'
import { FetchError } from './errors.ts'
import { int64 } from './json.ts'
import { type Oceanengine, wireId } from './oceanengine.ts'
import { readPages } from './oceanengine-page.ts'
import {
  authorsSchema,
  demandPageSchema,
  detailSchema,
  orderPageSchema,
  overviewSchema,
  type XingtuDemand,
  type XingtuReport,
  type XingtuTask,
} from './xingtu-wire.ts'

/**
 * 巨量星图: what the open API covers, which is a customer's own tasks and their results. No KOL search, no price
 * list, no forecast: those come from exports.
 * [unsure], each an option: the unit of prices (`priceUnit`), the scale of rates in the single report (`rateScale`),
 * the most orders in one report call (`batch`). A report checks itself: cpm must be price / plays x 1000.
 */
export interface XingtuOptions {
  oceanengine: Oceanengine
  /** account_id of a PLATFORM_ROLE_STAR subject. */
  starId: string
  /** The 星图 order that a video belongs to, as stored from `tasks`; null: there is none. */
  orderOf: (itemId: string) => Promise<string | null> | string | null
  batch?: number
  priceUnit?: 'fen' | 'yuan'
  rateScale?: number
}

export interface Xingtu extends Connector {
  demands(): AsyncGenerator<XingtuDemand>
  /** Every order of every demand; `itemId` is null until its video is out. Prices: `report`. */
  tasks(): AsyncGenerator<XingtuTask>
  /** Price and results of one order. */
  report(taskId: string): Promise<XingtuReport>
  /** The platform's uid of each video's author; a video it does not know is missing. */
  authorsOf(itemIds: readonly string[]): Promise<Map<string, string>>
}

const PAGE_SIZE = 50
const BATCH = 20

export function createXingtu(options: XingtuOptions): Xingtu {
  const batch = options.batch ?? BATCH
  const capability: Capability = {
    gives: ['plays', 'likes', 'comments', 'shares'],
    // Post-campaign data: a day's numbers, not a live counter.
    freshnessMs: DAY,
    batch,
    // [unsure] As of 千川: per app and interface, shown in its console only. This number is a guess below it.
    callsPerSecond: 5,
    callsPerDay: null,
    scope: 'app',
    costFen: 0,
  }
  return {
    source: 'xingtu',
    capability,
    fetchCounters: (refs) => fetchCounters(options, batch, [...new Set(refs.map((ref) => ref.itemId))]),
    demands: () => demands(options),
    tasks: async function* () {
      for await (const demand of demands(options)) yield* orders(options, demand.demandId)
    },
    report: (taskId) => report(options, taskId),
    authorsOf: (itemIds) => authorsOf(options, itemIds),
  }
}

async function* demands(options: XingtuOptions): AsyncGenerator<XingtuDemand> {
  const call = { ...get(options, 'demand/list', {}, demandPageSchema), pageSize: PAGE_SIZE }
  for await (const { list } of readPages(options.oceanengine, call)) yield* list
}

async function* orders(options: XingtuOptions, demandId: string): AsyncGenerator<XingtuTask> {
  const query = { demand_id: wireId('demand_id', demandId) }
  const call = { ...get(options, 'demand/order/list', query, orderPageSchema), pageSize: PAGE_SIZE }
  for await (const { list } of readPages(options.oceanengine, call)) yield* list
}

function get<T>({ starId }: XingtuOptions, name: string, query: Record<string, unknown>, data: z.ZodType<T>) {
  return {
    method: 'GET' as const,
    path: `/open_api/2/star/${name}/`,
    account: `star:${starId}`,
    query: { star_id: starId, ...query },
    data,
  }
}

async function fetchCounters(
  options: XingtuOptions,
  batch: number,
  itemIds: string[],
): Promise<CounterAnswer[]> {
  const pairs = await Promise.all(itemIds.map(async (id) => [id, await options.orderOf(id)] as const))
  const known = pairs.filter((pair): pair is [string, string] => int64(pair[1] ?? '') !== null)
  const strangers = pairs.filter(([, order]) => int64(order ?? '') === null)
  const answers: Promise<CounterAnswer[]>[] = []
  for (let start = 0; start < known.length; start += batch) {
    answers.push(fetchChunk(options, known.slice(start, start + batch)))
  }
  const missing = strangers.map(([itemId]) => failed(itemId, 'belongs to no 星图 order'))
  return [...(await Promise.all(answers)).flat(), ...missing]
}

async function fetchChunk(options: XingtuOptions, pairs: [string, string][]): Promise<CounterAnswer[]> {
  try {
    const found = await overview(
      options,
      pairs.map(([, order]) => order),
    )
    return pairs.map(([itemId, order]): CounterAnswer => {
      const counters = found.get(order)
      return counters ? { ok: true, itemId, counters } : failed(itemId, `no report for order ${order}`)
    })
  } catch (error) {
    if (!(error instanceof FetchError)) throw error
    return pairs.map(([itemId]) => ({ ok: false, itemId, error }))
  }
}

function failed(itemId: string, reason: string): CounterAnswer {
  return { ok: false, itemId, error: new FetchError('not_found', `${itemId}: ${reason}`) }
}

async function overview(options: XingtuOptions, orderIds: string[]) {
  const query = { order_ids: orderIds.map(int64) }
  const data = await options.oceanengine.call(get(options, 'report/order_overview', query, overviewSchema))
  return new Map(data.base_stats.map(({ orderId, counters }) => [orderId, counters]))
}

async function report(options: XingtuOptions, taskId: string): Promise<XingtuReport> {
  const { priceUnit = 'fen', rateScale = 10_000 } = options
  const query = { order_id: wireId('order_id', taskId) }
  const wire = await options.oceanengine.call(get(options, 'report/order_overview/get', query, detailSchema))
  const { price, cpm, play } = wire.cost_effectiveness
  const fen = (amount: number | null) => (amount === null || priceUnit === 'fen' ? amount : amount * 100)
  const doubt = doubtOf({ price, cpm, play, spread: wire.spread.play })
  return {
    taskId,
    priceFen: fen(price),
    cpmFen: fen(cpm),
    finishRate: wire.creative?.finish_rate == null ? null : wire.creative.finish_rate / rateScale,
    counters: {
      plays: wire.spread.play,
      likes: wire.spread.like,
      comments: wire.spread.comment,
      shares: wire.spread.share,
      saves: null,
    },
    quality: doubt === null ? 'ok' : 'disputed',
    doubt,
  }
}

/** Whatever the unit: a price, its plays and its cpm hang together, or one of them is not what we think. */
function doubtOf(wire: Record<'price' | 'cpm' | 'play' | 'spread', number | null>): string | null {
  const { price, cpm, play, spread } = wire
  if (play !== null && spread !== null && play !== spread) return `plays are ${play} and ${spread}`
  if (price === null || cpm === null || !play) return null
  const expected = (price / play) * 1000
  // cpm is an integer of its unit: half of one is its rounding.
  return Math.abs(cpm - expected) <= Math.max(1, expected * 0.01)
    ? null
    : `cpm ${cpm}, price and plays say ${expected.toFixed(0)}`
}

async function authorsOf(options: XingtuOptions, itemIds: readonly string[]): Promise<Map<string, string>> {
  const query = { item_ids: itemIds.map((id) => wireId('item_ids', id)) }
  const data = await options.oceanengine.call(get(options, 'item/author/get', query, authorsSchema))
  return new Map(data.item_infos.map(({ item_id, uid }) => [item_id, uid]))
}
