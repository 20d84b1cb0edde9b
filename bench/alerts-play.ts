/** Rounds of `npm run bench -- alerts`: in each, all videos are due, and workers die at one step after the other. */
import { connect, type Database } from '../db/client.ts'
import { poll } from '../flow/poll.ts'
import { LEASE } from '../flow/shard.ts'
import { MINUTE } from '../rules/types.ts'
import { type Program, program } from '../test/support/program.ts'
import { type Cut, type CutWire, cutWire } from './alerts-cut.ts'
import { type AlertScene, leftDue, makeDue, setAlerts, worldConnector } from './alerts-scene.ts'
import type { AlertWorker } from './alerts-worker.ts'
import { RULES } from './alerts-world.ts'

export interface AlertsInput {
  /** Of a migrated database, as its owner. */
  databaseUrl: string
  from: number
  videos: number
  /** Videos in a batch. */
  limit: number
  /** In this process, at a time. */
  workers: number
  /** Looks times rules, at the least; more where not every step was cut yet. */
  evaluations: number
  /** Processes to kill with -9; 0: none is started. */
  kills: number
}

export interface AlertsPlayed {
  scene: AlertScene
  rounds: number
  polls: number
  /** Cuts that were to be made, by where. */
  tries: Map<string, number>
  /** Most statements that one poll sent. */
  steps: number
  /** Cuts that struck, by where: `before 3`. */
  cuts: Map<string, number>
  /** Processes that died of kill -9. */
  kills: number
}

/** From round to round: as long as the shortest hold. */
const ROUND = 30 * MINUTE
/** Rounds after which it is over, were some step never reached. */
const MOST = 5000

/** The caller closes the scene. */
export async function playAlerts(input: AlertsInput): Promise<AlertsPlayed> {
  const scene = await setAlerts(input.databaseUrl, input.from, input.videos)
  const workers = await Promise.all(Array.from({ length: input.workers }, () => hire(scene)))
  const played = {
    scene,
    rounds: 0,
    polls: 0,
    tries: new Map<string, number>(),
    steps: 0,
    cuts: new Map<string, number>(),
    kills: 0,
  }
  try {
    const share = input.kills > 0 ? 0.9 : 1
    let now = input.from
    while (await goesOn(played, input, share)) now = await round(played, input, workers, now)
    if (input.kills > 0) await byProcesses(played, input, now)
    return played
  } finally {
    await Promise.all(workers.map(dismiss))
  }
}

async function goesOn(played: AlertsPlayed, { evaluations }: AlertsInput, share: number): Promise<boolean> {
  if (played.rounds >= MOST) return false
  return (
    played.cuts.size < 2 * played.steps ||
    played.rounds === 0 ||
    (await evaluated(played.scene)) < share * evaluations
  )
}

export async function evaluated({ owner, workspaceId }: AlertScene): Promise<number> {
  const [sum] = await owner`
    select coalesce(sum(looks), 0)::int as looks from video_state where workspace_id = ${workspaceId}`
  return (sum?.looks ?? 0) * RULES.length
}

interface Worker {
  wire: CutWire
  /** One connection, so that its statements come in one order; another one after it was cut. */
  database: Database
}

async function hire({ databaseUrl }: AlertScene): Promise<Worker> {
  const wire = await cutWire(databaseUrl)
  return { wire, database: await connectThrough(wire) }
}

/** A connection asks for types first. */
async function connectThrough({ url }: CutWire): Promise<Database> {
  const database = connect(url, { max: 1 })
  await database.pool`select 1`
  return database
}

async function dismiss({ wire, database }: Worker): Promise<void> {
  await database.close()
  await wire.close()
}

/** Until nothing is left of what was due; what a cut left leased is taken up once its lease has run out. */
async function round(
  played: AlertsPlayed,
  input: AlertsInput,
  workers: Worker[],
  last: number,
): Promise<number> {
  const due = last + ROUND
  let now = due
  await makeDue(played.scene, due)
  for (;;) {
    const claimed = await Promise.all(workers.map((worker) => attempt(played, input, worker, now)))
    if (claimed.some((videos) => videos === null || videos > 0)) continue
    if ((await leftDue(played.scene, due)) === 0) break
    now += LEASE + MINUTE
  }
  played.rounds++
  return now
}

