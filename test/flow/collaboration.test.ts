/** A collaboration from the idea to the payment, who may take which step, and two who take the same one at once. */
import { eq } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { collaboration, collaborationStep, video } from '../../db/tables.ts'
import {
  agreeCollaboration,
  briefCollaboration,
  dropCollaboration,
  publishCollaboration,
  refuseDraft,
  settleCollaboration,
  submitDraft,
} from '../../flow/collaboration.ts'
import { type Context, write } from '../../flow/context.ts'
import { ConflictError, InvalidInputError, NotFoundError } from '../../flow/errors.ts'
import { MINUTE } from '../../rules/types.ts'
import { type Content, content, itemId, planned, published } from '../support/content.ts'
import { NOW, testDatabase, unique } from '../support/database.ts'
import { brokeOut, creator, drafted, proposed, shot } from '../support/playbook.ts'

const t = testDatabase()
let ctx: Context
let on: Content
beforeAll(async () => {
  ctx = await t.tenant()
  on = await content(ctx)
})

const rowOf = async (id: number) => {
  const [row] = await write(ctx, (tx) => tx.select().from(collaboration).where(eq(collaboration.id, id)))
  if (!row) throw new Error(`collaboration ${id} is not there`)
  return row
}
const stepsOf = (id: number) =>
  write(ctx, (tx) =>
    tx
      .select({ seq: collaborationStep.seq, state: collaborationStep.state, note: collaborationStep.note })
      .from(collaborationStep)
      .where(eq(collaborationStep.collaborationId, id))
      .orderBy(collaborationStep.seq),
  )
const statesOf = async (id: number) => (await stepsOf(id)).map(({ state }) => state)
const invalid = (field: string) => expect.objectContaining({ name: 'InvalidInputError', field })
const fresh = () =>
  ({ purpose: 'SEEDING', title: unique('video'), itemId: itemId(), source: 'test' }) as const

test('from the idea to the payment, every step on record', async () => {
  const kolId = await creator(ctx)
  const deliverables = '1 条 30 秒口播'
  const id = await proposed(ctx, on, { kolId, priceFen: 3_000_00, deliverables, note: '试一试' })
  const act = { collaborationId: id }
  expect(await rowOf(id)).toMatchObject({ state: 'PROPOSED', step: 'TEST', brandId: on.brandId, brief: null })
  await agreeCollaboration(ctx, { ...act, priceFen: 2_500_00, commissionBp: 2_000, dueOn: '2026-11-20' })
  await briefCollaboration(ctx, act)
  const { brief } = await rowOf(id)
  expect(brief).toContain(`【交付】${deliverables}\n交稿日期：2026-11-20`)
  expect(brief).not.toMatch(/2500|250000/)
  await submitDraft(ctx, { ...act, draftLink: 'https://example.com/a' })
  await refuseDraft(ctx, { ...act, note: '前三秒没有产品' })
  await submitDraft(ctx, { ...act, draftLink: 'https://example.com/b' })
  await publishCollaboration(ctx, { ...act, ...fresh() })
  await settleCollaboration(ctx, { ...act, note: '已付' })
  const row = await rowOf(id)
  expect(row).toMatchObject({
    state: 'SETTLED',
    priceFen: 2_500_00,
    commissionBp: 2_000,
    dueOn: '2026-11-20',
    draftLink: 'https://example.com/b',
    brief,
  })
  const [made] = await write(ctx, (tx) =>
    tx
      .select()
      .from(video)
      .where(eq(video.id, row.videoId ?? 0)),
  )
  expect(made).toMatchObject({ kolId, cellId: row.cellId, stage: 'PUBLISHED', tier: 'TAIL' })
  expect(await stepsOf(id)).toEqual([
    { seq: 1, state: 'PROPOSED', note: '试一试' },
    { seq: 2, state: 'AGREED', note: null },
    { seq: 3, state: 'BRIEFED', note: null },
    { seq: 4, state: 'DRAFT', note: null },
    { seq: 5, state: 'BRIEFED', note: '前三秒没有产品' },
    { seq: 6, state: 'DRAFT', note: null },
    { seq: 7, state: 'PUBLISHED', note: null },
    { seq: 8, state: 'SETTLED', note: '已付' },
  ])
})

