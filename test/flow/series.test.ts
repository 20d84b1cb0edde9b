/** 栏目. */
import { beforeAll, expect, test } from 'vitest'
import { createBrand } from '../../flow/brand.ts'
import { type Context, write } from '../../flow/context.ts'
import { archiveSeries, createSeries, renameSeries, restoreSeries } from '../../flow/series.ts'
import { testDatabase, unique } from '../support/database.ts'

const t = testDatabase()
let ctx: Context
let brandId: number
beforeAll(async () => {
  ctx = await t.tenant()
  brandId = await createBrand(ctx, { name: unique('brand') })
})
const stored = (id: number) => write(ctx, (tx) => tx.query.series.findFirst({ where: { id } }))

test('a series is made, renamed, put away and taken back', async () => {
  const seriesId = await createSeries(ctx, { brandId, name: ' 空瓶记 ' })
  expect(await stored(seriesId)).toMatchObject({ brandId, name: '空瓶记', archivedAt: null })
  await renameSeries(ctx, { seriesId, name: '空瓶记2' })
  await archiveSeries(ctx, { seriesId })
  await archiveSeries({ ...ctx, now: new Date(ctx.now.getTime() + 1) }, { seriesId })
  expect(await stored(seriesId)).toMatchObject({ name: '空瓶记2', archivedAt: ctx.now })
  await restoreSeries(ctx, { seriesId })
  expect(await stored(seriesId)).toMatchObject({ archivedAt: null })
})

test('a name is taken once in a brand, also by one that is put away', async () => {
  const name = unique('series')
  const seriesId = await createSeries(ctx, { brandId, name })
  await archiveSeries(ctx, { seriesId })
  await expect(createSeries(ctx, { brandId, name })).rejects.toMatchObject({ name: 'ConflictError' })
  const other = await createSeries(ctx, { brandId, name: unique('series') })
  await expect(renameSeries(ctx, { seriesId: other, name })).rejects.toMatchObject({ name: 'ConflictError' })
  await createSeries(ctx, { brandId: await createBrand(ctx, { name: unique('brand') }), name })
  await expect(createSeries(ctx, { brandId, name: ' ' })).rejects.toMatchObject({ field: 'name' })
})

test('what is not there or of another workspace is not found', async () => {
  const theirs = await t.tenant()
  const foreignBrand = await createBrand(theirs, { name: unique('brand') })
  const foreign = await createSeries(theirs, { brandId: foreignBrand, name: 'x' })
  const attempt = createSeries(ctx, { brandId: foreignBrand, name: unique('series') })
  await expect(attempt).rejects.toMatchObject({ what: 'brand' })
  await expect(renameSeries(ctx, { seriesId: foreign, name: 'y' })).rejects.toMatchObject({ what: 'series' })
  for (const verb of [archiveSeries, restoreSeries]) {
    await expect(verb(ctx, { seriesId: foreign })).rejects.toMatchObject({ what: 'series' })
  }
})
