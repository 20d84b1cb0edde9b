/** Figures over time as GraphQL answers them: gaps, the tail that is not made yet, zones, and what was known once. */
import { sql } from 'drizzle-orm'
import { beforeEach, expect, test } from 'vitest'
import { outcome, workspace } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { retain } from '../../flow/retention.ts'
import { rollup } from '../../flow/rollup.ts'
import { DAY, HOUR } from '../../rules/types.ts'
import { type Content, content, type PublishedVideo, planned, published } from '../support/content.ts'
import { testDatabase } from '../support/database.ts'
import { globalId, statementsOf, testApi, tokenOf } from '../support/graphql.ts'
import { store } from '../support/looks.ts'

const t = testDatabase()
const api = testApi(t)
/** 2026-11-02 10:00 in Shanghai. */
const BIRTH = new Date('2026-11-02T02:00:00Z')
const after = (hours: number) => new Date(BIRTH.getTime() + hours * HOUR)

let ctx: Context
let token: string
let home: Content
let made: PublishedVideo
beforeEach(async () => {
  ctx = await t.tenant()
  token = await tokenOf(ctx)
  home = await content(ctx)
  made = await published(ctx, home, { publishedAt: BIRTH })
})

interface Asked {
  metrics: string[]
  resolution?: string
  from: string | Date
  to: string | Date
  zone?: string
  asOf?: Date
}
const FIELDS = '{ metric unit points { at value reason } }'
const DOCUMENT = `query($id: ID!, $metrics: [String!]!, $resolution: SeriesResolution!, $from: DateTime!, $to: DateTime!,
  $zone: String, $asOf: DateTime) { node(id: $id) { ... on Video {
  series(metrics: $metrics, resolution: $resolution, from: $from, to: $to, zone: $zone, asOf: $asOf) ${FIELDS} } } }`
const OF_BRAND = `query($id: ID!, $metrics: [String!]!, $from: Date!, $to: Date!) { node(id: $id) { ... on Brand {
  series(metrics: $metrics, from: $from, to: $to) ${FIELDS} } } }`

type Point = { at: string; value: number | null; reason: string | null }
type Series = { metric: string; unit: string; points: Point[] }
async function ask(asked: Asked, videoId = made.videoId): Promise<Series[]> {
  const variables = { resolution: 'DAY', ...asked, id: globalId('Video', videoId) }
  return (await api.data(token, DOCUMENT, variables)).node.series
}
async function refused(asked: Asked): Promise<string | undefined> {
  const variables = { resolution: 'DAY', ...asked, id: globalId('Video', made.videoId) }
  const { errors } = await api.query(token, DOCUMENT, variables)
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT'])
  return errors?.[0]?.message
}
/** Values, or the reason why there is none. */
const told = (series: readonly Series[]) =>
  Object.fromEntries(
    series.map(({ metric, points }) => [metric, points.map(({ value, reason }) => reason ?? value)]),
  )
const look = (hours: number, plays: number | null, over: object = {}) => ({
  videoId: made.videoId,
  observedAt: after(hours),
  plays,
  ...over,
})
const WEEK = { from: '2026-11-01T16:00:00Z', to: '2026-11-05T16:00:00Z' }

test('a day without a look is a gap, and what it hid counts behind it; rolled up or not, in part or whole', async () => {
  const looks = [look(1, 100), look(20, 300), look(70, 900)]
  const metrics = ['plays', 'gainedPlays', 'velocity', 'likes', 'gainedLikes', 'interactionRate']
  const expected = {
    plays: [100, 300, 'NO_LOOK', 900],
    gainedPlays: [100, 200, 'NO_LOOK', 600],
    velocity: [100, 200 / 19, 'NO_LOOK', 600 / 50],
    likes: ['NOT_GIVEN', 'NOT_GIVEN', 'NO_LOOK', 'NOT_GIVEN'],
    gainedLikes: ['NOT_GIVEN', 'NOT_GIVEN', 'NO_LOOK', 'NOT_GIVEN'],
    interactionRate: ['NOT_GIVEN', 'NOT_GIVEN', 'NO_LOOK', 'NOT_GIVEN'],
  }
  await store(ctx, looks.slice(0, 2))
  await rollup(ctx)
  await store(ctx, looks.slice(2))
  const partly = await ask({ metrics, ...WEEK })
  expect(told(partly)).toEqual(expected)
  expect(partly.map(({ unit }) => unit)).toEqual(['count', 'count', 'plays/h', 'count', 'count', 'ratio'])
  expect(partly[0]?.points.map(({ at }) => at)).toEqual(
    [1, 2, 3, 4].map((day) => `2026-11-0${day}T16:00:00.000Z`),
  )
  await rollup(ctx)
  expect(await ask({ metrics, ...WEEK })).toEqual(partly)
  await write(ctx, (tx) => tx.execute(sql`update video_state set dirty_from = '2026-11-01Z'`))
  expect(await ask({ metrics, ...WEEK })).toEqual(partly)
  // A part of the days: they are whole, and the first one knows what was before it.
  const part = { from: '2026-11-03T01:00:00Z', to: '2026-11-05T02:00:00Z' }
  expect(told(await ask({ metrics: ['gainedPlays'], ...part }))).toEqual({
    gainedPlays: [200, 'NO_LOOK', 600],
  })
})

