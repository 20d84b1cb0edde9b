/** A process that asks 千川 about videos as fast as the gate lets it, until the day's calls are used up: see test/workers/quota.test.ts. */
import { once } from 'node:events'
import { connect } from '../../db/client.ts'
import { createRegistry } from '../../platforms/registry.ts'
import { quotaOf } from '../../workers/quota.ts'

const { DATABASE_URL = '', TEST_INPUT = '{}' } = process.env
const input = JSON.parse(TEST_INPUT) as QuotaProcessInput
export interface QuotaProcessInput {
  url: string
  workspaceId: number
  advertiserId: string
  token: string
  /** What its clock is ahead of the machine's, ms. */
  aheadMs: number
  limits: { callsPerSecond: number; callsPerDay: number }
  refs: { itemId: string; accountId: string; urgent: boolean }[]
}

const { db, close } = connect(DATABASE_URL, { max: 4 })
const clock = () => new Date(Date.now() + input.aheadMs)
const registry = createRegistry({
  urls: { oceanengine: input.url, douyin: input.url },
  now: () => clock().getTime(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  random: Math.random,
  limits: () => input.limits,
})
const { advertiserId, refs, token } = input
const viewpoint = {
  key: advertiserId,
  subjectId: 1,
  externalId: advertiserId,
  accessToken: async () => token,
}
const connectors = registry.connectors(
  async (_source, accounts) => new Map(accounts.map((account) => [account, viewpoint])),
  quotaOf({ db, clock }, input.workspaceId),
)
process.stdout.write('ready\n')
await once(process.stdin, 'data')
const failures = new Set<string>()
for (let over = false; !over; ) {
  for (const answer of (await connectors.get('qianchuan')?.fetchCounters(refs)) ?? []) {
    if (answer.ok) continue
    failures.add(answer.error.kind)
    over = true
  }
}
process.stdout.write(`${[...failures].join()}\n`)
process.stdin.destroy()
await close()
