/**
 * A process that keeps asking for access tokens and calls the platform with them, as a worker does; it kills itself
 * at the named step with the given chance. One of several in test/workers/tokens.test.ts.
 */
import { fileURLToPath } from 'node:url'
import { loadConfig } from '../../config.ts'
import { connect } from '../../db/client.ts'
import { createSealer } from '../../flow/seal.ts'
import { createCourier } from '../../workers/courier.ts'
import { tokenSource } from '../../workers/tokens.ts'

const {
  TEST_ACCOUNTS = '',
  TEST_WORKSPACE = '',
  TEST_CALL = '',
  TEST_KILL_AT = '',
  TEST_KILL_CHANCE = '0',
} = process.env
const config = loadConfig(process.env)
const die = (step: string) => {
  if (step === TEST_KILL_AT && Math.random() < Number(TEST_KILL_CHANCE)) process.kill(process.pid, 'SIGKILL')
}

const { db } = connect(config.databaseUrl ?? '', { max: 4 })
const real = createCourier({
  main: fileURLToPath(new URL('../../main.ts', import.meta.url)),
  databaseUrl: config.databaseUrl ?? '',
})
const courier = {
  async refresh(order: Parameters<typeof real.refresh>[0]) {
    die('before the order')
    const answer = real.refresh(order)
    die('after the order')
    setTimeout(() => die('while it is carried out'), 3 * Math.random())
    const refreshed = await answer
    die('after the answer')
    return refreshed
  },
}
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
const deps = {
  db,
  clock: () => new Date(),
  sleep,
  accounts: { sealer: createSealer(config.tokenKeys) },
  courier,
}
const accounts = TEST_ACCOUNTS.split(',').map((id) => ({
  id,
  token: tokenSource(deps, Number(TEST_WORKSPACE), Number(id)),
}))

process.stdout.write('asking\n')
async function ask(): Promise<void> {
  for (;;) {
    const one = accounts[Math.floor(Math.random() * accounts.length)]
    if (!one) return
    try {
      const token = await one.token()
      const code = await call(token)
      if (code === 40102 || code === 40105) await one.token(token)
    } catch (error) {
      process.stdout.write(`${one.id}: ${error}\n`)
    }
  }
}
async function call(token: string): Promise<number> {
  const answer = await fetch(TEST_CALL, { headers: { 'access-token': token } })
  return ((await answer.json()) as { code: number }).code
}
await Promise.all([ask(), ask(), ask(), ask()])
