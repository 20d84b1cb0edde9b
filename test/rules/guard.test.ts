/** May it be spent now: every reason. */
import { expect, test } from 'vitest'
import {
  GUARD_DEFAULTS,
  guard,
  type Mark,
  type SpendRequest,
  type Standing,
  withoutDryRun,
} from '../../rules/guard.ts'
import { CAP_SCOPES } from '../../rules/guard-money.ts'
import { explainReason } from '../../rules/guard-why.ts'
import { HOUR } from '../../rules/types.ts'
import { approved, caps, NONE, NOON, REQUEST, STANDING, set } from './guard-standing.ts'

const platform = (over: Partial<Standing['platform']>) => ({ platform: { ...STANDING.platform, ...over } })
const running = { promotionId: 7, method: 'SUIXINTUI_ORDER', unsettled: false } as const
const HIT = { videoId: 7, title: '三秒出餐' }
const BIG = { ...caps({ ORDER: null, VIDEO: null, DAY: null }) }
const big = (over: Partial<SpendRequest>) => ({ amountFen: 100_000, ...over })

type Case = [string, Partial<SpendRequest>, Partial<Standing>, string, ...object[]]
const TABLE: Case[] = [
  ['nothing speaks against it', {}, {}, 'ALLOWED'],
  ['half a 分', { amountFen: 0.5 }, {}, 'REFUSED', { kind: 'AMOUNT', askedFen: 0.5 }],
  ['less than nothing', { amountFen: -100 }, {}, 'REFUSED', { kind: 'AMOUNT', askedFen: -100 }],
  [
    'a dry run, and a person would be asked',
    {},
    set({ mode: 'DRY_RUN' }),
    'REFUSED',
    { kind: 'DRY_RUN' },
    { kind: 'CONFIRM' },
  ],
  ['each is confirmed', {}, set({ mode: 'APPROVE' }), 'NEEDS_APPROVAL', { kind: 'CONFIRM' }],
  ['each is confirmed, and was', approved(1), set({ mode: 'APPROVE' }), 'ALLOWED'],
  ['confirmed by who proposed it', { proposedBy: 1, ...approved(1) }, set({ mode: 'APPROVE' }), 'ALLOWED'],
  [
    'confirmed for less',
    { approvals: [{ by: 1, amountFen: 9_999 }] },
    set({ mode: 'APPROVE' }),
    'NEEDS_APPROVAL',
    { kind: 'CONFIRM' },
  ],
  ['the kill switch', approved(1, 2), { killed: true }, 'REFUSED', { kind: 'KILLED' }],
  [
    'quiet hours',
    {},
    set({ quiet: { from: 11 * 60, to: 13 * 60 } }),
    'REFUSED',
    { kind: 'QUIET', until: NOON + HOUR },
  ],
  ['one 分 below the cap of an order', {}, caps({ ORDER: 10_000 }), 'ALLOWED'],
  [
    'one 分 above it',
    {},
    caps({ ORDER: 9_999 }),
    'REFUSED',
    { kind: 'CAP', scope: 'ORDER', capFen: 9_999, committedFen: 0, askedFen: 10_000 },
  ],
  [
    'a cap of nothing',
    {},
    caps({ DAY: 0 }),
    'REFUSED',
    { kind: 'CAP', scope: 'DAY', capFen: 0, committedFen: 0, askedFen: 10_000 },
  ],
  ['a plan that pays itself', { amountFen: 0, method: 'UNI_PLAN_ADD' }, caps({ DAY: 0 }), 'ALLOWED'],
  [
    'every cap at once',
    { call: 'ADD_BUDGET' },
    { ...caps({ ORDER: 1, VIDEO: 2, DAY: 3, BRAND: 4, WORKSPACE: 5 }) },
    'REFUSED',
    ...CAP_SCOPES.map((scope, i) => ({
      kind: 'CAP',
      scope,
      capFen: i + 1,
      committedFen: 0,
      askedFen: 10_000,
    })),
  ],
  ['no order without ads', {}, { naturalOrders: 0 }, 'REFUSED', { kind: 'NO_BASE', needed: 1, orders: 0 }],
  [
    'orders without ads not known',
    {},
    { naturalOrders: null },
    'REFUSED',
    { kind: 'NO_BASE', needed: 1, orders: null },
  ],
  ['none needed', {}, { naturalOrders: null, ...set({ naturalOrders: 0 }) }, 'ALLOWED'],
  ['not the first yuan', {}, { naturalOrders: null, committedFen: { ...NONE, VIDEO: 1 } }, 'ALLOWED'],
  ['another order runs', {}, { inFlight: [running] }, 'REFUSED', { kind: 'IN_FLIGHT', ...running }],
  [
    'a plan runs, an order is asked for',
    {},
    { inFlight: [{ ...running, method: 'UNI_PLAN_ADD' }] },
    'ALLOWED',
  ],
  [
    'nobody knows what became of a plan',
    {},
    { inFlight: [{ ...running, method: 'UNI_PLAN_ADD', unsettled: true }] },
    'REFUSED',
    { kind: 'IN_FLIGHT', ...running, method: 'UNI_PLAN_ADD', unsettled: true },
  ],
  ['more money while another runs', { call: 'ADD_BUDGET' }, { inFlight: [running] }, 'ALLOWED'],
  ['搬运', approved(1), { marks: ['CARRY_MATERIAL'] }, 'REFUSED', { kind: 'MARKED', mark: 'CARRY_MATERIAL' }],
  [
    'two marks, one to be asked for',
    {},
    { marks: ['SIMILAR_MATERIAL', 'SIMILAR_RISK_MATERIAL'] },
    'REFUSED',
    { kind: 'MARKED', mark: 'SIMILAR_MATERIAL' },
    { kind: 'RISKY_MARK', mark: 'SIMILAR_RISK_MATERIAL' },
  ],
  [
    'a risky mark',
    {},
    { marks: ['SIMILAR_RISK_MATERIAL'] },
    'NEEDS_APPROVAL',
    { kind: 'RISKY_MARK', mark: 'SIMILAR_RISK_MATERIAL' },
  ],
  ['a risky mark that a person set aside', approved(1), { marks: ['SIMILAR_RISK_MATERIAL'] }, 'ALLOWED'],
  [
    'a mark that the workspace lets pass',
    {},
    { marks: ['SIMILAR_MATERIAL'], ...set({ marks: { ...GUARD_DEFAULTS.marks, SIMILAR_MATERIAL: 'PASS' } }) },
    'ALLOWED',
  ],
  [
    'a remix that the platform takes for the same',
    {},
    { marks: ['SIMILAR_MATERIAL', 'LOW_QUALITY_MATERIAL'], remixOf: HIT },
    'REFUSED',
    { kind: 'MARKED', mark: 'SIMILAR_MATERIAL', remixOf: HIT },
    { kind: 'RISKY_MARK', mark: 'LOW_QUALITY_MATERIAL', remixOf: HIT },
  ],
  ['a remix without marks', {}, { remixOf: HIT }, 'ALLOWED'],
  ['marks not read', {}, { marks: null }, 'REFUSED', { kind: 'MARKS_UNKNOWN' }],
  [
    'the wallet is empty',
    {},
    platform({ walletFen: 9_999 }),
    'REFUSED',
    { kind: 'WALLET', walletFen: 9_999, askedFen: 10_000 },
  ],
  [
    'the wallet is just enough',
    {},
    platform({ walletFen: 10_000, ordersLeft: 1, mostCostFen: 10_000 }),
    'ALLOWED',
  ],
  [
    'as many orders as may run',
    {},
    platform({ ordersLeft: 0 }),
    'REFUSED',
    { kind: 'ORDERS_AT_ONCE', left: 0 },
  ],
  [
    'more money for one of as many as may run',
    { call: 'ADD_BUDGET' },
    platform({ ordersLeft: 0 }),
    'ALLOWED',
  ],
  [
    'more than the platform takes in sum',
    { call: 'ADD_BUDGET' },
    { ...platform({ mostCostFen: 15_000 }), committedFen: { ...NONE, ORDER: 10_000 } },
    'REFUSED',
    { kind: 'MOST_COST', mostFen: 15_000, askedFen: 20_000 },
  ],
  [
    'much, by the program, nobody agreed',
    big({}),
    BIG,
    'NEEDS_APPROVAL',
    { kind: 'TWO_PERSONS', fromFen: 100_000, askedFen: 100_000, persons: 0 },
  ],
  [
    'much, by the program, one agreed',
    big(approved(1)),
    BIG,
    'NEEDS_APPROVAL',
    { kind: 'TWO_PERSONS', fromFen: 100_000, askedFen: 100_000, persons: 1 },
  ],
  [
    'much, by the program, one agreed twice',
    big(approved(1, 1)),
    BIG,
    'NEEDS_APPROVAL',
    { kind: 'TWO_PERSONS', fromFen: 100_000, askedFen: 100_000, persons: 1 },
  ],
  ['much, by the program, two agreed', big(approved(1, 2)), BIG, 'ALLOWED'],
  [
    'much, who proposed it agreed',
    big({ proposedBy: 1, ...approved(1) }),
    BIG,
    'NEEDS_APPROVAL',
    { kind: 'TWO_PERSONS', fromFen: 100_000, askedFen: 100_000, persons: 1 },
  ],
  ['much, another agreed', big({ proposedBy: 1, ...approved(2) }), BIG, 'ALLOWED'],
  [
    'much in two steps',
    { call: 'ADD_BUDGET', amountFen: 1 },
    { ...BIG, committedFen: { ...NONE, ORDER: 99_999 } },
    'NEEDS_APPROVAL',
    { kind: 'TWO_PERSONS', fromFen: 100_000, askedFen: 100_000, persons: 0 },
  ],
  [
    'more money, approved without what the order has already',
    { call: 'ADD_BUDGET', approvals: [{ by: 1, amountFen: 10_000 }] },
    { ...set({ mode: 'APPROVE' }), committedFen: { ...NONE, ORDER: 5_000 } },
    'NEEDS_APPROVAL',
    { kind: 'CONFIRM' },
  ],
  [
    'everything at once',
    { amountFen: 60_000 },
    { killed: true, naturalOrders: 0, marks: null, inFlight: [running], ...set({ mode: 'APPROVE' }) },
    'REFUSED',
    { kind: 'KILLED' },
    { kind: 'CAP', scope: 'ORDER', capFen: 50_000, committedFen: 0, askedFen: 60_000 },
    { kind: 'NO_BASE', needed: 1, orders: 0 },
    { kind: 'IN_FLIGHT', ...running },
    { kind: 'MARKS_UNKNOWN' },
    { kind: 'CONFIRM' },
  ],
]

