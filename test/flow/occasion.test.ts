import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { occasion } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { archiveOccasion, createOccasion, reviseOccasion } from '../../flow/occasion.ts'
import { OCCASIONS } from '../../rules/occasion.ts'
import { testDatabase } from '../support/database.ts'

const t = testDatabase()
const all = (ctx: Context) => write(ctx, (tx) => tx.select().from(occasion).orderBy(occasion.id))
const row = async (ctx: Context, id: number) => (await all(ctx)).find((one) => one.id === id)
const DAYS = { startsOn: '2026-06-01', endsOn: '2026-06-20' }

test('a workspace begins with the activities that are shipped, its own', async () => {
  const [mine, theirs] = [await t.tenant(), await t.tenant()]
  const shipped = (await all(mine)).map(({ name, startsOn, endsOn, lunar }) => ({
    name,
    startsOn,
    endsOn,
    lunar,
  }))
  expect(shipped).toEqual(OCCASIONS)
  const [first] = await all(theirs)
  await expect(archiveOccasion(mine, { occasionId: first?.id ?? 0 })).rejects.toMatchObject({
    what: 'occasion',
  })
})

test('an activity is added once per first day', async () => {
  const ctx = await t.tenant()
  const add = (name: string, days = DAYS) => createOccasion(ctx, { name, ...days, lunar: false })
  const id = await add(' 店庆 ')
  expect(await row(ctx, id)).toMatchObject({ name: '店庆', ...DAYS, lunar: false, archivedAt: null })
  await expect(add('店庆')).rejects.toMatchObject({ name: 'ConflictError' })
  await add('店庆', { startsOn: '2027-06-01', endsOn: '2027-06-02' })
  await expect(add('')).rejects.toMatchObject({ field: 'name' })
  await expect(add('x', { startsOn: '2026-06-02', endsOn: '2026-06-01' })).rejects.toMatchObject({
    field: 'endsOn',
  })
  await expect(add('x', { startsOn: 'soon', endsOn: '2026-06-01' })).rejects.toMatchObject({
    field: 'startsOn',
  })
})

test('a revision changes what it names and keeps the rest', async () => {
  const ctx = await t.tenant()
  const occasionId = await createOccasion(ctx, { name: '店庆', ...DAYS, lunar: true })
  await reviseOccasion(ctx, { occasionId, startsOn: '2026-05-28' })
  expect(await row(ctx, occasionId)).toMatchObject({
    name: '店庆',
    startsOn: '2026-05-28',
    endsOn: '2026-06-20',
    lunar: true,
  })
  await expect(reviseOccasion(ctx, { occasionId, endsOn: '2026-05-01' })).rejects.toMatchObject({
    field: 'endsOn',
  })
  const taken = { occasionId, name: '618', startsOn: '2026-06-01' }
  await expect(reviseOccasion(ctx, taken)).rejects.toMatchObject({ name: 'ConflictError' })
  await expect(reviseOccasion(ctx, { occasionId: 999_999 })).rejects.toMatchObject({ what: 'occasion' })
})

test('what is archived cannot be revised, and comes back when it is added again', async () => {
  const ctx = await t.tenant()
  const occasionId = await createOccasion(ctx, { name: '店庆', ...DAYS, lunar: false })
  await archiveOccasion(ctx, { occasionId })
  expect(await archiveOccasion(ctx, { occasionId })).toBe(occasionId)
  await expect(reviseOccasion(ctx, { occasionId, name: 'x' })).rejects.toMatchObject({ what: 'occasion' })
  expect((await row(ctx, occasionId))?.archivedAt).toEqual(ctx.now)
  const again = await createOccasion(ctx, {
    name: '店庆',
    startsOn: DAYS.startsOn,
    endsOn: '2026-06-02',
    lunar: false,
  })
  expect(again).toBe(occasionId)
  expect(await row(ctx, occasionId)).toMatchObject({ endsOn: '2026-06-02', archivedAt: null })
  const counted = await write(ctx, (tx) => tx.select({ n: sql<number>`count(*)::int` }).from(occasion))
  expect(counted).toEqual([{ n: OCCASIONS.length + 1 }])
})
