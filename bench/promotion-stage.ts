/** What the runs of `npm run bench -- promotion` share: a simulator that keeps its own book, and a database. */
import type { Db } from '../db/client.ts'
import type { Context } from '../flow/context.ts'
import { createWorkspace } from '../flow/workspace.ts'
import { createHttp } from '../platforms/http.ts'
import { createOceanengine } from '../platforms/oceanengine.ts'
import type { PromotionChannels } from '../platforms/promotion.ts'
import { createQianchuanPlans } from '../platforms/qianchuan-plan.ts'
import { createQianchuanPlanWrites } from '../platforms/qianchuan-plan-write.ts'
import { shanghaiDate } from '../platforms/shanghai.ts'
import { budgetOf, type Task, taskStatus } from '../platforms/simulator/boosts.ts'
import { FAULT_KINDS } from '../platforms/simulator/faults.ts'
import { type Order, RUNNING, spentAt, statusAt, totalFen } from '../platforms/simulator/orders.ts'
import { type Ledger, ledgerOf, planTotal } from '../platforms/simulator/orders-ledger.ts'
import { type Plan, planStatus, settingAt } from '../platforms/simulator/plans.ts'
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
  /** Those of them that earn. */
  hits: string[]
  tenant(): Promise<Context>
  open(): Book
  /** The brand ends its own 全域 plans, so that standard plans may run. */
  pauseUni(advertiserId: string): Promise<void>
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
const MONEY = [
  'order/create/',
  'order/budget/add/',
  'control_task/create/',
  'control_task/budget/update/',
  'ad/material/add/',
  'qianchuan/ad/create/',
  'qianchuan/ad/budget/update/',
]
/** Chance of each, per call. */
const FAULTY = 0.012
/** It costs the real time of a time-out. */
const SLOW = new Set(['hang', 'late'])

export async function createStage(db: Db, runs: number, seed: string): Promise<PromotionStage> {
  const world = createWorld({ seed, startAt: START, kols: 4, videos: 60, hitShare: 0.3, publishDays: 2 })
  const clock = { now: START + 4 * DAY }
  const books = new Map<string, Book>()
  const free = Array.from({ length: runs }, (_, nth) => String(1_700_000_000_000_000 + nth))
  const published = world.videos.filter(({ publishedAt }) => publishedAt < clock.now)
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
  const http = createHttp({
    ...{ now: () => clock.now, sleep: async () => {}, random: () => 0.5 },
    ...{ timeoutMs: 5000, attempts: 9, concurrencyPerAccount: 4 },
  })
  return {
    db,
    world,
    simulator,
    clock,
    itemIds: published.map(({ itemId }) => itemId),
    hits: published.filter(({ nature }) => nature === 'hit').map(({ itemId }) => itemId),
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
    async pauseUni(advertiserId) {
      const accessToken = () => simulator.tokens.current().accessToken
      const oceanengine = createOceanengine({ baseUrl: simulator.url, accessToken, http })
      const question = { advertiserId, from: clock.now - DAY, to: clock.now }
      const ids = (await createQianchuanPlans(oceanengine).uni(question)).map(({ adId }) => adId)
      await createQianchuanPlanWrites(oceanengine).setStatus('UNI', advertiserId, ids, 'DISABLE')
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
  const ledger = ledgerOf(context)
  for (const [advertiserId, book] of books) {
    const own = moneyOf(context, advertiserId)
    const today = own.filter(({ createdAt }) => shanghaiDate(createdAt) === shanghaiDate(now))
    const most = (scope: CapScope, fen: number) => {
      if (fen > book.caps[scope]) book.overruns.push(`${scope}: ${fen} of ${book.caps[scope]}`)
    }
    most('DAY', sum(today))
    for (const { wholeFen } of own) most('ORDER', wholeFen)
    for (const itemId of new Set(own.map((each) => each.itemId)))
      most('VIDEO', sum(own.filter((each) => each.itemId === itemId)))
    if (book.killed && isNew(ledger, advertiserId, own, now)) book.afterKill++
  }
}

interface Money {
  itemId: string
  createdAt: number
  wholeFen: number
  /** What runs is held in whole; what is over has spent. */
  heldFen: number
}

function moneyOf(context: RouteContext, advertiserId: string): Money[] {
  const { now } = context
  const ledger = ledgerOf(context)
  const orders = ledger.orders.filter((order) => order.advertiserId === advertiserId)
  return [
    ...orders.map((order) => ofOrder(order, now)),
    ...tasksOf(ledger, advertiserId).map((task) => ofTask(task, now)),
    ...standardsOf(ledger, advertiserId).map((plan) => ofStandard(context, ledger, plan)),
  ]
}

function ofStandard({ world, now }: RouteContext, ledger: Ledger, plan: Plan): Money {
  const wholeFen = settingAt(plan, now).budgetFen
  const heldFen = maySpend(plan, now) ? wholeFen : planTotal(world, ledger, plan, now).spendFen
  return { itemId: plan.materials[0]?.itemId ?? '', createdAt: plan.createdAt, wholeFen, heldFen }
}

export const maySpend = (plan: Plan, now: number): boolean =>
  ['AUDIT', 'TIME_NO_REACH', 'DELIVERY_OK'].includes(planStatus(plan, now))

function ofOrder(order: Order, now: number): Money {
  const status = statusAt(order, now)
  const open = RUNNING.has(status) || status === 'UNPAID'
  const wholeFen = totalFen(order)
  const heldFen = open ? wholeFen : Math.floor(spentAt(order, now).fen)
  return { itemId: order.itemId, createdAt: order.createdAt, wholeFen, heldFen }
}

function ofTask(task: Task, now: number): Money {
  const open = ['PROCESSING', 'OFFLINE_BUDGET'].includes(taskStatus(task, now))
  const wholeFen = budgetOf(task)
  const heldFen = open ? wholeFen : Math.floor(spentAt(task, now).fen)
  return { itemId: task.itemIds[0] ?? '', createdAt: task.createdAt, wholeFen, heldFen }
}

const plansOf = (kind: Plan['kind']) => (ledger: Ledger, advertiserId: string) =>
  ledger.plans.filter((plan) => plan.advertiserId === advertiserId && plan.kind === kind)
export const unisOf = plansOf('UNI')
export const standardsOf = plansOf('STANDARD')

export function tasksOf(ledger: Ledger, advertiserId: string): Task[] {
  const plans = new Set(unisOf(ledger, advertiserId).map(({ adId }) => adId))
  return ledger.tasks.filter(({ adId }) => plans.has(adId))
}

/** Made or given at this very instant: money, or a video that a plan pays for. */
function isNew(ledger: Ledger, advertiserId: string, own: readonly Money[], now: number): boolean {
  const added = unisOf(ledger, advertiserId).some((plan) =>
    plan.materials.some(({ addedAt }) => addedAt === now),
  )
  return added || own.some(({ createdAt }) => createdAt === now)
}

const sum = (money: readonly Money[]) => money.reduce((total, { heldFen }) => total + heldFen, 0)
