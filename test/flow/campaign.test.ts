import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { type Db, rows } from '../../db/client.ts'
import { PROGRESS, type ProgressRow } from '../../db/queries/campaign.ts'
import { campaign, phase } from '../../db/tables.ts'
import { archiveCampaign, createCampaign, reviseCampaign } from '../../flow/campaign.ts'
import { type Context, write } from '../../flow/context.ts'
import { createOccasion } from '../../flow/occasion.ts'
import type { PhasePlan } from '../../rules/campaign.ts'
import { content, published } from '../support/content.ts'
import { testDatabase, unique } from '../support/database.ts'

const t = testDatabase()

const plan = (
  kind: PhasePlan['kind'],
  from: string,
  to: string,
  over: Partial<PhasePlan> = {},
): PhasePlan => ({
  kind,
  startsOn: `2026-${from}`,
  endsOn: `2026-${to}`,
  budgetFen: null,
  goal: {},
  threshold: {},
  ...over,
})
const FOUR = [
  plan('PREPARATION', '10-01', '10-14', { budgetFen: 500_000 }),
  plan('WARM_UP', '10-15', '10-31', { goal: { videos: 10, plays: 1_000_000 } }),
  plan('EVENT', '11-01', '11-11', { goal: { gmvFen: 9_000_000_000, roi: 2.5 } }),
  plan('ENCORE', '11-12', '11-20', { threshold: { kolRatio: 2, interactionRate: 0.05 } }),
]
const DAYS = { startsOn: '2026-10-01', endsOn: '2026-11-20' }

async function double11(ctx: Context, brandId: number, phases = FOUR) {
  const campaignId = await createCampaign(ctx, {
    brandId,
    name: unique('双11'),
    level: 'SS',
    ...DAYS,
    phases,
  })
  return { campaignId, phases: await phasesOf(ctx, campaignId) }
}
function phasesOf(ctx: Context, campaignId: number) {
  return write(ctx, (tx) =>
    tx.select().from(phase).where(sql`campaign_id = ${campaignId}`).orderBy(phase.startsOn),
  )
}

test('a campaign is stored with its phases as they were given', async () => {
  const ctx = await t.tenant()
  const { brandId } = await content(ctx)
  const { phases } = await double11(ctx, brandId)
  const given = phases.map(({ kind, startsOn, endsOn, budgetFen, goal, threshold }) => ({
    kind,
    startsOn,
    endsOn,
    budgetFen,
    goal,
    threshold,
  }))
  expect(given).toEqual(FOUR)
})

test('every problem is told, the first one by its field, and nothing is stored', async () => {
  const ctx = await t.tenant()
  const { brandId } = await content(ctx)
  const phases = [plan('EVENT', '09-01', '10-05', { budgetFen: -5 }), plan('EVENT', '11-01', '11-21')]
  const refused = createCampaign(ctx, { brandId, name: 'x', level: 'S', ...DAYS, phases })
  await expect(refused).rejects.toMatchObject({
    name: 'InvalidInputError',
    field: 'phases.0.budgetFen',
    message: expect.stringMatching(
      /budgetFen: .*; phases\.0\.startsOn: .*; phases\.1\.endsOn: .*; phases\.1\.kind: /,
    ),
  })
  expect(await write(ctx, (tx) => tx.select().from(campaign))).toEqual([])
})

test('days come from an occasion where they are left out', async () => {
  const ctx = await t.tenant()
  const { brandId } = await content(ctx)
  const days = { startsOn: '2026-06-01', endsOn: '2026-06-20' }
  const occasionId = await createOccasion(ctx, { name: unique('618'), ...days, lunar: false })
  const make = (over: object) =>
    createCampaign(ctx, { brandId, name: unique('c'), level: 'A', phases: [], ...over })
  const stored = async (id: number) => {
    const [row] = await write(ctx, (tx) => tx.select().from(campaign).where(sql`id = ${id}`))
    return row
  }
  expect(await stored(await make({ occasionId }))).toMatchObject(days)
  const early = { occasionId, startsOn: '2026-05-20' }
  expect(await stored(await make(early))).toMatchObject({ startsOn: '2026-05-20', endsOn: '2026-06-20' })
  await expect(make({})).rejects.toMatchObject({ field: 'startsOn' })
  await expect(make({ startsOn: '2026-05-20' })).rejects.toMatchObject({ field: 'endsOn' })
  await expect(make({ occasionId: 999_999 })).rejects.toMatchObject({ what: 'occasion' })
  await expect(make({ ...DAYS, brandId: 999_999 })).rejects.toMatchObject({ what: 'brand' })
})

test('a revision moves the phases that are there and keeps their videos', async () => {
  const ctx = await t.tenant()
  const made = await content(ctx)
  const { campaignId, phases } = await double11(ctx, made.brandId, FOUR.slice(1, 3))
  const { videoId } = await published(ctx, made)
  const eventId = phases[1]?.id ?? 0
  await write(ctx, (tx) => tx.execute(sql`update video set phase_id = ${eventId} where id = ${videoId}`))
  const moved = [
    plan('PREPARATION', '10-01', '10-02'),
    plan('WARM_UP', '10-03', '10-04'),
    plan('EVENT', '10-05', '11-20'),
  ]
  await reviseCampaign(ctx, { campaignId, level: 'IP', phases: moved })
  const after = await phasesOf(ctx, campaignId)
  expect(after.map(({ kind, endsOn }) => `${kind} ${endsOn}`)).toEqual(
    moved.map(({ kind, endsOn }) => `${kind} ${endsOn}`),
  )
  expect(after.slice(1).map(({ id }) => id)).toEqual(phases.map(({ id }) => id))
  const assigned = await write(ctx, (tx) => rows<{ phase_id: string }>(tx, sql`select phase_id from video`))
  expect(assigned.map((row) => Number(row.phase_id))).toEqual([eventId])
})

