/** How the demo's team promotes: what breaks out is tried and scaled by the program, within caps. And what came of it. */
import { sql } from 'drizzle-orm'
import { inWorkspace, rows, type Tx } from '../db/client.ts'
import type { Context } from '../flow/context.ts'
import { type SetPromotionSettings, setPromotionSettings } from '../flow/promotion-settings.ts'
import { reviseRule } from '../flow/rule.ts'
import { type Figures, yieldOf } from '../platforms/simulator/orders-yield.ts'
import type { World } from '../platforms/simulator/world.ts'
import { STARTER_RULE } from '../rules/rule.ts'
import { HOUR } from '../rules/types.ts'
import { type Baseline, type Candidate, playEqual, playThumb } from './demo-baselines.ts'
import { COMMISSION, type Earned, earned, marginOf, RETURNS } from './demo-profit.ts'
import { BUDGET_FEN } from './demo-world.ts'

/** Simulated time between two looks at an order: every quarter of an hour would be a hundred a day at each. */
export const PROMOTIONS_EVERY = 3 * HOUR

/** Of the budget, for what 全域 plans spend on the videos put into them: no cap of ours bounds it. */
const PLANS_FEN = 400_000
const OWN_FEN = BUDGET_FEN - PLANS_FEN

/** What the team changes of the defaults. Money in 分. */
const SETTINGS: Omit<SetPromotionSettings, 'by'> = {
  guard: {
    mode: 'AUTO',
    twoPersonsFromFen: null,
    // Sales are read when the story is over: until then nobody knows of an order without ads.
    naturalOrders: 0,
    // Wide, since what earns is scaled again and again; the sizes by `npm run bench -- profit`.
    capsFen: { ORDER: 600_000, VIDEO: 2_000_000, DAY: 1_500_000, BRAND: OWN_FEN, WORKSPACE: OWN_FEN },
  },
  decide: {
    // Not the trade's 100 yuan: of two or three orders no test can tell whether they pay.
    trialFen: 80_000,
    // What earns and is not proven yet is tried again; more within the order would come in its last hours.
    mostTrials: 3,
    mostTrialFen: 240_000,
    trialAdd: 0,
    scaleAdd: 0.5,
    mostAddedADayFen: 200_000,
  },
  costs: { commissionRate: COMMISSION, returnRate: RETURNS },
}

/** The rule that every workspace starts with asks for trials, and the program may spend. */
export async function startPromoting(ctx: Context): Promise<void> {
  const [starter] = await inWorkspace(ctx.db, ctx.workspaceId, (tx) =>
    rows<{ id: string }>(tx, sql`select id from rule where name = ${STARTER_RULE.name}`),
  )
  const definition = { ...STARTER_RULE.definition, action: 'PROPOSE_TRIAL' }
  await reviseRule(ctx, { ruleId: Number(starter?.id), definition })
  await setPromotionSettings(ctx, { ...SETTINGS, by: null })
}

/** Ways to scale. */
const SCALES = ['SUIXINTUI_ORDER', 'MATERIAL_BOOST'] as const
type Scale = (typeof SCALES)[number]

/**
 * Ours is what our orders and boosts spent and sold, and what 全域 plans did on the videos put into them. That is the plans' own
 * money and would have gone to older material: it counts as spent by us all the same, with what it sold, and is within the
 * budget. What it would have earned there is left out: at the ROI of that material it loses by every margin here.
 */
export interface DemoPromotion extends Earned {
  /** 分 that the account held. */
  budgetFen: number
  /** 分 of `spendFen`, UNI_PLAN_ADD: by the plans. */
  spentBy: Record<Scale | 'UNI_PLAN_ADD', number>
  /** Videos that were tried. */
  trials: number
  /** Of their orders those that ended before their money was spent, since they did not pay. */
  stoppedEarly: number
  /** The same of orders on videos on which, by the simulator's own truth, no money pays. */
  losers: { orders: number; stoppedEarly: number }
  /** Videos whose trial passed, and those that were given more for it. */
  passed: number
  scaled: number
  /** Of them those on which an order of 随心推, or 追投 in 千川, was made to scale; some had both. */
  scaledBy: Record<Scale, number>
  /** The same money on the same world: cli/demo-baselines.ts. */
  baselines: Record<'equal' | 'thumb' | 'thumbOnBreakouts', Baseline>
}

interface Promoted {
  world: World
  /** Of the simulator. */
  url: string
  /** Whether money can be spent on the videos of a 抖音号. */
  bound: (awemeId: string) => boolean
}

interface Truth {
  /** By video, all that spent on it. */
  bought: { itemId: string; figures: Figures }[]
  /** 随心推 and 追投. */
  orders: { figures: Figures }[]
  tasks: { figures: Figures }[]
}

export async function sumPromotion(ctx: Context, { world, url, bound }: Promoted): Promise<DemoPromotion> {
  const truth = (await (await fetch(`${url}/control/truth`)).json()) as Truth
  const { counts, trials, breakouts } = await inWorkspace(ctx.db, ctx.workspaceId, async (tx) => ({
    counts: await countPromotions(tx),
    trials: await loadTrials(tx),
    breakouts: await loadBreakouts(tx),
  }))
  const lost = trials.filter(({ itemId }) => !pays(world, itemId))
  const may = ({ itemId }: Candidate) => bound(world.video(itemId)?.kol.awemeId ?? '')
  const everything = world.videos.map(({ itemId, publishedAt: at }) => ({ itemId, at })).filter(may)
  const game = { world, budgetFen: BUDGET_FEN, endAt: ctx.now.getTime() }
  const ours = earned(world, truth.bought)
  return {
    budgetFen: BUDGET_FEN,
    ...ours,
    spentBy: spentBy(truth, ours),
    ...counts,
    stoppedEarly: trials.filter(({ early }) => early).length,
    losers: { orders: lost.length, stoppedEarly: lost.filter(({ early }) => early).length },
    baselines: {
      equal: playEqual(game, everything),
      thumb: playThumb(game, everything),
      thumbOnBreakouts: playThumb(game, breakouts.filter(may)),
    },
  }
}

