/** The publishing calendar: the right day in the workspace's zone, and the same cost for a day and a hundred. */
import { sql } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { type Context, write } from '../../flow/context.ts'
import { createWorkspace } from '../../flow/workspace.ts'
import { planned, published } from '../support/content.ts'
import { NOW, testDatabase, unique } from '../support/database.ts'
import { globalId, statementsOf, testApi, tokenOf } from '../support/graphql.ts'
import { type World, world } from './world.ts'

const t = testDatabase()
const api = testApi(t)

interface Team extends World {
  ctx: Context
  token: string
}
async function team(zone = 'Asia/Shanghai'): Promise<Team> {
  const { db } = t.database
  const workspaceId = await createWorkspace(db, NOW, { name: unique('workspace'), zone })
  const ctx = { db, workspaceId, now: NOW }
  return { ctx, token: await tokenOf(ctx), ...(await world(ctx)) }
}
async function plan({ ctx, content, kolId }: Team, plannedFor: string): Promise<string> {
  const id = await planned(ctx, content, { kolId })
  await write(ctx, (tx) =>
    tx.execute(sql`update video set planned_for = ${plannedFor}::timestamptz where id = ${id}`),
  )
  return globalId('Video', id)
}
async function publish({ ctx, content }: Team, at: string): Promise<string> {
  return globalId('Video', (await published(ctx, content, { publishedAt: new Date(at) })).videoId)
}
let mine: Team
beforeAll(async () => {
  mine = await team()
})

const DAY = `day planned published late videos { late video { id title stage kol { name } cell { persona { name } } phase { kind } } }
  occasions { id name } phases { id kind campaign { name brand { name } } }
  due { late collaboration { deliverables kol { name } cell { id } phase { kind } video { id } } }`
// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of it
type Answer = any
async function read({ token }: Team, from: string, to: string, over = ''): Promise<Answer[]> {
  const document = `{ calendar(from: "${from}", to: "${to}"${over}) { ${DAY} } }`
  return (await api.data(token, document)).calendar
}
const ids = (day: Answer) => day.videos.map(({ video }: Answer) => video.id)

test('videos lie on the day of the zone: planned ones by their plan, published ones by when they went out', async () => {
  const last = await plan(mine, '2026-12-01T15:59:59.999Z')
  const first = await plan(mine, '2026-12-01T16:00:00Z')
  const out = await publish(mine, '2026-11-09T16:00:00Z')
  const days = await read(mine, '2026-12-01', '2026-12-02')
  expect(days.map((day) => [day.day, day.planned, day.published, day.late, ids(day)])).toEqual([
    ['2026-12-01', 1, 0, 0, [last]],
    ['2026-12-02', 1, 0, 0, [first]],
  ])
  const [tenth] = await read(mine, '2026-11-10', '2026-11-10')
  expect([tenth.published, ids(tenth)]).toEqual([1, [out]])
  expect(tenth.videos[0]).toMatchObject({
    late: false,
    video: { stage: 'PUBLISHED', cell: { persona: { name: expect.any(String) } } },
  })
  expect(days[0].videos[0].video.kol.name).toEqual(expect.any(String))
})

test('late is what was planned for the past and is not out', async () => {
  const own = await team()
  const { ctx } = own
  const before = await plan(own, '2026-11-11T11:59:59.999Z')
  const now = await plan(own, ctx.now.toISOString())
  const after = await plan(own, '2026-11-11T12:00:00.001Z')
  const [day] = await read(own, '2026-11-11', '2026-11-11')
  const late = day.videos.filter((one: Answer) => one.late).map(({ video }: Answer) => video.id)
  expect(late).toEqual([before])
  expect(ids(day)).toEqual(expect.arrayContaining([before, now, after]))
  expect([day.planned, day.late]).toEqual([3, 1])
  // Once it is out it is on the day it went out only; one that was put away is nowhere.
  const number = (id: string) => Number(Buffer.from(id, 'base64').toString().split(':')[1])
  await write(ctx, (tx) =>
    tx.execute(
      sql`update video set stage = 'PUBLISHED', item_id = '1', published_at = '2026-11-12Z' where id = ${number(before)}`,
    ),
  )
  await write(ctx, (tx) => tx.execute(sql`update video set stage = 'ARCHIVED' where id = ${number(after)}`))
  const [same, next] = await read(own, '2026-11-11', '2026-11-12')
  expect([same.planned, same.late, ids(same).includes(before)]).toEqual([1, 0, false])
  expect(ids(next)).toEqual([before])
})

test('days of 23 and 25 hours, and a day without midnight', async () => {
  const berlin = await team('Europe/Berlin')
  const spring = await plan(berlin, '2027-03-28T21:59:59Z')
  const monday = await plan(berlin, '2027-03-28T22:00:00Z')
  const autumn = await plan(berlin, '2027-10-31T22:59:59Z')
  const november = await plan(berlin, '2027-10-31T23:00:00Z')
  expect((await read(berlin, '2027-03-28', '2027-03-29')).map(ids)).toEqual([[spring], [monday]])
  expect((await read(berlin, '2027-10-31', '2027-11-01')).map(ids)).toEqual([[autumn], [november]])
  const cairo = await team('Africa/Cairo')
  const before = await plan(cairo, '2027-04-29T21:59:59Z')
  const jumped = await plan(cairo, '2027-04-29T22:00:00Z')
  expect((await read(cairo, '2027-04-29', '2027-04-30')).map(ids)).toEqual([[before], [jumped]])
})

