/** Figures through GraphQL: what is known now, and what was known at an instant. */
import { eq, sql } from 'drizzle-orm'
import postgres from 'postgres'
import { beforeAll, describe, expect, test } from 'vitest'
import { outcome, subject, videoState } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { importObservations } from '../../flow/import.ts'
import type { ObservationRow } from '../../platforms/observation-row.ts'
import { METRIC_KEYS } from '../../rules/catalogue.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'
import { counters } from '../support/connector.ts'
import { type Content, content, itemId, kol, planned, published, seen } from '../support/content.ts'
import { NOW, testDatabase, unique } from '../support/database.ts'
import { globalId, statementsOf, testApi, tokenOf } from '../support/graphql.ts'
import { store } from '../support/looks.ts'
import { storeSales } from '../support/sales.ts'

const t = testDatabase()
const api = testApi(t)
const TUESDAY = new Date('2026-11-03T12:00:00Z')
const earlierThan = (at: Date, ms: number) => new Date(at.getTime() - ms)

let ctx: Awaited<ReturnType<typeof t.tenant>>
/** The same workspace three weeks ago. */
let early: Context
let token: string
let made: Content
beforeAll(async () => {
  ctx = await t.tenant()
  early = { ...ctx, now: earlierThan(NOW, 22 * DAY) }
  token = await tokenOf(ctx, 'VIEWER')
  made = await content(early)
})

interface Asked {
  asOf?: Date
  metrics?: string[]
}
const field = ({ asOf, metrics }: Asked) => {
  const args = [asOf && `asOf: "${asOf.toISOString()}"`, metrics && `metrics: ${JSON.stringify(metrics)}`]
  const given = args.filter(Boolean).join(', ')
  return `figures${given && `(${given})`} { metric { key unit } value reason estimated source observedAt
    others { source value } disagrees }`
}
const document = (videoId: number, asked: Asked) =>
  `{ node(id: "${globalId('Video', videoId)}") { ... on Video { ${field(asked)} } } }`

// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of it
async function figures(videoId: number, asked: Asked = {}): Promise<Record<string, any>> {
  const { node } = await api.data(token, document(videoId, asked))
  return Object.fromEntries(
    node.figures.map(({ metric, ...rest }: { metric: { key: string } }) => [metric.key, rest]),
  )
}
async function refusal(videoId: number, asked: Asked) {
  const { data, errors } = await api.query(token, document(videoId, asked))
  expect(data).toEqual({ node: { figures: null } })
  return errors?.map(({ message, extensions }) => [extensions.code, message])
}
/** As the owner: what retention does to old months. */
async function forget(videoId: number, until: Date): Promise<void> {
  const owner = postgres(t.ownerUrl, { max: 1 })
  await owner`delete from snapshot where video_id = ${videoId} and observed_at <= ${until}`
  await owner.end()
}

test('a counter that is restated changes the answer of today and not that of last Tuesday', async () => {
  const { videoId } = await published(early, made)
  const look = (hours: number, plays: number) => ({
    ...counters({ plays }),
    videoId,
    observedAt: earlierThan(TUESDAY, hours * HOUR),
  })
  await store(ctx, [look(3, 1000), look(2, 1200), look(1, 1500)])
  const tuesday = await figures(videoId, { asOf: TUESDAY })
  expect(Object.keys(tuesday)).toEqual(METRIC_KEYS)
  expect(tuesday.plays).toEqual({
    value: 1500,
    reason: null,
    estimated: false,
    source: 'test',
    observedAt: earlierThan(TUESDAY, HOUR).toISOString(),
    others: [],
    disagrees: false,
  })
  expect(tuesday).toMatchObject({ velocity: { value: 300 }, acceleration: { value: 100 } })
  expect(tuesday.interactionRate.value).toBeCloseTo(55 / 1500, 12)
  expect(await figures(videoId)).toEqual(tuesday)

  await store(ctx, [{ ...look(1, 1300), revision: 1, recordedAt: earlierThan(NOW, DAY) }])
  expect(await figures(videoId)).toMatchObject({
    plays: { value: 1300 },
    velocity: { value: 100 },
    acceleration: { value: -100 },
  })
  expect(await figures(videoId, { asOf: NOW })).toEqual(await figures(videoId))
  expect(await figures(videoId, { asOf: earlierThan(NOW, DAY) })).toMatchObject({ plays: { value: 1300 } })
  expect(await figures(videoId, { asOf: TUESDAY })).toEqual(tuesday)
  // Between two looks the earlier one is what was known.
  expect(await figures(videoId, { asOf: earlierThan(TUESDAY, 90 * MINUTE) })).toMatchObject({
    plays: { value: 1200 },
    acceleration: { value: null, reason: 'NO_EARLIER_LOOK' },
  })
  expect(await figures(videoId, { asOf: earlierThan(TUESDAY, DAY) })).toMatchObject({
    plays: { value: null, reason: 'NO_LOOK', source: null, observedAt: null },
    ageHours: { value: null, reason: 'NO_LOOK' },
  })
})

