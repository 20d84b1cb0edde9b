/** What rules are judged by, against what figures are made of. */
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { loadFigures } from '../../db/queries/figures.ts'
import { loadFrozenMargins, loadWatched, lockedStates } from '../../db/queries/watch.ts'
import { collaboration, video } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { reviseElement } from '../../flow/element.ts'
import type { CollaborationState } from '../../rules/types.ts'
import { content, kol, published } from '../support/content.ts'
import { testDatabase } from '../support/database.ts'

const t = testDatabase()

/** Price and margin of a video as a judge takes them, and as figures do. */
function bothOf(ctx: Context, videoId: number) {
  return write(ctx, async (tx) => {
    const [watched] = await loadWatched(tx, lockedStates([videoId]))
    const grossMargin = (await loadFrozenMargins(tx, [videoId])).get(videoId) ?? null
    const [figures] = await loadFigures(tx, [videoId], { asOf: null, looks: 1, within: 0 })
    return {
      judged: { priceFen: watched?.figures.priceFen, grossMargin },
      figures: { priceFen: figures?.priceFen, grossMargin: figures?.grossMargin },
    }
  })
}

test('the margin is that of the product as it was at publication, whatever it became', async () => {
  const ctx = await t.tenant()
  const made = await content(ctx)
  const product = (grossMargin: number) =>
    reviseElement(ctx, { elementId: made.elementIds.product, attributes: { product: { grossMargin } } })
  const before = await published(ctx, made)
  await product(0.4)
  const { videoId } = await published(ctx, made)
  await product(0.7)
  for (const [id, grossMargin] of [
    [videoId, 0.4],
    [before.videoId, null],
  ] as const) {
    const expected = { priceFen: null, grossMargin }
    expect(await bothOf(ctx, id)).toEqual({ judged: expected, figures: expected })
  }
})

test('a collaboration that was dropped has no price', async () => {
  const ctx = await t.tenant()
  const made = await content(ctx)
  const kolId = await kol(ctx)
  const { videoId } = await published(ctx, made, { kolId })
  const of = eq(video.id, videoId)
  await write(ctx, async (tx) => {
    const [row] = await tx.select().from(video).where(of)
    const work = { brandId: made.brandId, cellId: row?.cellId as number, kolId, videoId, createdAt: ctx.now }
    await tx.insert(collaboration).values({ ...work, state: 'PUBLISHED', step: 'TEST', priceFen: 800 })
  })
  const become = (state: CollaborationState) =>
    write(ctx, (tx) => tx.update(collaboration).set({ state }).where(eq(collaboration.videoId, videoId)))
  const expected = (priceFen: number | null) => ({ priceFen, grossMargin: null })
  expect(await bothOf(ctx, videoId)).toEqual({ judged: expected(800), figures: expected(800) })
  await become('DROPPED')
  expect(await bothOf(ctx, videoId)).toEqual({ judged: expected(null), figures: expected(null) })
})
