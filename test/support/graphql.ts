/** The real API over HTTP on a test database: what a client sends is what is tested. */
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterAll, beforeAll, expect } from 'vitest'
import { type Api, type ApiDeps, startApi } from '../../api/server.ts'
import type { Context } from '../../flow/context.ts'
import { createToken } from '../../flow/workspace.ts'
import type { Role } from '../../schema/context.ts'
import { NOW, type TestDatabase, unique } from './database.ts'

export interface Answer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of it
  data: any
  errors?: { message: string; path?: string[]; extensions: { code: string } }[]
}

export interface TestApi {
  url: string
  /** What the API takes for now. */
  now: Date
  /** Lines of the log since the last call. */
  logged(): Record<string, unknown>[]
  /** POSTs a document as the owner of the token. */
  query(token: string, document: string, variables?: Record<string, unknown>): Promise<Answer>
  /** The same where no error may be in the answer: gives `data`. */
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of it
  data(token: string, document: string, variables?: Record<string, unknown>): Promise<any>
}

/** A queue that is there and has nothing to do. */
export const QUEUE: ApiDeps['queue'] = { ping: async () => {}, counts: async () => ({ waiting: 0 }) }

/** Call it at the top of a file, after testDatabase(); the API runs while its tests run. */
export function testApi(test: TestDatabase, over: () => Partial<ApiDeps> = () => ({})): TestApi {
  const api = { now: NOW } as TestApi
  let running: Api | undefined
  let lines: Record<string, unknown>[] = []
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)))
      done()
    },
  })
  beforeAll(async () => {
    const { database } = test
    const log = pino({ level: 'warn' }, sink)
    const clock = () => api.now
    running = await startApi({ database, queue: QUEUE, clock, log, host: '127.0.0.1', port: 0, ...over() })
    api.url = running.url
  })
  afterAll(() => running?.close())
  api.logged = () => {
    const taken = lines
    lines = []
    return taken
  }
  api.query = async (token, query, variables) => {
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
    })
    const answer = (await response.json()) as Answer
    return { ...answer, status: response.status, headers: response.headers }
  }
  api.data = async (token, document, variables) => {
    const { status, errors, data } = await api.query(token, document, variables)
    expect({ status, errors }).toEqual({ status: 200, errors: undefined })
    return data
  }
  return api
}

export function tokenOf(ctx: Context, role: Role = 'EDITOR'): Promise<string> {
  return createToken(ctx, { name: unique('token'), role })
}

/** A global id, as the API writes it. */
export function globalId(type: string, id: number | string): string {
  return Buffer.from(`${type}:${id}`).toString('base64')
}

/** The statements that `work` sent, without those of a connection that was just opened. */
export async function statementsOf(test: TestDatabase, work: () => Promise<unknown>): Promise<string[]> {
  test.statements()
  await work()
  return test.statements().filter((text) => !text.includes('pg_catalog.pg_type'))
}
