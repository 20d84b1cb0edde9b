/** Money and bought plays of a video, as GraphQL answers them: what no source says is null, and never 0. */
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { outcome, videoState } from '../../db/tables.ts'
import { write } from '../../flow/context.ts'
import { refreshMoney } from '../../flow/money.ts'
import { content, published } from '../support/content.ts'
import { testDatabase } from '../support/database.ts'
import { testApi, tokenOf } from '../support/graphql.ts'

const t = testDatabase()
const api = testApi(t)
const FIELDS = `naturalPlays boughtPlays boughtBy spendFen paidGmvFen gmvFen orders settled7Fen settled14Fen adShows
  completionRate fiveSecondRate`

test('money in 分, bought and natural plays; null is not 0', async () => {
  const ctx = await t.tenant()
  const token = await tokenOf(ctx)
  const { videoId, itemId } = await published(ctx, await content(ctx))
  const read = async () => {
    const { videos } = await api.data(token, `{ videos { edges { node { state { ${FIELDS} } } } } }`)
    return videos.edges[0].node.state
  }
  const nothing = Object.fromEntries(FIELDS.split(/\s+/).map((name) => [name, null]))
  expect(await read()).toEqual(nothing)
  const seen = { plays: 10_000, observedAt: ctx.now }
  const where = eq(videoState.videoId, videoId)
  await write(ctx, (tx) => tx.update(videoState).set(seen).where(where))
  expect(await read()).toEqual({ ...nothing, naturalPlays: 10_000 })
  await write(ctx, async (tx) => {
    await tx.insert(outcome).values({
      ...{
        source: 'qianchuan',
        subject: 'VIDEO',
        subjectId: itemId,
        scopeId: 'plan 1',
        grain: 'DAY',
        day: '2026-11-11',
      },
      ...{ startsAt: ctx.now, endsAt: ctx.now, spendFen: 5000, gmvFen: 0, recordedAt: ctx.now, runId: 1 },
    })
    await refreshMoney(tx, ctx.now, new Map([[itemId, ctx.now]]))
  })
  const advertised = {
    spendFen: 5000,
    paidGmvFen: 0,
    boughtPlays: 2500,
    boughtBy: 'ESTIMATED',
    naturalPlays: 7500,
  }
  expect(await read()).toEqual({ ...nothing, ...advertised })
  await write(ctx, (tx) => tx.update(videoState).set({ plays: 2000 }).where(where))
  expect(await read()).toMatchObject({ naturalPlays: 0 })
})
