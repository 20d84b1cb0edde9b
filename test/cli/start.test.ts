/** npm start, the token command and the embedded server, as an operator meets them. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startEmbedded } from '../../db/embedded.ts'
import { migrate } from '../../db/migrate.ts'
import { killPrograms, program } from '../support/program.ts'

/** A data folder as a first start leaves it; each test has a copy. */
let prepared: string
let dataDir: string
beforeAll(async () => {
  prepared = await folder()
  const server = await startEmbedded({ dataDir: join(prepared, 'main'), log: () => {} })
  await migrate(server.url)
  await server.stop()
})
afterAll(() => rm(prepared, { recursive: true, force: true }))
async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'seedbed-cli-'))
  await chmod(made, 0o755)
  return made
}
const pidFile = () => join(dataDir, 'main/postgres/postmaster.pid')
beforeEach(async () => {
  dataDir = await folder()
  // Keeps the server's own user as the owner of its files.
  await promisify(execFile)('cp', ['-a', join(prepared, 'main'), dataDir])
})
afterEach(async () => {
  killPrograms()
  if (existsSync(pidFile())) {
    const server = await startEmbedded({ dataDir: join(dataDir, 'main'), log: () => {} })
    await server.stop()
  }
  await rm(dataDir, { recursive: true, force: true })
})

const run = (...args: string[]) => program(args, { DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'error' })
async function started() {
  const server = run('start')
  const [, url] = await server.prints(/Open (http\S+)/)
  return { server, url: url as string }
}
async function createToken(name: string): Promise<string> {
  const command = run('token', 'create', '--name', name)
  const [token] = await command.prints(/sbd_[\w-]+/)
  expect(await command.ended).toBe(0)
  return token
}
async function ask(url: string, token: string, query: string) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const answer = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })
  return (await answer.json()) as { data: Record<string, unknown> }
}
const BRANDS = '{ brands { edges { node { name } } } }'
const CREATE = 'mutation { createBrand(input: { name: "品牌" }) { __typename } }'

test('data survives an orderly stop, and nothing is left running', async () => {
  // The one that starts with nothing.
  await rm(join(dataDir, 'main'), { recursive: true })
  const first = await started()
  const token = await createToken('one')
  expect(await ask(first.url, token, '{ viewer { role workspace { name } } }')).toEqual({
    data: { viewer: { role: 'ADMIN', workspace: { name: 'Seedbed' } } },
  })
  expect(await ask(first.url, token, CREATE)).toEqual({ data: { createBrand: { __typename: 'Brand' } } })
  first.server.kill('SIGINT')
  expect(await first.server.ended).toBe(0)
  expect(existsSync(pidFile())).toBe(false)
  const second = await started()
  expect(await ask(second.url, token, BRANDS)).toEqual({
    data: { brands: { edges: [{ node: { name: '品牌' } }] } },
  })
  expect(second.server.output()).not.toContain(token)
  second.server.kill('SIGTERM')
  expect(await second.server.ended).toBe(0)
})

test('after kill -9 the next start joins the orphaned server and the data is there', async () => {
  const first = await started()
  const token = await createToken('one')
  expect(await ask(first.url, token, CREATE)).toEqual({ data: { createBrand: { __typename: 'Brand' } } })
  const orphan = (await readFile(pidFile(), 'utf8')).split('\n')[0]
  first.server.kill('SIGKILL')
  expect(await first.server.ended).toBe('SIGKILL')
  const second = await started()
  expect((await readFile(pidFile(), 'utf8')).split('\n')[0]).toBe(orphan)
  expect(await ask(second.url, token, BRANDS)).toEqual({
    data: { brands: { edges: [{ node: { name: '品牌' } }] } },
  })
  second.server.kill('SIGINT')
  expect(await second.server.ended).toBe(0)
  expect(existsSync(pidFile())).toBe(false)
})

test('a lock file whose process is somebody else is cleared', async () => {
  const first = await started()
  first.server.kill('SIGINT')
  await first.server.ended
  await writeFile(pidFile(), `${process.pid}\n${join(dataDir, 'main/postgres')}\n1\n5432\n\n127.0.0.1\n`)
  const second = await started()
  second.server.kill('SIGINT')
  expect(await second.server.ended).toBe(0)
})

test('a port in use is told in one sentence, and nothing is left running', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const address = other.address()
  const port = typeof address === 'object' && address ? String(address.port) : ''
  const server = program(['start'], { DATA_DIR: dataDir, PORT: port, LOG_LEVEL: 'error' })
  expect(await server.ended).toBe(1)
  expect(server.output()).toContain(
    `Port ${port} is in use by another program. Stop it, or set PORT to a free one`,
  )
  expect(server.output()).not.toContain('    at ')
  expect(existsSync(pidFile())).toBe(false)
  await new Promise((resolve) => other.close(resolve))
})

test('settings that do not hold are told together, without their values', async () => {
  const server = program(['start'], {
    DATA_DIR: dataDir,
    PORT: 'eighty',
    DATABASE_URL: 'mysql://root:hunter2@db',
  })
  expect(await server.ended).toBe(1)
  expect(server.output()).toContain('PORT must be a whole number')
  expect(server.output()).toContain('DATABASE_URL must look like postgres://')
  expect(server.output()).not.toMatch(/hunter2|eighty/)
})

test('a command that is misspelt, or a token without a name, is told how it goes', async () => {
  const misspelt = run('strat')
  expect(await misspelt.ended).toBe(1)
  expect(misspelt.output()).toContain('There is no command strat')
  const nameless = run('token', 'create')
  expect(await nameless.ended).toBe(1)
  expect(nameless.output()).toContain('npm run token -- create --name NAME')
})

test('a revoked token no longer works', async () => {
  const { url } = await started()
  const token = await createToken('one')
  const revoke = run('token', 'revoke', '--name', 'one')
  expect(await revoke.ended).toBe(0)
  const answer = await fetch(`${url}/graphql?query={viewer{role}}`, {
    headers: { authorization: `Bearer ${token}` },
  })
  expect(answer.status).toBe(401)
})