function spentBy({ orders, tasks }: Truth, { spendFen }: Earned): DemoPromotion['spentBy'] {
  const sum = (list: Truth['orders']) => list.reduce((total, { figures }) => total + figures.spendFen, 0)
  const [ordersFen, boostsFen] = [sum(orders), sum(tasks)]
  const plansFen = spendFen - ordersFen - boostsFen
  return { SUIXINTUI_ORDER: ordersFen, MATERIAL_BOOST: boostsFen, UNI_PLAN_ADD: plansFen }
}

/** To put a video into a plan is not to scale it yet. */
async function countPromotions(tx: Tx) {
  const [counted] = await rows<Record<'trials' | 'passed' | 'scaled' | Scale, number>>(
    tx,
    sql`select count(distinct video_id) filter (where aim = 'TRIAL')::int as trials,
        count(distinct video_id) filter (where aim = 'TRIAL' and state = 'PASSED')::int as passed,
        count(distinct video_id) filter (where aim = 'SCALE')::int as scaled,
        count(distinct video_id) filter (where aim = 'SCALE' and method = 'SUIXINTUI_ORDER')::int as "SUIXINTUI_ORDER",
        count(distinct video_id) filter (where aim = 'SCALE' and method = 'MATERIAL_BOOST')::int as "MATERIAL_BOOST"
      from promotion where order_id is not null and method <> 'UNI_PLAN_ADD'`,
  )
  const { trials = 0, passed = 0, scaled = 0, SUIXINTUI_ORDER = 0, MATERIAL_BOOST = 0 } = counted ?? {}
  return { trials, passed, scaled, scaledBy: { SUIXINTUI_ORDER, MATERIAL_BOOST } }
}

/** Orders of trials that spent something. */
async function loadTrials(tx: Tx): Promise<{ itemId: string; early: boolean }[]> {
  const found = await rows<{ item_id: string; early: boolean }>(
    tx,
    sql`select item_id, order_stand = 'OVER' and state in ('FAILED', 'STOPPED')
          and spent_fen < 0.95 * ordered_fen as early
      from promotion where aim = 'TRIAL' and order_id is not null and spent_fen > 0`,
  )
  return found.map(({ item_id: itemId, early }) => ({ itemId, early }))
}

/** Fresh, and with its own returns. */
function pays(world: World, itemId: string): boolean {
  const video = world.video(itemId)
  if (!video) throw new Error(`the world has no video ${itemId}`)
  const { roi, refundRate } = yieldOf(world, video)
  return roi * (1 - refundRate) * marginOf(video) >= 1
}

async function loadBreakouts(tx: Tx): Promise<Candidate[]> {
  const fired = await rows<{ item_id: string; at: string }>(
    tx,
    sql`select v.item_id, (extract(epoch from min(b.firing_at)) * 1000)::bigint as at
      from breakout b join video v on v.workspace_id = b.workspace_id and v.id = b.video_id
      where b.firing_at is not null and v.cell_id is not null group by v.item_id order by 2, 1`,
  )
  return fired.map(({ item_id: itemId, at }) => ({ itemId, at: Number(at) }))
}

export function tellPromotion(promotion: DemoPromotion): string[] {
  const { trials, stoppedEarly, losers, passed, scaled, scaledBy, spentBy, budgetFen, baselines } = promotion
  const { equal, thumb, thumbOnBreakouts } = baselines
  const all = `Of ${yuan(budgetFen)} for promotion (投放):`
  return [
    `${all} ${trials} breakouts were tried with 随心推, ${stoppedEarly} orders stopped early (${losers.stoppedEarly} of ${losers.orders} on videos that cannot pay), ${passed} passed.`,
    `${scaled} were scaled (放量): ${scaledBy.MATERIAL_BOOST} with 千川 (素材追投) for ${yuan(spentBy.MATERIAL_BOOST)}, ${scaledBy.SUIXINTUI_ORDER} with 随心推; the 全域 plans spent ${yuan(spentBy.UNI_PLAN_ADD)} of their own on them.`,
    `  ours:                                             ${tellEarned(promotion)}`,
    `  everything promoted equally (全部平投):           ${tellEarned(equal)}`,
    `  100 yuan x 24 h each, then by ROI (百元测24小时): ${tellEarned(thumb)}`,
    `  the same, on the breakouts only (只测爆款):       ${tellEarned(thumbOnBreakouts)}`,
  ]
}

function tellEarned({ spendFen, gmvFen, roi, profitFen }: Earned): string {
  return `spend (花费) ${yuan(spendFen)}, GMV ${yuan(gmvFen)}, ROI ${roi ?? 'none'}, profit (利润) ${yuan(profitFen)}`
}

const yuan = (fen: number) => `${fen < 0 ? '-' : ''}¥${Math.abs(Math.round(fen / 100)).toLocaleString('en')}`
