/**
 * npm run demo: the whole chain in compressed time against the simulator. Simulated time jumps from one instant at
 * which something is due to the next, and waits for the work: a slow machine plays the same story, only slower.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Logger } from 'pino'
import { startApi } from '../api/server.ts'
import type { Config } from '../config.ts'
import { wipeEmbedded } from '../db/embedded.ts'
import { createToken, createWorkspace } from '../flow/workspace.ts'
import { createSimulator } from '../platforms/simulator/server.ts'
import { DAY, HOUR } from '../rules/types.ts'
import { createQueue } from '../workers/queue.ts'
import { startWorkers } from '../workers/workers.ts'
import { boot } from './boot.ts'
import { sumMoney, tellMoney } from './demo-money.ts'
import { boundToBrand, connectAll, createDemoPlatforms, LEDGERS_EVERY } from './demo-platforms.ts'
import { startPlaybook } from './demo-playbook.ts'
import { createPlayer } from './demo-player.ts'
import { PROMOTIONS_EVERY, startPromoting, sumPromotion, tellPromotion } from './demo-promotion.ts'
import { type DemoScore, scoreDemo } from './demo-score.ts'
import { demoWorld, PUBLISH_DAYS, plantWorld, WATCH_DAYS } from './demo-world.ts'
import { SHEETS } from './sheets.ts'
import type { Shutdown } from './shutdown.ts'

export interface DemoInput {
  args: string[]
  config: Config
  log: Logger
  /** Real time, for the measured seconds and for the date of the story's end. */
  clock: () => Date
  sleep: (ms: number) => Promise<void>
  shutdown: Shutdown
  say: (line: string) => void
  progress: (line: string) => void
  /** Receives the one JSON line. */
  json: (line: string) => void
}

const SEED = 'seedbed'
const SHANGHAI = 8 * HOUR

export async function demo(input: DemoInput): Promise<'running' | 'done'> {
  const { values } = parseArgs({
    args: input.args,
    options: { json: { type: 'boolean', default: false }, exit: { type: 'boolean', default: false } },
  })
  const { log, clock, shutdown, say } = input
  const started = clock().getTime()
  const story = await stage(input, started)
  const { database, workspaceId, world, api, secret } = story
  say(`Open ${api.url}/explorer#token=${secret}`)
  say('The demo plays; the page shows it as it happens.')
  await story.playTo(story.end, input.progress)
  input.progress('')
  const score = await scoreDemo(database.db, workspaceId, world.truth())
  const seconds = Math.round((clock().getTime() - started) / 100) / 10
  for (const line of tell(score, seconds)) say(line)
  say(tellMoney(await story.money()))
  const promotion = await story.promotion()
  for (const line of tellPromotion(promotion)) say(line)
  const board = await story.board()
  if (board) {
    const plays = Math.round(board.medianPlays).toLocaleString('en')
    say(
      `Best of the board 人 × 货: ${board.pair}, ${plays} plays in the median; ${board.gaps} pairs without a video.`,
    )
  }
  const rollout = await story.rollout()
  if (rollout) say(tellRollout(rollout))
  if (values.json) input.json(JSON.stringify({ ...score, seconds, promotion }))
  if (values.exit) return 'done'
  say(`Open ${api.url}/explorer#token=${secret}`)
  say('Simulated time goes on, 30 minutes a second. Ctrl-C stops everything.')
  const going = new AbortController()
  const goesOn = story.keepPlaying(going.signal).catch((error) => log.error({ err: error }, 'demo'))
  shutdown.opened('demo clock', async () => {
    going.abort()
    await goesOn
  })
  return 'running'
}

