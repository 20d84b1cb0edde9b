/** Two processes, each with its own workspace and advertiser, under one limit of the app: the platform counts them. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { callUse } from '../../db/tables.ts'
import { write } from '../../flow/context.ts'
import { QIANCHUAN_VIDEO_PATH } from '../../platforms/simulator/qianchuan.ts'
import { createSimulator } from '../../platforms/simulator/server.ts'
import { createWorld } from '../../platforms/simulator/world.ts'
import { DAY } from '../../rules/types.ts'
import { NOW, testDatabase } from '../support/database.ts'
import type { QuotaProcessInput } from '../support/quota-process.ts'

const t = testDatabase()
const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const PER_DAY = 60
const PER_SECOND = 20
const SILENCE_S = 3
/** A call that is under way when the platform asks for silence cannot be called back. */
const UNDER_WAY = 1000

test('two processes stay below the rate and the day of one app, and both keep a silence that one was asked for', {
  timeout: 60_000,
}, async () => {
  const aheadMs = NOW.getTime() - Date.now()
  const now = () => Date.now() + aheadMs
  const startAt = NOW.getTime() - 2 * DAY
  const world = createWorld({ seed: 'quota', startAt, kols: 6, videos: 30, hitShare: 0, publishDays: 1 })
  const advertiserIds = ['17', '18']
  const arrivals: { at: number; advertiserId: string | null; code: number }[] = []
  const simulator = await createSimulator({
    world,
    now,
    advertiserIds,
    quota: [{ scope: 'app', perSecond: PER_SECOND, perDay: PER_DAY }],
    onExchange: ({ query, code }) => {
      arrivals.push({ at: now(), advertiserId: query.get('advertiser_id'), code })
      if (arrivals.length === 20) {
        simulator.faults.add([{ kind: 'rate_limit', times: 1, retryAfterS: SILENCE_S }])
      }
    },
  })
  closers.push(() => simulator.close())
  const refs = world.videos
    .filter(({ publishedAt }) => publishedAt < now())
    .map(({ itemId, kol }, nth) => ({ itemId, accountId: kol.awemeId, urgent: nth % 2 === 0 }))
  const tenants = [await t.tenant(), await t.tenant()]
  const limits = { callsPerSecond: PER_SECOND, callsPerDay: PER_DAY }
  const token = simulator.tokens.current().accessToken
  const processes = tenants.map(({ workspaceId }, nth) =>
    run({
      url: simulator.url,
      advertiserId: advertiserIds[nth] as string,
      workspaceId,
      token,
      aheadMs,
      limits,
      refs,
    }),
  )
  for (const { ready } of processes) await ready
  for (const { go } of processes) go()
  const ends = await Promise.all(processes.map(({ end }) => end))

  expect(ends).toEqual(['quota', 'quota'])
  const rate = simulator.meter.rates()[QIANCHUAN_VIDEO_PATH]?.app
  expect(rate).toMatchObject({ total: PER_DAY, perDay: PER_DAY, refused: 0 })
  const uses = (await Promise.all(tenants.map((ctx) => write(ctx, (tx) => tx.select().from(callUse))))).flat()
  expect(uses).toHaveLength(2)
  expect(uses.reduce((sum, { calls }) => sum + calls, 0)).toBe(PER_DAY)

  const silence = arrivals.find(({ code }) => code === 40100)?.at ?? 0
  const during = arrivals.filter(({ at }) => at > silence + UNDER_WAY && at < silence + SILENCE_S * 1000)
  const after = arrivals.filter(({ at }) => at >= silence + SILENCE_S * 1000)
  expect(during).toEqual([])
  expect(new Set(after.map(({ advertiserId }) => advertiserId))).toEqual(new Set(advertiserIds))
  const seconds = ((arrivals.at(-1)?.at ?? 0) - (arrivals[0]?.at ?? 0)) / 1000
  expect(seconds).toBeGreaterThan((PER_DAY - 1) / PER_SECOND - UNDER_WAY / 1000)
})

function run(input: QuotaProcessInput) {
  const script = fileURLToPath(new URL('../support/quota-process.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script], {
    env: { PATH: process.env.PATH ?? '', DATABASE_URL: t.ownerUrl, TEST_INPUT: JSON.stringify(input) },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  closers.push(() => child.kill('SIGKILL'))
  const lines = createInterface({ input: child.stdout })
  const said: string[] = []
  lines.on('line', (line) => said.push(line))
  return {
    ready: once(lines, 'line'),
    go: () => child.stdin.write('go\n'),
    end: once(child, 'close').then(() => said.at(-1)),
  }
}
