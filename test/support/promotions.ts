/** A team whose videos break out on a simulated platform that takes its orders: for tests and benches of money. */
import { eq, sql } from 'drizzle-orm'
import { rows } from '../../db/client.ts'
import {
  promotion,
  promotionCall,
  promotionDecision,
  promotionLook,
  sale,
  subject,
  token,
} from '../../db/tables.ts'
import { connectAccount } from '../../flow/account.ts'
import { createBrand } from '../../flow/brand.ts'
import { type Context, write } from '../../flow/context.ts'
import { createElement } from '../../flow/element.ts'
import { storeSubjects } from '../../flow/explore.ts'
import { createKol } from '../../flow/kol.ts'
import { createMatrix } from '../../flow/matrix.ts'
import { planVideo } from '../../flow/plan.ts'
import { proposePromotion } from '../../flow/promotion-propose.ts'
import { type SetPromotionSettings, setPromotionSettings } from '../../flow/promotion-settings.ts'
import { duePromotions, tendPromotion } from '../../flow/promotion-tend.ts'
import { publishVideo } from '../../flow/publish.ts'
import { createRule } from '../../flow/rule.ts'
import { createSealer } from '../../flow/seal.ts'
import { createToken } from '../../flow/workspace.ts'
import { createHttp } from '../../platforms/http.ts'
import { createOceanengine } from '../../platforms/oceanengine.ts'
import type { PromotionChannels } from '../../platforms/promotion.ts'
import { createPromotionChannels } from '../../platforms/promotion-channels.ts'
import { productOf } from '../../platforms/simulator/orders-yield.ts'
import type { Simulator } from '../../platforms/simulator/server.ts'
import type { World } from '../../platforms/simulator/world.ts'
import { DAY, MINUTE } from '../../rules/types.ts'

let counter = 0

export interface Team {
  ctx: Context
  brandId: number
  /** The element. */
  productId: number
  ruleId: number
  /** By item. */
  videos: Map<string, { videoId: number; breakoutId: number }>
}

export interface TeamInput {
  /** Videos of the world that fire at once. */
  itemIds: readonly string[]
  advertiserId: string
  grossMargin?: number
  /** Whether a sale says which product of the platform each video sells, so that a 全域 plan of it can be found; no unless set. */
  sold?: boolean
  settings?: Omit<SetPromotionSettings, 'by'>
}

/** What lets a trial be sent without a person. */
export const SPENDS: Omit<SetPromotionSettings, 'by'> = {
  guard: { mode: 'AUTO', twoPersonsFromFen: null },
  costs: { commissionRate: 0.1, returnRate: 0.2 },
}

/** Everything made by the verbs but the episodes and the sales, which would take a story. */
export async function promotionTeam(ctx: Context, world: World, input: TeamInput): Promise<Team> {
  const { itemIds, advertiserId, grossMargin = 0.6, sold = false, settings = SPENDS } = input
  const name = () => `promoted ${process.pid} ${counter++}`
  const brandId = await createBrand(ctx, { name: name() })
  const attributes = { product: { priceFen: 9_900, grossMargin } }
  const productId = await createElement(ctx, { brandId, kind: 'PRODUCT', name: name(), attributes })
  const elementIds = [productId]
  for (const kind of ['PERSONA', 'SCENE', 'NEED'] as const)
    elementIds.push(await createElement(ctx, { brandId, kind, name: name(), attributes: {} }))
  const matrixId = await createMatrix(ctx, { brandId, name: name(), elementIds })
  const condition = { metric: 'plays', op: '>=', value: 1 }
  const definition = { condition, action: 'PROPOSE_TRIAL' }
  const ruleId = await createRule(ctx, { name: name(), definition, enabled: true })
  const team: Team = { ctx, brandId, productId, ruleId, videos: new Map() }
  const kols = new Map<string, number>()
  for (const itemId of itemIds) {
    const video = world.video(itemId)
    if (!video) throw new Error(`the world has no video ${itemId}`)
    const { awemeId, followers } = video.kol
    const kolId =
      kols.get(awemeId) ??
      (await createKol(ctx, { accountId: awemeId, name: name(), followers, tier: 'TAIL' }))
    kols.set(awemeId, kolId)
    const plan = { matrixId, elementIds, kolId, purpose: 'SELLING', title: name() } as const
    const videoId = await planVideo(ctx, plan)
    await publishVideo(ctx, { videoId, itemId, publishedAt: new Date(video.publishedAt) })
    team.videos.set(itemId, { videoId, breakoutId: await fire(ctx, { videoId, ruleId }) })
  }
  await connect(ctx, advertiserId, [...kols.keys()])
  if (sold) await sell(ctx, world, itemIds)
  await setPromotionSettings(ctx, { ...settings, by: null })
  return team
}

/** An episode that fires now, of a video that sold something by itself. */
async function fire(ctx: Context, { videoId, ruleId }: { videoId: number; ruleId: number }): Promise<number> {
  const at = ctx.now.toISOString()
  return write(ctx, async (tx) => {
    await tx.execute(sql`
      update video_state set orders = 20, gmv_fen = 198000, plays = 100000, likes = 3000, comments = 400, shares = 300
      where video_id = ${videoId}`)
    const [made] = await rows<{ id: string }>(
      tx,
      sql`insert into breakout (video_id, rule_id, rule_version, state, pending_at, firing_at, evidence)
        values (${videoId}, ${ruleId}, 1, 'FIRING', ${at}, ${at}, '{}') returning id`,
    )
    return Number(made?.id)
  })
}

