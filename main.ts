/** The one entry of every command; nothing else reads the clock, the environment or the arguments. */
import { inspect } from 'node:util'
import pino from 'pino'
import type { CourierInput } from './cli/courier.ts'
import type { DemoInput } from './cli/demo.ts'
import { createShutdown } from './cli/shutdown.ts'
import { loadConfig } from './config.ts'

/** Failures that a person can mend: one clear message, no stack. */
const EXPECTED = new Set([
  'ConfigError',
  'DatabaseAwayError',
  'QueueAwayError',
  'SealError',
  'EmbeddedError',
  'MigrationError',
  'PortTakenError',
  'InvalidInputError',
  'NotFoundError',
  'ConflictError',
  'ObservationFileError',
])
/** npm passes the terminal's Ctrl-C on: the second one within this time is the same one. */
const SAME_KEY = 1000

const [command = 'start', ...args] = process.argv.slice(2)
const clock = () => new Date()
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
// The demo's last line is for programs; what it says to people goes beside it.
const quiet = command === 'demo' && args.includes('--json')
const say = (line: string) => void (quiet ? process.stderr : process.stdout).write(`${line}\n`)
const json = (line: string) => void process.stdout.write(`${line}\n`)
let passing = false
let shownAt = 0

function progress(line: string): void {
  if (!process.stderr.isTTY) {
    if (line === '' || clock().getTime() - shownAt < 5000) return
    shownAt = clock().getTime()
    process.stderr.write(`${line}\n`)
    return
  }
  if (line === '' && !passing) return
  process.stderr.write(`\r\u001b[2K${line}`)
  passing = line !== ''
}

async function main(): Promise<'running' | 'done'> {
  const config = loadConfig(process.env)
  const level = command === 'start' ? config.logLevel : process.env.LOG_LEVEL ? config.logLevel : 'warn'
  const log = pino(
    { level, redact: ['req.headers.authorization'] },
    pino.destination({ dest: 2, sync: true }),
  )
  const shutdown = createShutdown((what, error) => log.error({ err: error }, `${what} did not close`))
  if (command === 'courier') ignoreSignals()
  else onSignals(shutdown.close)
  const common = { args, config, log, clock, sleep, random: Math.random, shutdown, say, progress, json }
  try {
    const outcome = await run(common)
    if (outcome === 'done') await shutdown.close()
    return outcome
  } catch (error) {
    await shutdown.close()
    throw error
  }
}

type Common = DemoInput & { random: () => number }

/** Each command is loaded when it is asked for: most need a small part of the program. */
async function run(common: Common): Promise<'running' | 'done'> {
  switch (command) {
    case 'start':
      return serve(common, ['api', 'worker'])
    case 'start:api':
      return serve(common, ['api'])
    case 'start:worker':
      return serve(common, ['worker'])
    case 'demo':
      return (await import('./cli/demo.ts')).demo(common)
    case 'import':
      await (await import('./cli/import.ts')).importFile(common)
      return 'done'
    case 'plan':
      await (await import('./cli/plan.ts')).plan(common)
      return 'done'
    case 'backtest':
      await (await import('./cli/backtest.ts')).backtest(common)
      return 'done'
    case 'courier':
      await (await import('./cli/courier.ts')).courier({ ...common, pipe })
      return 'done'
    case 'bench':
      await (await import('./bench/bench.ts')).bench({ ...common, ticks: () => performance.now() })
      return 'done'
    case 'token':
      await (await import('./cli/token.ts')).token({ ...common, now: clock() })
      return 'done'
    default:
      throw Object.assign(new Error(`There is no command ${command}.`), { name: 'InvalidInputError' })
  }
}

async function serve(common: Common, parts: readonly ('api' | 'worker')[]): Promise<'running'> {
  await (await import('./cli/start.ts')).start({ ...common, parts: new Set(parts) })
  return 'running'
}

/** The pipe to the worker that started this process as its courier. */
const pipe: CourierInput['pipe'] = {
  onMessage: (take) => process.on('message', take),
  onClosed: (closed) => process.once('disconnect', closed),
  reply: (message) => void (process.connected && process.send?.(message, () => {})),
}

/** Whoever stops a whole group of processes must not stop a courier on its way: its pipe tells it when to leave. */
function ignoreSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
}

function onSignals(close: () => Promise<void>): void {
  let firstAt: number | null = null
  const stop = (signal: NodeJS.Signals) => {
    const now = clock().getTime()
    if (firstAt !== null) {
      if (now - firstAt > SAME_KEY) process.exit(130)
      return
    }
    firstAt = now
    progress('')
    say(`${signal}: stopping in order; once more stops at once.`)
    close().then(() => process.exit(0))
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}

main()
  .then((outcome) => {
    if (outcome === 'done') process.exit(0)
  })
  .catch((error) => {
    progress('')
    process.stderr.write(EXPECTED.has(error?.name) ? `${error.message}\n` : `${inspect(error)}\n`)
    process.exit(1)
  })
