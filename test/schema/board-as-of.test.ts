/** The board as of an instant through GraphQL, beside the board of now. */
import postgres from 'postgres'
import { beforeAll, expect, test } from 'vitest'
import { outcome } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { judgeLooks } from '../../flow/judge.ts'
import { refreshMoney } from '../../flow/money.ts'
import { createRule } from '../../flow/rule.ts'
import { DAY, HOUR } from '../../rules/types.ts'
import { counters } from '../support/connector.ts'
import { type Content, content, planned, published } from '../support/content.ts'
import { NOW, testDatabase, unique } from '../support/database.ts'
import { globalId, statementsOf, testApi, tokenOf } from '../support/graphql.ts'
import { store } from '../support/looks.ts'

const t = testDatabase()
const api = testApi(t)
const ago = (days: number, hours = 0) => new Date(NOW.getTime() - days * DAY - hours * HOUR)

let ctx: Context
let token: string
let made: Content
const videos: { videoId: number; itemId: string }[] = []

/** Seen as a poll sees it: stored and judged. */
async function look(at: Date, plays: number, of: readonly number[]): Promise<void> {
  const looks = of.map((n) => ({ ...counters({ plays }), videoId: videos[n]?.videoId as number }))
  await store(
    ctx,
    looks.map((one) => ({ ...one, observedAt: at })),
  )
  await write({ ...ctx, now: at }, (tx) =>
    judgeLooks(
      tx,
      looks.map((one) => ({ ...one, observedAt: at.getTime(), followers: null })),
    ),
  )
}

async function spent(n: number, spendFen: number, recordedAt: Date, revision = 0): Promise<void> {
  const { itemId } = videos[n] as (typeof videos)[number]
  const day = { startsAt: ago(10), endsAt: ago(9), grain: 'DAY' as const, day: '2026-11-01' }
  const of = { source: 'qianchuan', subject: 'VIDEO' as const, subjectId: itemId, runId: 0 }
  await write({ ...ctx, now: recordedAt }, async (tx) => {
    await tx.insert(outcome).values({ ...of, ...day, revision, spendFen, recordedAt })
    await refreshMoney(tx, ctx.now, new Map([[itemId, null]]))
  })
}

beforeAll(async () => {
  ctx = await t.tenant(ago(20))
  token = await tokenOf(ctx, 'VIEWER')
  made = await content(ctx)
  const definition = { condition: { metric: 'plays', op: '>=', value: 2000 } }
  await createRule(ctx, { name: unique('rule'), definition, enabled: true })
  for (let n = 0; n < 3; n++) videos.push(await published(ctx, made))
  await look(ago(10), 1000, [0, 1])
  await look(ago(9), 3000, [0])
  await spent(0, 500, ago(9))
})

const FIGURES = `{ planned published watched flagged hitRate medianPlays interactionRate interactionKnown spendFen
  spendKnown roi bestVideoId bestPlays }`
const document = (args: string) => `{ node(id: "${globalId('Matrix', made.matrixId)}") { ... on Matrix {
  board(rows: PERSONA, columns: PRODUCT${args}) {
    rows { elementId name open } columns { name } gaps { row column } cells { row column figures ${FIGURES} }
    rowTotals ${FIGURES} columnTotals ${FIGURES} total ${FIGURES} } } } }`
const board = async (asOf?: Date) =>
  (await api.data(token, document(asOf ? `, asOf: "${asOf.toISOString()}"` : ''))).node.board

test('as of now it is the board of now', async () => {
  const now = await board()
  expect(now.total).toMatchObject({ published: 3, watched: 2, flagged: 1, medianPlays: 2000, spendFen: 500 })
  expect(await board(ago(0, 1))).toEqual(now)
  // An instant that is not over yet is now.
  expect(await board(new Date(NOW.getTime() + DAY))).toEqual(now)
})

test('as of before it is what was known then, whatever is restated, spent, published and flagged since', async () => {
  const then = await board(ago(9, 1))
  expect(then.total).toMatchObject({
    planned: 0,
    published: 3,
    watched: 2,
    flagged: 0,
    medianPlays: 1000,
    spendFen: null,
    spendKnown: 0,
  })
  const since = await board(ago(5))
  await look(ago(4), 2500, [0, 1])
  await spent(0, 700, ago(4), 1)
  const [first] = videos
  await store(ctx, [
    {
      ...counters({ plays: 9 }),
      videoId: first?.videoId as number,
      observedAt: ago(10),
      revision: 1,
      recordedAt: ago(3),
    },
  ])
  await planned({ ...ctx, now: ago(3) }, made)
  const now = await board()
  expect(now.total).toMatchObject({ planned: 1, flagged: 2, medianPlays: 2500, spendFen: 700 })
  expect(await board(ago(0, 1))).toEqual(now)
  expect(await board(ago(5))).toEqual(since)
  expect(await board(ago(9, 1))).toEqual(then)
  expect((await board(ago(30))).total).toMatchObject({ planned: 0, published: 0, watched: 0 })
})

test('it costs two statements more than the board of now', async () => {
  const now = await statementsOf(t, () => board())
  const then = await statementsOf(t, () => board(ago(5)))
  expect(then.length).toBe(now.length + 2)
})

test('looks that are no longer kept are not answered from', async () => {
  const owner = postgres(t.ownerUrl, { max: 1 })
  await owner`delete from snapshot where observed_at <= ${ago(9)}`
  await owner.end()
  const asOf = ago(8)
  const { errors } = await api.query(token, document(`, asOf: "${asOf.toISOString()}"`))
  expect(errors).toMatchObject([
    { message: expect.stringContaining('2 videos'), extensions: { code: 'BAD_USER_INPUT' } },
  ])
  expect((await board(ago(1))).total).toMatchObject({ watched: 2, medianPlays: 2500 })
})
