/** Connections of the pool: given back whatever becomes of a request, and never two at once for one. */
import { pino } from 'pino'
import { beforeAll, expect, test } from 'vitest'
import { type Api, type ApiDeps, startApi } from '../../api/server.ts'
import { connect } from '../../db/client.ts'
import { NOW, testDatabase, unique } from '../support/database.ts'
import { QUEUE, tokenOf } from '../support/graphql.ts'
import { admin } from '../support/servers.ts'

const t = testDatabase()
let token: string
beforeAll(async () => {
  token = await tokenOf(await t.tenant())
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

function send(to: Api, body: unknown, signal: AbortSignal | null = null): Promise<Response> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  return fetch(`${to.url}/graphql`, { method: 'POST', headers, body: JSON.stringify(body), signal })
}

test('over a pool of 2, requests that fail in every way give their connections back', async () => {
  const narrow = connect(t.ownerUrl, { max: 2 })
  const running = await startApi(deps(narrow))
  const ask = async (body: unknown, signal?: AbortSignal) => (await send(running, body, signal)).json()
  try {
    const documents = [
      '{ brands { edges { cursor } } kols { edges { cursor } } }',
      '{ brands {',
      '{ brands { nothing } }',
      '{ brands(after: "x") { edges { cursor } } rules { edges { node { name } } } }',
      `{ brands(after: "${Buffer.from('DC:S:x').toString('base64')}") { edges { cursor } } rules { edges { node { name } } } }`,
      'mutation { createBrand(input: { name: " " }) { __typename } }',
      '{ node(id: "VmlkZW86OTk=") { id } viewer { workspace { name } } }',
    ]
    const asked = Array.from({ length: 50 }, (_, n) => {
      const body = { query: documents[n % documents.length] }
      // Every fifth client hangs up while its request is on the way or being answered.
      if (n % 5 !== 4) return ask(body)
      const client = new AbortController()
      setTimeout(() => client.abort(), n % 10)
      return ask({ query: documents[0] }, client.signal).catch((error: Error) => ({ error: error.name }))
    })
    const answers = await Promise.all(asked)
    expect(answers.filter((answer) => 'errors' in answer).length).toBeGreaterThanOrEqual(15)
    const after = await Promise.all(Array.from({ length: 10 }, () => ask({ query: documents[0] })))
    for (const answer of after) expect(answer).toMatchObject({ data: { kols: { edges: [] } } })
    const idle = await Promise.all(
      [1, 2].map(
        () => narrow.pool`select current_workspace() as id, pg_backend_pid() as pid, pg_sleep(0.05)`,
      ),
    )
    expect(new Set(idle.map(([row]) => row?.pid)).size).toBe(2)
    expect(idle.map(([row]) => row?.id)).toEqual([null, null])
  } finally {
    await running.close()
    await narrow.close()
  }
})

test('20 mutations at once over a pool of 2 do not wait for each other forever', async () => {
  const narrow = connect(t.ownerUrl, { max: 2 })
  const running = await startApi(deps(narrow))
  try {
    const names = Array.from({ length: 20 }, () => unique('brand'))
    const query = `mutation($a: CreateBrandInput!, $b: CreateBrandInput!) {
      a: createBrand(input: $a) { ... on Brand { name } }
      b: createBrand(input: $b) { ... on Brand { name videos { edges { cursor } } } }
    }`
    const ask = async (name: string) =>
      (await send(running, { query, variables: { a: { name }, b: { name: `${name} b` } } })).json()
    const answers = await Promise.all(names.map(ask))
    expect(answers).toEqual(
      names.map((name) => ({ data: { a: { name }, b: { name: `${name} b`, videos: { edges: [] } } } })),
    )
  } finally {
    await running.close()
    await narrow.close()
  }
})

test('a connection that is lost is an error of this request alone, and tells the client nothing', async () => {
  const single = connect(t.ownerUrl, { max: 1 })
  const lines: string[] = []
  const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) })
  const running = await startApi({ ...deps(single), log })
  try {
    const ask = () => send(running, { query: '{ brands { edges { cursor } } }' })
    const [row] = await single.pool`select pg_backend_pid() as pid`
    await admin(t.ownerUrl, (owner) => owner`select pg_terminate_backend(${row?.pid}::int, 5000)`)
    const first = await ask()
    if (first.status !== 200) {
      expect([first.status, await first.text()]).toEqual([
        500,
        expect.stringMatching(/^\{"errors":\[\{"message":"Something went wrong/),
      ])
      expect(lines.join()).toContain('"err"')
    }
    expect((await ask()).status).toBe(200)
  } finally {
    await running.close()
    await single.close()
  }
})

test('what was read is answered although the reader could not be closed; the log says so', async () => {
  const lost = connect(t.ownerUrl, { max: 1 })
  const pool = new Proxy(lost.pool, {
    get(target, name, receiver) {
      if (name !== 'reserve') return Reflect.get(target, name, receiver)
      return async () => {
        const connection = await target.reserve()
        const unsafe = connection.unsafe.bind(connection) as (...args: unknown[]) => unknown
        const commit = async () => {
          await unsafe('commit')
          throw new Error('lost at commit')
        }
        connection.unsafe = ((...args: unknown[]) =>
          args[0] === 'commit' ? commit() : unsafe(...args)) as never
        return connection
      }
    },
  })
  const lines: string[] = []
  const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) })
  const running = await startApi({ ...deps({ ...lost, pool }), log })
  try {
    for (let n = 0; n < 3; n++) {
      const answer = await send(running, { query: '{ kols { edges { cursor } } }' })
      expect([answer.status, await answer.json()]).toEqual([200, { data: { kols: { edges: [] } } }])
    }
    expect(lines).toHaveLength(3)
    expect(lines[0]).toContain('lost at commit')
  } finally {
    await running.close()
    await lost.close()
  }
})
