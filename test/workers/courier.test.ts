/** The courier outlives what stops a whole group of processes, and leaves when its pipe closes. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createCourier } from '../../workers/courier.ts'
import { testDatabase } from '../support/database.ts'

const t = testDatabase()
const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url))

test('a courier that is asked to stop goes on with its orders until the pipe closes', {
  timeout: 30_000,
}, async () => {
  const { workspaceId } = await t.tenant()
  const child = fork(MAIN, ['courier'], {
    execArgv: ['--import', 'tsx'],
    env: {
      PATH: process.env.PATH ?? '',
      LOG_LEVEL: 'silent',
      OCEANENGINE_APP_ID: '1',
      OCEANENGINE_APP_SECRET: 'secret',
      TOKEN_KEYS: `k:${Buffer.alloc(32, 1).toString('base64')}`,
    },
  })
  child.send({ databaseUrl: t.ownerUrl })
  const order = async (id: number) => {
    const answered = once(child, 'message')
    child.send({ id, workspaceId, accountId: 1, generation: 1 })
    return (await answered)[0]
  }
  const told = { error: 'There is no such account in this workspace.' }
  expect(await order(1)).toEqual({ id: 1, ...told })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) child.kill(signal)
  expect(await order(2)).toEqual({ id: 2, ...told })
  const ended = once(child, 'exit')
  child.disconnect()
  expect(await ended).toEqual([0, null])
})

test('a courier that ends before it answers fails its orders, and closing waits for nothing', {
  timeout: 30_000,
}, async () => {
  const courier = createCourier({ main: '/nowhere/main.ts', databaseUrl: t.ownerUrl })
  await expect(courier.refresh({ workspaceId: 1, accountId: 1, generation: 1 })).rejects.toThrow(
    /the courier ended/,
  )
  await courier.close()
})
