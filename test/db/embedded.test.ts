import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { placeFor, reachableBinaries } from '../../db/embedded-place.ts'

/** Nobody whom these tests could run as. */
const STRANGER = { uid: 4_242_424, gid: 4_242_424 }
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seedbed-place-'))
  await chmod(folder, 0o755)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** A package of programs as npm lays it out, behind a folder of that mode. */
async function programs(mode: number) {
  const home = join(folder, 'home')
  const native = join(home, 'package/native')
  await mkdir(join(native, 'bin'), { recursive: true })
  await mkdir(join(native, 'lib'))
  await writeFile(join(home, 'package/package.json'), '{"version":"18.4.0"}')
  for (const name of ['initdb', 'pg_ctl', 'postgres'])
    await writeFile(join(native, 'bin', name), name, { mode: 0o755 })
  await writeFile(join(native, 'lib/libpq.so.5.18'), 'library')
  await symlink('libpq.so.5.18', join(native, 'lib/libpq.so.5'))
  await chmod(home, mode)
  const at = (name: string) => join(native, 'bin', name)
  return { initdb: at('initdb'), pg_ctl: at('pg_ctl'), postgres: at('postgres') }
}

test('programs that their user can reach are run in place', async () => {
  const found = await programs(0o755)
  expect(reachableBinaries(found, STRANGER, join(folder, 'shared'), () => {})).toEqual(found)
})

test('programs behind a closed folder, such as a clone under /root, are copied once, links and modes kept', async () => {
  const found = await programs(0o700)
  const said: string[] = []
  const shared = join(folder, 'shared')
  const copied = reachableBinaries(found, STRANGER, shared, (line) => said.push(line))
  expect(copied.initdb).toBe(join(shared, 'postgres-18.4.0/bin/initdb'))
  expect((await stat(copied.postgres)).mode & 0o777).toBe(0o755)
  expect(await readFile(join(shared, 'postgres-18.4.0/lib/libpq.so.5'), 'utf8')).toBe('library')
  expect(reachableBinaries(found, STRANGER, shared, (line) => said.push(line))).toEqual(copied)
  expect(said).toHaveLength(1)
})

test('data goes where it is wanted, or aside when its user cannot get there, and that is said', async () => {
  const said: string[] = []
  const log = (line: string) => said.push(line)
  const open = join(folder, 'data')
  expect(placeFor(open, null, log)).toBe(open)
  expect(placeFor(open, STRANGER, log)).toBe(open)
  expect(said).toEqual([])
  await programs(0o700)
  const closed = join(folder, 'home/data')
  expect(placeFor(closed, STRANGER, log)).toMatch(/^\/var\/lib\/seedbed\/.*_home_data$/)
  expect(said).toEqual([expect.stringContaining(closed)])
})
