/** What `npm run bench -- faults` plays on: a simulated platform, as many videos in the database, and worker processes. */
import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import { connect } from '../db/client.ts'
import { connectAccount } from '../flow/account.ts'
import { createBrand } from '../flow/brand.ts'
import { write } from '../flow/context.ts'
import { storeSubjects } from '../flow/explore.ts'
import { createSealer } from '../flow/seal.ts'
import { createWorkspace } from '../flow/workspace.ts'
import { createSimulator, type Simulator } from '../platforms/simulator/server.ts'
import { createWorld, type World } from '../platforms/simulator/world.ts'
import { DAY, MINUTE } from '../rules/types.ts'
import { type Program, program } from '../test/support/program.ts'
import type { FaultsWorker } from './faults-worker.ts'

export interface FaultsInput {
  /** Of a migrated database, as its owner. */
  databaseUrl: string
  /** null: the queue lives in PostgreSQL. */
  redisUrl: string | null
  videos: number
  processes: number
  /** How long a worker waits for an answer of the platform, ms. */
  patienceMs: number
  callsPerSecond: number
  /** One process is killed in the middle of its work. */
  kill: boolean
}

export interface Scene {
  input: FaultsInput
  /** Sees all tenants. */
  owner: postgres.Sql
  workspaceId: number
  simulator: Simulator
  /** Calls a day that the workers are told, far from being reached. */
  callsPerDay: number
  processes: Program[]
  close(): Promise<void>
}

export const ADVERTISERS = ['1700000000000001', '1700000000000002']
/** Videos of one 抖音号: what one call can ask for. */
const PER_KOL = 50
/** 分 a call. */
export const COST = 1
/** The clock of the second process. */
const AHEAD = 5 * MINUTE

export async function setScene(input: FaultsInput): Promise<Scene> {
  const { databaseUrl, videos } = input
  const kols = Math.ceil(videos / PER_KOL)
  const world = createWorld({
    seed: 'faults',
    startAt: Date.now() - 5 * DAY,
    kols,
    videos,
    hitShare: 0.02,
    publishDays: 3,
    history: 0,
  })
  const simulator = await createSimulator({ world, now: Date.now, advertiserIds: ADVERTISERS })
  const owner = postgres(databaseUrl, { max: 1, onnotice: () => {} })
  const key = randomBytes(32)
  const workspaceId = await connectTo(simulator, world, databaseUrl, key)
  await plantVideos(owner, workspaceId, world)
  const callsPerDay = 40 * kols
  const limits = `qianchuan:${input.callsPerSecond}/second,qianchuan:${callsPerDay}/day`
  const processes = Array.from({ length: input.processes }, (_, nth) =>
    worker(input, simulator, { limits, key, aheadMs: nth === 1 ? AHEAD : 0 }),
  )
  return {
    input,
    owner,
    workspaceId,
    simulator,
    callsPerDay,
    processes,
    async close() {
      for (const each of processes) each.kill('SIGKILL')
      await Promise.all(processes.map(({ ended }) => ended))
      await owner.end()
      await simulator.close()
    },
  }
}

function worker(
  { databaseUrl, redisUrl, patienceMs }: FaultsInput,
  { url }: Simulator,
  { limits, key, aheadMs }: { limits: string; key: Buffer; aheadMs: number },
): Program {
  const unlike: FaultsWorker = { aheadMs, patienceMs, costFen: COST }
  const env = {
    DATABASE_URL: databaseUrl,
    ...(redisUrl !== null && { REDIS_URL: redisUrl }),
    SWEEP_MS: '300',
    LOG_LEVEL: 'warn',
    OCEANENGINE_URL: url,
    OCEANENGINE_APP_ID: '1',
    OCEANENGINE_APP_SECRET: 'secret',
    TOKEN_KEYS: `k:${key.toString('base64')}`,
    CALL_LIMITS: limits,
    FAULTS_WORKER: JSON.stringify(unlike),
  }
  return program([], env, 'bench/faults-worker.ts')
}

/** A workspace whose one account has two advertisers, each of whom sees every other 抖音号. */
async function connectTo(
  { tokens }: Simulator,
  world: World,
  databaseUrl: string,
  key: Buffer,
): Promise<number> {
  const { db, close } = connect(databaseUrl, { max: 2 })
  const now = new Date()
  const lives = { accessExpiresAt: now.getTime() + DAY, refreshExpiresAt: now.getTime() + 30 * DAY }
  const grant = { ...tokens.current(), ...lives }
  const authorised = { platform: 'oceanengine', externalId: 'main', name: 'main', grant }
  const subjects = ADVERTISERS.map((externalId, nth) => ({
    source: 'qianchuan',
    externalId,
    name: externalId,
    kolAccountIds: world.kols
      .filter((_, kol) => kol % ADVERTISERS.length === nth)
      .map(({ awemeId }) => awemeId),
  }))
  try {
    const workspaceId = await createWorkspace(db, now, { name: `faults ${now.toISOString()}` })
    const ctx = { db, workspaceId, now }
    const accountId = await connectAccount(ctx, { sealer: createSealer([{ id: 'k', key }]) }, authorised)
    await write(ctx, (tx) => storeSubjects(tx, now, accountId, { subjects, complete: true }))
    await createBrand(ctx, { name: 'faults' })
    return workspaceId
  } finally {
    await close()
  }
}

/** Nothing of it is due: a round makes it so. */
async function plantVideos(owner: postgres.Sql, workspaceId: number, world: World): Promise<void> {
  const now = new Date().toISOString()
  const kols = world.kols.map(({ awemeId, followers }) => ({ awemeId, followers }))
  const videos = world.videos.map(({ itemId, kol, purpose, publishedAt }) => ({
    itemId,
    awemeId: kol.awemeId,
    purpose,
    at: new Date(publishedAt).toISOString(),
  }))
  await owner`select set_config('seedbed.workspace', ${String(workspaceId)}, false)`
  await owner`select ensure_snapshot_partitions(${now}::timestamptz, ${now}::timestamptz)`
  // Quotas are of the app, whoever used them before; what is not polled is read: there is nothing to see here.
  await owner`truncate call_quota, call_use`
  await owner`update account set explored_at = ${now} where workspace_id = ${workspaceId}`
  await owner`update subject set read_to = ${now}::timestamptz + interval '1 day' where workspace_id = ${workspaceId}`
  await owner`
    insert into kol (account_id, name, followers, tier, created_at)
    select "awemeId", "awemeId", followers, 'TAIL', ${now}
    from jsonb_to_recordset(${owner.json(kols)}) as v("awemeId" text, followers bigint)`
  await owner`
    insert into video (brand_id, kol_id, purpose, title, stage, published_at, item_id, tier, created_at)
    select brand.id, kol.id, purpose, 'video', 'PUBLISHED', at, "itemId", 'TAIL', ${now}
    from jsonb_to_recordset(${owner.json(videos)}) as v("itemId" text, "awemeId" text, purpose text, at timestamptz)
    join kol on kol.workspace_id = ${workspaceId} and kol.account_id = "awemeId"
    join brand on brand.workspace_id = ${workspaceId}`
  await owner`
    insert into video_state (video_id, kol_id, published_at, source)
    select id, kol_id, published_at, 'qianchuan' from video where workspace_id = ${workspaceId} order by random()`
  await owner`vacuum analyze video_state, video, kol`
}
