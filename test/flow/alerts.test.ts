import { expect, test } from 'vitest'
import { playAlerts } from '../../bench/alerts-play.ts'
import { alertVerdicts } from '../../bench/alerts-verdicts.ts'
import { NOW, testDatabase } from '../support/database.ts'

const t = testDatabase()

test('a worker may die before and after every statement: each episode is there once and told of once', async () => {
  const input = { databaseUrl: t.ownerUrl, from: NOW.getTime(), videos: 40, limit: 12 }
  const played = await playAlerts({ ...input, workers: 3, evaluations: 2000, kills: 0 })
  try {
    const { verdicts, evaluations } = await alertVerdicts(played.scene)
    expect(verdicts.filter(({ holds }) => !holds)).toEqual([])
    expect(evaluations).toBeGreaterThanOrEqual(2000)
    expect(played.cuts.size).toBe(2 * played.steps)
  } finally {
    await played.scene.close()
  }
})