async function sell(ctx: Context, world: World, itemIds: readonly string[]): Promise<void> {
  await write(ctx, async (tx) => {
    const [of] = await tx.select({ id: subject.id }).from(subject).limit(1)
    for (const itemId of itemIds) {
      const video = world.video(itemId)
      const productId = video ? productOf(world, video) : null
      const order = {
        side: 'shop' as const,
        orderId: `sold ${counter++}`,
        subjectId: of?.id ?? 0,
        itemId,
        productId,
      }
      const money = { payAmountFen: 9_900, status: 'PAID', refunded: false }
      await tx.insert(sale).values({ ...order, ...money, paidAt: ctx.now, recordedAt: ctx.now })
    }
  })
}

export async function connect(ctx: Context, advertiserId: string, kolAccountIds: string[]): Promise<void> {
  const grant = {
    accessToken: 'access',
    refreshToken: 'refresh',
    accessExpiresAt: ctx.now.getTime() + DAY,
    refreshExpiresAt: ctx.now.getTime() + 30 * DAY,
  }
  const sealer = createSealer([{ id: 'test', key: Buffer.alloc(32) }])
  const authorised = { platform: 'oceanengine', externalId: `team ${counter++}`, name: 'team', grant }
  const accountId = await connectAccount(ctx, { sealer }, authorised)
  const subject = { source: 'qianchuan', externalId: advertiserId, name: 'team', kolAccountIds }
  await write(ctx, (tx) => storeSubjects(tx, ctx.now, accountId, { subjects: [subject], complete: true }))
}

/** 随心推 and 千川 of the simulator, through the real connectors. */
export function simulatedChannels(
  simulator: Simulator,
  now: () => number,
  advertiserId = simulator.advertiserId,
): PromotionChannels {
  const http = createHttp({
    now,
    sleep: async () => {},
    random: () => 0.5,
    timeoutMs: 400,
    attempts: 2,
    concurrencyPerAccount: 4,
  })
  const accessToken = () => simulator.tokens.current().accessToken
  const oceanengine = createOceanengine({ baseUrl: simulator.url, accessToken, http })
  return createPromotionChannels({ oceanengine, advertiserId, now })
}

/** Tends what is due, then lets the time pass until something is: until nothing will be, or `until`. */
export async function playPromotions(
  ctx: Context,
  clock: { now: number },
  channels: PromotionChannels,
  {
    until = clock.now + 20 * DAY,
    onStep,
    lookEvery,
  }: { until?: number; onStep?: () => Promise<void>; lookEvery?: number } = {},
): Promise<void> {
  const now = () => new Date(clock.now)
  for (;;) {
    const due = (await duePromotions({ db: ctx.db, now: now() })).filter(
      ({ workspaceId }) => workspaceId === ctx.workspaceId,
    )
    for (const { promotionId } of due) {
      await tendPromotion({ ...ctx, now: now() }, { promotionId, channels, clock: now, lookEvery })
      await onStep?.()
    }
    if (due.length > 0) continue
    const next = await nextDue(ctx, clock.now)
    if (next === null || next > until) return
    clock.now = Math.max(clock.now + 1000, next)
  }
}

async function nextDue(ctx: Context, now: number): Promise<number | null> {
  const [found] = await write(ctx, (tx) =>
    rows<{ at: string | null }>(
      tx,
      sql`select (extract(epoch from min(greatest(due_at, coalesce(claimed_until, due_at)))) * 1000)::bigint as at
        from promotion where workspace_id = current_workspace() and due_at is not null`,
    ),
  )
  const at = found?.at ?? null
  return at === null ? null : Math.max(Number(at), now - MINUTE)
}

export async function promotionsOf(ctx: Context) {
  return write(ctx, async (tx) => ({
    promotions: await tx.select().from(promotion).orderBy(promotion.id),
    decisions: await tx.select().from(promotionDecision).orderBy(promotionDecision.id),
    calls: await tx.select().from(promotionCall).orderBy(promotionCall.id),
  }))
}

/** All looks at one of them, in order of time. */
export async function looksAt(ctx: Context, promotionId: number) {
  const { promotionId: of, at } = promotionLook
  return write(ctx, (tx) => tx.select().from(promotionLook).where(eq(of, promotionId)).orderBy(at))
}

/** A token of the workspace: a person, as far as money is concerned. */
export async function person(ctx: Context): Promise<number> {
  const name = `person ${process.pid} ${counter++}`
  await createToken(ctx, { name, role: 'EDITOR' })
  const [row] = await write(ctx, (tx) => tx.select({ id: token.id }).from(token).where(eq(token.name, name)))
  return row?.id ?? 0
}

/** A trial that a person proposed for a video with a KOL, which is seen and has sold from here on. */
export async function proposed(ctx: Context, videoId: number): Promise<number> {
  const [kolOf] = await write(ctx, (tx) =>
    rows<{ account_id: string }>(
      tx,
      sql`select kol.account_id from video join kol on kol.workspace_id = video.workspace_id and kol.id = video.kol_id
        where video.id = ${videoId}`,
    ),
  )
  await connect(ctx, `9${String(videoId).padStart(12, '0')}`, [kolOf?.account_id ?? ''])
  await write(ctx, (tx) =>
    tx.execute(sql`update video_state set orders = 20, gmv_fen = 198000 where video_id = ${videoId}`),
  )
  const costs = { grossMargin: 0.5, commissionRate: 0, returnRate: 0 }
  await setPromotionSettings(ctx, { costs, by: null })
  const by = await person(ctx)
  return proposePromotion(ctx, { videoId, aim: 'TRIAL', method: 'SUIXINTUI_ORDER', by })
}