/** Everything up and planted, simulated time standing at the start. */
async function stage({ config, log, clock, sleep, shutdown, say }: DemoInput, started: number) {
  if (config.databaseUrl === null) {
    await wipeEmbedded({ dataDir: join(config.dataDir, 'demo'), log: (line) => log.info(line) })
  }
  const { database, backend } = await boot({ config, log, shutdown, folder: 'demo', durable: false })
  const today = Math.floor((started + SHANGHAI) / DAY) * DAY - SHANGHAI
  const startAt = today - (PUBLISH_DAYS + WATCH_DAYS) * DAY
  const time = { now: startAt }
  const simulated = () => new Date(time.now)
  const world = demoWorld(SEED, startAt)
  const simulator = await createSimulator({
    world,
    now: () => time.now,
    bound: boundToBrand(world),
    // The brand's own shop; what it sells is not an agency's.
    mcn: false,
  })
  shutdown.opened('simulator', () => simulator.close())

  const workspaceId = await createWorkspace(database.db, simulated(), {
    name: `Demo ${clock().toISOString()}`,
  })
  const ctx = () => ({ db: database.db, pool: database.pool, workspaceId, now: simulated() })
  const secret = await createToken(ctx(), { name: 'demo', role: 'EDITOR' })
  const queue = createQueue(backend, (error) => log.warn({ err: error }, 'queue'))
  shutdown.opened('queue', () => queue.close())
  const { db } = database
  const demoPlatforms = createDemoPlatforms({ db, simulator, clock: simulated, sleep })
  const { accounts, platforms } = demoPlatforms
  const { host, port } = config
  const content = { accounts, sheets: SHEETS, sources: platforms.sources() }
  const api = await startApi({ database, queue, clock: simulated, log, host, port, ...content })
  shutdown.opened('api', () => api.close())

  say(`Planning ${world.videos.length} videos of ${world.kols.length} KOLs in a content matrix`)
  await startPromoting(ctx())
  const planted = await plantWorld(ctx(), world)
  await connectAll(ctx(), demoPlatforms, world, planted.kols)
  const playbook = await startPlaybook(ctx(), planted)
  say(`Proposed ${await playbook.fill(ctx())} more videos for pairs of elements that the plan had left out`)
  const totals = { looks: 0, fired: 0 }
  const workers = await startWorkers({
    db,
    clock: simulated,
    platforms,
    backend,
    concurrency: config.concurrency,
    sweepEvery: null,
    ledgersEvery: LEDGERS_EVERY,
    promotionsEvery: PROMOTIONS_EVERY,
    log,
    onPolled: ({ looks, fired }) => {
      totals.looks += looks
      totals.fired += fired
    },
  })
  shutdown.opened('workers', () => workers.close())
  const player = createPlayer({
    ctx,
    world,
    planned: planted.videos,
    publish: playbook.publish,
    time,
    workers,
    totals,
    sleep,
  })
  return {
    database,
    workspaceId,
    world,
    api,
    secret,
    rollout: () => playbook.rollout(ctx()),
    board: () => playbook.board(ctx()),
    promotion: () => sumPromotion(ctx(), { world, url: simulator.url, bound: boundToBrand(world) }),
    money: () => sumMoney(database.db, workspaceId, simulated()),
    end: startAt + (PUBLISH_DAYS + WATCH_DAYS) * DAY,
    ...player,
  }
}

function tellRollout({ title, kols, spendFen }: { title: string; kols: number; spendFen: number }): string {
  const yuan = Math.round(spendFen / 100).toLocaleString('en')
  return `The first test that broke out, ${title}, is offered to ${kols} head KOLs (头部) for ¥${yuan}.`
}

function tell(score: DemoScore, seconds: number): string[] {
  const percent = (value: number | null) => (value === null ? 'none' : `${Math.round(value * 100)} %`)
  return [
    `Watched ${score.videos} videos with ${score.snapshots} looks in ${seconds} s.`,
    `Flagged ${score.flagged} as breakouts (爆款); ${score.planted} were planted: ` +
      `precision ${percent(score.precision)}, recall ${percent(score.recall)}.`,
    `Median lead before half of the final plays: ${score.median_lead_hours ?? 'none'} h.`,
  ]
}
