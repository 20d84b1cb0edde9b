/** 三步走 in the demo: KOLs are asked to test cells, and a test that breaks out is offered to bigger ones. */
import { asc, eq, isNotNull } from 'drizzle-orm'
import { inWorkspace, type Tx } from '../db/client.ts'
import { loadBoard } from '../db/queries/board.ts'
import { breakout, collaboration, video } from '../db/tables.ts'
import {
  agreeCollaboration,
  briefCollaboration,
  publishCollaboration,
  submitDraft,
} from '../flow/collaboration.ts'
import type { Context } from '../flow/context.ts'
import { linkVideo } from '../flow/link.ts'
import { planVideos } from '../flow/plan.ts'
import { proposeCollaboration } from '../flow/propose-collaboration.ts'
import { proposePlan } from '../flow/propose-plan.ts'
import type { PublishVideo } from '../flow/publish.ts'
import { acceptRollout, proposeRollout } from '../flow/rollout.ts'
import { buildBoard } from '../rules/board.ts'
import { COMMISSION } from './demo-profit.ts'
import { BRAND } from './demo-words.ts'
import type { Planted } from './demo-world.ts'

/** Every tenth video is one that a KOL was asked for. */
const EVERY = 10
/** What a rollout may cost, 分. */
const BUDGET = 20_000_000

export interface Playbook {
  /** Publishes a video, and moves the collaboration that it came of. */
  publish(ctx: Context, input: PublishVideo): Promise<void>
  /** Proposes the next step of the first test that broke out; null: none did. */
  rollout(ctx: Context): Promise<{ title: string; kols: number; spendFen: number } | null>
  /** What came of the best pair of persona and product; null: nothing is out. */
  board(ctx: Context): Promise<{ pair: string; medianPlays: number; gaps: number } | null>
  /** Fills what the plan has left open; answers how many videos that took. */
  fill(ctx: Context): Promise<number>
}

export async function startPlaybook(ctx: Context, { matrixId, videos }: Planted): Promise<Playbook> {
  const asked = new Map<number, number>()
  const chosen = [...videos.values()].filter((_, nth) => nth % EVERY === 0)
  for (const videoId of chosen) asked.set(videoId, await ask(ctx, matrixId, videoId))
  return {
    async publish(at, input) {
      const collaborationId = asked.get(input.videoId)
      if (collaborationId === undefined) await linkVideo(at, { ...input, share: shareText(input.itemId) })
      else await publishCollaboration(at, { collaborationId, ...input })
    },
    async rollout(at) {
      const [first] = await read(at, firstBreakout)
      if (!first) return null
      const { breakoutId, title } = first
      const { lines, spendFen } = await read(at, (tx) =>
        proposeRollout(tx, at.now, { breakoutId, budgetFen: BUDGET }),
      )
      if (lines.length > 0) {
        const terms = lines.map(({ kolId, priceFen }) => ({ kolId, priceFen }))
        await acceptRollout(at, { breakoutId, lines: terms })
      }
      return { title, kols: lines.length, spendFen }
    },
    async board(at) {
      const question = { matrixId, rows: 'PERSONA', columns: 'PRODUCT', elementIds: {} } as const
      const parts = await read(at, (tx) => loadBoard(tx, question))
      const { rows, columns, cells, gaps } = buildBoard({ ...question, ...parts })
      const best = cells.toSorted((a, b) => (b.figures.medianPlays ?? 0) - (a.figures.medianPlays ?? 0))[0]
      if (!best?.figures.medianPlays) return null
      const pair = `${rows[best.row]?.name} × ${columns[best.column]?.name}`
      return { pair, medianPlays: best.figures.medianPlays, gaps: gaps.length }
    },
    async fill(at) {
      const seed = 'demo'
      const plan = await read(at, (tx) =>
        proposePlan(tx, { matrixId, strategy: 'COVERING', times: 1, seed, perKol: 2 }),
      )
      const lines = plan.lines.map(({ elements, kolId, title }) => ({
        matrixId,
        elementIds: Object.values(elements),
        kolId: kolId ?? undefined,
        purpose: 'SEEDING' as const,
        title,
      }))
      if (lines.length > 0) await planVideos(at, { lines })
      return lines.length
    },
  }
}

/** What 抖音 puts on the clipboard, with the long address. */
const shareText = (itemId: string) =>
  `7.48 复制打开抖音，看看【${BRAND}的作品】 https://www.douyin.com/video/${itemId} `

/** From the first word to a draft that was accepted. */
async function ask(ctx: Context, matrixId: number, videoId: number): Promise<number> {
  const planned = await read(ctx, (tx) =>
    tx.query.video.findFirst({ where: { id: videoId }, with: { cell: true } }),
  )
  const { kolId, phaseId } = planned ?? {}
  if (!planned?.cell || !kolId) throw new Error(`video ${videoId} has no cell or no KOL`)
  const { personaId, productId, sceneId, needId } = planned.cell
  const elementIds = [personaId, productId, sceneId, needId].filter((id) => id !== null)
  const collaborationId = await proposeCollaboration(ctx, {
    matrixId,
    elementIds,
    kolId,
    phaseId: phaseId ?? undefined,
    priceFen: 100_000,
    band: 'FROM_21_TO_60S',
    commissionBp: COMMISSION * 10_000,
    deliverables: '30 秒竖版视频一条，含口播与产品特写',
  })
  await agreeCollaboration(ctx, { collaborationId })
  await briefCollaboration(ctx, { collaborationId })
  await submitDraft(ctx, { collaborationId })
  return collaborationId
}

const read = <T>(ctx: Context, work: (tx: Tx) => Promise<T>): Promise<T> =>
  inWorkspace(ctx.db, ctx.workspaceId, work)

function firstBreakout(tx: Tx) {
  return tx
    .select({ breakoutId: breakout.id, title: video.title })
    .from(breakout)
    .innerJoin(collaboration, eq(collaboration.videoId, breakout.videoId))
    .innerJoin(video, eq(video.id, breakout.videoId))
    .where(isNotNull(breakout.firingAt))
    .orderBy(asc(breakout.firingAt))
    .limit(1)
}
