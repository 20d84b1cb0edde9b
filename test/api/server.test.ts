/** What is between a client and the schema: methods, bodies, CSRF, errors that are not for clients. */
import { sql } from 'drizzle-orm'
import { pino } from 'pino'
import { beforeAll, expect, test } from 'vitest'
import { type ApiDeps, PortTakenError, startApi } from '../../api/server.ts'
import { type Context, write } from '../../flow/context.ts'
import { NOW, testDatabase } from '../support/database.ts'
import { QUEUE, testApi, tokenOf } from '../support/graphql.ts'

const t = testDatabase()
const api = testApi(t)
let ctx: Context
let token: string
beforeAll(async () => {
  ctx = await t.tenant()
  token = await tokenOf(ctx)
})

const post = (body: string | Uint8Array, headers: Record<string, string> = {}) =>
  fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
    body: body as BodyInit,
  })
const get = (parameters: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(`${api.url}/graphql?${new URLSearchParams(parameters)}`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
  })
const PREFLIGHT = { 'apollo-require-preflight': 'true' }

test('GET answers a query, with variables, and refuses a mutation', async () => {
  const query = 'query($n: Int) { brands(first: $n) { edges { cursor } } }'
  const read = await get({ query, variables: '{"n":1}' }, PREFLIGHT)
  expect([read.status, await read.json()]).toEqual([200, { data: { brands: { edges: [] } } }])
  const changed = await get(
    { query: 'mutation { createBrand(input: { name: "by GET" }) { __typename } }' },
    PREFLIGHT,
  )
  expect(changed.status).toBe(405)
  expect(changed.headers.get('allow')).toBe('POST')
  expect((await api.data(token, '{ brands { edges { cursor } } }')).brands.edges).toEqual([])
})

test('a request that a browser would send from any page without asking is refused as CSRF', async () => {
  const simple = await get({ query: '{ viewer { role } }' })
  expect([simple.status, await simple.text()]).toEqual([400, expect.stringContaining('CSRF')])
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
    const { status } = await post('{"query":"{ viewer { role } }"}', { 'content-type': type })
    expect([400, 415], type).toContain(status)
  }
  expect((await get({ query: '{ viewer { role } }' }, PREFLIGHT)).status).toBe(200)
})

test('bodies that are not one request are refused in the form of GraphQL', async () => {
  const cases: [string | Uint8Array, number][] = [
    ['{ "query": ', 400],
    ['', 400],
    ['null', 400],
    ['[]', 400],
    ['"{ viewer { role } }"', 400],
    ['[{"query":"{ viewer { role } }"}]', 400],
    ['{"query": 1}', 400],
    ['{"query":"{ viewer { role } }","variables":"x"}', 400],
    [`{"query":"${' '.repeat(4_300_000)}"}`, 413],
    ['{"__proto__":{"query":"x"}}', 400],
  ]
  for (const [body, status] of cases) {
    const response = await post(body)
    const answer = await response.json()
    expect([response.status, answer], body.slice(0, 40).toString()).toEqual([
      status,
      { errors: [{ message: expect.any(String), extensions: { code: expect.stringMatching(/^[A-Z_]+$/) } }] },
    ])
  }
  const type = await post('<query/>', { 'content-type': 'application/xml' })
  expect([type.status, await type.json()]).toEqual([
    415,
    { errors: [expect.objectContaining({ extensions: { code: 'BAD_REQUEST' } })] },
  ])
  expect(api.logged()).toEqual([])
})

test('documents that do not parse or validate are the fault of the client', async () => {
  const cases = {
    '{ viewer {': 'GRAPHQL_PARSE_FAILED',
    '{ viewer { secret } }': 'GRAPHQL_VALIDATION_FAILED',
    'query A { viewer { role } } query B { viewer { role } }': 'OPERATION_RESOLUTION_FAILURE',
  }
  for (const [document, code] of Object.entries(cases)) {
    const { status, errors } = await api.query(token, document)
    expect([status, errors?.[0]?.extensions.code], document).toEqual([400, code])
  }
  expect(api.logged()).toEqual([])
})

test('what is unexpected is masked for the client, logged and counted', async () => {
  const broken = await t.tenant()
  const token = await tokenOf(broken)
  // A version that says nothing: the schema cannot describe it.
  await write(broken, async (tx) => {
    await tx.execute(sql`insert into rule (name, created_at) values ('broken', now())`)
    await tx.execute(
      sql`insert into rule_version (rule_id, version, definition, created_at) select id, 1, '{}', now() from rule where name = 'broken'`,
    )
  })
  const document = '{ rules { edges { node { name current { condition } } } } }'
  const { status, data, errors } = await api.query(token, document)
  expect({ status, data }).toEqual({ status: 200, data: null })
  expect(errors).toEqual([
    {
      message: 'Something went wrong on the server; its log says what.',
      locations: expect.anything(),
      path: ['rules', 'edges', 0, 'node', 'current', 'condition'],
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    },
  ])
  expect(api.logged()).toMatchObject([
    { level: 50, err: { type: 'TypeError', stack: expect.stringContaining('rules/condition.ts') } },
  ])
  const metrics = await (await fetch(`${api.url}/metrics`)).text()
  expect(metrics).toMatch(/^seedbed_graphql_defects_total 1$/m)
})

function deps(database: ApiDeps['database']): ApiDeps {
  return {
    database,
    queue: QUEUE,
    clock: () => NOW,
    log: pino({ level: 'silent' }),
    host: '127.0.0.1',
    port: 0,
  }
}

test('no answer holds a secret: not the schema, not the metrics, not an error', async () => {
  const ask = (fields: string) => api.data(token, `{ __schema { types { name ${fields} { name } } } }`)
  expect(JSON.stringify(await ask('fields'))).not.toMatch(/"(hash|token|secret|password|claim|workspaceId)"/i)
  // What a webhook signs with goes in, and never out.
  expect(JSON.stringify(await ask('inputFields'))).not.toMatch(/"(hash|token|password|claim|workspaceId)"/i)
  const url = new URL(t.ownerUrl)
  const answers = await Promise.all([
    ...['/', '/healthz', '/readyz', '/metrics', '/nowhere', '/explorer'].map(async (path) =>
      (await fetch(api.url + path)).text(),
    ),
    (await post('{ "query": ')).text(),
    JSON.stringify(await api.query(token, `{ node(id: "${token}") { id } }`)).replaceAll(
      `${token} is none`,
      '',
    ),
  ])
  for (const text of answers) {
    expect(text).not.toContain(token)
    expect(text.slice(0, 5000)).not.toContain(url.pathname.slice(1))
    if (url.password) expect(text).not.toContain(`:${url.password}@`)
  }
})

test('a taken port is an error that says what to do', async () => {
  const port = Number(new URL(api.url).port)
  const attempt = startApi({ ...deps(t.database), port })
  await expect(attempt).rejects.toBeInstanceOf(PortTakenError)
  await expect(attempt).rejects.toThrow(`Port ${port} is in use`)
})

test('closing lets no request hang: what is open is ended, and the port is free again', async () => {
  const running = await startApi(deps(t.database))
  await fetch(`${running.url}/healthz`)
  await running.close()
  await expect(fetch(`${running.url}/healthz`)).rejects.toThrow()
})
