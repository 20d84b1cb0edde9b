/** 栏目. */
import { beforeAll, expect, test } from 'vitest'
import { createBrand } from '../../flow/brand.ts'
import { type Context, write } from '../../flow/context.ts'
import { archiveProgramme, createProgramme, renameProgramme, restoreProgramme } from '../../flow/programme.ts'
import { testDatabase, unique } from '../support/database.ts'

const t = testDatabase()
let ctx: Context
let brandId: number
beforeAll(async () => {
  ctx = await t.tenant()
  brandId = await createBrand(ctx, { name: unique('brand') })
})
const stored = (id: number) => write(ctx, (tx) => tx.query.programme.findFirst({ where: { id } }))

test('a programme is made, renamed, put away and taken back', async () => {
  const programmeId = await createProgramme(ctx, { brandId, name: ' 空瓶记 ' })
  expect(await stored(programmeId)).toMatchObject({ brandId, name: '空瓶记', archivedAt: null })
  await renameProgramme(ctx, { programmeId, name: '空瓶记2' })
  await archiveProgramme(ctx, { programmeId })
  await archiveProgramme({ ...ctx, now: new Date(ctx.now.getTime() + 1) }, { programmeId })
  expect(await stored(programmeId)).toMatchObject({ name: '空瓶记2', archivedAt: ctx.now })
  await restoreProgramme(ctx, { programmeId })
  expect(await stored(programmeId)).toMatchObject({ archivedAt: null })
})

test('a name is taken once in a brand, also by one that is put away', async () => {
  const name = unique('programme')
  const programmeId = await createProgramme(ctx, { brandId, name })
  await archiveProgramme(ctx, { programmeId })
  await expect(createProgramme(ctx, { brandId, name })).rejects.toMatchObject({ name: 'ConflictError' })
  const other = await createProgramme(ctx, { brandId, name: unique('programme') })
  await expect(renameProgramme(ctx, { programmeId: other, name })).rejects.toMatchObject({
    name: 'ConflictError',
  })
  await createProgramme(ctx, { brandId: await createBrand(ctx, { name: unique('brand') }), name })
  await expect(createProgramme(ctx, { brandId, name: ' ' })).rejects.toMatchObject({ field: 'name' })
})

test('what is not there or of another workspace is not found', async () => {
  const theirs = await t.tenant()
  const foreignBrand = await createBrand(theirs, { name: unique('brand') })
  const foreign = await createProgramme(theirs, { brandId: foreignBrand, name: 'x' })
  const attempt = createProgramme(ctx, { brandId: foreignBrand, name: unique('programme') })
  await expect(attempt).rejects.toMatchObject({ what: 'brand' })
  await expect(renameProgramme(ctx, { programmeId: foreign, name: 'y' })).rejects.toMatchObject({
    what: 'programme',
  })
  for (const verb of [archiveProgramme, restoreProgramme]) {
    await expect(verb(ctx, { programmeId: foreign })).rejects.toMatchObject({ what: 'programme' })
  }
})
