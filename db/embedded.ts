/**
 * PostgreSQL without an installation: the real server out of npm packages, in a data folder. It is started by its
 * own pg_ctl and belongs to nobody in particular: a program that finds it running (another command, or the orphan
 * of a killed one) joins it, and the last one to leave stops it.
 */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import postgres from 'postgres'
import {
  type Binaries,
  EmbeddedError,
  findBinaries,
  type Owner,
  placeFor,
  serverOwner,
} from './embedded-place.ts'

const run = promisify(execFile)
const DATABASE = 'seedbed'
const USER = 'seedbed'
/** Joins and starts can cross with another program's start or stop; each try begins anew. */
const TRIES = 5

export interface EmbeddedOptions {
  dataDir: string
  log: (line: string) => void
  /** Demo and tests give up durability, which they do not need, for speed. */
  durable?: boolean
}
export interface Embedded {
  /** Logs in as the owner of the database. */
  url: string
  /** Stops the server unless another program is connected; close your own connections first. */
  stop(): Promise<void>
}

interface Cluster {
  dir: string
  owner: Owner | null
  binaries: Binaries
  password: string
  logFile: string
  durable: boolean
}

export async function startEmbedded({ dataDir, log, durable = true }: EmbeddedOptions): Promise<Embedded> {
  const cluster = await prepare(dataDir, durable, log)
  for (let attempt = 1; ; attempt++) {
    const port = (await joinRunning(cluster)) ?? (await start(cluster, attempt === TRIES))
    if (port !== null) {
      await createDatabase(cluster, port)
      return { url: urlOf(cluster, port, DATABASE), stop: () => leave(cluster, port) }
    }
  }
}

/** Removes a data folder's server and all its data; refuses while another program uses it. */
export async function wipeEmbedded({
  dataDir,
  log,
}: Pick<EmbeddedOptions, 'dataDir' | 'log'>): Promise<void> {
  const owner = serverOwner()
  const dir = join(placeFor(dataDir, owner, log), 'postgres')
  if (existsSync(join(dir, 'postmaster.pid'))) {
    const server = await startEmbedded({ dataDir, log, durable: false })
    await server.stop()
    if (existsSync(join(dir, 'postmaster.pid'))) {
      throw new EmbeddedError(
        `Another program is using the database in ${dir}. Stop it, or set DATA_DIR to another folder.`,
      )
    }
  }
  await rm(dir, { recursive: true, force: true })
}

async function prepare(dataDir: string, durable: boolean, log: (line: string) => void): Promise<Cluster> {
  const owner = serverOwner()
  const place = placeFor(dataDir, owner, log)
  await mkdir(place, { recursive: true })
  const binaries = await findBinaries(owner, log)
  const dir = join(place, 'postgres')
  const cluster: Cluster = {
    dir,
    owner,
    binaries,
    password: await passwordIn(place),
    logFile: join(dir, 'server.log'),
    durable,
  }
  if (!existsSync(dir)) await initialise(cluster, place, log)
  return cluster
}

async function passwordIn(place: string): Promise<string> {
  const file = join(place, 'postgres.password')
  await writeFile(file, randomBytes(24).toString('base64url'), { flag: 'wx', mode: 0o600 }).catch((error) => {
    if (error.code !== 'EEXIST') throw error
  })
  return (await readFile(file, 'utf8')).trim()
}

