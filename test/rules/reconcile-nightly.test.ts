/** 对账: every difference is listed, and the differences are all that lies between the two books. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  compare,
  DIFFERENCES,
  type OurOrder,
  type TheirOrder,
  type WalletNights,
  type WalletSpan,
  walletFell,
} from '../../rules/reconcile-nightly.ts'
import { explainDifference } from '../../rules/reconcile-why.ts'

const our = (orderId: string, over: Partial<OurOrder> = {}): OurOrder => ({
  promotionId: 1,
  accountId: '1',
  orderId,
  amountFen: 10_000,
  spentFen: 9_000,
  ...over,
})
const their = (orderId: string, over: Partial<TheirOrder> = {}): TheirOrder => ({
  accountId: '1',
  orderId,
  amountFen: 10_000,
  spentFen: 9_000,
  ...over,
})
const wallet = (over: Partial<WalletSpan> = {}): WalletSpan => ({
  accountId: '1',
  openedFen: 50_000,
  closedFen: 41_000,
  paidInFen: 0,
  otherSpendFen: 0,
  ...over,
})

test.each<[string, OurOrder[], TheirOrder[], WalletSpan[], string[]]>([
  ['the books agree', [our('a')], [their('a')], [wallet()], []],
  ['nothing at all', [], [], [], []],
  [
    'ours is not there',
    [our('a')],
    [],
    [],
    ['MISSING_THERE a AMOUNT 10000 0 -10000', 'MISSING_THERE a SPEND 9000 0 -9000'],
  ],
  [
    'theirs is not here',
    [],
    [their('a')],
    [],
    ['MISSING_HERE a AMOUNT 0 10000 10000', 'MISSING_HERE a SPEND 0 9000 9000'],
  ],
  [
    'the same number on another account',
    [our('a')],
    [their('a', { accountId: '2' })],
    [],
    [
      'MISSING_THERE a AMOUNT 10000 0 -10000',
      'MISSING_THERE a SPEND 9000 0 -9000',
      'MISSING_HERE a AMOUNT 0 10000 10000',
      'MISSING_HERE a SPEND 0 9000 9000',
    ],
  ],
  [
    'another amount',
    [our('a')],
    [their('a', { amountFen: 10_001 })],
    [],
    ['AMOUNT_DIFFERS a AMOUNT 10000 10001 1'],
  ],
  [
    'another spend',
    [our('a')],
    [their('a', { spentFen: 8_999 })],
    [],
    ['SPEND_DIFFERS a SPEND 9000 8999 -1'],
  ],
  [
    'a spend that is not told',
    [our('a')],
    [their('a', { spentFen: null })],
    [],
    ['NOT_COMPARED a SPEND 9000 ? ?'],
  ],
  [
    'an amount that we do not know',
    [our('a', { amountFen: null })],
    [their('a')],
    [],
    ['NOT_COMPARED a AMOUNT ? 10000 ?'],
  ],
  [
    'two promotions of one order',
    [our('a'), our('a', { promotionId: 2 })],
    [their('a')],
    [],
    ['CLAIMED_TWICE a AMOUNT 10000 0 -10000', 'CLAIMED_TWICE a SPEND 9000 0 -9000'],
  ],
  [
    'the wallet lost more',
    [our('a')],
    [their('a')],
    [wallet({ closedFen: 40_000 })],
    ['WALLET_DIFFERS - WALLET 9000 10000 1000'],
  ],
  ['money was paid in', [our('a')], [their('a')], [wallet({ closedFen: 91_000, paidInFen: 50_000 })], []],
  [
    'plans of others spend, too',
    [our('a')],
    [their('a')],
    [wallet({ closedFen: 40_000, otherSpendFen: 1_000 })],
    [],
  ],
  ['a wallet that is not told', [], [], [wallet({ openedFen: null })], ['NOT_COMPARED - WALLET 0 ? ?']],
  [
    'a spend of another account',
    [],
    [their('a', { accountId: '2', spentFen: null })],
    [wallet({ closedFen: 50_000 })],
    ['MISSING_HERE a AMOUNT 0 10000 10000', 'MISSING_HERE a SPEND 0 ? ?'],
  ],
])('%s', (_name, ours, theirs, wallets, want) => {
  const found = compare(ours, theirs, wallets)
  const text = found.map((d) =>
    [d.kind, d.orderId ?? '-', d.what, d.oursFen ?? '?', d.theirsFen ?? '?', d.diffFen ?? '?'].join(' '),
  )
  expect(text).toEqual(want)
})

const fen = fc.nat(3).map((n) => n * 1000)
const row = fc.record({
  accountId: fc.constantFrom('1', '2'),
  orderId: fc.constantFrom('a', 'b', 'c', 'd'),
  amountFen: fen,
  spentFen: fen,
})
const sum = (rows: readonly { spentFen: number | null }[]) =>
  rows.reduce((total, each) => total + (each.spentFen ?? 0), 0)

test('our spend and the differences make theirs, to the 分, and agreeing books have none', () => {
  const seen = new Set<string>()
  fc.assert(
    fc.property(
      fc.array(row, { maxLength: 8 }),
      fc.uniqueArray(row, { maxLength: 8, selector: ({ accountId, orderId }) => accountId + orderId }),
      (rows, theirs) => {
        const ours = rows.map((each, i) => ({ ...each, promotionId: i }))
        const found = compare(ours, theirs, [])
        for (const { kind } of found) seen.add(kind)
        for (const what of ['SPEND', 'AMOUNT'] as const) {
          const key = what === 'SPEND' ? 'spentFen' : 'amountFen'
          const total = (all: readonly { amountFen: number; spentFen: number }[]) =>
            all.reduce((s, each) => s + each[key], 0)
          const diff = found.filter((d) => d.what === what).reduce((s, d) => s + (d.diffFen ?? 0), 0)
          expect(total(ours) + diff).toBe(total(theirs))
        }
        expect(
          compare(
            theirs.map((each) => ({ ...each, promotionId: 1 })),
            theirs,
            [],
          ),
        ).toEqual([])
        const spans = [
          {
            ...wallet(),
            accountId: '1',
            openedFen: 90_000,
            closedFen: 90_000 - sum(theirs.filter((t) => t.accountId === '1')),
          },
        ]
        expect(compare([], theirs, spans).filter((d) => d.what === 'WALLET')).toEqual([])
      },
    ),
    { numRuns: 1000 },
  )
  expect([...seen].sort()).toEqual(DIFFERENCES.filter((kind) => !/WALLET|NOT/.test(kind)).sort())
})

test('the same books give the same list in the same order', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(row, { selector: ({ accountId, orderId }) => accountId + orderId }),
      (theirs) => {
        expect(compare([], theirs.toReversed(), [])).toEqual(compare([], theirs, []))
      },
    ),
  )
})

test.each<[string, Partial<WalletNights>, string[]]>([
  ['fell by what the orders took', { nowFen: 950_000, ordersFen: 50_000 }, []],
  ['fell by less', { nowFen: 990_000, ordersFen: 50_000 }, []],
  ['by what orders and plans took', { nowFen: 900_000, ordersFen: 50_000, reportFen: 50_000 }, []],
  ['by a yuan more: rounding', { nowFen: 899_900, ordersFen: 50_000, reportFen: 50_000 }, []],
  [
    'by more',
    { nowFen: 899_899, ordersFen: 50_000, reportFen: 50_000 },
    ['WALLET_FELL - WALLET 100000 100101 101'],
  ],
  ['rose: somebody paid in', { nowFen: 2_000_000 }, []],
  ['no night before', { beforeFen: null }, []],
  ['not told now', { nowFen: null }, []],
  [
    'the report is not read, and the orders explain it',
    { nowFen: 950_000, ordersFen: 50_000, reportFen: null },
    [],
  ],
  [
    'the report is not read, and they do not',
    { nowFen: 900_000, reportFen: null },
    ['NOT_COMPARED - WALLET ? 100000 ?'],
  ],
])('a wallet over a night: %s', (_name, over, want) => {
  const nights = { accountId: 'a', beforeFen: 1_000_000, nowFen: 1_000_000, ordersFen: 0, reportFen: 0 }
  const found = walletFell({ ...nights, ...over })
  expect(
    found.map(({ kind, orderId, what, oursFen, theirsFen, diffFen }) =>
      [kind, orderId ?? '-', what, oursFen ?? '?', theirsFen ?? '?', diffFen ?? '?'].join(' '),
    ),
  ).toEqual(want)
})

test('every kind is said in a sentence with its numbers', () => {
  for (const kind of DIFFERENCES) {
    const named = { kind, accountId: 'a', orderId: '9', promotionId: 7, what: 'SPEND' as const }
    const { zh, en } = explainDifference({ ...named, oursFen: 12_345, theirsFen: null, diffFen: null })
    expect(`${zh} ${en}`).toMatch(/123.45|\?/)
    expect(`${zh} ${en}`).not.toMatch(/undefined|NaN|null/)
  }
})