/** Videos of one poll; null: its worker died. All but one of those at a time are to. */
async function attempt(
  played: AlertsPlayed,
  { limit, workers }: AlertsInput,
  worker: Worker,
  at: number,
): Promise<number | null> {
  const { wire, database } = worker
  const cut = played.polls++ % workers === 0 ? null : nextCut(played)
  const dies = wire.set(cut)
  const ctx = { db: database.db, workspaceId: played.scene.workspaceId, now: new Date(at) }
  const polled = poll(ctx, { connector: worldConnector(at), limit })
  const claimed = await Promise.race([polled.then((done) => done.claimed), dies.then(() => null)])
  if (claimed === null && cut) {
    polled.catch(() => {})
    await database.pool.end({ timeout: 0 })
    worker.database = await connectThrough(wire)
    const place = placeOf(cut)
    played.cuts.set(place, (played.cuts.get(place) ?? 0) + 1)
  } else if (claimed === 0) {
    // Nothing was to be done: that was no try.
    if (cut) played.tries.set(placeOf(cut), (played.tries.get(placeOf(cut)) ?? 1) - 1)
  } else {
    played.steps = Math.max(played.steps, wire.statements())
  }
  return claimed
}

const placeOf = ({ when, nth }: Cut) => `${when} ${nth}`

/** The place that was tried least; the last ones are reached only by polls that write most. */
function nextCut({ tries, steps }: AlertsPlayed): Cut {
  let least: { cut: Cut; tried: number } | null = null
  for (let nth = 1; nth <= Math.max(1, steps); nth++) {
    for (const when of ['before', 'after'] as const) {
      const cut = { nth, when }
      const tried = tries.get(placeOf(cut)) ?? 0
      if (least === null || tried < least.tried) least = { cut, tried }
    }
  }
  const { cut, tried } = least as { cut: Cut; tried: number }
  tries.set(placeOf(cut), tried + 1)
  return cut
}

/** The rest is done by processes, two at a time, each of which dies one statement later than the one before. */
async function byProcesses(played: AlertsPlayed, input: AlertsInput, from: number): Promise<void> {
  const { scene } = played
  const { owner } = scene
  await owner`create table alerts_clock as select ${new Date(from).toISOString()}::timestamptz as at`
  await owner`grant select on alerts_clock to seedbed_app`
  let started = 0
  const running = new Set<Program>()
  const start = () => {
    const nth = started++
    const statement = 1 + (nth % played.steps)
    const death = nth < input.kills ? { statement, afterMs: nth % 3 } : null
    const { databaseUrl, workspaceId } = scene
    const job: AlertWorker = { databaseUrl, workspaceId, limit: input.limit, death }
    const one = program([], { ALERTS_WORKER: JSON.stringify(job) }, 'bench/alerts-worker.ts')
    running.add(one)
    one.ended.then((how) => {
      running.delete(one)
      if (over) return
      if (how === 'SIGKILL') played.kills++
      else failure ??= new Error(`a worker ended with ${how}:\n${one.output()}`)
    })
  }
  let failure: Error | null = null
  let over = false
  let now = from
  try {
    while (played.kills < input.kills || (await evaluated(scene)) < input.evaluations) {
      const due = now + ROUND
      now = due
      await makeDue(scene, due)
      for (let waited = 0; ; waited++) {
        if (failure) throw failure
        while (running.size < 2) start()
        if (waited % 20 === 0) await owner`update alerts_clock set at = ${new Date(now).toISOString()}`
        if ((await leftDue(scene, due)) === 0) break
        await new Promise((resolve) => setTimeout(resolve, 25))
        // What the dead have leased.
        if (waited % 20 === 19) now += LEASE + MINUTE
      }
      played.rounds++
    }
  } finally {
    over = true
    for (const one of running) one.kill('SIGKILL')
    await Promise.all([...running].map(({ ended }) => ended))
  }
}