test('to agree needs a price, and 0 is one', async () => {
  const collaborationId = await proposed(ctx, on, { kolId: await creator(ctx) })
  await expect(agreeCollaboration(ctx, { collaborationId })).rejects.toEqual(invalid('priceFen'))
  expect(await statesOf(collaborationId)).toEqual(['PROPOSED'])
  await agreeCollaboration(ctx, { collaborationId, priceFen: 0 })
  expect(await rowOf(collaborationId)).toMatchObject({ state: 'AGREED', priceFen: 0 })
})

test('the same step again changes nothing; with something else it is a conflict', async () => {
  const collaborationId = await proposed(ctx, on, { kolId: await creator(ctx), priceFen: 100 })
  const act = { collaborationId }
  await agreeCollaboration(ctx, act)
  expect(await agreeCollaboration(ctx, { ...act, priceFen: 100, note: 'again' })).toBe(collaborationId)
  await expect(agreeCollaboration(ctx, { ...act, priceFen: 101 })).rejects.toThrow('with another priceFen')
  await briefCollaboration(ctx, act)
  await briefCollaboration(ctx, act)
  await submitDraft(ctx, { ...act, draftLink: 'http://a.example/1' })
  await submitDraft(ctx, { ...act, draftLink: 'http://a.example/1' })
  await expect(submitDraft(ctx, { ...act, draftLink: 'http://a.example/2' })).rejects.toThrow(ConflictError)
  const made = fresh()
  await publishCollaboration(ctx, { ...act, ...made })
  const { videoId } = await rowOf(collaborationId)
  await publishCollaboration(ctx, { ...act, ...made })
  await publishCollaboration(ctx, { ...act, videoId: videoId ?? 0 })
  await expect(publishCollaboration(ctx, { ...act, ...fresh() })).rejects.toThrow('already PUBLISHED as')
  expect(await rowOf(collaborationId)).toMatchObject({ videoId })
  await settleCollaboration(ctx, { ...act, priceFen: 90 })
  await settleCollaboration(ctx, act)
  await expect(settleCollaboration(ctx, { ...act, priceFen: 100 })).rejects.toThrow(ConflictError)
  await expect(dropCollaboration(ctx, act)).rejects.toThrow(ConflictError)
  const all = ['PROPOSED', 'AGREED', 'BRIEFED', 'DRAFT', 'PUBLISHED', 'SETTLED']
  expect(await statesOf(collaborationId)).toEqual(all)
})

test('a step out of turn is a conflict and leaves no trace', async () => {
  const collaborationId = await proposed(ctx, on, { kolId: await creator(ctx), priceFen: 1 })
  const act = { collaborationId }
  await expect(briefCollaboration(ctx, act)).rejects.toThrow(
    'BRIEF leads from AGREED, and this one is PROPOSED.',
  )
  await expect(submitDraft(ctx, act)).rejects.toThrow(ConflictError)
  await expect(refuseDraft(ctx, { ...act, note: 'x' })).rejects.toThrow(ConflictError)
  await expect(publishCollaboration(ctx, { ...act, ...fresh() })).rejects.toThrow(ConflictError)
  await expect(settleCollaboration(ctx, act)).rejects.toThrow(ConflictError)
  await dropCollaboration(ctx, { ...act, note: '档期冲突' })
  await dropCollaboration(ctx, act)
  await expect(agreeCollaboration(ctx, act)).rejects.toThrow(ConflictError)
  expect(await statesOf(collaborationId)).toEqual(['PROPOSED', 'DROPPED'])
  await expect(dropCollaboration(ctx, { collaborationId: 987_654 })).rejects.toThrow(NotFoundError)
})

