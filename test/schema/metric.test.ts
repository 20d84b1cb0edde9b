/** The metric catalogue, and what a workspace decides of it. */
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { videoState } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { judgeLooks } from '../../flow/judge.ts'
import { METRIC_KEYS, METRICS } from '../../rules/catalogue.ts'
import { HOUR } from '../../rules/types.ts'
import { counters } from '../support/connector.ts'
import { content, published } from '../support/content.ts'
import { testDatabase } from '../support/database.ts'
import { globalId, testApi, tokenOf } from '../support/graphql.ts'
import { store } from '../support/looks.ts'

const t = testDatabase()
const api = testApi(t)

const set = (counters: string) =>
  `mutation { setInteractionCounters(input: { counters: ${counters} }) {
    __typename ... on Workspace { name interactionCounters } ... on InvalidInputError { field message } } }`
const shown = '{ viewer { workspace { interactionCounters } } }'

test('the catalogue says of every metric all that it knows', async () => {
  const document = '{ metrics { key zh en unit formula window nullRule restatement source } viewer { role } }'
  const { metrics } = await api.data(await tokenOf(await t.tenant(), 'VIEWER'), document)
  const expected = METRIC_KEYS.map((key) => {
    const { zh, en, unit, formula, window, nullRule, restatement, source } = METRICS[key]
    return { key, zh, en, unit, formula, window, nullRule, restatement, source }
  })
  expect(metrics).toEqual(expected)
})

test('what counts as interaction: set, shown, in one order, and of one workspace only', async () => {
  const [one, other] = [await t.tenant(), await t.tenant()]
  const token = await tokenOf(one)
  const usual = { viewer: { workspace: { interactionCounters: ['LIKES', 'COMMENTS', 'SHARES'] } } }
  expect(await api.data(token, shown)).toEqual(usual)
  const { setInteractionCounters } = await api.data(token, set('[SAVES, LIKES, SAVES]'))
  expect(setInteractionCounters).toMatchObject({ interactionCounters: ['LIKES', 'SAVES'] })
  expect(await api.data(token, shown)).toEqual({
    viewer: { workspace: { interactionCounters: ['LIKES', 'SAVES'] } },
  })
  expect(await api.data(await tokenOf(other), shown)).toEqual(usual)
})

test('none is refused, and nothing changes', async () => {
  const token = await tokenOf(await t.tenant())
  expect(await api.data(token, set('[]'))).toEqual({
    setInteractionCounters: {
      __typename: 'InvalidInputError',
      field: 'counters',
      message: expect.stringContaining('at least one'),
    },
  })
  const { viewer } = await api.data(token, shown)
  expect(viewer.workspace.interactionCounters).toHaveLength(3)
})

async function rates(ctx: Context, token: string, videoId: number) {
  const [state] = await write(ctx, (tx) =>
    tx.select({ rate: videoState.interactionRate }).from(videoState).where(eq(videoState.videoId, videoId)),
  )
  const document = `{ node(id: "${globalId('Video', videoId)}") { ... on Video {
    figures(metrics: ["interactionRate"]) { value } } } }`
  return { judged: state?.rate, told: (await api.data(token, document)).node.figures[0].value }
}

test('looks are judged by it from then on, and figures count so at once', async () => {
  const ctx = await t.tenant()
  const token = await tokenOf(ctx)
  const { videoId } = await published(ctx, await content(ctx))
  const look = async (hours: number) => {
    const observedAt = new Date(ctx.now.getTime() + hours * HOUR)
    const seen = { ...counters({ plays: 1000, likes: 40, comments: 10, shares: 5, saves: 100 }), videoId }
    await store(ctx, [{ ...seen, observedAt }])
    await write(ctx, (tx) => judgeLooks(tx, [{ ...seen, observedAt: observedAt.getTime(), followers: null }]))
  }
  await look(1)
  expect(await rates(ctx, token, videoId)).toEqual({ judged: 0.055, told: 0.055 })
  await api.data(token, set('[LIKES, SAVES]'))
  expect(await rates(ctx, token, videoId)).toEqual({ judged: 0.055, told: 0.14 })
  await look(2)
  expect(await rates(ctx, token, videoId)).toEqual({ judged: 0.14, told: 0.14 })
})
