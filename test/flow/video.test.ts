/** What can be changed of a video: its plan until publication, its phase always, and the archive. */
import { eq } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { campaign, phase, video, videoState } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { archiveElement } from '../../flow/element.ts'
import { createMatrix } from '../../flow/matrix.ts'
import { createPair } from '../../flow/pair.ts'
import { planVideo } from '../../flow/plan.ts'
import { poll } from '../../flow/poll.ts'
import { createProgramme } from '../../flow/programme.ts'
import { publishVideo } from '../../flow/publish.ts'
import { revisePlan } from '../../flow/revise-plans.ts'
import { archiveVideo, assignPhase } from '../../flow/video.ts'
import { counters, testConnector } from '../support/connector.ts'
import { type Content, content, itemId, kol, published } from '../support/content.ts'
import { testDatabase, unique } from '../support/database.ts'
import { statementsOf } from '../support/graphql.ts'

const t = testDatabase()
let ctx: Context
let made: Content
let other: Content
beforeAll(async () => {
  ctx = await t.tenant()
  made = await content(ctx)
  other = await content(ctx)
})

function phaseOf(brandId: number): Promise<number> {
  const days = { startsOn: '2026-11-01', endsOn: '2026-11-11' }
  return write(ctx, async (tx) => {
    const values = { brandId, name: unique('campaign'), level: 'S' as const, ...days, createdAt: ctx.now }
    const [big] = await tx.insert(campaign).values(values).returning()
    const event = { campaignId: big?.id ?? 0, kind: 'EVENT' as const, ...days }
    return (await tx.insert(phase).values(event).returning())[0]?.id ?? 0
  })
}
const plan = (elementIds = [made.elementIds.persona]) =>
  planVideo(ctx, { matrixId: made.matrixId, elementIds, purpose: 'SEEDING', title: unique('video') })
const stored = (videoId: number) =>
  write(ctx, (tx) => tx.query.video.findFirst({ where: { id: videoId }, with: { cell: true, state: true } }))

test('what is named is changed, null takes away, and the rest stays', async () => {
  const videoId = await plan()
  const { brandId } = made
  const links = {
    kolId: await kol(ctx),
    programmeId: await createProgramme(ctx, { brandId, name: unique('programme') }),
    phaseId: await phaseOf(brandId),
  }
  const plannedFor = new Date('2026-11-20T00:00:00Z')
  const said = { ...links, purpose: 'SELLING' as const, title: 'b', plannedFor, hook: '反转', format: '口播' }
  const before = await stored(videoId)
  await revisePlan(ctx, { videoId, ...said, title: ' b ' })
  expect(await stored(videoId)).toEqual({ ...before, ...said })
  await revisePlan(ctx, { videoId })
  expect(await stored(videoId)).toEqual({ ...before, ...said })
  const none = { kolId: null, programmeId: null, phaseId: null, plannedFor: null, hook: null, format: null }
  await revisePlan(ctx, { videoId, ...none })
  expect(await stored(videoId)).toEqual({ ...before, ...none, purpose: 'SELLING', title: 'b' })
})

test('a plan moves to another cell, and to the same elements of another matrix', async () => {
  const { brandId, elementIds } = made
  const videoId = await plan()
  await revisePlan(ctx, { videoId, elementIds: [elementIds.product, elementIds.need] })
  const cell = { personaId: null, productId: elementIds.product, sceneId: null, needId: elementIds.need }
  expect((await stored(videoId))?.cell).toMatchObject({ ...cell, matrixId: made.matrixId })
  const chosen = [elementIds.product, elementIds.need]
  const matrixId = await createMatrix(ctx, { brandId, name: unique('matrix'), elementIds: chosen })
  await revisePlan(ctx, { videoId, matrixId })
  expect((await stored(videoId))?.cell).toMatchObject({ ...cell, matrixId })
  for (const [change, field] of [
    [{ elementIds: [elementIds.persona] }, 'elementIds'],
    [{ elementIds: [] }, 'elementIds'],
    [{ matrixId: other.matrixId, elementIds: Object.values(other.elementIds) }, 'matrixId'],
    [{ phaseId: await phaseOf(other.brandId) }, 'phaseId'],
    [{ title: ' ' }, 'title'],
    [{ hook: '长'.repeat(51) }, 'hook'],
  ] as const) {
    const attempt = revisePlan(ctx, { videoId, ...change } as Parameters<typeof revisePlan>[1])
    await expect(attempt, JSON.stringify(change)).rejects.toMatchObject({ name: 'InvalidInputError', field })
  }
})

test('a pair and an archive bind new cells, and leave the plans that were there editable', async () => {
  const mine = await content(ctx)
  const { persona, product, scene } = mine.elementIds
  const { matrixId } = mine
  const at = { matrixId, purpose: 'SEEDING' as const }
  const videoId = await planVideo(ctx, { ...at, elementIds: [persona, product], title: 'a' })
  await createPair(ctx, { kind: 'FORBIDDEN', elementId: persona, otherId: product, reason: '不搭' })
  await archiveElement(ctx, { elementId: scene })
  await revisePlan(ctx, { videoId, title: 'b', hook: '悬念' })
  await expect(revisePlan(ctx, { videoId, elementIds: [product, persona] })).rejects.toMatchObject({
    name: 'PairError',
  })
  await expect(revisePlan(ctx, { videoId, elementIds: [scene] })).rejects.toMatchObject({
    field: 'elementIds',
  })
  expect(await stored(videoId)).toMatchObject({
    title: 'b',
    cell: { personaId: persona, productId: product },
  })
})

