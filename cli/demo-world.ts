/** Puts a simulated brand, its matrix, its KOLs and its plan into a workspace, as a team would. */
import { eq } from 'drizzle-orm'
import type postgres from 'postgres'
import { inWorkspace } from '../db/client.ts'
import { kol, phase } from '../db/tables.ts'
import { createBrand } from '../flow/brand.ts'
import { createCampaign } from '../flow/campaign.ts'
import type { Context } from '../flow/context.ts'
import { createElement } from '../flow/element.ts'
import { importObservations } from '../flow/import.ts'
import { importKols } from '../flow/import-kol.ts'
import { createMatrix } from '../flow/matrix.ts'
import { createPair } from '../flow/pair.ts'
import { planVideos } from '../flow/plan.ts'
import { createProgramme } from '../flow/programme.ts'
import type { KolLine } from '../platforms/exports/kol-row.ts'
import type { ObservationLine } from '../platforms/observations.ts'
import type { WorldKol } from '../platforms/simulator/cast.ts'
import { shopProductOf } from '../platforms/simulator/orders-yield.ts'
import { createWorld, type World } from '../platforms/simulator/world.ts'
import type { AttributeChange } from '../rules/element.ts'
import { PHASES } from '../rules/types.ts'
import { addDays, dayOf } from '../rules/zone.ts'
import {
  ALWAYS,
  BRAND,
  CAMPAIGN,
  FORMATS,
  HOOKS,
  MATRIX,
  NEVER,
  NEW_SCENE,
  PROGRAMMES,
  SAID,
  ZONE,
} from './demo-words.ts'

export interface Planted {
  matrixId: number
  /** Ids of KOLs by 抖音号. */
  kols: ReadonlyMap<string, number>
  /** Ids of planned videos by item id. */
  videos: ReadonlyMap<string, number>
}
type Planting = Context & { pool: postgres.Sql }

export const PUBLISH_DAYS = 5
export const WATCH_DAYS = 3
/** All that the brand's account at 千川 holds, and so all that any way of promoting may spend: 30,000 yuan, 分. */
export const BUDGET_FEN = 3_000_000

/** The world of the demo; another seed is another world of its kind. */
export const demoWorld = (seed: string, startAt: number): World =>
  createWorld({
    ...{ seed, startAt, kols: 40, videos: 300, hitShare: 0.08, publishDays: PUBLISH_DAYS },
    ...{ chance: true, walletFen: BUDGET_FEN },
  })

export async function plantWorld(ctx: Planting, world: World): Promise<Planted> {
  const brandId = await createBrand(ctx, { name: BRAND })
  const { elements, matrixId } = await plantMatrix(ctx, world, brandId)
  const kols = await plantKols(ctx, world)
  await importHistory(ctx, world)
  const phases = await plantCampaign(ctx, world, brandId)
  const programmes: number[] = []
  for (const name of PROGRAMMES) programmes.push(await createProgramme(ctx, { brandId, name }))
  const lines = world.videos.map((video, nth) => ({
    matrixId,
    elementIds: video.elements.map(({ key }) => idOf(elements, key)),
    kolId: idOf(kols, video.kol.awemeId),
    purpose: video.purpose,
    title: video.title,
    plannedFor: new Date(video.publishedAt),
    programmeId: turn(programmes, nth),
    hook: turn(HOOKS, nth),
    format: turn(FORMATS, nth),
    phaseId: phases(video.publishedAt),
  }))
  const ids = await planVideos(ctx, { lines })
  const videos = new Map(world.videos.map(({ itemId }, nth) => [itemId, ids[nth] as number]))
  return { matrixId, kols, videos }
}

/** What the team says of an element, as far as it has words for it. */
export function saidOf(world: World, key: string): AttributeChange | undefined {
  const said = SAID[key]
  return said?.product ? { product: { ...said.product, shopProductId: shopProductOf(world, key) } } : said
}

