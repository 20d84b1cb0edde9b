/** What mutations refuse, as members of their unions; and what no token may see or touch of another workspace. */
import { isScalarType } from 'graphql'
import { beforeAll, expect, test } from 'vitest'
import { createBrand } from '../../flow/brand.ts'
import type { Context } from '../../flow/context.ts'
import { createElement } from '../../flow/element.ts'
import { createRule } from '../../flow/rule.ts'
import { schema } from '../../schema/schema.ts'
import { type Content, content, itemId, kol, published } from '../support/content.ts'
import { NOW, testDatabase, unique } from '../support/database.ts'
import { globalId, testApi, tokenOf } from '../support/graphql.ts'

const t = testDatabase()
const api = testApi(t)

interface World {
  ctx: Context
  token: string
  brand: string
  matrix: string
  elements: Record<keyof Content['elementIds'], string>
  kol: string
  video: string
  rule: string
}
let mine: World
let theirs: World
let made: Content

async function world(): Promise<World & { made: Content }> {
  const ctx = await t.tenant()
  const made = await content(ctx)
  const { persona, product, scene, need } = made.elementIds
  const element = (id: number) => globalId('Element', id)
  const definition = { condition: { metric: 'plays', op: '>=', value: 1 } }
  return {
    ctx,
    made,
    token: await tokenOf(ctx),
    brand: globalId('Brand', made.brandId),
    matrix: globalId('Matrix', made.matrixId),
    elements: {
      persona: element(persona),
      product: element(product),
      scene: element(scene),
      need: element(need),
    },
    kol: globalId('Kol', await kol(ctx)),
    video: globalId('Video', (await published(ctx, made)).videoId),
    rule: globalId('Rule', await createRule(ctx, { name: unique('rule'), definition, enabled: false })),
  }
}
beforeAll(async () => {
  const one = await world()
  mine = one
  made = one.made
  theirs = await world()
})