test('by hour and look by look, before and after a rollup', async () => {
  const numbers = { likes: 5, comments: 3, shares: 2, saves: 7 }
  await store(ctx, [look(0.25, 0, numbers), look(0.5, 50, numbers), look(2.5, 40), look(5, 100)])
  const hours = {
    resolution: 'HOUR',
    from: BIRTH,
    to: after(4),
    metrics: ['plays', 'gainedPlays', 'velocity'],
  }
  const expected = {
    plays: [50, 'NO_LOOK', 40, 'NO_LOOK'],
    gainedPlays: [50, 'NO_LOOK', -10, 'NO_LOOK'],
    velocity: [100, 'NO_LOOK', 'RESTATED', 'NO_LOOK'],
  }
  const raw = {
    ...hours,
    resolution: 'RAW',
    from: after(0.5),
    to: after(5),
    metrics: ['plays', 'gainedPlays', 'interactionRate'],
  }
  const looks = { plays: [50, 40], gainedPlays: [50, -10], interactionRate: [0.2, 'NOT_GIVEN'] }
  expect(told(await ask(hours))).toEqual(expected)
  expect(told(await ask(raw))).toEqual(looks)
  await rollup(ctx)
  expect(told(await ask(hours))).toEqual(expected)
  expect(told(await ask(raw))).toEqual(looks)
  expect((await ask(raw))[0]?.points.map(({ at }) => at)).toEqual(
    [0.5, 2.5].map((at) => after(at).toISOString()),
  )
  expect(told(await ask({ ...raw, from: BIRTH, metrics: ['interactionRate'] }))).toEqual({
    interactionRate: ['ZERO_PLAYS', 0.2, 'NOT_GIVEN'],
  })
})

test('what counts as interaction is what the workspace says', async () => {
  await store(ctx, [look(1, 100, { likes: 5, comments: 3, shares: null, saves: 7 })])
  const asked = { metrics: ['interactionRate'], from: BIRTH, to: after(1) }
  expect(told(await ask(asked))).toEqual({ interactionRate: ['NOT_GIVEN'] })
  await write(ctx, (tx) => tx.update(workspace).set({ interactionCounters: ['likes', 'saves'] }))
  expect(told(await ask(asked))).toEqual({ interactionRate: [0.12] })
})

test.each<[zone: string, from: string, to: string, plays: (number | string)[]]>([
  ['America/Los_Angeles', '2026-11-01T07:00:00Z', '2026-11-03T08:00:00Z', [100, 280]],
  // Its days begin within an hour: the last look of that hour would be of the wrong one.
  ['Asia/Kolkata', '2026-11-01T18:30:00Z', '2026-11-03T18:30:00Z', [250, 280]],
  ['UTC', '2026-11-02T00:00:00Z', '2026-11-04T00:00:00Z', [280, 'NO_LOOK']],
])('days of %s are made of hours or looks', async (zone, from, to, plays) => {
  await store(ctx, [look(1, 100), look(10, 200), look(16.4, 250), look(16.6, 280)])
  const asked = { metrics: ['plays'], from, to, zone }
  expect(told(await ask(asked))).toEqual({ plays })
  await rollup(ctx)
  expect(told(await ask(asked))).toEqual({ plays })
})

