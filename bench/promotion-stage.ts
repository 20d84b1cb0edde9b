/** What the runs of `npm run bench -- promotion` share: a simulator that keeps its own book, and a database. */
import type { Db } from '../db/client.ts'
import type { Context } from '../flow/context.ts'
import { createWorkspace } from '../flow/workspace.ts'
import type { PromotionChannels } from '../platforms/promotion.ts'
import { shanghaiDate } from '../platforms/shanghai.ts'
import { FAULT_KINDS } from '../platforms/simulator/faults.ts'
import { type Order, RUNNING, spentAt, statusAt, totalFen } from '../platforms/simulator/orders.ts'
import { type Ledger, ledgerOf } from '../platforms/simulator/orders-ledger.ts'
import type { createRandom } from '../platforms/simulator/random.ts'
import { createSimulator, type Simulator } from '../platforms/simulator/server.ts'
import type { RouteContext } from '../platforms/simulator/vendor.ts'
import { createWorld, type World } from '../platforms/simulator/world.ts'
import type { CapScope } from '../rules/guard-money.ts'
import { DAY } from '../rules/types.ts'
import { simulatedChannels } from '../test/support/promotions.ts'

/** One run's account at the platform, and what was seen there as it happened. */
export interface Book {
  advertiserId: string
  caps: Record<CapScope, number>
  /** The kill switch is on: no money may be taken from here on. */
  killed: boolean
  /** The platform held or had spent more than a cap allows, directly after a write. */
  overruns: string[]
  /** Writes that took money after the switch was thrown. */
  afterKill: number
}

export interface PromotionStage {
  db: Db
  world: World
  simulator: Simulator
  clock: { now: number }
  /** Videos that may be promoted. */
  itemIds: string[]
  tenant(): Promise<Context>
  open(): Book
  addFaults(random: ReturnType<typeof createRandom>): void
  channels(advertiserId: string): PromotionChannels
  /** All that the platform made and took for one account. */
  ledger(): Ledger
  close(): Promise<void>
}

export const SPEND_CAPS: Record<CapScope, number> = {
  ORDER: 200_000,
  VIDEO: 400_000,
  DAY: 400_000,
  BRAND: 3_000_000,
  WORKSPACE: 5_000_000,
}

const START = Date.UTC(2026, 4, 31, 16)
const MONEY = ['order/create/', 'order/budget/add/']
/** Chance of each, per call. */
const FAULTY = 0.012
/** It costs the real time of a time-out. */
const SLOW = new Set(['hang', 'late'])

export async function createStage(db: Db, runs: number, seed: string): Promise<PromotionStage> {
  const world = createWorld({ seed, startAt: START, kols: 4, videos: 60, hitShare: 0.3, publishDays: 2 })
  const clock = { now: START + 4 * DAY }
  const books = new Map<string, Book>()
  const free = Array.from({ length: runs }, (_, nth) => String(1_700_000_000_000_000 + nth))
  let context: RouteContext | null = null
  const simulator = await createSimulator({
    world,
    now: () => clock.now,
    tokenLifeS: 1e9,
    advertiserIds: [...free],
    onExchange: (exchange) => {
      context = exchange as unknown as RouteContext
      if (exchange.code === 0 && MONEY.some((path) => exchange.path.endsWith(path))) check(context, books)
    },
  })
  return {
    db,
    world,
    simulator,
    clock,
    itemIds: world.videos.filter(({ publishedAt }) => publishedAt < clock.now).map(({ itemId }) => itemId),
    async tenant() {
      const now = new Date(clock.now)
      const name = `promotion ${seed} ${free.length} ${process.pid}`
      return { db, workspaceId: await createWorkspace(db, now, { name }), now }
    },
    open() {
      const advertiserId = free.shift() ?? ''
      const book = { advertiserId, caps: SPEND_CAPS, killed: false, overruns: [], afterKill: 0 }
      books.set(advertiserId, book)
      return book
    },
    addFaults(random) {
      const kinds = FAULT_KINDS.filter((kind) => kind !== 'wrong_type' && kind !== 'expired_token')
      simulator.faults.clear()
      simulator.faults.add(
        kinds.map((kind) => ({
          kind,
          probability: SLOW.has(kind) ? FAULTY / 12 : FAULTY * random.between(0, 2),
        })),
      )
    },
    channels: (advertiserId) => simulatedChannels(simulator, () => clock.now, advertiserId),
    ledger: () => {
      if (!context) throw new Error('nobody asked the platform for anything')
      return ledgerOf(context)
    },
    close: () => simulator.close(),
  }
}

/** Directly after a write: what every account holds and has spent against its caps. */
function check(context: RouteContext, books: ReadonlyMap<string, Book>): void {
  const { now } = context
  const orders = ledgerOf(context).orders
  for (const [advertiserId, book] of books) {
    const own = orders.filter((order) => order.advertiserId === advertiserId)
    if (own.length === 0) continue
    const today = own.filter((order) => shanghaiDate(order.createdAt) === shanghaiDate(now))
    const most = (scope: CapScope, fen: number) => {
      if (fen > book.caps[scope]) book.overruns.push(`${scope}: ${fen} of ${book.caps[scope]}`)
    }
    most('DAY', sum(today, now))
    for (const order of own) most('ORDER', totalFen(order))
    for (const itemId of new Set(own.map((order) => order.itemId)))
      most(
        'VIDEO',
        sum(
          own.filter((order) => order.itemId === itemId),
          now,
        ),
      )
    if (book.killed && own.some((order) => order.createdAt === now)) book.afterKill++
  }
}

/** What runs is held in whole; what is over has spent. */
function sum(orders: readonly Order[], now: number): number {
  return orders.reduce((total, order) => {
    const status = statusAt(order, now)
    const open = RUNNING.has(status) || status === 'UNPAID'
    return total + (open ? totalFen(order) : Math.floor(spentAt(order, now).fen))
  }, 0)
}
