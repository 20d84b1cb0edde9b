/** A plan is proposed, accepted through planVideos, and then there is nothing left to propose. */
import { beforeAll, expect, test } from 'vitest'
import { createBrand } from '../../flow/brand.ts'
import type { Context } from '../../flow/context.ts'
import { createElement } from '../../flow/element.ts'
import { archiveKol } from '../../flow/kol.ts'
import { createMatrix } from '../../flow/matrix.ts'
import { createPair } from '../../flow/pair.ts'
import { ELEMENT_KINDS } from '../../rules/types.ts'
import { kol } from '../support/content.ts'
import { testDatabase, unique } from '../support/database.ts'
import { globalId, statementsOf, testApi, tokenOf } from '../support/graphql.ts'

const t = testDatabase()
const api = testApi(t)
let ctx: Context
let token: string
let matrix: string
let kols: number[]
beforeAll(async () => {
  ctx = await t.tenant()
  token = await tokenOf(ctx)
  const brandId = await createBrand(ctx, { name: unique('brand') })
  const ids: number[] = []
  for (const kind of ELEMENT_KINDS) {
    for (const nth of [1, 2, 3]) ids.push(await createElement(ctx, { brandId, kind, name: `${kind} ${nth}` }))
  }
  const matrixId = await createMatrix(ctx, { brandId, name: unique('matrix'), elementIds: ids })
  matrix = globalId('Matrix', matrixId)
  const [persona = 0, product = 0, scene = 0] = [ids[0], ids[3], ids[6]]
  await createPair(ctx, {
    kind: 'FORBIDDEN',
    elementId: persona,
    otherId: product,
    reason: '人设不用这个产品',
  })
  await createPair(ctx, { kind: 'REQUIRED', elementId: persona, otherId: scene, reason: '只在这个场景' })
  kols = [await kol(ctx), await kol(ctx), await kol(ctx)]
})

const PLAN = `lines { elements { id kind name } kol { id } title covers why }
  uncovered { elements { name } missing } impossible { elements { name } obstacle reason } coverageBefore coverageAfter`
async function propose(args = '') {
  return (await api.data(token, `{ proposePlan(matrixId: "${matrix}"${args}) { ${PLAN} } }`)).proposePlan
}
interface Line {
  elements: { id: string; name: string }[]
  kol: { id: string } | null
  title: string
  covers: number
  why: string
}

test('every possible pair, the rest with its reason, and the same again from the same seed', async () => {
  const plan = await propose(', perKol: 100')
  expect(plan).toMatchObject({ uncovered: [], coverageBefore: 0, coverageAfter: 1 })
  // 9 is the floor without pairs; a persona that is bound to one scene leaves its pairs to rows of their own.
  expect(plan.lines.length).toBeLessThanOrEqual(12)
  for (const { elements, title } of plan.lines as Line[]) {
    const names = elements.map(({ name }) => name)
    expect(title).toBe(names.join(' × '))
    expect(names).toHaveLength(4)
    if (!names.includes('PERSONA 1')) continue
    expect(names).toContain('SCENE 1')
    expect(names).not.toContain('PRODUCT 1')
  }
  expect(plan.impossible).toEqual([
    {
      elements: [{ name: 'PERSONA 1' }, { name: 'PRODUCT 1' }],
      obstacle: 'FORBIDDEN',
      reason: '人设不用这个产品',
    },
    ...[2, 3].map((nth) => ({
      elements: [{ name: 'PERSONA 1' }, { name: `SCENE ${nth}` }],
      obstacle: 'REQUIRED',
      reason: null,
    })),
  ])
  expect(await propose(', perKol: 100')).toEqual(plan)
  expect(plan.lines[0].covers).toBe(6)
  expect(plan.lines[0].why).toMatch(
    /^Covers 6 of its 6 pairs for the first time; its rarest element, [A-Z]+ \d, has 0 videos so far; kol \S+ is new to its elements\.$/,
  )
})

test('KOLs take as many as they may, archived ones none, and without any there are lines all the same', async () => {
  const some = (await propose(', perKol: 2')).lines as Line[]
  const load = kols.map((id) => some.filter(({ kol }) => kol?.id === globalId('Kol', id)).length)
  expect(load).toEqual([2, 2, 2])
  expect(some[6]).toMatchObject({
    kol: null,
    why: expect.stringContaining('no KOL can take on another video'),
  })
  expect((await propose(', kolIds: []')).lines[0].kol).toBeNull()
  await archiveKol(ctx, { kolId: kols[2] as number, archived: true })
  const ids = kols.map((id) => `"${globalId('Kol', id)}"`).join()
  const refused = await api.query(
    token,
    `{ proposePlan(matrixId: "${matrix}", kolIds: [${ids}]) { coverageAfter } }`,
  )
  expect(refused.errors?.[0]).toMatchObject({
    message: 'a KOL of kolIds is not there, or is archived',
    extensions: { code: 'BAD_USER_INPUT' },
  })
  await archiveKol(ctx, { kolId: kols[2] as number, archived: false })
})

test('it costs the same number of statements whatever the plan', async () => {
  const costs: number[] = []
  for (const videos of [1, 8])
    costs.push((await statementsOf(t, () => propose(`, videos: ${videos}`))).length)
  expect(costs[0]).toBe(costs[1])
})

test('what is accepted counts, so that a second plan brings only the rest', async () => {
  const { lines, uncovered } = await propose(', videos: 4, perKol: 100')
  expect(lines).toHaveLength(4)
  expect(uncovered.length).toBeGreaterThan(0)
  await accept(lines)
  const rest = await propose(', perKol: 100')
  expect(rest.coverageBefore).toBeGreaterThan(0.4)
  await accept(rest.lines)
  expect(await propose()).toMatchObject({ lines: [], uncovered: [], coverageBefore: 1, coverageAfter: 1 })
  const balanced = await propose(', strategy: BALANCED, videos: 3, perKol: 100')
  expect(balanced.lines).toHaveLength(3)
})

async function accept(lines: Line[]): Promise<void> {
  const input = lines.map(({ elements, kol, title }) => ({
    matrixId: matrix,
    elementIds: elements.map(({ id }) => id),
    kolId: kol?.id ?? null,
    purpose: 'SEEDING',
    title,
  }))
  const document = `mutation($lines: [PlanVideoInput!]!) {
    planVideos(input: { lines: $lines }) { __typename ... on VideoBatch { videos { title } } } }`
  const { planVideos } = await api.data(token, document, { lines: input })
  expect(planVideos).toEqual({ __typename: 'VideoBatch', videos: lines.map(({ title }) => ({ title })) })
}

test('numbers out of their range, and a matrix that is not there, are told', async () => {
  const message = async (args: string) =>
    (await api.query(token, `{ proposePlan(${args}) { coverageAfter } }`)).errors?.[0]?.message
  expect(await message(`matrixId: "${matrix}", videos: 2001`)).toBe(
    'videos must be a whole number from 1 to 2000',
  )
  expect(await message(`matrixId: "${matrix}", times: 0`)).toBe('times must be a whole number from 1 to 10')
  expect(await message(`matrixId: "${matrix}", perKol: 0`)).toBe(
    'perKol must be a whole number from 1 to 100',
  )
  expect(await message(`matrixId: "${globalId('Matrix', 2 ** 40)}"`)).toBe(
    'There is no such matrix in this workspace.',
  )
})