test('a published video and an archived one stand as they were planned', async () => {
  const { videoId } = await published(ctx, made)
  const archived = await plan()
  await archiveVideo(ctx, { videoId: archived })
  for (const id of [videoId, archived]) {
    for (const change of [{ title: 'x' }, { phaseId: null }, { elementIds: [made.elementIds.need] }, {}]) {
      const attempt = revisePlan(ctx, { videoId: id, ...change })
      await expect(attempt, JSON.stringify(change)).rejects.toMatchObject({ name: 'ConflictError' })
    }
  }
  await expect(revisePlan(ctx, { videoId: 987_654_321 })).rejects.toMatchObject({ what: 'video' })
})

test('an archived video is no longer looked at, not even by the worker that looks at it right now', async () => {
  const source = unique('source')
  const { videoId } = await published(ctx, made, { source, itemId: itemId() })
  const stays = await published(ctx, made, { source })
  const connector = testConnector(() => counters({ plays: 7 }), source)
  const during = {
    ...connector,
    async fetchCounters(videos: Parameters<typeof connector.fetchCounters>[0]) {
      await archiveVideo(ctx, { videoId })
      return connector.fetchCounters(videos)
    },
  }
  await t.database.db.execute("select ensure_snapshot_partitions('2026-11-01Z', '2026-12-31Z')")
  expect(await poll(ctx, { connector: during })).toMatchObject({ claimed: 2, looks: 1 })
  expect(await stored(videoId)).toMatchObject({ stage: 'ARCHIVED', state: { looks: 0, nextPollAt: null } })
  expect(await stored(stays.videoId)).toMatchObject({ state: { looks: 1, plays: 7 } })
  const late = { ...ctx, now: new Date(ctx.now.getTime() + 86_400_000) }
  expect(await poll(late, { connector })).toMatchObject({ claimed: 1 })
  await archiveVideo(ctx, { videoId })
  await expect(archiveVideo(ctx, { videoId: 987_654_321 })).rejects.toMatchObject({ what: 'video' })
})

test('an archived video does not wait for an account that may see it', async () => {
  const videoId = await plan()
  await publishVideo(ctx, { videoId, itemId: itemId(), publishedAt: ctx.now })
  expect(await stored(videoId)).toMatchObject({ state: { noDataReason: 'not_connected' } })
  await archiveVideo(ctx, { videoId })
  expect(await stored(videoId)).toMatchObject({
    state: { nextPollAt: null, noDataSince: null, noDataReason: null },
  })
})

const phases = (ids: number[]) =>
  write(ctx, async (tx) => {
    const found = await tx
      .select({ id: video.id, phaseId: video.phaseId, state: videoState.phaseId })
      .from(video)
      .leftJoin(videoState, eq(videoState.videoId, video.id))
    return ids.map((id) => found.find((row) => row.id === id)).map((row) => [row?.phaseId, row?.state])
  })

test('a phase is given to planned and published videos and what is watched of them, at once', async () => {
  const phaseId = await phaseOf(made.brandId)
  const ids = [await plan(), (await published(ctx, made)).videoId, (await published(ctx, made)).videoId]
  const sent = await statementsOf(t, async () => {
    expect(await assignPhase(ctx, { videoIds: [...ids, ...ids], phaseId })).toEqual(ids)
  })
  expect(sent).toHaveLength(9)
  expect(await phases(ids)).toEqual([
    [phaseId, null],
    [phaseId, phaseId],
    [phaseId, phaseId],
  ])
  await assignPhase(ctx, { videoIds: ids.slice(1), phaseId: null })
  expect(await phases(ids)).toEqual([
    [phaseId, null],
    [null, null],
    [null, null],
  ])
})

test('a phase of another brand, of nobody, or for a video that is not there changes nothing', async () => {
  const videoIds = [(await published(ctx, made)).videoId]
  const phaseId = await phaseOf(made.brandId)
  const archived = await plan()
  await archiveVideo(ctx, { videoId: archived })
  for (const [input, refusal] of [
    [{ videoIds, phaseId: await phaseOf(other.brandId) }, { field: 'phaseId' }],
    [{ videoIds, phaseId: 987_654_321 }, { what: 'phase' }],
    [{ videoIds: [...videoIds, 987_654_321], phaseId }, { what: 'video' }],
    [{ videoIds: [...videoIds, (await published(ctx, other)).videoId], phaseId }, { field: 'phaseId' }],
    [{ videoIds: [], phaseId }, { field: 'videoIds' }],
    [{ videoIds: [...videoIds, archived], phaseId }, { name: 'ConflictError' }],
  ] as const) {
    await expect(assignPhase(ctx, input), JSON.stringify(input)).rejects.toMatchObject(refusal)
  }
  expect(await phases(videoIds)).toEqual([[null, null]])
})