test('asOf answers what was known by then', async () => {
  const restated = { revision: 1, recordedAt: after(30) }
  await store(ctx, [
    look(1, 100),
    look(20, 300),
    look(20, 250, restated),
    look(3, 180, { recordedAt: after(40) }),
  ])
  await rollup(ctx)
  const metrics = ['plays', 'gainedPlays']
  const at = (hours: number) => ask({ metrics, from: BIRTH, to: after(20), asOf: after(hours) }).then(told)
  expect(await at(25)).toEqual({ plays: [100, 300], gainedPlays: [100, 200] })
  expect(await at(35)).toEqual({ plays: [100, 250], gainedPlays: [100, 150] })
  expect(await at(40)).toEqual({ plays: [180, 250], gainedPlays: [180, 70] })
  expect(await at(40)).toEqual(told(await ask({ metrics, from: BIRTH, to: after(20) })))
  expect(await at(0.5)).toEqual({ plays: ['NO_LOOK', 'NO_LOOK'], gainedPlays: ['NO_LOOK', 'NO_LOOK'] })
})

/** What 千川 says of a video's day. */
function spent(day: string, over: Partial<typeof outcome.$inferInsert>) {
  const startsAt = new Date(`${day}T00:00:00+08:00`)
  return write(ctx, async (tx) => {
    await tx.insert(outcome).values({
      source: 'qianchuan',
      subject: 'VIDEO',
      subjectId: made.itemId,
      startsAt,
      endsAt: new Date(startsAt.getTime() + DAY),
      grain: 'DAY',
      day,
      recordedAt: ctx.now,
      runId: 1,
      quality: 'agrees',
      ...over,
    })
    await tx.execute(
      sql`update video_state set dirty_from = least(dirty_from, ${startsAt.toISOString()}::timestamptz)`,
    )
  })
}

test('money is of days, known at once and the same after a rollup; the brand has the sums', async () => {
  const other = await published(ctx, home, { publishedAt: BIRTH })
  await store(ctx, [look(1, 100), look(26, 300), { ...look(2, 40), videoId: other.videoId }])
  await spent('2026-11-02', { spendFen: 1000, gmvFen: 2500 })
  await spent('2026-11-03', { spendFen: 0 })
  const asked = { metrics: ['spend', 'paidRoi', 'gainedPlays'], from: BIRTH, to: after(48) }
  const dirty = told(await ask(asked))
  expect(dirty.spend).toEqual([1000, 0, 'NO_MONEY'])
  expect(dirty.paidRoi).toEqual([2.5, 'NO_MONEY', 'NO_MONEY'])
  expect(dirty.gainedPlays).toEqual([100, 200, 'NO_LOOK'])
  await rollup(ctx)
  expect(told(await ask(asked))).toEqual(dirty)
  const variables = {
    id: globalId('Brand', home.brandId),
    metrics: ['gainedPlays', 'gainedLikes', 'spend', 'paidRoi', 'orders'],
    from: '2026-11-01',
    to: '2026-11-04',
  }
  const sums = told((await api.data(token, OF_BRAND, variables)).node.series)
  expect(sums).toEqual({
    gainedPlays: ['NO_LOOK', 140, 200, 'NO_LOOK'],
    gainedLikes: ['NO_LOOK', 'NOT_GIVEN', 'NOT_GIVEN', 'NO_LOOK'],
    spend: ['NO_MONEY', 1000, 0, 'NO_MONEY'],
    paidRoi: ['NO_MONEY', 2.5, 'NO_MONEY', 'NO_MONEY'],
    orders: Array(4).fill('NO_MONEY'),
  })
})

test('looks that are no longer kept are gaps of RAW; the days stay', async () => {
  const birth = new Date('2025-01-10T02:00:00Z')
  const old = await published(ctx, home, { publishedAt: birth })
  const observedAt = new Date(+birth + HOUR)
  await store(ctx, [{ videoId: old.videoId, observedAt, plays: 100 }])
  await rollup(ctx)
  await retain(ctx, { rawDays: 400, hourDays: 0 })
  const asked = { metrics: ['plays'], from: birth, to: new Date(+birth + 2 * HOUR) }
  const of = (resolution: string) => ask({ ...asked, resolution }, old.videoId).then(told)
  expect(await of('RAW')).toEqual({ plays: [] })
  expect(await of('HOUR')).toEqual({ plays: ['NO_LOOK', 100] })
  expect(await of('DAY')).toEqual({ plays: [100] })
})

