import { expect, test } from 'vitest'
import { promotionSettings } from '../../db/tables.ts'
import { write } from '../../flow/context.ts'
import {
  currentSettings,
  type SetPromotionSettings,
  setKillSwitch,
  setPromotionSettings,
} from '../../flow/promotion-settings.ts'
import { GUARD_DEFAULTS } from '../../rules/guard.ts'
import { DECIDE_DEFAULTS } from '../../rules/promotion-settings.ts'
import { testDatabase } from '../support/database.ts'

const t = testDatabase()

test('a workspace spends nothing until it says how, and every change is a version', async () => {
  const ctx = await t.tenant()
  const now = () => write(ctx, (tx) => currentSettings(tx))
  expect(await now()).toMatchObject({
    version: 0,
    killed: false,
    guard: { mode: 'DRY_RUN', zone: 'Asia/Shanghai' },
  })
  await setPromotionSettings(ctx, { guard: { mode: 'AUTO', capsFen: { DAY: 5 } as never }, by: null })
  await setKillSwitch(ctx, { killed: true, by: null })
  await setKillSwitch(ctx, { killed: true, by: null })
  await setPromotionSettings(ctx, { costs: { returnRate: 0.2 }, decide: { trialFen: 20_000 }, by: null })
  expect(await now()).toMatchObject({
    version: 3,
    killed: true,
    guard: { version: 3, mode: 'AUTO', capsFen: { ...GUARD_DEFAULTS.capsFen, DAY: 5 } },
    decide: { ...DECIDE_DEFAULTS, version: 3, trialFen: 20_000 },
    costs: { grossMargin: null, commissionRate: null, returnRate: 0.2 },
  })
  const kept = await write(ctx, (tx) =>
    tx.select().from(promotionSettings).orderBy(promotionSettings.version),
  )
  expect(kept.map(({ version, killed }) => [version, killed])).toEqual([
    [1, false],
    [2, true],
    [3, true],
  ])
})

test.each<[string, unknown, RegExp]>([
  ['a cap below 0', { guard: { capsFen: { DAY: -1 } } }, /guard.capsFen.DAY must be a whole number/],
  ['a mode that there is none of', { guard: { mode: 'FAST' } }, /guard.mode must be one of DRY_RUN/],
  ['a slip of the pen', { decide: { trailFen: 1 } }, /decide.trailFen is no setting/],
  ['a cap of nothing', { guard: { capsFen: { HOUR: 1 } } }, /guard.capsFen.HOUR is no setting/],
  ['half a night', { guard: { quiet: { from: 60 } } }, /guard.quiet.to must be/],
  ['a share above 1', { costs: { returnRate: 20 } }, /costs.returnRate must be a fraction/],
  ['no object', { fatigue: 5 }, /fatigue must be an object/],
  ['a version', { guard: { version: 9 } }, /guard.version is no setting/],
])('%s is refused', async (_, input, message) => {
  const ctx = await t.tenant()
  const set = setPromotionSettings(ctx, { ...(input as SetPromotionSettings), by: null })
  await expect(set).rejects.toThrow(message)
})
