/** Settings about money: the defaults hold, and what does not is named. */
import { expect, test } from 'vitest'
import { FATIGUE_DEFAULTS } from '../../rules/fatigue.ts'
import { GUARD_DEFAULTS, type GuardSettings } from '../../rules/guard.ts'
import { checkGuard, checkNumbers, DECIDE_BOUNDS, FATIGUE_BOUNDS } from '../../rules/promotion-bounds.ts'
import { DECIDE_DEFAULTS } from '../../rules/promotion-settings.ts'

test('the defaults hold', () => {
  expect(checkNumbers(DECIDE_DEFAULTS, DECIDE_BOUNDS)).toEqual([])
  expect(checkNumbers(FATIGUE_DEFAULTS, FATIGUE_BOUNDS)).toEqual([])
  expect(checkGuard(GUARD_DEFAULTS)).toEqual([])
})

test('every number that is out of its bounds is named', () => {
  const broken = {
    ...DECIDE_DEFAULTS,
    trialFen: 0.5,
    cutShare: 1.01,
    stepFen: 0,
    mostTrials: Number.NaN,
    addHours: '2' as never,
  }
  expect(checkNumbers(broken, DECIDE_BOUNDS)).toEqual([
    { field: 'trialFen', message: 'must be a whole number of 1 to 1000000000000' },
    { field: 'mostTrials', message: 'must be a whole number of 0 to 1000000000' },
    { field: 'addHours', message: 'must be a number of 0 to 1000' },
    { field: 'cutShare', message: 'must be a number of 0 to 1' },
    { field: 'stepFen', message: 'must be a whole number of 1 to 1000000000000' },
  ])
})

test.each<[string, Partial<GuardSettings>, string[]]>([
  [
    'no caps at all',
    {
      capsFen: { ORDER: null, VIDEO: null, DAY: null, BRAND: null, WORKSPACE: null },
      twoPersonsFromFen: null,
    },
    [],
  ],
  ['a cap below 0', { capsFen: { ...GUARD_DEFAULTS.capsFen, DAY: -1 } }, ['capsFen.DAY']],
  [
    'a cap that was left out',
    { capsFen: { ...GUARD_DEFAULTS.capsFen, DAY: undefined as never } },
    ['capsFen.DAY'],
  ],
  ['a mode that is none', { mode: 'FULL' as never }, ['mode']],
  ['a 25th hour', { quiet: { from: 0, to: 1440 } }, ['quiet.to']],
  ['a zone that is none', { zone: 'Asia/Peking2' }, ['zone']],
  [
    'a mark to be ignored',
    { marks: { ...GUARD_DEFAULTS.marks, CARRY_MATERIAL: 'IGNORE' as never } },
    ['marks.CARRY_MATERIAL'],
  ],
])('%s', (_name, over, fields) => {
  expect(checkGuard({ ...GUARD_DEFAULTS, ...over }).map(({ field }) => field)).toEqual(fields)
})
