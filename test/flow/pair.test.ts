/** 品牌契合: pairs are made, enforced where videos are planned, and lifted. */
import { beforeAll, expect, test } from 'vitest'
import type { Context } from '../../flow/context.ts'
import { createElement } from '../../flow/element.ts'
import { createPair, liftPair } from '../../flow/pair.ts'
import { planVideo, planVideos } from '../../flow/plan.ts'
import { type Content, content } from '../support/content.ts'
import { testDatabase, unique } from '../support/database.ts'

const t = testDatabase()
let ctx: Context
let made: Content
let ids: Content['elementIds']
beforeAll(async () => {
  ctx = await t.tenant()
})
async function fresh(): Promise<void> {
  made = await content(ctx)
  ids = made.elementIds
}
const line = (...elementIds: number[]) => ({
  matrixId: made.matrixId,
  elementIds,
  purpose: 'SEEDING' as const,
  title: unique('video'),
})
const plan = (...elementIds: number[]) => planVideo(ctx, line(...elementIds))

test('a forbidden pair is refused in a cell, whatever else is in it, until it is lifted', async () => {
  await fresh()
  const { persona, product, scene } = ids
  const reason = '代言竞品'
  const pairId = await createPair(ctx, { kind: 'FORBIDDEN', elementId: product, otherId: persona, reason })
  await plan(persona)
  await plan(product, scene)
  const broken = { pairId, kind: 'FORBIDDEN', elementId: persona, otherId: product, reason }
  for (const cell of [
    [persona, product],
    [product, scene, persona],
  ]) {
    await expect(plan(...cell)).rejects.toMatchObject({ name: 'PairError', pairs: [broken] })
  }
  await expect(plan(persona, product)).rejects.toThrow('two elements never meet: 代言竞品')
  await liftPair(ctx, { pairId })
  await liftPair(ctx, { pairId })
  await plan(persona, product)
})

test('a required pair binds the one and not the other, and an empty axis breaks it', async () => {
  await fresh()
  const { persona, product, need } = ids
  await createPair(ctx, { kind: 'REQUIRED', elementId: persona, otherId: product, reason: '同款' })
  await plan(product)
  await plan(persona, product)
  await expect(plan(persona)).rejects.toMatchObject({ name: 'PairError', pairs: [{ kind: 'REQUIRED' }] })
  await expect(plan(persona, need)).rejects.toThrow('an element needs another one: 同款')
  await createPair(ctx, { kind: 'REQUIRED', elementId: persona, otherId: need, reason: '痛点' })
  await expect(plan(persona)).rejects.toMatchObject({ pairs: [{ reason: '同款' }, { reason: '痛点' }] })
})

test('lines of a bulk plan say which pair each of them breaks', async () => {
  await fresh()
  const { persona, product, scene } = ids
  await createPair(ctx, { kind: 'FORBIDDEN', elementId: persona, otherId: product, reason: 'a' })
  await createPair(ctx, { kind: 'FORBIDDEN', elementId: scene, otherId: product, reason: 'b' })
  const lines = [line(persona), line(persona, product), line(product), line(scene, product)]
  await expect(planVideos(ctx, { lines })).rejects.toMatchObject({
    name: 'LinesError',
    lines: [
      { index: 1, error: { name: 'PairError', pairs: [{ reason: 'a' }] } },
      { index: 3, error: { name: 'PairError', pairs: [{ reason: 'b' }] } },
    ],
  })
})

test('a pair that leaves an element no cell is a conflict, named by the reasons of the others', async () => {
  await fresh()
  const { persona, product, scene } = ids
  const pairId = await createPair(ctx, {
    kind: 'FORBIDDEN',
    elementId: persona,
    otherId: scene,
    reason: '场景不搭',
  })
  const required = { kind: 'REQUIRED' as const, reason: '同款' }
  await createPair(ctx, { ...required, elementId: product, otherId: scene })
  const attempt = () => createPair(ctx, { ...required, elementId: persona, otherId: product })
  await expect(attempt()).rejects.toMatchObject({ name: 'ConflictError' })
  await expect(attempt()).rejects.toThrow(/场景不搭/)
  await expect(createPair(ctx, { ...required, elementId: scene, otherId: persona })).rejects.toThrow(
    /no cell at all, against: .*场景不搭/,
  )
  await liftPair(ctx, { pairId })
  await attempt()
})

test('two that contradict each other are not both made when they come at once', async () => {
  await fresh()
  const { persona: elementId, product: otherId } = ids
  const made = await Promise.allSettled(
    (['FORBIDDEN', 'REQUIRED'] as const).map((kind) =>
      createPair(ctx, { kind, elementId, otherId, reason: kind }),
    ),
  )
  expect(made.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
})

test('a pair is made once, of two elements of one brand and of different kinds, for a reason', async () => {
  await fresh()
  const { persona, product } = ids
  const pair = { kind: 'FORBIDDEN' as const, elementId: persona, otherId: product, reason: 'x' }
  await createPair(ctx, pair)
  for (const again of [pair, { ...pair, elementId: product, otherId: persona }]) {
    await expect(createPair(ctx, again)).rejects.toMatchObject({ name: 'ConflictError' })
  }
  const other = (await content(ctx)).elementIds
  const foreign = (await content(await t.tenant())).elementIds
  const second = await createElement(ctx, { brandId: made.brandId, kind: 'PERSONA', name: 'second' })
  for (const [over, refusal] of [
    [{ otherId: other.product }, { name: 'InvalidInputError', field: 'otherId', message: /one brand/ }],
    [{ otherId: second }, { name: 'InvalidInputError', field: 'otherId', message: /different kinds/ }],
    [{ otherId: persona }, { name: 'InvalidInputError', field: 'otherId', message: /different kinds/ }],
    [{ otherId: foreign.product }, { name: 'NotFoundError', what: 'element', message: /./ }],
    [{ elementId: 987_654_321 }, { name: 'NotFoundError', what: 'element', message: /./ }],
    [{ reason: ' ' }, { name: 'InvalidInputError', field: 'reason', message: /blank/ }],
  ] as const) {
    const message = expect.stringMatching(refusal.message)
    const attempt = createPair(ctx, { ...pair, ...over })
    await expect(attempt, JSON.stringify(over)).rejects.toMatchObject({ ...refusal, message })
  }
  await expect(liftPair(ctx, { pairId: 987_654_321 })).rejects.toMatchObject({ what: 'pair' })
})