test('an order that is refunded changes the answer of today and not that of last Tuesday', async () => {
  const source = unique('source')
  const { videoId, itemId } = await published(early, made)
  await seen(ctx, source, [])
  const subjectId = await write(ctx, async (tx) => {
    const [found] = await tx.select({ id: subject.id }).from(subject).where(eq(subject.source, source))
    await tx.update(subject).set({ readTo: NOW }).where(eq(subject.source, source))
    return found?.id as number
  })
  const paidAt = earlierThan(NOW, 20 * DAY)
  const order = {
    side: 'shop' as const,
    orderId: unique('order'),
    subjectId,
    itemId,
    payAmountFen: 9000,
    status: 'PAY_SUCC',
    refunded: false,
    paidAt,
    recordedAt: paidAt,
  }
  const report = {
    source: 'qianchuan',
    subject: 'VIDEO' as const,
    subjectId: itemId,
    startsAt: paidAt,
    endsAt: new Date(paidAt.getTime() + DAY),
    grain: 'DAY' as const,
    day: '2026-10-22',
    spendFen: 3000,
    gmvFen: 6000,
    recordedAt: paidAt,
    runId: 0,
  }
  // The shop sold on: by its latest payment the order was old enough.
  const later = { orderId: unique('order'), itemId: '7000000000000000001' }
  const soldOn = { ...order, ...later, paidAt: earlierThan(TUESDAY, HOUR), recordedAt: TUESDAY }
  await write(ctx, (tx) => storeSales(tx, [order, soldOn]))
  await write(ctx, (tx) => tx.insert(outcome).values(report))
  const tuesday = await figures(videoId, { asOf: TUESDAY })
  expect(tuesday).toMatchObject({
    gmv: { value: 9000, source: 'sale', observedAt: paidAt.toISOString() },
    orders: { value: 1 },
    spend: { value: 3000, source: 'qianchuan' },
    paidRoi: { value: 2 },
    settledRoi7: { value: 3, source: 'sale / qianchuan' },
    settledRoi14: { value: null, reason: 'NO_MONEY' },
  })
  const refund = { revision: 1, status: 'REFUNDED', refunded: true, updatedAt: earlierThan(NOW, 18 * DAY) }
  await write(ctx, (tx) => storeSales(tx, [{ ...order, ...refund, recordedAt: earlierThan(NOW, DAY) }]))
  expect(await figures(videoId)).toMatchObject({ settledRoi7: { value: 0 }, settledRoi14: { value: 0 } })
  expect(await figures(videoId, { asOf: TUESDAY })).toEqual(tuesday)
})

test('two sources: one is believed, the other is shown, and they are not averaged', async () => {
  const { videoId } = await published(early, made)
  const at = earlierThan(NOW, HOUR)
  await store(ctx, [
    { videoId, observedAt: earlierThan(at, 30 * MINUTE), source: 'qianchuan', plays: 1000, likes: 100 },
    { videoId, observedAt: at, source: 'file', plays: 1020, likes: 100, saves: 7 },
    // Long ago: no longer compared.
    { videoId, observedAt: earlierThan(at, 2 * HOUR), source: 'douyin', plays: 5 },
  ])
  const found = await figures(videoId)
  expect(found.plays).toMatchObject({
    value: 1000,
    source: 'qianchuan',
    others: [{ source: 'file', value: 1020 }],
    disagrees: true,
  })
  expect(found.likes).toMatchObject({
    value: 100,
    others: [{ source: 'file', value: 100 }],
    disagrees: false,
  })
  expect(found.saves).toMatchObject({ value: 7, source: 'file', observedAt: at.toISOString(), others: [] })
  expect(await figures(videoId, { asOf: earlierThan(at, 1) })).toMatchObject({
    plays: { value: 1000, others: [], disagrees: false },
    saves: { value: null, reason: 'NOT_GIVEN' },
  })
})

