/** What /healthz, /readyz and /metrics say; concurrently, for two of them wait out what never answers. */
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { readiness } from '../../api/health.ts'
import { type ApiDeps, startApi } from '../../api/server.ts'
import { connect } from '../../db/client.ts'
import { createQueue } from '../../workers/queue.ts'
import { onEachBackend } from '../support/backends.ts'
import { NOW, testDatabase } from '../support/database.ts'
import { QUEUE, testApi, tokenOf } from '../support/graphql.ts'
import { admin, freePort, withDatabase } from '../support/servers.ts'

const t = testDatabase()
const api = testApi(t)

/** GETs one path of an API of its own. */
async function ask(
  path: string,
  over: Partial<ApiDeps>,
): Promise<{ status: number; text: string; seconds: number }> {
  const log = pino({ level: 'silent' })
  const defaults = { database: t.database, queue: QUEUE, clock: () => NOW, log, host: '127.0.0.1', port: 0 }
  const running = await startApi({ ...defaults, ...over })
  try {
    const started = performance.now()
    const response = await fetch(running.url + path)
    const text = await response.text()
    return { status: response.status, text, seconds: (performance.now() - started) / 1000 }
  } finally {
    await running.close()
  }
}
const ready = async (over: Partial<ApiDeps>) => {
  const { text, ...answer } = await ask('/readyz', over)
  return { ...answer, body: JSON.parse(text) }
}
const OK = { database: 'ok', migrations: 'ok', queue: 'ok' }

test.concurrent('alive and ready', async () => {
  const alive = await fetch(`${api.url}/healthz`)
  expect([alive.status, await alive.json()]).toEqual([200, { alive: true }])
  const answer = await fetch(`${api.url}/readyz`)
  expect([answer.status, await answer.json()]).toEqual([200, { ready: true, parts: OK }])
})

onEachBackend(t, (backend) => {
  test('a real queue is ready and counted', async () => {
    const queue = createQueue(backend(), () => {})
    try {
      // BullMQ's own tables are made at the first call; a ping before them is no outage.
      await expect
        .poll(async () => (await ready({ queue })).body, { timeout: 10_000 })
        .toEqual({ ready: true, parts: OK })
      expect((await ask('/metrics', { queue })).text).toMatch(/^seedbed_queue_jobs\{state="waiting"\} 0$/m)
    } finally {
      await queue.close()
    }
  })
})

test.concurrent('a database that refuses, or is not there, is named; the process is alive', async () => {
  const port = await freePort()
  const refused = connect(`postgres://x:secret@localhost:${port}/x`, { max: 1 })
  const answer = await ready({ database: refused })
  expect(answer).toMatchObject({ status: 503, body: { ready: false, parts: { queue: 'ok' } } })
  expect(answer.body.parts.database).toMatch(/ECONNREFUSED/)
  expect(answer.body.parts.migrations).toMatch(/ECONNREFUSED/)
  expect(JSON.stringify(answer)).not.toContain('secret')
  expect(answer.seconds).toBeLessThan(4)
  expect(await ask('/healthz', { database: refused })).toMatchObject({ status: 200 })
  await refused.close()
})

test.concurrent('a database without our tables is up but not migrated', async () => {
  const name = `${new URL(t.ownerUrl).pathname.slice(1)}_empty`
  await admin(t.ownerUrl, (sql) => sql`create database ${sql(name)}`)
  const empty = connect(withDatabase(t.ownerUrl, name), { max: 1 })
  try {
    const answer = await ready({ database: empty })
    expect(answer).toMatchObject({
      status: 503,
      body: { ready: false, parts: { database: 'ok', queue: 'ok' } },
    })
    expect(answer.body.parts.migrations).not.toBe('ok')
  } finally {
    await empty.close()
    await admin(t.ownerUrl, (sql) => sql`drop database ${sql(name)} with (force)`)
  }
})

test.concurrent('a queue that fails is named, and one that never answers is given up on', async () => {
  const failing = { ...QUEUE, ping: async () => Promise.reject(new Error('connection is closed')) }
  expect(await ready({ queue: failing })).toMatchObject({
    status: 503,
    body: { ready: false, parts: { ...OK, queue: 'connection is closed' } },
  })
  const hanging = { ping: () => new Promise<void>(() => {}) }
  expect(await readiness(t.database, hanging, 500)).toEqual({
    ready: false,
    parts: { ...OK, queue: 'no answer within 500 ms' },
  })
})

test.concurrent('while the database is away GraphQL says that something is wrong, and no more', async () => {
  const away = connect(`postgres://x:secret@localhost:${await freePort()}/x`, { max: 1 })
  const { status, text } = await ask('/graphql', { database: away })
  expect(status).toBe(401)
  expect(text).not.toContain('secret')
  const log = pino({ level: 'silent' })
  const running = await startApi({
    database: away,
    queue: QUEUE,
    clock: () => NOW,
    log,
    host: '127.0.0.1',
    port: 0,
  })
  const asked = await fetch(`${running.url}/graphql`, {
    method: 'POST',
    headers: { authorization: 'Bearer sbd_x' },
  })
  expect([asked.status, await asked.json()]).toEqual([
    500,
    {
      errors: [
        {
          message: 'Something went wrong on the server; its log says what.',
          extensions: { code: 'INTERNAL_SERVER_ERROR' },
        },
      ],
    },
  ])
  await running.close()
  await away.close()
})

/** A line of the text format of Prometheus. */
const SAMPLE = /^[a-z_]\w*(\{(\w+="[^"]*",?)*\})? -?(\d+(\.\d+)?(e[+-]?\d+)?|NaN|[+-]Inf)( \d+)?$/i

test.concurrent('the metrics are in the text format, of this process and of no tenant', async () => {
  const token = await tokenOf(await t.tenant())
  await api.data(token, '{ viewer { role } }')
  const response = await fetch(`${api.url}/metrics`)
  expect(response.headers.get('content-type')).toContain('text/plain')
  const lines = (await response.text()).split('\n').filter((line) => line !== '')
  expect(lines.filter((line) => !/^# (HELP|TYPE) \w+ /.test(line) && !SAMPLE.test(line))).toEqual([])
  expect(lines).toContain('seedbed_graphql_seconds_count 1')
  expect(lines).toContain('seedbed_queue_jobs{state="waiting"} 0')
  expect(lines.some((line) => line.startsWith('process_resident_memory_bytes '))).toBe(true)
  expect(lines.join('\n')).not.toMatch(/workspace|tenant/)
})

test.concurrent('the metrics come although the queue does not answer', async () => {
  const hanging = { ...QUEUE, counts: () => new Promise<never>(() => {}) }
  const { status, text, seconds } = await ask('/metrics', { queue: hanging })
  expect(status).toBe(200)
  expect(text).toContain('seedbed_graphql_seconds_count')
  expect(text).not.toContain('seedbed_queue_jobs{')
  expect(seconds).toBeLessThan(2)
})