test('activities and phases on each of their days, those that were put away on none', async () => {
  const own = await team()
  const names = (day: Answer) => day.occasions.map(({ name }: Answer) => name)
  const days = await read(own, '2026-10-31', '2026-11-12')
  expect(days.map(names)).toEqual([...Array(12).fill(['双11']), []])
  const kinds = days.map((day) => day.phases.map(({ kind }: Answer) => kind))
  expect(kinds).toEqual([[], ...Array(11).fill(['EVENT']), []])
  expect(days[1].phases[0].campaign.brand.name).toEqual(expect.any(String))
  await api.data(
    own.token,
    `mutation { a: archiveCampaign(input: { campaignId: "${globalId('Campaign', own.campaignId)}" }) { __typename }
    b: archiveOccasion(input: { occasionId: "${days[0].occasions[0].id}" }) { __typename } }`,
  )
  for (const day of await read(own, '2026-10-31', '2026-11-12')) {
    expect([day.occasions, day.phases]).toEqual([[], []])
  }
})

async function due({ ctx, content, kolId, phaseId }: Team, dueOn: string, state = 'AGREED'): Promise<void> {
  await write(ctx, (tx) =>
    tx.execute(sql`
      insert into collaboration (brand_id, cell_id, kol_id, phase_id, state, step, price_fen, due_on, deliverables, created_at)
      select ${content.brandId}::bigint, cell_id, ${kolId}::bigint, ${phaseId}::bigint, ${state}, 'TEST', 100, ${dueOn}::date, ${state}, now()
      from video where cell_id is not null limit 1`),
  )
}
test('collaborations on the day they are due; late once it is over', async () => {
  const own = await team()
  await due(own, '2026-11-10')
  await due(own, '2026-11-10', 'SETTLED')
  await due(own, '2026-11-10', 'DROPPED')
  await due(own, '2026-11-11', 'DRAFT')
  const days = await read(own, '2026-11-10', '2026-11-12')
  const told = days.map((day) => day.due.map((one: Answer) => [one.collaboration.deliverables, one.late]))
  expect(told).toEqual([
    [
      ['AGREED', true],
      ['SETTLED', false],
    ],
    [['DRAFT', false]],
    [],
  ])
  const { collaboration } = days[1].due[0]
  expect(collaboration).toMatchObject({
    kol: { name: expect.any(String) },
    phase: { kind: 'EVENT' },
    video: null,
  })
})

test('of one brand only, and never of another workspace', async () => {
  const own = await team()
  const here = await plan(own, '2026-12-24T04:00:00Z')
  await due(own, '2026-12-24')
  const other = { ...own, ...(await world(own.ctx)) }
  const there = await plan(other, '2026-12-24T05:00:00Z')
  const day = async (over?: string) => (await read(own, '2026-12-24', '2026-12-24', over))[0]
  const of = ({ content }: World) => `, brandId: "${globalId('Brand', content.brandId)}"`
  expect(ids(await day())).toEqual([here, there])
  expect(ids(await day(of(own)))).toEqual([here])
  expect([(await day(of(own))).due.length, (await day(of(other))).due.length]).toEqual([1, 0])
  const phases = async (over = '') => (await read(own, '2026-11-05', '2026-11-05', over))[0].phases.length
  expect([await phases(), await phases(of(own)), await phases(of(other))]).toEqual([2, 1, 1])
  expect(ids(await day(of(mine)))).toEqual([])
  expect(ids((await read(mine, '2026-12-24', '2026-12-24'))[0])).toEqual([])
})

test('a day shows 100 videos of a kind and counts all', async () => {
  const own = await team()
  await write(own.ctx, (tx) =>
    tx.execute(sql`
      insert into video (brand_id, purpose, title, stage, planned_for, created_at)
      select ${own.content.brandId}::bigint, 'SEEDING', 'video ' || n, 'PLANNED', '2026-11-01Z'::timestamptz + n * interval '1 s', now()
      from generate_series(1, 130) n`),
  )
  const [day] = await read(own, '2026-11-01', '2026-11-01')
  expect([day.planned, day.late, day.videos.length]).toEqual([130, 130, 100])
  expect(day.videos[99].video.title).toBe('video 100')
})

test('a hundred days cost as many statements as one', async () => {
  const own = await team()
  const spread = async (days: number) => {
    for (let n = 0; n < days; n += 10) {
      const day = new Date(Date.parse('2026-11-01T04:00:00Z') + n * 86_400_000).toISOString()
      await plan(own, day)
      await due(own, day.slice(0, 10))
    }
  }
  await spread(100)
  const cost = (to: string) => statementsOf(t, () => read(own, '2026-11-01', to))
  const [one, hundred] = [await cost('2026-11-01'), await cost('2027-02-08')]
  expect(hundred).toHaveLength(one.length)
  expect(one.length).toBeLessThanOrEqual(12)
})

test.each([
  ['2026-11-02', '2026-11-01', /before/],
  ['2026-11-01', '2027-02-09', /100 days/],
])('from %s to %s is refused', async (from, to, message) => {
  const { errors } = await api.query(mine.token, `{ calendar(from: "${from}", to: "${to}") { day } }`)
  expect(errors).toMatchObject([
    { extensions: { code: 'BAD_USER_INPUT' }, message: expect.stringMatching(message) },
  ])
  expect(api.logged()).toEqual([])
})