test.each(TABLE)('%s', (_name, request, standing, kind, ...reasons) => {
  const answer = guard({ ...REQUEST, ...request }, { ...STANDING, ...standing }, NOON)
  expect(answer.kind).toBe(kind)
  expect('reasons' in answer ? answer.reasons : []).toEqual(reasons)
  for (const reason of 'reasons' in answer ? answer.reasons : []) {
    const { zh, en } = explainReason(reason)
    expect(`${zh} ${en}`).not.toMatch(/undefined|NaN|null|\[object/)
  }
})

test('a dry run tells what would be', () => {
  const dry = (over: Partial<SpendRequest>, standing: Partial<Standing> = {}) =>
    withoutDryRun(
      guard({ ...REQUEST, ...over }, { ...STANDING, ...set({ mode: 'DRY_RUN' }), ...standing }, NOON),
    ).kind
  expect([dry({}), dry(approved(1)), dry({}, { killed: true })]).toEqual([
    'NEEDS_APPROVAL',
    'ALLOWED',
    'REFUSED',
  ])
  expect(withoutDryRun({ kind: 'ALLOWED', version: 1 }).kind).toBe('ALLOWED')
})

test('what speaks against a remix names its origin', () => {
  const said = (mark: Mark, remixOf?: typeof HIT) =>
    explainReason({ kind: 'MARKED', mark, ...(remixOf ? { remixOf } : {}) })
  expect(said('INEFFICIENT_MATERIAL', HIT)).toEqual({
    zh: '平台标记低效（INEFFICIENT_MATERIAL）：不投；它混剪自「三秒出餐」（视频 7），换掉实质内容再投',
    en: 'the platform marks the material INEFFICIENT_MATERIAL; it was cut out of "三秒出餐" (video 7): change more of its substance',
  })
  expect(said('SIMILAR_MATERIAL').zh).toBe('平台标记同质（SIMILAR_MATERIAL）：不投')
})

test('a cap says its numbers in yuan', () => {
  const reason = {
    kind: 'CAP',
    scope: 'DAY',
    capFen: 300_000,
    committedFen: 295_050,
    askedFen: 10_000,
  } as const
  expect(explainReason(reason)).toEqual({
    zh: '当日上限 3000 元，已占 2950.5 元，再要 100 元',
    en: 'the cap of the day is 3000 yuan, 2950.5 are committed, 100 more are asked for',
  })
})
