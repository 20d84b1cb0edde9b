/** Twelve days of a team's videos, lived through the real chain with a clock: looks, misses, restatements, files, late money. */
import { asc, sql } from 'drizzle-orm'
import { breakout, promotion, promotionCall } from '../../db/tables.ts'
import { readAdReport } from '../../flow/ad-report.ts'
import { type Context, write } from '../../flow/context.ts'
import { importObservations } from '../../flow/import.ts'
import { reviseKol } from '../../flow/kol.ts'
import { learn } from '../../flow/learn.ts'
import { poll } from '../../flow/poll.ts'
import { createRule, enableRule } from '../../flow/rule.ts'
import { sweep } from '../../flow/sweep.ts'
import type { AdRow } from '../../platforms/ledger.ts'
import type { ObservationRow } from '../../platforms/observations.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'
import { counters, testConnector } from '../support/connector.ts'
import { type Content, content, itemId, kol, ledger, published } from '../support/content.ts'
import { type TestDatabase, unique } from '../support/database.ts'

/** Of every kind that there is: by level, window, class, money, followers and forecast; flapping and keeping on. */
const RULES: readonly Record<string, unknown>[] = [
  {
    condition: { metric: 'plays', op: '>=', value: 4000, release: 3900 },
    holdMinutes: 300,
    cooldownMinutes: 600,
  },
  { condition: { metric: 'kolRatio', op: '>=', value: 1, release: 0.98 }, keepFiringMinutes: 700 },
  {
    condition: {
      any: [
        { metric: 'plays', op: '>=', value: 1500, windowMinutes: 720, release: 200 },
        { not: { metric: 'velocity', op: '>=', value: 5 } },
      ],
    },
    cooldownMinutes: 0,
  },
  {
    condition: {
      all: [
        { metric: 'plays', op: '>=', value: 0.6, of: 'KOL', by: 'PERCENTILE' },
        { metric: 'interactionRate', op: '>=', value: 0.02 },
      ],
    },
  },
  { condition: { metric: 'plays', op: '>=', value: 1.2, of: 'TIER', by: 'RATIO' }, cooldownMinutes: 60 },
  { condition: { metric: 'breakoutProbability', op: '>=', value: 0.005, release: 0.004 }, holdMinutes: 60 },
  {
    condition: {
      any: [
        { metric: 'paidRoi', op: '>=', value: 1.5 },
        { metric: 'naturalPlays', op: '<=', value: 500 },
      ],
    },
  },
  { condition: { metric: 'playsPerFollower', op: '>=', value: 0.08 }, scope: { tiers: ['TAIL'] } },
]
const STEP = 5 * HOUR
const STEPS = 60
/** From 0 to 1, the same in every run whatever is asked for first. */
function chance(video: number, step: number, what: number): number {
  let state = Math.imul(video + 1, 2654435761) ^ Math.imul(step + 1, 40503) ^ Math.imul(what + 1, 2246822519)
  state = Math.imul(state ^ (state >>> 15), 2246822519)
  state = Math.imul(state ^ (state >>> 13), 3266489917)
  return ((state ^ (state >>> 16)) >>> 0) / 2 ** 32
}

export interface Lived {
  ctx: Context & { pool: Awaited<ReturnType<TestDatabase['tenant']>>['pool'] }
  matrix: Content
  ruleIds: number[]
  kolIds: number[]
  /** Items out of a file. */
  filed: string[]
  from: Date
  to: Date
}

export async function live(t: TestDatabase, start: Date, steps = STEPS): Promise<Lived> {
  const ctx = await t.tenant(start)
  await sweep(ctx)
  const [starter] = await write(ctx, (tx) => tx.query.rule.findMany())
  await enableRule(ctx, { ruleId: starter?.id ?? 0, enabled: false })
  const ruleIds: number[] = []
  for (const definition of RULES) {
    ruleIds.push(await createRule(ctx, { name: unique('rule'), definition, enabled: true }))
  }
  const matrix = await content(ctx)
  const kolIds = [await kol(ctx), await kol(ctx, 20_000)]
  const subjectId = await ledger(ctx, 'qianchuan')
  const born = new Map<string, { nth: number; at: number; final: number }>()
  let now = start
  const connector = testConnector((item) => {
    const { nth, at, final } = born.get(item) ?? { nth: 0, at: 0, final: 0 }
    const age = now.getTime() - at
    const roll = (what: number) => chance(nth, Math.round(age / STEP), what)
    if (roll(0) < 0.06) return 'rate_limited'
    // Sources count again, so plays fall at times.
    const seen = Math.round(final * (1 - Math.exp(-age / (40 * HOUR))) * (0.85 + 0.3 * roll(1)))
    return counters({ plays: roll(2) < 0.05 ? null : seen, likes: Math.round(seen * 0.05 * roll(3)) })
  })
  const items: string[] = []
  const filed = [itemId(), itemId()]
  for (let step = 0; step < steps; step++) {
    now = new Date(start.getTime() + (step + 1) * STEP)
    const then = { ...ctx, now }
    if (step % 2 === 0 && step < 40) {
      const publishedAt = new Date(now.getTime() - 90 * MINUTE)
      const kolId = step % 10 === 6 ? undefined : (kolIds[step % 4 === 0 ? 0 : 1] as number)
      const { itemId } = await published(then, matrix, { publishedAt, ...(kolId && { kolId }) })
      items.push(itemId)
      born.set(itemId, {
        nth: step,
        at: publishedAt.getTime(),
        final: Math.exp(6.5 + 3 * chance(step, 0, 4)),
      })
    }
    const just = { ...ctx, now: new Date(now.getTime() - MINUTE) }
    if (step === 20) await reviseKol(just, { kolId: kolIds[0] as number, followers: 9000 })
    if (step === 15 || step === 30) await spend(just, subjectId, items.slice(step / 3, step / 3 + 4), step)
    if (step === 12) await order(just, matrix.brandId, subjectId, items.slice(2, 6))
    if (step === 25) await importFile(just, filed, start, 20, now)
    if (step === 41 || step === 50) await learn(just)
    await write(then, (tx) =>
      tx.execute(
        sql`update video_state set next_poll_at = ${now.toISOString()} where next_poll_at is not null`,
      ),
    )
    await write(then, (tx) => tx.execute(sql`update poll_shard set due_at = ${now.toISOString()}`))
    await poll(then, { connector })
  }
  const to = new Date(start.getTime() + (steps + 1) * STEP)
  return { ctx: { ...ctx, now: to }, matrix, ruleIds, kolIds, filed, from: start, to }
}

