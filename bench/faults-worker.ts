/** `npm run start:worker` in all but its clock, its patience with a platform, and what a call costs: see faults-scene.ts. */
import pino from 'pino'
import { createShutdown } from '../cli/shutdown.ts'
import { start } from '../cli/start.ts'
import { loadConfig } from '../config.ts'

export interface FaultsWorker {
  /** What its clock is ahead of the others', ms. */
  aheadMs: number
  patienceMs: number
  /** No platform of ours takes money for a call; a cap needs one that does. */
  costFen: number
}
const { aheadMs, patienceMs, costFen } = JSON.parse(process.env.FAULTS_WORKER ?? '{}') as FaultsWorker

const { fetch } = globalThis
// Instead of the program's own signal, not beside it: Node 20 loses signals that are joined by AbortSignal.any.
globalThis.fetch = (url, init) => fetch(url, { ...init, signal: AbortSignal.timeout(patienceMs) })

const config = loadConfig(process.env)
const priced = { ...config.callLimits.qianchuan, costFen }
const log = pino({ level: config.logLevel }, pino.destination({ dest: 2, sync: true }))
const shutdown = createShutdown((what, error) => log.error({ err: error }, `${what} did not close`))
process.once('SIGTERM', () => shutdown.close().then(() => process.exit(0)))
await start({
  config: { ...config, callLimits: { ...config.callLimits, qianchuan: priced } },
  log,
  clock: () => new Date(Date.now() + aheadMs),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  random: Math.random,
  shutdown,
  parts: new Set(['worker']),
  say: (line) => void process.stdout.write(`${line}\n`),
})