test('one that is out can be dropped: its video stays', async () => {
  const { collaborationId, videoId } = await shot(ctx, on, { kolId: await creator(ctx), priceFen: 100 })
  await dropCollaboration(ctx, { collaborationId, note: '视频下架' })
  expect(await rowOf(collaborationId)).toMatchObject({ state: 'DROPPED', videoId, priceFen: 100 })
})

test('eight at once take a step once', async () => {
  const eight = <T>(work: () => Promise<T>) => Promise.allSettled(Array.from({ length: 8 }, work))
  const kolId = await creator(ctx)
  const asked = await eight(() => proposed(ctx, on, { kolId, priceFen: 5 }))
  const [one, ...more] = asked.filter((done) => done.status === 'fulfilled')
  if (!one || more.length > 0) throw new Error(`proposed ${more.length + 1} times`)
  const act = { collaborationId: one.value }
  await eight(() => agreeCollaboration(ctx, act))
  await eight(() => briefCollaboration(ctx, act))
  await eight(() => submitDraft(ctx, act))
  await eight(() => refuseDraft(ctx, { ...act, note: 'again' }))
  await eight(() => submitDraft(ctx, act))
  const published = await eight(() => publishCollaboration(ctx, { ...act, ...fresh() }))
  expect(published.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  await eight(() => settleCollaboration(ctx, act))
  const want = ['PROPOSED', 'AGREED', 'BRIEFED', 'DRAFT', 'BRIEFED', 'DRAFT', 'PUBLISHED', 'SETTLED']
  expect(await statesOf(act.collaborationId)).toEqual(want)
  // Those that came too late planned nothing.
  const videos = await write(ctx, (tx) =>
    tx.select({ id: video.id }).from(video).where(eq(video.kolId, kolId)),
  )
  expect(videos).toHaveLength(1)
})

test('two who go different ways: one of them is refused', async () => {
  const collaborationId = await drafted(ctx, on, { kolId: await creator(ctx) })
  const both = await Promise.allSettled([
    refuseDraft(ctx, { collaborationId, note: 'no' }),
    publishCollaboration(ctx, { collaborationId, ...fresh() }),
  ])
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(await statesOf(collaborationId)).toHaveLength(5)
})

test('a video that is there is linked: planned or published, of the same KOL and cell, and only once', async () => {
  const kolId = await creator(ctx)
  const collaborationId = await drafted(ctx, on, { kolId })
  const act = { collaborationId }
  await expect(publishCollaboration(ctx, act)).rejects.toEqual(invalid('videoId'))
  const other = await published(ctx, on, { kolId: await creator(ctx) })
  await expect(publishCollaboration(ctx, { ...act, videoId: other.videoId })).rejects.toEqual(
    invalid('videoId'),
  )
  const elsewhere = await published(ctx, await content(ctx), { kolId })
  await expect(publishCollaboration(ctx, { ...act, videoId: elsewhere.videoId })).rejects.toEqual(
    invalid('videoId'),
  )
  const videoId = await planned(ctx, on, { kolId })
  await expect(publishCollaboration(ctx, { ...act, videoId })).rejects.toEqual(invalid('itemId'))
  await publishCollaboration(ctx, { ...act, videoId, itemId: itemId(), source: 'test' })
  expect(await rowOf(collaborationId)).toMatchObject({ state: 'PUBLISHED', videoId })
  const second = await drafted(ctx, on, { kolId })
  await expect(publishCollaboration(ctx, { collaborationId: second, videoId })).rejects.toThrow(
    'came of another collaboration',
  )
  const { videoId: out } = await published(ctx, on, { kolId })
  await publishCollaboration(ctx, { collaborationId: second, videoId: out })
  expect(await rowOf(second)).toMatchObject({ state: 'PUBLISHED', videoId: out })
})

test('a new video that cannot be planned or published leaves nothing behind', async () => {
  const kolId = await creator(ctx)
  const collaborationId = await drafted(ctx, on, { kolId })
  const { purpose, title } = fresh()
  const act = { collaborationId, itemId: itemId() }
  await expect(publishCollaboration(ctx, { ...act, title })).rejects.toEqual(invalid('purpose'))
  await expect(publishCollaboration(ctx, { ...act, purpose })).rejects.toEqual(invalid('title'))
  const bad = { collaborationId, purpose, title, itemId: 'v0200' }
  await expect(publishCollaboration(ctx, bad)).rejects.toEqual(invalid('itemId'))
  const taken = await published(ctx, on)
  await expect(publishCollaboration(ctx, { ...bad, itemId: taken.itemId })).rejects.toThrow('Another video')
  expect(await write(ctx, (tx) => tx.select().from(video).where(eq(video.kolId, kolId)))).toEqual([])
  expect((await rowOf(collaborationId)).state).toBe('DRAFT')
})

test('what repeats a breakout comes after it, so that lineage cannot run in a circle', async () => {
  const kolId = await creator(ctx)
  const first = await shot(ctx, on, { kolId })
  const originBreakoutId = await brokeOut(ctx, first.videoId)
  const later = { ...ctx, now: new Date(NOW.getTime() + MINUTE) }
  const collaborationId = await drafted(later, on, { kolId, originBreakoutId })
  expect(await rowOf(collaborationId)).toMatchObject({
    step: 'REUSE',
    originBreakoutId,
    originId: first.collaborationId,
  })
  await dropCollaboration(later, { collaborationId: first.collaborationId })
  const before = 'published before the one that it repeats'
  const act = { collaborationId, ...fresh() }
  await expect(publishCollaboration(later, { ...act, publishedAt: NOW })).rejects.toThrow(before)
  const older = await published(ctx, on, { kolId, publishedAt: new Date(NOW.getTime() - MINUTE) })
  await expect(publishCollaboration(later, { collaborationId, videoId: older.videoId })).rejects.toThrow(
    before,
  )
  await publishCollaboration(later, act)
  expect((await rowOf(collaborationId)).state).toBe('PUBLISHED')
})

test('what cannot be proposed', async () => {
  const kolId = await creator(ctx)
  const other = await content(ctx)
  const { videoId } = await published(ctx, other, { kolId })
  const cases: [object, unknown][] = [
    [{ priceFen: -1 }, invalid('priceFen')],
    [{ priceFen: 0.5 }, invalid('priceFen')],
    [{ commissionBp: 10_001 }, invalid('commissionBp')],
    [{ dueOn: '2026-02-30' }, invalid('dueOn')],
    [{ deliverables: ' ' }, invalid('deliverables')],
    [{ note: ' ' }, invalid('note')],
    [{ elementIds: [other.elementIds.need] }, invalid('elementIds')],
    [{ originBreakoutId: await brokeOut(ctx, videoId) }, invalid('originBreakoutId')],
    [{ kolId: 987_654 }, new NotFoundError('kol')],
    [{ phaseId: 987_654 }, new NotFoundError('phase')],
    [{ originBreakoutId: 987_654 }, new NotFoundError('breakout')],
  ]
  for (const [over, error] of cases) {
    await expect(proposed(ctx, on, { kolId, ...over }), JSON.stringify(over)).rejects.toEqual(error)
  }
  const pending = await brokeOut(ctx, videoId, false)
  await expect(proposed(ctx, other, { kolId, originBreakoutId: pending })).rejects.toThrow('has not fired')
  await proposed(ctx, on, { kolId })
  await expect(proposed(ctx, on, { kolId })).rejects.toThrow('open collaboration on this cell')
})

test('a link of a draft is an address', async () => {
  const collaborationId = await proposed(ctx, on, { kolId: await creator(ctx), priceFen: 1 })
  await expect(submitDraft(ctx, { collaborationId, draftLink: 'javascript:alert(1)' })).rejects.toThrow(
    InvalidInputError,
  )
})

test('steps are append-only', async () => {
  await expect(
    write(ctx, (tx) => tx.update(collaborationStep).set({ note: 'rewritten' })),
  ).rejects.toMatchObject({ cause: { code: '42501' } })
})
