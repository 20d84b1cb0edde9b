/** 内容矩阵: what it costs, and how it is edited. */
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { rows } from '../../db/client.ts'
import { createBrand } from '../../flow/brand.ts'
import { type Context, write } from '../../flow/context.ts'
import { archiveElement, createElement } from '../../flow/element.ts'
import { createMatrix, reviseMatrix } from '../../flow/matrix.ts'
import { planVideo } from '../../flow/plan.ts'
import { ELEMENT_KINDS } from '../../rules/types.ts'
import { content } from '../support/content.ts'
import { testDatabase, unique } from '../support/database.ts'
import { statementsOf } from '../support/graphql.ts'

const t = testDatabase()
const counted = (ctx: Context, table: string) =>
  write(ctx, async (tx) => {
    const [row] = await rows<{ n: number }>(tx, sql`select count(*)::int as n from ${sql.identifier(table)}`)
    return row?.n
  })

test('a matrix of 30 x 30 x 30 x 30 costs its 120 elements: no cell, and no statement more than a small one', async () => {
  const ctx = await t.tenant()
  const brandId = await createBrand(ctx, { name: unique('brand') })
  const perAxis = await write(ctx, (tx) =>
    rows<{ id: string; kind: string }>(
      tx,
      sql`insert into element (brand_id, kind, name, created_at)
        select ${brandId}::bigint, kind, kind || n, ${ctx.now.toISOString()}::timestamptz
        from unnest(array['PERSONA', 'PRODUCT', 'SCENE', 'NEED']) kind, generate_series(1, 30) n returning id, kind`,
    ),
  )
  const all = perAxis.map(({ id }) => Number(id))
  const make = (elementIds: number[]) =>
    statementsOf(t, () => createMatrix(ctx, { brandId, name: unique('matrix'), elementIds }))
  const small = await make(all.slice(0, 1))
  expect(small).toHaveLength(7)
  expect(await make(all)).toHaveLength(small.length)
  expect(await counted(ctx, 'matrix_element')).toBe(121)
  expect(await counted(ctx, 'cell')).toBe(0)

  const matrixId = await createMatrix(ctx, { brandId, name: unique('matrix'), elementIds: all })
  const one = ELEMENT_KINDS.map((kind) => Number(perAxis.find((element) => element.kind === kind)?.id))
  const plan = (elementIds: number[]) =>
    planVideo(ctx, { matrixId, elementIds, purpose: 'SEEDING', title: unique('video') })
  await plan(one)
  await plan(one.toReversed())
  await plan(one.slice(1))
  expect(await counted(ctx, 'cell')).toBe(2)
})

test('elements are added and taken off; a cell in use stays, and takes no more videos', async () => {
  const ctx = await t.tenant()
  const { brandId, matrixId, elementIds } = await content(ctx)
  const { persona, product } = elementIds
  const added = await createElement(ctx, { brandId, kind: 'PERSONA', name: '新人设' })
  const plan = (...ids: number[]) =>
    planVideo(ctx, { matrixId, elementIds: ids, purpose: 'SEEDING', title: unique('video') })
  await plan(persona, product)
  const name = unique('renamed')
  await reviseMatrix(ctx, { matrixId, name, addElementIds: [added, product], removeElementIds: [persona] })
  await reviseMatrix(ctx, { matrixId, addElementIds: [added], removeElementIds: [persona] })
  const [matrix] = await write(ctx, (tx) =>
    tx.query.matrix.findMany({ where: { id: matrixId }, with: { choices: true, cells: true } }),
  )
  expect(matrix).toMatchObject({ name, cells: [{ personaId: persona, productId: product }] })
  expect(matrix?.choices.map(({ elementId }) => elementId).sort()).toEqual(
    [product, elementIds.scene, elementIds.need, added].sort(),
  )
  await plan(added, product)
  await expect(plan(persona, product)).rejects.toMatchObject({ field: 'elementIds' })
  await expect(plan(persona)).rejects.toMatchObject({ field: 'elementIds' })
})

test('an edit is refused whole', async () => {
  const ctx = await t.tenant()
  const { brandId, matrixId, elementIds } = await content(ctx)
  const other = await content(ctx)
  const taken = unique('matrix')
  await createMatrix(ctx, { brandId, name: taken, elementIds: [elementIds.need] })
  const archived = await createElement(ctx, { brandId, kind: 'NEED', name: 'x' })
  await archiveElement(ctx, { elementId: archived })
  const all = Object.values(elementIds)
  for (const [edit, refusal] of [
    [{ addElementIds: [other.elementIds.need] }, { name: 'InvalidInputError', field: 'addElementIds' }],
    [{ addElementIds: [archived] }, { name: 'InvalidInputError', field: 'addElementIds' }],
    [{ removeElementIds: all }, { name: 'InvalidInputError', field: 'removeElementIds' }],
    [
      { addElementIds: [all[0] ?? 0], removeElementIds: [all[0] ?? 0] },
      { name: 'InvalidInputError', field: 'removeElementIds' },
    ],
    [{ name: ' ' }, { name: 'InvalidInputError', field: 'name' }],
    [{ name: taken, removeElementIds: [elementIds.need] }, { name: 'ConflictError' }],
  ]) {
    await expect(reviseMatrix(ctx, { matrixId, ...edit }), JSON.stringify(edit)).rejects.toMatchObject(
      refusal ?? {},
    )
  }
  const [matrix] = await write(ctx, (tx) =>
    tx.query.matrix.findMany({ where: { id: matrixId }, with: { choices: true } }),
  )
  expect(matrix?.choices).toHaveLength(4)
  await expect(reviseMatrix(ctx, { matrixId: 987_654_321 })).rejects.toMatchObject({ what: 'matrix' })
})
