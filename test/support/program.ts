/** The real program in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll } from 'vitest'
import type { TestDatabase } from './database.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface Program {
  /** Everything it printed so far. */
  output(): string
  /** Resolves with the first match of `pattern` in what it prints; rejects when it ends without. */
  prints(pattern: RegExp): Promise<RegExpExecArray>
  /** Exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>
  kill(signal: NodeJS.Signals): void
}

const running = new Set<ChildProcess>()
/** For afterEach: no test leaves a program behind. */
export function killPrograms(): void {
  for (const child of running) child.kill('SIGKILL')
}

/** Runs `npm run <args>` without npm, in an environment of its own. */
export function program(args: string[], env: Record<string, string> = {}, entry = 'main.ts'): Program {
  const bare = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env }
  const child = spawn(process.execPath, ['--import', 'tsx', entry, ...args], { cwd: ROOT, env: bare })
  running.add(child)
  let text = ''
  const watchers = new Set<() => void>()
  const heard = (chunk: Buffer) => {
    text += chunk
    for (const watcher of watchers) watcher()
  }
  child.stdout.on('data', heard)
  child.stderr.on('data', heard)
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.on('close', (code, signal) => {
      running.delete(child)
      resolve(signal ?? code ?? 0)
    })
  })
  return {
    output: () => text,
    ended,
    kill: (signal) => child.kill(signal),
    prints: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(text)
          if (!match) return
          watchers.delete(look)
          resolve(match)
        }
        watchers.add(look)
        ended.then((how) => reject(new Error(`ended with ${how} before it printed ${pattern}:\n${text}`)))
        look()
      }),
  }
}

/** One command of the program on the database of a test, with a folder for its files. */
export function commandOn(database: TestDatabase, command: string) {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'seedbed-cli-'))
  })
  afterEach(() => killPrograms())
  afterAll(() => rm(folder, { recursive: true, force: true }))
  return {
    path: (name: string) => join(folder, name),
    async file(name: string, content: string | Buffer): Promise<string> {
      const path = join(folder, name)
      await writeFile(path, content)
      return path
    },
    async run(...args: string[]) {
      const env = { DATA_DIR: folder, DATABASE_URL: database.ownerUrl, LOG_LEVEL: 'error' }
      const child = program([command, ...args], env)
      const code = await child.ended
      return { code, output: child.output() }
    },
  }
}