async function spend(ctx: Context, subjectId: number, items: string[], step: number) {
  const day = Math.floor((ctx.now.getTime() + 8 * HOUR) / DAY) * DAY - 8 * HOUR
  const rows = items.map(
    (itemId, i): AdRow => ({
      day,
      subjectId: `order ${i}`,
      scopeId: '',
      itemId,
      spendFen: 10_000,
      gmvFen: 9000 * (i + step / 15),
      orders: 2,
      shows: 900,
      clicks: 90,
      plays: 400 * step,
      roi: null,
      quality: 'ok',
    }),
  )
  const ads = { orders: async () => rows, plans: async () => [], standard: async () => [] }
  await readAdReport(ctx, { subjectId, ads, clock: () => ctx.now })
}

/** Orders of our own that no report speaks of for a while; the last one is refused at once, which is no ad. */
async function order(ctx: Context, brandId: number, subjectId: number, items: string[]) {
  const { now } = ctx
  await write(ctx, async (tx) => {
    const videos = await tx.query.video.findMany({ where: { itemId: { in: items } } })
    for (const { id: videoId, itemId } of videos) {
      const owner = {
        brandId,
        videoId,
        subjectId,
        advertiserId: unique('ads'),
        awemeId: '1',
        itemId: itemId as string,
      }
      const asked = {
        aim: 'TRIAL',
        method: 'SUIXINTUI_ORDER',
        amountFen: 100,
        orderedFen: 100,
        committedFen: 100,
      } as const
      const terms = { goal: 'PURCHASE', bid: { by: 'AUTO', cpaFen: null, roiGoal: null } } as const
      const audience = { mode: 'SYSTEM', authorIds: [] } as const
      const state = {
        state: 'RECONCILING',
        orderStand: 'NONE',
        attempt: 1,
        since: now,
        createdAt: now,
      } as const
      const [made] = await tx
        .insert(promotion)
        .values({ ...owner, ...asked, terms: { ...terms, audience }, ...state })
        .returning({ id: promotion.id })
      const call = { promotionId: made?.id ?? 0, attempt: 1, call: 'CREATE' } as const
      await tx.insert(promotionCall).values({ ...call, stage: 'CLAIMED', at: now, amountFen: 100 })
      if (itemId !== items.at(-1)) continue
      const at = new Date(now.getTime() + 2000)
      await tx.insert(promotionCall).values({ ...call, stage: 'ANSWERED', at, outcome: 'REFUSED' })
    }
  })
}

/** Looks of a file, an hour apart; `restated`: other numbers than the first time. */
export async function importFile(
  ctx: Lived['ctx'],
  itemIds: string[],
  publishedAt: Date,
  looks: number,
  before: Date,
  scale = 1,
): Promise<void> {
  const rows = itemIds.flatMap((itemId, n) =>
    Array.from(
      { length: looks },
      (_, i): ObservationRow => ({
        itemId,
        kolId: 'filed',
        publishedAt: publishedAt.getTime() + n * HOUR,
        observedAt: Math.min(
          publishedAt.getTime() + (n + 1 + i * 3) * HOUR,
          before.getTime() - MINUTE * (60 - i),
        ),
        counters: counters({ plays: Math.round(scale * 500 * (i + 1) * (n + 1)) }),
        followers: 10_000 + 1000 * i,
      }),
    ),
  )
  async function* pieces() {
    yield rows.map((row, i) => ({ ok: true as const, line: i + 2, row }))
  }
  const silent = { onRefused: () => {}, onProgress: () => {} }
  await importObservations(ctx, { file: 'f.csv', items: pieces(), brand: 'Filed', dryRun: false, ...silent })
}

export const episodesOf = (ctx: Context) =>
  write(ctx, (tx) =>
    tx.select().from(breakout).orderBy(asc(breakout.videoId), asc(breakout.ruleId), asc(breakout.pendingAt)),
  )