async function plantMatrix(ctx: Context, world: World, brandId: number) {
  const elements = new Map<string, number>()
  for (const { key, kind, name } of world.elements) {
    elements.set(key, await createElement(ctx, { brandId, kind, name, attributes: saidOf(world, key) }))
  }
  const { name, attributes } = NEW_SCENE
  const scene = await createElement(ctx, { brandId, kind: 'SCENE', name, attributes })
  const never = { elementId: scene, otherId: idOf(elements, NEVER.persona), reason: NEVER.reason }
  await createPair(ctx, { kind: 'FORBIDDEN', ...never })
  const always = { elementId: scene, otherId: idOf(elements, ALWAYS.product), reason: ALWAYS.reason }
  await createPair(ctx, { kind: 'REQUIRED', ...always })
  const elementIds = [...elements.values(), scene]
  return { elements, matrixId: await createMatrix(ctx, { brandId, name: MATRIX, elementIds }) }
}

/** A list of 达人 as 星图 exports it; the tiers follow from the followers. */
async function plantKols(ctx: Context, { kols, options }: World): Promise<Map<string, number>> {
  const price = ({ followers }: WorldKol, share: number) =>
    Math.round(followers ** 0.9 * 0.12 * share) * 100 + 20_000
  async function* items(): AsyncGenerator<KolLine[]> {
    yield kols.map((one, nth) => ({
      ok: true as const,
      line: nth + 2,
      row: {
        accountId: one.awemeId,
        name: one.nickname,
        showId: `dy${one.awemeId.slice(-8)}`,
        vertical: one.vertical,
        city: null,
        mcn: null,
        observedAt: options.startAt,
        followers: one.followers,
        priceUpTo20s: price(one, 0.7),
        priceFrom21To60s: price(one, 1),
        priceOver60s: price(one, 1.3),
      },
    }))
  }
  await importKols(ctx, {
    file: '达人列表.csv',
    fingerprint: `demo ${options.seed}`,
    items: items(),
    skipped: () => 0,
    dryRun: false,
    onRefused: ({ line, reason }) => refused('list of KOLs', line, reason),
    onProgress: () => {},
  })
  const rows = await inWorkspace(ctx.db, ctx.workspaceId, (tx) => tx.select().from(kol))
  return new Map(rows.map(({ accountId, id }) => [accountId ?? '', id]))
}

/** Four phases over the days of publication; answers the phase of an instant. */
async function plantCampaign(ctx: Context, { options }: World, brandId: number) {
  const first = dayOf(new Date(options.startAt), ZONE)
  // 筹备 2 days before, then 预热, 活动 and 返场 while videos come out.
  const starts = [-2, 0, 2, 4].map((days) => addDays(first, days))
  const last = addDays(first, Math.max(4, options.publishDays) + 2)
  const ends = [...starts.slice(1), last].map((day) => addDays(day, -1))
  const campaignId = await createCampaign(ctx, {
    brandId,
    name: CAMPAIGN,
    level: 'S',
    startsOn: starts[0] as string,
    endsOn: ends.at(-1) as string,
    phases: PHASES.map((kind, nth) => ({
      kind,
      startsOn: starts[nth] as string,
      endsOn: ends[nth] as string,
      budgetFen: 5_000_000 * (nth + 1),
      // Nothing comes out while it is prepared.
      goal: kind === 'PREPARATION' ? {} : { videos: 80 },
      threshold: {},
    })),
  })
  const phases = await inWorkspace(ctx.db, ctx.workspaceId, (tx) =>
    tx.select().from(phase).where(eq(phase.campaignId, campaignId)),
  )
  return (at: number): number | undefined => {
    const day = dayOf(new Date(at), ZONE)
    return phases.find(({ startsOn, endsOn }) => startsOn <= day && day <= endsOn)?.id
  }
}

/** Earlier videos come in by file, as they would: without them a KOL has no median. */
async function importHistory(ctx: Planting, world: World): Promise<void> {
  async function* items(): AsyncGenerator<ObservationLine[]> {
    yield [...world.historyObservations()].map((row, index) => ({ ok: true as const, line: index + 2, row }))
  }
  await importObservations(ctx, {
    file: 'history.csv',
    items: items(),
    brand: BRAND,
    dryRun: false,
    onRefused: ({ line, reason }) => refused('history', line, reason),
    onProgress: () => {},
  })
}

function refused(what: string, line: number, reason: string): never {
  throw new Error(`line ${line} of the simulator's own ${what}: ${reason}`)
}
const turn = <T>(list: readonly T[], nth: number): T | undefined => list[nth % list.length]

function idOf(ids: ReadonlyMap<string, number>, key: string): number {
  const id = ids.get(key)
  if (id === undefined) throw new Error(`the simulated world has no ${key}`)
  return id
}
