/** Connectors that ask about each video from where it is seen. */
import { expect, test } from 'vitest'
import type { QuotaCall } from '../../platforms/gate.ts'
import { createRegistry, type Viewpoint } from '../../platforms/registry.ts'
import { createSimulator } from '../../platforms/simulator/server.ts'
import { createWorld } from '../../platforms/simulator/world.ts'
import { HOUR } from '../../rules/types.ts'

const startAt = Date.parse('2026-11-01T00:00:00+08:00')
const world = createWorld({ seed: 'registry', startAt, kols: 3, videos: 3, hitShare: 0, publishDays: 1 })
const now = () => startAt + 48 * HOUR

test('an account that is broken costs only its own videos, and a video that nobody sees says so', async () => {
  const simulator = await createSimulator({ world, now })
  try {
    const faults: unknown[] = []
    const { connectors } = createRegistry({
      urls: { oceanengine: simulator.url, douyin: simulator.url },
      now,
      sleep: async () => {},
      random: () => 0.5,
      onFault: (error, source) => faults.push([source, error]),
    })
    const [works, broken, unseen] = world.kols.map(({ awemeId }) => awemeId) as [string, string, string]
    const fault = new Error("Failed query: select * from token where token = 'secret'")
    const from = (subjectId: number, accessToken: Viewpoint['accessToken']) => {
      return { key: `${subjectId}/17`, subjectId, externalId: simulator.advertiserId, accessToken }
    }
    const seen = new Map([
      [works, from(1, async () => simulator.tokens.current().accessToken)],
      [broken, from(2, () => Promise.reject(fault))],
    ])
    const refs = world.kols.map(({ awemeId }) => {
      return {
        itemId: world.videosOf(awemeId).find((one) => one.publishedAt < now())?.itemId ?? '',
        accountId: awemeId,
      }
    })
    const answers = await connectors(async () => seen)
      .get('qianchuan')
      ?.fetchCounters(refs)
    const of = (awemeId: string) => {
      const itemId = refs.find(({ accountId }) => accountId === awemeId)?.itemId
      return answers?.find((answer) => answer.itemId === itemId)
    }
    expect(answers).toHaveLength(3)
    expect(of(works)).toMatchObject({ ok: true, subjectId: 1 })
    // What is wrong on our own side is held against nobody, and told to the log alone.
    const ours = { kind: 'network', message: 'the call failed on our own side, see the log' }
    expect(of(broken)).toMatchObject({ ok: false, error: ours })
    expect(of(broken)).not.toHaveProperty('subjectId')
    expect(faults).toEqual([['qianchuan', fault]])
    expect(of(unseen)).toMatchObject({ ok: false, error: { kind: 'forbidden' } })
    expect(of(unseen)).not.toHaveProperty('subjectId')
  } finally {
    await simulator.close()
  }
})

test('calls for money that runs may use what is kept for what is hot, looks only where they are', async () => {
  const asked: QuotaCall[] = []
  const quota = {
    take: async (call: QuotaCall) => {
      asked.push(call)
      return { kind: 'REFUSED' as const, until: now() + HOUR, reason: 'RESERVE' }
    },
    leave: async () => {},
    block: async () => {},
  }
  const urls = { oceanengine: 'http://platform.test', douyin: 'http://platform.test' }
  const registry = createRegistry({ urls, now, sleep: async () => {}, random: () => 0.5 })
  const token = async () => 'token'
  const channels = registry.promotion({ source: 'qianchuan', externalId: '17' }, token, quota)
  await expect(channels.SUIXINTUI_ORDER?.order('18', null)).rejects.toMatchObject({ kind: 'quota' })
  const view = { key: '1', subjectId: 1, externalId: '17', accessToken: token }
  const connectors = registry.connectors(async () => new Map([['18', view]]), quota)
  await connectors.get('qianchuan')?.fetchCounters([{ itemId: '7411111111111111123', accountId: '18' }])
  expect(asked.map(({ source, urgent }) => [source, urgent])).toEqual([
    ['qianchuan', true],
    ['qianchuan', false],
  ])
})