/** Builds the folder beside its final name, so that a killed initdb leaves nothing that looks like a server. */
async function initialise(cluster: Cluster, place: string, log: (line: string) => void): Promise<void> {
  log(`Making a PostgreSQL data folder in ${cluster.dir}`)
  const fresh = join(place, `postgres.${process.pid}.new`)
  const passwordFile = `${fresh}.password`
  await rm(fresh, { recursive: true, force: true })
  await mkdir(fresh, { mode: 0o700 })
  await writeFile(passwordFile, cluster.password, { mode: 0o600 })
  if (cluster.owner) {
    await chown(fresh, cluster.owner.uid, cluster.owner.gid)
    await chown(passwordFile, cluster.owner.uid, cluster.owner.gid)
  }
  const args = ['-D', fresh, '-U', USER, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8']
  // The built-in locale is the same on every machine; an ICU or libc one is not.
  args.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--no-sync')
  try {
    await run(cluster.binaries.initdb, args, { ...cluster.owner, cwd: '/' })
    await rename(fresh, cluster.dir)
  } catch (error) {
    await rm(fresh, { recursive: true, force: true })
    // Another program was faster: its folder serves us both.
    if (!existsSync(cluster.dir))
      throw new EmbeddedError(`PostgreSQL could not make its data folder: ${reason(error)}`)
  } finally {
    await rm(passwordFile, { force: true })
  }
}

/** The port of the server that already runs on this folder; null when none does. Clears a stale lock file. */
async function joinRunning({ dir, password, owner }: Cluster): Promise<number | null> {
  const lock = join(dir, 'postmaster.pid')
  const text = await readFile(lock, 'utf8').catch(() => null)
  if (text === null) return null
  const [pidLine, , , portLine] = text.split('\n')
  const pid = Number(pidLine)
  if (!(await isPostgres(pid))) {
    await rm(lock, { force: true })
    return null
  }
  const port = Number(portLine)
  for (let i = 0; port > 0 && i < 100; i++) {
    const answer = await ask(urlOf({ password }, port, 'postgres'), (sql) => sql`select 1`).catch(
      (e) => e as Error,
    )
    if (!(answer instanceof Error)) return port
    if (!existsSync(lock)) return null
    await pause(100)
  }
  throw new EmbeddedError(
    `A PostgreSQL server (process ${pid}) holds ${dir} but does not answer. Stop it with: kill -INT ${pid}${owner ? ' (as root)' : ''}`,
  )
}

/** Whether the process in the lock file is a server at all: after a crash its number may belong to anyone. */
async function isPostgres(pid: number): Promise<boolean> {
  if (!(pid > 0)) return false
  if (process.platform === 'win32') {
    const { stdout } = await run('tasklist', ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH'])
    return stdout.toLowerCase().includes('postgres')
  }
  if (process.platform === 'linux') {
    return (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).startsWith('postgres')
  }
  const { stdout } = await run('ps', ['-p', String(pid), '-o', 'comm=']).catch((error) => {
    if (error.code === 1) return { stdout: '' }
    throw error
  })
  return stdout.includes('postgres')
}

async function start(
  { dir, owner, binaries, logFile, durable }: Cluster,
  last: boolean,
): Promise<number | null> {
  const port = await freePort()
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    'shared_buffers=256MB',
    'max_wal_size=2GB',
    ...(durable ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']),
  ]
  const options = [`-p ${port}`, ...settings.map((setting) => `-c ${setting}`)].join(' ')
  try {
    await run(binaries.pg_ctl, ['start', '-w', '-t', '60', '-D', dir, '-l', logFile, '-o', options], {
      ...owner,
      cwd: '/',
    })
    return port
  } catch (error) {
    if (!last) return null
    const said = (await readFile(logFile, 'utf8').catch(() => '')).trim().split('\n').slice(-3).join(' ')
    throw new EmbeddedError(`PostgreSQL in ${dir} does not start: ${said || reason(error)}`)
  }
}

async function createDatabase(cluster: Cluster, port: number): Promise<void> {
  await ask(urlOf(cluster, port, 'postgres'), async (sql) => {
    const [found] = await sql`select from pg_database where datname = ${DATABASE}`
    if (!found) await sql`create database ${sql(DATABASE)}`.catch(ignoreDuplicate)
  })
}

function ignoreDuplicate(error: { code?: string }): void {
  // 42P04, or 23505 when two create it in the same instant.
  if (error.code !== '42P04' && error.code !== '23505') throw error
}

async function leave({ dir, owner, binaries, password }: Cluster, port: number): Promise<void> {
  const others = await ask(urlOf({ password }, port, 'postgres'), async (sql) => {
    const [row] = await sql`
      select count(*)::int as n from pg_stat_activity
      where backend_type = 'client backend' and pid <> pg_backend_pid()`
    return row?.n as number
  }).catch(() => 0)
  if (others > 0 || !existsSync(join(dir, 'postmaster.pid'))) return
  await run(binaries.pg_ctl, ['stop', '-w', '-m', 'fast', '-D', dir], { ...owner, cwd: '/' })
}

async function ask<T>(url: string, question: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {} })
  try {
    return await question(sql)
  } finally {
    await sql.end({ timeout: 1 })
  }
}

function urlOf({ password }: { password: string }, port: number, database: string): string {
  return `postgres://${USER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

function reason(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message?: string }
  return (stderr || message || String(error)).trim()
}