test('a revision is checked against the phases that stay', async () => {
  const ctx = await t.tenant()
  const { brandId } = await content(ctx)
  const { campaignId } = await double11(ctx, brandId)
  const revise = (over: object) => reviseCampaign(ctx, { campaignId, ...over })
  await expect(revise({ endsOn: '2026-11-15' })).rejects.toMatchObject({ field: 'phases.3.endsOn' })
  await expect(revise({ phases: FOUR.slice(1) })).rejects.toMatchObject({
    field: 'phases',
    message: expect.stringContaining('筹备'),
  })
  await expect(revise({ name: ' ' })).rejects.toMatchObject({ field: 'name' })
  await expect(reviseCampaign(ctx, { campaignId: 999_999 })).rejects.toMatchObject({ what: 'campaign' })
  await revise({ name: 'renamed', endsOn: '2026-11-30' })
  const [row] = await write(ctx, (tx) => tx.select().from(campaign))
  expect(row).toMatchObject({ name: 'renamed', level: 'SS', startsOn: '2026-10-01', endsOn: '2026-11-30' })
  expect(await phasesOf(ctx, campaignId)).toHaveLength(4)
})

test('names are unique in the brand; an archived campaign stays as it is', async () => {
  const ctx = await t.tenant()
  const { brandId } = await content(ctx)
  const { brandId: other } = await content(ctx)
  const make = (brand: number) =>
    createCampaign(ctx, { brandId: brand, name: '双11', level: 'S', ...DAYS, phases: [] })
  const campaignId = await make(brandId)
  await make(other)
  await expect(make(brandId)).rejects.toMatchObject({ name: 'ConflictError' })
  expect(await archiveCampaign(ctx, { campaignId })).toBe(campaignId)
  const later = { ...ctx, now: new Date(ctx.now.getTime() + 1000) }
  await archiveCampaign(later, { campaignId })
  const [row] = await write(ctx, (tx) => tx.select().from(campaign).where(sql`id = ${campaignId}`))
  expect(row?.archivedAt).toEqual(ctx.now)
  await expect(reviseCampaign(ctx, { campaignId, name: 'x' })).rejects.toMatchObject({
    name: 'ConflictError',
  })
  await expect(archiveCampaign(ctx, { campaignId: 999_999 })).rejects.toMatchObject({ what: 'campaign' })
})

test('two revisions at once take turns: the phases are those of one of them', async () => {
  const ctx = await t.tenant()
  const { brandId } = await content(ctx)
  const { campaignId } = await double11(ctx, brandId, [])
  const early = [plan('WARM_UP', '10-01', '10-02'), plan('EVENT', '10-03', '10-04')]
  const late = [plan('WARM_UP', '11-01', '11-02'), plan('EVENT', '11-03', '11-04')]
  await Promise.all([early, late].map((phases) => reviseCampaign(ctx, { campaignId, phases })))
  const after = await phasesOf(ctx, campaignId)
  expect([early, late].map((one) => one.map(({ startsOn }) => startsOn))).toContainEqual(
    after.map(({ startsOn }) => startsOn),
  )
})

test('progress: sums of what is known, ROI only where both sides are', async () => {
  const ctx = await t.tenant()
  const made = await content(ctx)
  const { phases } = await double11(ctx, made.brandId)
  const [first, second, third] = phases
  const progress = (id: number | undefined) => progressOf(ctx, id ?? 0)
  const none = { planned: 0, published: 0, flagged: 0, plays: null, spendFen: null, gmvFen: null, roi: null }
  expect(await progress(first?.id)).toEqual(none)
  const numbers = [
    { plays: '9000000000', spend: '1000', gmv: '3000' },
    { plays: 'null', spend: '5000', gmv: 'null' },
    { plays: '0', spend: 'null', gmv: '7000' },
  ]
  for (const [nth, { plays, spend, gmv }] of numbers.entries()) {
    const { videoId } = await published(ctx, made)
    await assign(ctx, videoId, second?.id)
    await write(ctx, (tx) =>
      tx.execute(sql`update video_state set plays = ${sql.raw(plays)}, spend_fen = ${sql.raw(spend)},
        gmv_fen = ${sql.raw(gmv)}, flagged_at = ${nth === 0 ? sql`now()` : sql`null`} where video_id = ${videoId}`),
    )
  }
  expect(await progress(second?.id)).toEqual({
    planned: 0,
    published: 3,
    flagged: 1,
    plays: 9_000_000_000,
    spendFen: 6000,
    gmvFen: 10_000,
    roi: 3,
  })
  const { videoId } = await published(ctx, made)
  await assign(ctx, videoId, third?.id)
  await write(ctx, (tx) =>
    tx.execute(sql`update video_state set spend_fen = 0, gmv_fen = 500 where video_id = ${videoId}`),
  )
  expect(await progress(third?.id)).toEqual({ ...none, published: 1, spendFen: 0, gmvFen: 500 })
})

async function assign(ctx: Context, videoId: number, phaseId: number | undefined): Promise<void> {
  await write(ctx, (tx) => tx.execute(sql`update video set phase_id = ${phaseId} where id = ${videoId}`))
}
async function progressOf(ctx: Context, id: number): Promise<ProgressRow | undefined> {
  const found = await write(ctx, (tx) =>
    (tx as unknown as Db).query.phase.findFirst({ columns: { id: true }, extras: PROGRESS, where: { id } }),
  )
  return found?.progress
}
