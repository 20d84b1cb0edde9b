import { expect, test } from 'vitest'
import {
  restate,
  type Said,
  type Settled,
  type SettledPart,
  type Sold,
  type Standing,
  saidOfScale,
  sayRestated,
  settledOf,
  settledTogether,
} from '../../rules/trial-settled.ts'
import { TrialInputError } from '../../rules/trial-test.ts'

const TERMS = { breakEvenRoi: 2, returnRate: 0.2 }
/** Paid 2,500 yuan on 1,000 of spend: exactly break-even after the expected returns. */
const settled = (over: Partial<Settled> = {}): Settled => ({
  days: 7,
  spendFen: 100_000,
  paidGmvFen: 250_000,
  settledGmvFen: 200_000,
  ...over,
})

test.each<[Said, number, Standing]>([
  ['PASS', 200_000, 'KEPT'],
  ['PASS', 199_999, 'OVERTURNED'],
  ['PASS', 0, 'OVERTURNED'],
  ['FAIL', 0, 'KEPT'],
  ['FAIL', 299_999, 'KEPT'],
  ['FAIL', 300_000, 'OVERTURNED'],
  ['EARNED', 200_000, 'KEPT'],
  ['EARNED', 199_999, 'OVERTURNED'],
  ['LOST', 199_999, 'KEPT'],
  ['LOST', 200_000, 'OVERTURNED'],
])('%s with %i 分 settled on 100,000 of spend: %s', (verdict, settledGmvFen, standing) => {
  expect(restate(verdict, TERMS, settled({ settledGmvFen })).standing).toBe(standing)
})

test('it says what was expected and what came', () => {
  const restated = restate('PASS', TERMS, settled({ days: 14, settledGmvFen: 150_000 }))
  expect(restated).toEqual({
    standing: 'OVERTURNED',
    days: 14,
    settledRoi: 1.5,
    expectedRoi: 2,
    limitRoi: 2,
    expectedReturnRate: 0.2,
    returnRate: 0.4,
  })
  expect(sayRestated('PASS', restated, 1.5, 'zh')).toBe(
    '14 天结算 ROI 1.50（当时预计 2.00，界线 2.00），退货 40 %（预计 20 %）：「通过」推翻',
  )
  expect(sayRestated('PASS', restated, 1.5, 'en')).toBe(
    'settled ROI after 14 days 1.50 (expected 2.00, limit 2.00), 40 % returned (20 % expected): "passed" is overturned',
  )
})

test('a scaled order is measured by what was paid for it, and says what all orders of its trial make', () => {
  expect(saidOfScale(TERMS, settled())).toBe('EARNED')
  expect(saidOfScale(TERMS, settled({ paidGmvFen: 249_999 }))).toBe('LOST')
  const restated = restate('EARNED', TERMS, settled({ settledGmvFen: 150_000 }))
  expect(sayRestated('EARNED', restated, 2.4, 'zh')).toBe(
    '7 天结算 ROI 1.50（当时预计 2.00，界线 2.00），退货 40 %（预计 20 %）：「保本」推翻；试投与放量合计 2.40',
  )
  expect(sayRestated('EARNED', restated, 2.4, 'en')).toMatch(
    /"earned" is overturned; trial and scaled orders together 2\.40$/,
  )
})

const part = (days: 7 | 14, spendFen: number, settledGmvFen: number): SettledPart => ({
  days,
  spendFen,
  settledGmvFen,
})
test.each<[string, SettledPart[], ReturnType<typeof settledTogether>]>([
  ['nothing', [], null],
  ['the trial', [part(14, 100, 300)], { roi: 3, days: 14 }],
  [
    'its scaled orders outweigh it, and the term is that of most spend',
    [part(14, 100, 300), part(7, 900, 900)],
    { roi: 1.2, days: 7 },
  ],
  ['half of the spend is enough', [part(14, 500, 500), part(7, 500, 1_500)], { roi: 2, days: 14 }],
])('settled of all: %s', (_name, parts, want) => {
  expect(settledTogether(parts)).toEqual(want)
})

test('where nothing was paid the share of returns is not known', () => {
  const restated = restate('FAIL', TERMS, settled({ paidGmvFen: 0, settledGmvFen: 0 }))
  expect(restated).toMatchObject({ standing: 'KEPT', settledRoi: 0, returnRate: null })
  expect(sayRestated('FAIL', restated, 0, 'zh')).toBe(
    '7 天结算 ROI 0.00（当时预计 0.00，界线 3.00），退货 ?（预计 20 %）：「不通过」维持',
  )
})

test.each<[Partial<Settled>, string]>([
  [{ spendFen: 0 }, 'spendFen'],
  [{ settledGmvFen: -1 }, 'settledGmvFen'],
  [{ paidGmvFen: Number.NaN }, 'paidGmvFen'],
])('refuses %j', (over, field) => {
  const act = () => restate('PASS', TERMS, settled(over))
  expect(act).toThrow(TrialInputError)
  expect(act).toThrow(expect.objectContaining({ field }))
})

test.each<[string, { spendFen: number | null; paidGmvFen: number | null }, Sold, number | null]>([
  [
    'keeps the share that the sales of its days kept',
    paid(40_000),
    { gmvFen: 80_000, settledFen: 60_000 },
    30_000,
  ],
  ['half of it among the known sales is enough', paid(40_000), { gmvFen: 20_000, settledFen: 5_000 }, 10_000],
  ['less than half says nothing', paid(40_000), { gmvFen: 19_999, settledFen: 19_999 }, null],
  ['no sales known', paid(40_000), { gmvFen: 0, settledFen: 0 }, null],
  ['nothing paid is nothing settled', paid(0), { gmvFen: 0, settledFen: 0 }, 0],
  ['GMV not told', paid(null), { gmvFen: 80_000, settledFen: 60_000 }, null],
  ['nothing spent', { spendFen: 0, paidGmvFen: 0 }, { gmvFen: 1, settledFen: 1 }, null],
  ['spend not told', { spendFen: null, paidGmvFen: 1 }, { gmvFen: 1, settledFen: 1 }, null],
])('what a trial kept: %s', (_name, trial, sold, want) => {
  expect(settledOf(trial, sold, 7)?.settledGmvFen ?? null).toBe(want)
})

function paid(paidGmvFen: number | null) {
  return { spendFen: 10_000, paidGmvFen }
}
