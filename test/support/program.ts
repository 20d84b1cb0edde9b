/** The real program in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

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