/** Sends a mutation and gives its union member. */
async function refused(name: string, input: Record<string, unknown>): Promise<unknown> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`
  const document = `mutation($input: ${type}!) { ${name}(input: $input) {
    __typename ... on Error { message } ... on InvalidInputError { field } ... on NotFoundError { what }
  } }`
  return (await api.data(mine.token, document, { input }))[name]
}
const invalid = (field: string, message: string | RegExp = /./) => ({
  __typename: 'InvalidInputError',
  field,
  message: typeof message === 'string' ? message : expect.stringMatching(message),
})
const notFound = (what: string) => ({
  __typename: 'NotFoundError',
  what,
  message: `There is no such ${what} in this workspace.`,
})
const conflict = (message: string | RegExp) => ({
  __typename: 'ConflictError',
  message: expect.stringMatching(message),
})

const plan = (over: object) => ({
  matrixId: mine.matrix,
  elementIds: [mine.elements.persona],
  purpose: 'SELLING',
  title: unique('video'),
  ...over,
})
const LONG = '长'.repeat(201)

test('every mutation takes one input and answers with a union that carries its refusals', () => {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const name = field.name.charAt(0).toUpperCase() + field.name.slice(1)
    expect(field.args.map((arg) => [arg.name, String(arg.type)])).toEqual([['input', `${name}Input!`]])
    expect(String(field.type)).toBe(`${name}Result`)
  }
})

test('blank and overlong names, in every mutation that takes one', async () => {
  const element = { brandId: mine.brand, kind: 'NEED' }
  const matrix = { brandId: mine.brand, elementIds: [mine.elements.need] }
  const definition = { condition: { metric: 'plays', op: '>=', value: 1 } }
  for (const name of [' \t', LONG]) {
    const how = name === LONG ? 'name has more than 200 characters' : 'name must not be blank'
    expect(await refused('createBrand', { name })).toEqual(invalid('name', how))
    expect(await refused('createElement', { ...element, name })).toEqual(invalid('name', how))
    expect(await refused('reviseElement', { elementId: mine.elements.need, name })).toEqual(
      invalid('name', how),
    )
    expect(await refused('createMatrix', { ...matrix, name })).toEqual(invalid('name', how))
    expect(await refused('createKol', { accountId: itemId(), name })).toEqual(invalid('name', how))
    expect(await refused('createRule', { name, definition })).toEqual(invalid('name', how))
    expect(await refused('planVideo', plan({ title: name }))).toEqual(
      invalid('title', how.replace('name', 'title')),
    )
  }
  expect(await refused('createKol', { accountId: ' ', name: 'x' })).toEqual(invalid('accountId'))
  expect(await refused('createKol', { accountId: itemId(), name: 'x', followers: -1 })).toEqual(
    invalid('followers'),
  )
})

test('characters that are no text, and characters counted as people count them', async () => {
  for (const [name, how] of [
    ['a\u0000b', /control characters/],
    ['a\nb', /control characters/],
    ['a\u007fb', /control characters/],
    ['a\ud83d', /lone surrogate/],
    ['😀'.repeat(201), /more than 200/],
  ] as const) {
    expect(await refused('createBrand', { name }), name).toEqual(invalid('name', how))
  }
  const name = `${unique('b')} ${'😀'.repeat(150)}`
  expect(await refused('createBrand', { name })).toEqual({ __typename: 'Brand' })
  const need = { brandId: mine.brand, kind: 'NEED', name: 'x' }
  expect(await refused('createElement', { ...need, note: 'a\n\tb\r\nc' })).toEqual({ __typename: 'Element' })
  expect(await refused('createElement', { ...need, note: 'a\u0000' })).toEqual(invalid('note', /control/))
  for (const field of [
    'kols(name: "\\u0000")',
    'kols(vertical: "\\u0000")',
    'outcomes(subjectId: "\\u0000")',
  ]) {
    const { errors } = await api.query(mine.token, `{ ${field} { edges { cursor } } }`)
    expect(errors, field).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
  }
  expect(api.logged()).toEqual([])
})

test('names and numbers that are taken', async () => {
  const name = unique('taken')
  await createBrand(mine.ctx, { name })
  expect(await refused('createBrand', { name: ` ${name} ` })).toEqual(conflict(`A brand named ${name}`))
  const account = { accountId: itemId(), name: 'x' }
  await refused('createKol', account)
  expect(await refused('createKol', account)).toEqual(conflict(account.accountId))
  const matrix = { brandId: mine.brand, name: unique('matrix'), elementIds: [mine.elements.need] }
  expect(await refused('createMatrix', matrix)).toEqual({ __typename: 'Matrix' })
  expect(await refused('createMatrix', matrix)).toEqual(conflict('already has a matrix'))
  const rule = { name: unique('rule'), definition: { condition: { metric: 'plays', op: '>=', value: 1 } } }
  expect(await refused('createRule', rule)).toEqual({ __typename: 'Rule' })
  expect(await refused('createRule', rule)).toEqual(conflict('A rule named'))
})

test('the same name in another workspace is free', async () => {
  const name = unique('brand')
  await createBrand(theirs.ctx, { name })
  expect(await refused('createBrand', { name })).toEqual({ __typename: 'Brand' })
})

test('an id of another type, or no id at all, names its field', async () => {
  const other = mine.kol
  const cases: [string, Record<string, unknown>, string, string][] = [
    ['createElement', { brandId: other, kind: 'NEED', name: 'x' }, 'brandId', 'Brand'],
    ['reviseElement', { elementId: other, name: 'x' }, 'elementId', 'Element'],
    ['createMatrix', { brandId: other, name: 'x', elementIds: [] }, 'brandId', 'Brand'],
    [
      'createMatrix',
      { brandId: mine.brand, name: 'x', elementIds: [mine.elements.need, other] },
      'elementIds',
      'Element',
    ],
    ['planVideo', plan({ matrixId: other }), 'matrixId', 'Matrix'],
    ['planVideo', plan({ elementIds: [other] }), 'elementIds', 'Element'],
    ['planVideo', plan({ kolId: mine.brand }), 'kolId', 'Kol'],
    ['publishVideo', { videoId: other, itemId: '1' }, 'videoId', 'Video'],
    ['reviseRule', { ruleId: other, definition: {} }, 'ruleId', 'Rule'],
    ['enableRule', { ruleId: other, enabled: true }, 'ruleId', 'Rule'],
    ['closeBreakout', { breakoutId: other }, 'breakoutId', 'Breakout'],
  ]
  for (const [name, input, field, type] of cases) {
    expect(await refused(name, input), name).toEqual(
      invalid(field, new RegExp(`must be the id of a ${type}`)),
    )
  }
  for (const id of [
    '',
    'garbage',
    '12',
    globalId('Brand', 'x'),
    globalId('Brand', '9'.repeat(16)),
    globalId('Brand', '-1'),
    `${mine.brand}x`,
    `${mine.brand}=`,
    `${mine.brand}${mine.kol}`,
    ` ${mine.brand}`,
    `${mine.brand.slice(0, 4)}\n${mine.brand.slice(4)}`,
  ]) {
    const answer = await refused('createElement', { brandId: id, kind: 'NEED', name: 'x' })
    expect(answer, id).toEqual(invalid('brandId', /must be an id of this API/))
  }
})

test('ids of another workspace are not there, whatever is asked of them', async () => {
  const definition = { condition: { metric: 'plays', op: '>=', value: 1 } }
  const ours = { elementIds: [mine.elements.need], name: unique('x') }
  expect(await refused('createElement', { brandId: theirs.brand, kind: 'NEED', name: 'x' })).toEqual(
    notFound('brand'),
  )
  expect(await refused('reviseElement', { elementId: theirs.elements.need, name: 'x' })).toEqual(
    notFound('element'),
  )
  expect(await refused('createMatrix', { ...ours, brandId: theirs.brand })).toEqual(notFound('brand'))
  const foreign = { brandId: mine.brand, name: unique('x'), elementIds: [theirs.elements.need] }
  expect(await refused('createMatrix', foreign)).toEqual(invalid('elementIds', /must belong to the brand/))
  expect(await refused('planVideo', plan({ matrixId: theirs.matrix }))).toEqual(notFound('matrix'))
  expect(await refused('planVideo', plan({ kolId: theirs.kol }))).toEqual(notFound('kol'))
  expect(await refused('planVideo', plan({ elementIds: [theirs.elements.need] }))).toEqual(
    invalid('elementIds', /must be chosen in the matrix/),
  )
  expect(await refused('publishVideo', { videoId: theirs.video, itemId: '1' })).toEqual(notFound('video'))
  expect(await refused('reviseRule', { ruleId: theirs.rule, definition })).toEqual(notFound('rule'))
  expect(await refused('enableRule', { ruleId: theirs.rule, enabled: true })).toEqual(notFound('rule'))
  expect(await refused('closeBreakout', { breakoutId: globalId('Breakout', 1) })).toEqual(
    notFound('breakout'),
  )
})

test('a definition is refused at its path', async () => {
  const met = { metric: 'plays', op: '>=', value: 1 }
  const cases: [unknown, string][] = [
    ['plays >= 1', 'definition'],
    [{}, 'definition.condition'],
    [{ condition: met, holdMinutes: -1 }, 'definition.holdMinutes'],
    [{ condition: met, purposes: ['FUN'] }, 'definition.purposes.0'],
    [{ condition: met, hold: 1 }, 'definition'],
  ]
  for (const [definition, field] of cases) {
    expect(await refused('createRule', { name: unique('rule'), definition })).toEqual(invalid(field))
    expect(await refused('reviseRule', { ruleId: mine.rule, definition })).toEqual(invalid(field))
  }
  const unknown = { ...met, metric: 'fame' }
  expect(await refused('createRule', { name: unique('rule'), definition: { condition: unknown } })).toEqual(
    invalid(expect.stringMatching(/^definition\.condition/) as never),
  )
})

test('attributes of another kind, and out of their range, name their field', async () => {
  const create = { brandId: mine.brand, kind: 'NEED', name: 'x' }
  const revise = { elementId: mine.elements.need }
  for (const [said, field] of [
    [{ persona: { heat: 3 } }, 'persona'],
    [{ product: {} }, 'product'],
    [{ need: { pain: ' ' } }, 'need.pain'],
    [{ links: ['ftp://x'] }, 'links'],
    [{ note: ' ' }, 'note'],
  ] as const) {
    expect(await refused('createElement', { ...create, ...said })).toEqual(invalid(field))
    expect(await refused('reviseElement', { ...revise, ...said })).toEqual(invalid(field))
  }
})

test('a cell has at most one element of each kind, all of the matrix and of its brand', async () => {
  const { ctx } = mine
  const { brandId } = made
  const second = await createElement(ctx, { brandId, kind: 'PERSONA', name: 'second', attributes: {} })
  const two = [mine.elements.persona, globalId('Element', second)]
  const matrix = { brandId: mine.brand, name: unique('matrix'), elementIds: two }
  const document = `mutation($input: CreateMatrixInput!) { createMatrix(input: $input) { ... on Matrix { id } } }`
  const { id } = (await api.data(mine.token, document, { input: matrix })).createMatrix
  expect(await refused('planVideo', plan({ matrixId: id, elementIds: two }))).toEqual(
    invalid('elementIds', /at most one persona/),
  )
  expect(await refused('planVideo', plan({ elementIds: [two[1]] }))).toEqual(
    invalid('elementIds', /chosen in the matrix/),
  )
  expect(await refused('planVideo', plan({ elementIds: [] }))).toEqual(invalid('elementIds', /at least one/))
  const other = await content(ctx)
  const foreign = [mine.elements.need, globalId('Element', other.elementIds.need)]
  expect(await refused('createMatrix', { ...matrix, name: unique('matrix'), elementIds: foreign })).toEqual(
    invalid('elementIds', /must belong to the brand/),
  )
  expect(await refused('createMatrix', { ...matrix, name: unique('matrix'), elementIds: [] })).toEqual(
    invalid('elementIds'),
  )
})

test('a publication in the future, of no number, twice as something else, or of a number that is taken', async () => {
  const document = `mutation($input: PlanVideoInput!) { planVideo(input: $input) { ... on Video { id } } }`
  const planned = async () =>
    (await api.data(mine.token, document, { input: plan({}) })).planVideo.id as string
  const videoId = await planned()
  const number = itemId()
  const publishedAt = new Date(NOW.getTime() + 1).toISOString()
  expect(await refused('publishVideo', { videoId, itemId: number, publishedAt })).toEqual(
    invalid('publishedAt', /future/),
  )
  expect(await refused('publishVideo', { videoId, itemId: 'v0200fg1' })).toEqual(
    invalid('itemId', /digits only/),
  )
  expect(await refused('publishVideo', { videoId, itemId: number })).toEqual({ __typename: 'Video' })
  expect(await refused('publishVideo', { videoId, itemId: number })).toEqual({ __typename: 'Video' })
  expect(await refused('publishVideo', { videoId, itemId: itemId() })).toEqual(
    conflict(`already published as ${number}`),
  )
  const second = await planned()
  expect(await refused('publishVideo', { videoId: second, itemId: number })).toEqual(
    conflict('Another video'),
  )
})

test("arguments of a query that are no ids are the client's fault, and those of another workspace find nothing", async () => {
  for (const field of [
    `videos(kolId: "${mine.brand}")`,
    'breakouts(ruleId: "x")',
    'node(id: "x")',
    `node(id: "${mine.brand}x")`,
    'nodes(ids: ["eA=="])',
  ]) {
    const of = field.startsWith('node') ? '{ id }' : '{ edges { cursor } }'
    const { errors, data } = await api.query(mine.token, `{ ${field} ${of} }`)
    expect(errors, field).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT' }, message: expect.stringMatching(/ id /) },
    ])
    expect(data?.node ?? null).toBeNull()
  }
  const document = `{ brand: videos(brandId: "${theirs.brand}") { edges { cursor } }
    kol: videos(kolId: "${theirs.kol}") { edges { cursor } }
    rule: breakouts(ruleId: "${theirs.rule}") { edges { cursor } } }`
  expect(await api.data(mine.token, document)).toEqual({
    brand: { edges: [] },
    kol: { edges: [] },
    rule: { edges: [] },
  })
  expect(api.logged()).toEqual([])
})

test('values that the scalars refuse', async () => {
  const soon =
    'mutation($at: DateTime!) { publishVideo(input: { videoId: "x", itemId: "1", publishedAt: $at }) { __typename } }'
  const counted =
    'mutation($n: BigInt!) { createKol(input: { accountId: "1", name: "x", followers: $n }) { __typename } }'
  const cases: [string, Record<string, unknown>][] = [
    [soon, { at: '2026-11-11' }],
    [soon, { at: '2026-11-11T12:00:00' }],
    [soon, { at: '2026-13-11T12:00:00Z' }],
    [soon, { at: 1 }],
    [soon, { at: '2026-02-30T10:00:00Z' }],
    [soon, { at: '2026-04-31T10:00:00+08:00' }],
    [soon, { at: '0001-01-01T00:00:00Z' }],
    [soon, { at: '1999-12-31T23:59:59Z' }],
    [soon, { at: '2000-01-01T00:00:00+08:00' }],
    [soon, { at: '9999-12-31T00:00:00Z' }],
    [counted, { n: 1.5 }],
    [counted, { n: 2 ** 53 }],
    [counted, { n: '5' }],
  ]
  for (const [document, variables] of cases) {
    const { status, errors } = await api.query(mine.token, document, variables)
    expect({ status, errors }, JSON.stringify(variables)).toMatchObject({
      status: 400,
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    })
  }
})

test('an instant that is answered can be sent back, in any zone', () => {
  const instant = schema.getType('DateTime')
  if (!isScalarType(instant)) throw new Error('DateTime is a scalar')
  const at = new Date('2026-11-11T12:00:00.123Z')
  expect(instant.parseValue(instant.serialize(at))).toEqual(at)
  expect(instant.parseValue('2026-11-11T20:00:00.123+08:00')).toEqual(at)
})
