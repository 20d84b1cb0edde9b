/** Sources as data: their limits, and what the viewer's workspace made of them today. */
import { expect, test } from 'vitest'
import type { Context } from '../../flow/context.ts'
import { takeCall } from '../../flow/quota.ts'
import type { SourceInfo } from '../../platforms/connector.ts'
import { createRegistry } from '../../platforms/registry.ts'
import { DAY } from '../../rules/types.ts'
import { NOW, testDatabase } from '../support/database.ts'
import { statementsOf, testApi, tokenOf } from '../support/graphql.ts'

const t = testDatabase()
const paid: SourceInfo = {
  source: 'paid',
  capability: {
    gives: ['plays', 'saves'],
    freshnessMs: 90_000,
    batch: 20,
    callsPerSecond: 0.5,
    callsPerDay: 10,
    scope: 'account',
    costFen: 3,
  },
}
const registry = createRegistry({
  urls: { oceanengine: 'http://localhost', douyin: 'http://localhost' },
  now: () => NOW.getTime(),
  sleep: async () => {},
  random: () => 0,
})
const api = testApi(t, () => ({ sources: [...registry.sources(), paid] }))

const DOCUMENT = `{ sources {
  name gives freshnessMinutes batch limitScope callsPerSecond callsPerDay costFen
  callsToday refusedToday costTodayFen callsLeft
} }`
const ask = (ctx: Context, over: { urgent?: boolean; scope?: string } = {}) =>
  takeCall(ctx, {
    source: paid.source,
    scope: 'one',
    limits: { ...paid.capability, callsPerSecond: null },
    urgent: false,
    maxWaitMs: 0,
    ...over,
  })

test('every source says what it gives, what limits it, and what it cost today; in one statement', async () => {
  const ctx = await t.tenant()
  const token = await tokenOf(ctx)
  await ask({ ...ctx, now: new Date(NOW.getTime() - DAY) }, { scope: 'two' })
  for (let nth = 0; nth < 9; nth++) await ask(ctx)
  let answer: { sources: { name: string }[] } = { sources: [] }
  const sent = await statementsOf(t, async () => {
    answer = await api.data(token, DOCUMENT)
  })
  expect(sent.filter((text) => text.includes('call_use'))).toHaveLength(1)
  expect(answer.sources.find(({ name }) => name === 'paid')).toEqual({
    name: 'paid',
    gives: ['PLAYS', 'SAVES'],
    freshnessMinutes: 1.5,
    batch: 20,
    limitScope: 'ACCOUNT',
    callsPerSecond: 0.5,
    callsPerDay: 10,
    costFen: 3,
    callsToday: 8,
    refusedToday: 1,
    costTodayFen: 24,
    // Of the account asked yesterday: 8 of 10, as 2 are kept.
    callsLeft: 8,
  })
  expect(answer.sources.find(({ name }) => name === 'qianchuan')).toMatchObject({
    gives: ['PLAYS', 'LIKES', 'COMMENTS', 'SHARES'],
    limitScope: 'APP',
    callsPerSecond: 10,
    callsPerDay: null,
    callsToday: 0,
    callsLeft: null,
  })
  expect(answer.sources.find(({ name }) => name === 'oceanengine')).toMatchObject({ gives: [] })
})

test('the use is of the own workspace; what is left takes the others into account', async () => {
  const [one, other] = [await t.tenant(), await t.tenant()]
  for (let nth = 0; nth < 3; nth++) await ask(one, { scope: 'shared' })
  await ask(other, { scope: 'shared' })
  const { sources } = await api.data(await tokenOf(other), DOCUMENT)
  // Half of 8, less one.
  expect(sources.at(-1)).toMatchObject({ callsToday: 1, costTodayFen: 3, callsLeft: 3 })
})

test('a cap is set and taken away by an ADMIN, and stops what costs', async () => {
  const ctx = await t.tenant()
  const admin = await tokenOf(ctx, 'ADMIN')
  const set = (token: string, input: string) =>
    api.query(
      token,
      `mutation { setLookCap(input: ${input}) { __typename ... on Workspace { lookCapFen } ... on Error { message } } }`,
    )
  expect((await set(admin, '{ capFen: 5 }')).data).toEqual({
    setLookCap: { __typename: 'Workspace', lookCapFen: 5 },
  })
  expect(await ask(ctx, { scope: 'capped' })).toMatchObject({ kind: 'GO' })
  expect(await ask(ctx, { scope: 'capped' })).toMatchObject({ kind: 'REFUSED', reason: 'CAP' })
  expect((await set(admin, '{ capFen: -1 }')).data.setLookCap).toMatchObject({
    __typename: 'InvalidInputError',
  })
  expect((await set(admin, '{ capFen: null }')).data.setLookCap).toMatchObject({ lookCapFen: null })
  expect(await ask(ctx, { scope: 'capped' })).toMatchObject({ kind: 'GO' })

  const refused = await set(await tokenOf(ctx, 'EDITOR'), '{ capFen: 5 }')
  expect(refused.data).toEqual({ setLookCap: null })
  expect(refused.errors).toMatchObject([
    { message: expect.stringContaining('ADMIN'), extensions: { code: 'FORBIDDEN' } },
  ])
  const { viewer } = await api.data(admin, '{ viewer { workspace { lookCapFen } } }')
  expect(viewer.workspace).toEqual({ lookCapFen: null })
})
