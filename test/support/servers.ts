/** One PostgreSQL and, where redis-server is on the PATH, one Redis for the whole run; a migrated template to clone. */
import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import postgres from 'postgres'
import type { TestProject } from 'vitest/node'
import { startEmbedded } from '../../db/embedded.ts'
import { migrate } from '../../db/migrate.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Any database of the test server, as its owner. */
    serverUrl: string
    template: string
    /** null: there is no redis-server on the PATH and REDIS_URL is not set. */
    redisUrl: string | null
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgresServer = await startPostgres()
  const redis = await startRedis()
  const template = `seedbed_template_${process.pid}`
  await admin(postgresServer.url, (sql) => sql`create database ${sql(template)}`)
  await migrate(withDatabase(postgresServer.url, template))
  project.provide('serverUrl', postgresServer.url)
  project.provide('template', template)
  project.provide('redisUrl', redis.url)
  return async () => {
    await admin(postgresServer.url, (sql) => sql`drop database ${sql(template)} with (force)`)
    await redis.stop()
    await postgresServer.stop()
  }
}

/** The server of DATABASE_URL when it is set (to test on other versions), else an embedded one. */
async function startPostgres() {
  const external = process.env.DATABASE_URL
  if (external) return { url: external, stop: async () => {} }
  const dataDir = await mkdtemp(join(tmpdir(), 'seedbed-test-'))
  // A user other than root must get in to run the server.
  await import('node:fs/promises').then(({ chmod }) => chmod(dataDir, 0o755))
  const server = await startEmbedded({ dataDir, log: () => {}, durable: false })
  return {
    url: server.url,
    async stop() {
      await server.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

export async function startRedis(): Promise<{ url: string | null; stop: () => Promise<void> }> {
  if (process.env.REDIS_URL) return { url: process.env.REDIS_URL, stop: async () => {} }
  if (!onPath('redis-server')) return { url: null, stop: async () => {} }
  const port = await freePort()
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'], cwd: tmpdir() })
  await new Promise<void>((resolve, reject) => {
    server.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)))
    server.stdout.on('data', (text) => String(text).includes('Ready to accept connections') && resolve())
  })
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.once('exit', () => resolve())
        server.kill()
      }),
  }
}

function onPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

export function withDatabase(url: string, name: string): string {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}

/** A statement outside of any test database. */
export async function admin(url: string, statement: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    await statement(sql)
  } finally {
    await sql.end()
  }
}
