/** What imported files say, as GraphQL answers it: the latest revision, and doubt instead of a wrong ROI. */
import { beforeAll, expect, test } from 'vitest'
import { outcome } from '../../db/tables.ts'
import { write } from '../../flow/context.ts'
import { testDatabase } from '../support/database.ts'
import { testApi, tokenOf } from '../support/graphql.ts'

const t = testDatabase()
const api = testApi(t)
const DAYS = 5
let token: string
beforeAll(async () => {
  const ctx = await t.tenant()
  token = await tokenOf(ctx)
  const row = (
    day: number,
    over: Partial<typeof outcome.$inferInsert> = {},
  ): typeof outcome.$inferInsert => ({
    source: 'order',
    subject: 'VIDEO',
    subjectId: '7400000000000000001',
    startsAt: new Date(Date.UTC(2026, 10, day)),
    endsAt: new Date(Date.UTC(2026, 10, day + 1)),
    grain: 'DAY',
    day: `2026-11-0${day}`,
    spendFen: 10_000,
    gmvFen: 25_000,
    recordedAt: ctx.now,
    runId: 1,
    quality: 'agrees',
    ...over,
  })
  const days = Array.from({ length: DAYS }, (_, index) => row(index + 1))
  const restated = row(1, { revision: 1, gmvFen: 20_000 })
  const doubted = row(2, { source: 'material', subject: 'MATERIAL', quality: 'disagrees', scopeId: '9' })
  const unspent = row(3, { source: 'plan', subject: 'PLAN', spendFen: 0, quality: null })
  await write(ctx, (tx) => tx.insert(outcome).values([...days, restated, doubted, unspent]))
})

const FIELDS = 'source subject scopeId grain startsAt revision spendFen gmvFen roi quality'
async function read(args: string, pageInfo = '') {
  return (await api.data(token, `{ outcomes${args} { edges { cursor node { ${FIELDS} } } ${pageInfo} } }`))
    .outcomes
}
const nodes = (answer: { edges: { node: unknown }[] }) => answer.edges.map(({ node }) => node)

test('the latest revision of each period, latest first, page by page', async () => {
  const all = await read('(subject: VIDEO)')
  expect(nodes(all).map((node) => (node as { startsAt: string }).startsAt.slice(0, 10))).toEqual(
    [5, 4, 3, 2, 1].map((day) => `2026-11-0${day}`),
  )
  expect(nodes(all).at(-1)).toMatchObject({ revision: 1, gmvFen: 20_000, roi: 2, quality: 'AGREES' })
  const paged: unknown[] = []
  for (let after = ''; ; ) {
    const page = await read(`(subject: VIDEO, first: 2${after})`, 'pageInfo { hasNextPage endCursor }')
    paged.push(...nodes(page))
    if (!page.pageInfo.hasNextPage) break
    after = `, after: "${page.pageInfo.endCursor}"`
  }
  expect(paged).toEqual(nodes(all))
})

test('a row that contradicts itself has a mark and no ROI; nothing spent is no ROI either', async () => {
  expect(nodes(await read('(disagrees: true)'))).toMatchObject([
    {
      subject: 'MATERIAL',
      scopeId: '9',
      roi: null,
      quality: 'DISAGREES',
      spendFen: 10_000,
      gmvFen: 25_000,
    },
  ])
  expect(nodes(await read('(subject: PLAN)'))).toMatchObject([{ scopeId: null, roi: null, quality: null }])
})

test('a cursor of another list is refused', async () => {
  const { edges } = (await api.data(token, '{ rules { edges { cursor } } }')).rules
  const answer = await api.query(token, `{ outcomes(after: "${edges[0].cursor}") { edges { cursor } } }`)
  expect(answer.errors?.[0]?.message).toBe('A cursor is not of this list.')
})
