/** 要素: versions, their contents, and the archive. */
import { asc, eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { elementVersion } from '../../db/tables.ts'
import { createBrand } from '../../flow/brand.ts'
import { type Context, write } from '../../flow/context.ts'
import { archiveElement, createElement, restoreElement, reviseElement } from '../../flow/element.ts'
import { createMatrix } from '../../flow/matrix.ts'
import { planVideo } from '../../flow/plan.ts'
import { content } from '../support/content.ts'
import { testDatabase, unique } from '../support/database.ts'

const t = testDatabase()

const versions = (ctx: Context, elementId: number) =>
  write(ctx, (tx) =>
    tx
      .select()
      .from(elementVersion)
      .where(eq(elementVersion.elementId, elementId))
      .orderBy(asc(elementVersion.version)),
  )

test('an edit makes a version of what changed and what stayed; what was said before is not touched', async () => {
  const ctx = await t.tenant()
  const brandId = await createBrand(ctx, { name: unique('brand') })
  const id = await createElement(ctx, {
    brandId,
    kind: 'PRODUCT',
    name: '气垫',
    attributes: { product: { sellingPoints: ['持妆', '轻薄'], priceFen: 19_900 } },
    note: ' 主推 ',
    links: ['https://www.douyin.com/video/7400000000000000001', 'http://例子.中国/a?b=c'],
  })
  await reviseElement(ctx, { elementId: id, attributes: { product: { priceFen: 16_900, grossMargin: 0.4 } } })
  await reviseElement(ctx, { elementId: id, name: '气垫2.0', note: null, links: null })
  const first = {
    version: 1,
    name: '气垫',
    attributes: { sellingPoints: ['持妆', '轻薄'], priceFen: 19_900 },
    note: '主推',
    links: ['https://www.douyin.com/video/7400000000000000001', 'http://例子.中国/a?b=c'],
  }
  const attributes = { ...first.attributes, priceFen: 16_900, grossMargin: 0.4 }
  expect(await versions(ctx, id)).toMatchObject([
    first,
    { ...first, version: 2, attributes },
    { version: 3, name: '气垫2.0', attributes, note: null, links: [] },
  ])
})

test('an edit that changes nothing makes no version', async () => {
  const ctx = await t.tenant()
  const brandId = await createBrand(ctx, { name: unique('brand') })
  const said = {
    name: '气垫',
    attributes: { product: { priceFen: 19_900, sellingPoints: ['持妆'] } },
    links: ['https://a.cn'],
    note: '主推',
  }
  const elementId = await createElement(ctx, { brandId, kind: 'PRODUCT', ...said })
  for (const edit of [{}, said, { name: ' 气垫 ' }, { attributes: { product: { benefit: null } } }]) {
    expect(await reviseElement(ctx, { elementId, ...edit })).toBe(elementId)
  }
  expect(await versions(ctx, elementId)).toHaveLength(1)
})

test('what is refused leaves no version behind', async () => {
  const ctx = await t.tenant()
  const brandId = await createBrand(ctx, { name: unique('brand') })
  const element = { brandId, kind: 'NEED' as const, name: 'x' }
  const many = Array.from({ length: 21 }, (_, n) => `https://a.cn/${n}`)
  for (const [said, field] of [
    [{ links: many }, 'links'],
    [{ links: ['ftp://a.cn'] }, 'links'],
    [{ links: ['javascript:alert(1)'] }, 'links'],
    [{ links: ['https://'] }, 'links'],
    [{ links: [' '] }, 'links'],
    [{ note: ' ' }, 'note'],
    [{ attributes: { persona: { heat: 3 } } }, 'persona'],
    [{ attributes: { need: { pain: ' ' } } }, 'need.pain'],
    [{ attributes: { need: { pain: 'a\0' } } }, 'need.pain'],
    [{ attributes: { need: { pain: '\ud83d' } } }, 'need.pain'],
  ] as const) {
    await expect(createElement(ctx, { ...element, ...said }), JSON.stringify(said)).rejects.toMatchObject({
      name: 'InvalidInputError',
      field,
    })
  }
  const id = await createElement(ctx, { ...element, links: many.slice(1) })
  const refused = reviseElement(ctx, { elementId: id, attributes: { product: { priceFen: 1 } } })
  await expect(refused).rejects.toMatchObject({ name: 'InvalidInputError', field: 'product' })
  expect(await versions(ctx, id)).toHaveLength(1)
})

test('edits at once make a version each', async () => {
  const ctx = await t.tenant()
  const { elementIds } = await content(ctx)
  const edits = Array.from({ length: 6 }, (_, n) => ({
    elementId: elementIds.need,
    attributes: { need: { pain: `pain ${n}` } },
  }))
  await Promise.all(edits.map((edit) => reviseElement(ctx, edit)))
  expect((await versions(ctx, elementIds.need)).map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6, 7])
})

test('an archived element is neither planned, nor chosen, nor edited, until it is restored', async () => {
  const ctx = await t.tenant()
  const { brandId, matrixId, elementIds } = await content(ctx)
  const elementId = elementIds.scene
  const plan = () =>
    planVideo(ctx, { matrixId, elementIds: [elementId], purpose: 'SEEDING', title: unique('video') })
  const choose = () => createMatrix(ctx, { brandId, name: unique('matrix'), elementIds: [elementId] })
  const edit = () => reviseElement(ctx, { elementId, name: unique('scene') })
  await archiveElement(ctx, { elementId })
  await archiveElement({ ...ctx, now: new Date(ctx.now.getTime() + 1) }, { elementId })
  await expect(plan()).rejects.toMatchObject({ name: 'InvalidInputError', field: 'elementIds' })
  await expect(choose()).rejects.toMatchObject({ name: 'InvalidInputError', field: 'elementIds' })
  await expect(edit()).rejects.toMatchObject({ name: 'ConflictError' })
  const [element] = await write(ctx, (tx) =>
    tx.query.element.findMany({ where: { id: elementId }, columns: { archivedAt: true } }),
  )
  expect(element?.archivedAt).toEqual(ctx.now)
  await restoreElement(ctx, { elementId })
  await restoreElement(ctx, { elementId })
  await Promise.all([plan(), choose(), edit()])
})

test('nothing is done to what is not there or is of another workspace', async () => {
  const ctx = await t.tenant()
  const { elementIds } = await content(await t.tenant())
  for (const elementId of [elementIds.need, 987_654_321]) {
    for (const verb of [reviseElement, archiveElement, restoreElement]) {
      await expect(verb(ctx, { elementId })).rejects.toMatchObject({ name: 'NotFoundError', what: 'element' })
    }
  }
})