test('what cannot be answered is refused with the argument at fault', async () => {
  const metrics = ['plays']
  expect(await refused({ metrics: ['plays', 'views'], ...WEEK })).toContain(
    'metrics has views; there are plays, likes',
  )
  expect(await refused({ metrics: [], ...WEEK })).toContain('metrics is empty')
  expect(await refused({ metrics, from: BIRTH, to: BIRTH })).toContain('to must be later than from')
  expect(await refused({ metrics, ...WEEK, zone: 'Mars/Olympus' })).toContain(
    'zone must be an IANA time zone',
  )
  const year = { from: '2025-01-01T00:00:00Z', to: '2026-03-01T00:00:00Z' }
  expect(await refused({ metrics, resolution: 'HOUR', ...year })).toContain('more than 10000 points')
  for (const over of [{ resolution: 'HOUR' }, { zone: 'UTC' }, { asOf: BIRTH }]) {
    expect(await refused({ metrics: ['gmv'], ...WEEK, ...over })).toContain('gmv is known by business day')
  }
  const brand = { id: globalId('Brand', home.brandId), from: '2026-11-02', to: '2026-11-01' }
  for (const variables of [
    { ...brand, metrics: ['gmv'] },
    { ...brand, metrics: ['plays'], to: '2026-11-03' },
    { ...brand, metrics: ['gmv', 'spend'], to: '2046-11-03' },
  ]) {
    const { errors } = await api.query(token, OF_BRAND, variables)
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
  }
})

test('a look too many of RAW is refused, not cut off', async () => {
  const many = Array.from({ length: 5001 }, (_, nth) => look(1 + nth / 3600, nth))
  await store(ctx, many)
  const asked = { resolution: 'RAW', from: BIRTH, to: after(9) }
  expect(await refused({ ...asked, metrics: ['plays', 'gainedPlays'] })).toContain('more than 10000 points')
  expect((await ask({ ...asked, metrics: ['plays'] }))[0]?.points).toHaveLength(5001)
})

test('a page of long series is refused as a whole', async () => {
  for (let nth = 0; nth < 21; nth++) await planned(ctx, home)
  const hours = 'resolution: HOUR, from: "2025-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z"'
  const page = (first: number) =>
    api.query(
      token,
      `{ videos(first: ${first}) { edges { node { series(metrics: ["plays"], ${hours}) { unit } } } } }`,
    )
  expect((await page(22)).errors?.[0]?.message).toContain('more than 200000 points')
  expect((await page(5)).errors).toBeUndefined()
})

test('a look too many of a video on a page of RAW is refused, whatever the others have', async () => {
  const others = await Promise.all(
    Array.from({ length: 24 }, () => published(ctx, home, { publishedAt: BIRTH })),
  )
  // A twenty-fifth of 200000 points is 8000.
  const looks = (count: number) => Array.from({ length: count }, (_, nth) => look(1 + nth / 3600, nth))
  const raw = `resolution: RAW, from: "${BIRTH.toISOString()}", to: "${after(9).toISOString()}"`
  const page = () =>
    api.query(
      token,
      `{ videos(first: 25) { edges { node { series(metrics: ["plays", "likes"], ${raw}) { points { at } } } } } }`,
    )
  await store(ctx, looks(4000))
  const { data, errors } = await page()
  expect(errors).toBeUndefined()
  const counts = data.videos.edges.map(
    (edge: { node: { series: Series[] } }) => edge.node.series[0]?.points.length,
  )
  expect(counts.toSorted((a: number, b: number) => b - a)).toEqual([4000, ...others.map(() => 0)])
  await store(ctx, [look(8, 1)])
  expect((await page()).errors?.[0]?.message).toContain('more than 8000 points')
  expect(
    (await ask({ metrics: ['plays', 'likes'], resolution: 'RAW', from: BIRTH, to: after(9) }))[0]?.points,
  ).toHaveLength(4001)
})

test('an unpublished video has gaps', async () => {
  const videoId = await planned(ctx, home)
  expect(told(await ask({ metrics: ['plays'], ...WEEK }, videoId))).toEqual({
    plays: Array(4).fill('NO_LOOK'),
  })
})

test('a page of videos and of brands costs as many statements as one', async () => {
  const SERIES = `series(metrics: ["plays", "spend"], resolution: DAY, from: "${WEEK.from}", to: "${WEEK.to}") ${FIELDS}`
  const SUMS = `series(metrics: ["gmv"], from: "2026-11-01", to: "2026-11-09") ${FIELDS}`
  const cost = (document: string) => statementsOf(t, () => api.data(token, document))
  const videos = `{ videos { edges { node { ${SERIES} } } } }`
  const brands = `{ brands { edges { node { ${SUMS} } } } }`
  const one = [(await cost(videos)).length, (await cost(brands)).length]
  for (let nth = 0; nth < 4; nth++) {
    const { videoId } = await published(ctx, await content(ctx), { publishedAt: BIRTH })
    await store(ctx, [look(1, 100, { videoId })])
  }
  expect([(await cost(videos)).length, (await cost(brands)).length]).toEqual(one)
})