describe('the baseline of the KOL', () => {
  const kolId = String(itemId())
  const ids = Array.from({ length: 5 }, () => itemId())
  /** Five videos a day apart, seen every two hours for four days; `more` is what a file says differently. */
  const rowsOf = (more: (video: number) => number): ObservationRow[] =>
    ids.flatMap((id, video) =>
      Array.from({ length: 48 }, (_, look): ObservationRow => {
        const publishedAt = NOW.getTime() - (20 - video) * DAY
        const plays = look % 7 === 3 ? null : Math.round(more(video) * 1000 * Math.sqrt(look + 1))
        const observedAt = publishedAt + (2 * look + 2) * HOUR
        return { itemId: id, kolId, publishedAt, observedAt, counters: counters({ plays }), followers: 5000 }
      }),
    )
  const run = (at: Date, given: ObservationRow[]) =>
    importObservations(
      { ...ctx, now: at },
      {
        file: 'test.csv',
        items: (async function* () {
          yield given.map((row, index) => ({ ok: true as const, line: index + 2, row }))
        })(),
        brand: 'Imported',
        dryRun: false,
        onRefused: () => {},
        onProgress: () => {},
      },
    )
  const told = earlierThan(NOW, 10 * DAY)
  const video = async (index: number) => {
    const where = sql`select id::float8 as id from video where item_id = ${ids[index]}`
    const [row] = (await write(ctx, (tx) => tx.execute(where))) as unknown as { id: number }[]
    return row?.id as number
  }
  const metrics = ['kolRatio', 'playsPerFollower']

  test('made again of looks it is the one that was judged by', async () => {
    await run(
      told,
      rowsOf((n) => n + 1),
    )
    const videoId = await video(4)
    const asOf = await figures(videoId, { asOf: told })
    const [state] = await write(ctx, (tx) =>
      tx.select().from(videoState).where(eq(videoState.videoId, videoId)),
    )
    expect(state?.kolRatio).toBeCloseTo(2, 2)
    expect(asOf.kolRatio).toMatchObject({ value: state?.kolRatio, estimated: false })
    expect(asOf.velocity.value).toBe(state?.velocity)
    expect(asOf.playsPerFollower.value).toBe((state?.plays ?? 0) / 5000)
    expect((await figures(videoId)).kolRatio).toEqual(asOf.kolRatio)
    // The second video has one before it only.
    expect((await figures(await video(1), { asOf: told })).kolRatio.reason).toBe('TOO_FEW_PEERS')
    // Not known before the file came, though it went out.
    const { node } = await api.data(token, document(videoId, { asOf: earlierThan(told, 1) }))
    expect(node).toEqual({ figures: null })
  })

  test('other videos that are restated later change nothing of before', async () => {
    const videoId = await video(4)
    const asOf = await figures(videoId, { asOf: told, metrics })
    const { restated } = await run(
      earlierThan(NOW, DAY),
      rowsOf((n) => (n === 4 ? 5 : 10)),
    )
    expect(restated).toBe(4 * (48 - 7))
    expect(await figures(videoId, { asOf: told, metrics })).toEqual(asOf)
    const since = await figures(videoId, { asOf: earlierThan(NOW, HOUR), metrics })
    expect(since.kolRatio.value).toBeCloseTo(0.5, 2)
  })

  test('of which only the curve is kept it is an estimate, and says so', async () => {
    const videoId = await video(4)
    await forget(await video(2), NOW)
    const { kolRatio } = await figures(videoId, { asOf: told, metrics })
    expect(kolRatio).toMatchObject({ value: expect.closeTo(2, 2), estimated: true })
  })
})

test('an instant whose looks are no longer kept is refused, and hides nothing else', async () => {
  const { videoId } = await published(early, made)
  const looks = [1, 2, 3, 4, 5].map((days) => ({
    videoId,
    observedAt: earlierThan(NOW, days * DAY),
    plays: 100,
  }))
  await store(ctx, looks)
  await forget(videoId, earlierThan(NOW, 4 * DAY))
  const gone = earlierThan(NOW, 1.5 * DAY)
  expect(await refusal(videoId, { asOf: gone })).toEqual([
    ['BAD_USER_INPUT', expect.stringContaining(gone.toISOString())],
  ])
  expect(await figures(videoId, { asOf: earlierThan(NOW, DAY) })).toMatchObject({
    acceleration: { value: 0 },
  })
  expect(await figures(videoId)).toMatchObject({ plays: { value: 100 } })
})

test('prices and margin; not published: null; a metric that is not there is refused', async () => {
  const id = await planned(ctx, made)
  expect((await api.data(token, document(id, {}))).node).toEqual({ figures: null })
  const { videoId } = await published(ctx, made)
  expect((await api.data(token, document(videoId, { asOf: TUESDAY }))).node).toEqual({ figures: null })
  const some = await figures(videoId, { metrics: ['kolCpm', 'breakEvenRoi'] })
  expect(some).toMatchObject({ kolCpm: { reason: 'NO_PRICE' }, breakEvenRoi: { reason: 'NO_MARGIN' } })
  expect(Object.keys(some)).toEqual(['kolCpm', 'breakEvenRoi'])
  expect(await refusal(videoId, { metrics: ['plays', 'fame'] })).toEqual([
    ['BAD_USER_INPUT', 'There is no metric fame.'],
  ])
})

test('a page costs as many statements as one video, for each instant that is asked for', async () => {
  const other = await t.tenant()
  const reader = await tokenOf(other, 'VIEWER')
  const past = { ...other, now: earlierThan(NOW, 9 * DAY) }
  const matrix = await content(past)
  for (let n = 0; n < 6; n++) {
    const kolId = await kol(past)
    for (let k = 0; k < 2; k++) {
      const { videoId } = await published(past, matrix, { kolId })
      await store(other, [{ videoId, observedAt: earlierThan(NOW, 8 * DAY), plays: 100 }])
    }
  }
  const cost = async (first: number, fields: string) => {
    const page = `{ videos(first: ${first}) { edges { node { ${fields} } } } }`
    const sent = await statementsOf(t, () => api.data(reader, page))
    return sent.length
  }
  const one = await cost(1, 'title')
  expect(await cost(1, field({}))).toBe(one + 4)
  expect(await cost(12, field({}))).toBe(one + 4)
  expect(await cost(12, field({ asOf: TUESDAY }))).toBe(one + 3)
  expect(await cost(12, `${field({})} then: ${field({ asOf: TUESDAY })}`)).toBe(one + 7)
})
