/** Puts a simulated brand, its matrix, its KOLs and its plan into a workspace, as a team would. */
import type postgres from 'postgres'
import { createBrand } from '../flow/brand.ts'
import type { Context } from '../flow/context.ts'
import { createElement } from '../flow/element.ts'
import { importObservations } from '../flow/import.ts'
import { createKol } from '../flow/kol.ts'
import { createMatrix } from '../flow/matrix.ts'
import { planVideo } from '../flow/plan.ts'
import type { ObservationLine } from '../platforms/observations.ts'
import type { World } from '../platforms/simulator/world.ts'

export const BRAND = '苗圃美妆'

/** Answers the planned videos' ids by item id. */
export async function plantWorld(
  ctx: Context & { pool: postgres.Sql },
  world: World,
): Promise<Map<string, number>> {
  const brandId = await createBrand(ctx, { name: BRAND })
  const elements = new Map<string, number>()
  for (const { key, kind, name } of world.elements) {
    elements.set(key, await createElement(ctx, { brandId, kind, name, attributes: {} }))
  }
  const matrixId = await createMatrix(ctx, {
    brandId,
    name: '秋冬内容矩阵',
    elementIds: [...elements.values()],
  })
  const kols = new Map<string, number>()
  for (const { awemeId, nickname, vertical, tier, followers } of world.kols) {
    kols.set(awemeId, await createKol(ctx, { accountId: awemeId, name: nickname, vertical, tier, followers }))
  }
  await importHistory(ctx, world)
  const planned = new Map<string, number>()
  for (const video of world.videos) {
    const videoId = await planVideo(ctx, {
      matrixId,
      elementIds: video.elements.map(({ key }) => idOf(elements, key)),
      kolId: idOf(kols, video.kol.awemeId),
      purpose: video.purpose,
      title: video.title,
      plannedFor: new Date(video.publishedAt),
    })
    planned.set(video.itemId, videoId)
  }
  return planned
}

/** Earlier videos come in by file, as they would: without them a KOL has no median. */
async function importHistory(ctx: Context & { pool: postgres.Sql }, world: World): Promise<void> {
  async function* items(): AsyncGenerator<ObservationLine[]> {
    yield [...world.historyObservations()].map((row, index) => ({ ok: true as const, line: index + 2, row }))
  }
  await importObservations(ctx, {
    file: 'history.csv',
    items: items(),
    brand: BRAND,
    dryRun: false,
    onRefused: ({ line, reason }) => {
      throw new Error(`line ${line} of the simulator's own history: ${reason}`)
    },
    onProgress: () => {},
  })
}

function idOf(ids: Map<string, number>, key: string): number {
  const id = ids.get(key)
  if (id === undefined) throw new Error(`the simulated world has no ${key}`)
  return id
}
