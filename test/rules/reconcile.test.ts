/** What became of a lost call: the table, and that no list makes us adopt another's order or send twice. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LEASE_MS } from '../../rules/promotion.ts'
import {
  type Intent,
  type ListedOrder,
  type OrderList,
  RECONCILE_DEFAULTS,
  settle,
  settleAddition,
  windowOf,
} from '../../rules/reconcile.ts'
import { MINUTE } from '../../rules/types.ts'

const AT = Date.UTC(2026, 10, 11, 4)
const INTENT: Intent = {
  accountId: '1',
  itemId: '70',
  amountFen: 10_000,
  hours: 24,
  name: null,
  claimedAt: AT,
}
const { to } = windowOf(INTENT, RECONCILE_DEFAULTS)
const CLOSED = to + RECONCILE_DEFAULTS.listLagMs
const PATIENT = CLOSED + RECONCILE_DEFAULTS.patienceMs

let next = 0
const order = (over: Partial<ListedOrder> = {}): ListedOrder => ({
  orderId: `o${++next}`,
  accountId: '1',
  itemId: '70',
  amountFen: 10_000,
  hours: 24,
  name: null,
  createdAt: AT + 1000,
  ...over,
})
const list = (orders: ListedOrder[], over: Partial<OrderList> = {}): OrderList => ({
  readAt: CLOSED,
  orders,
  unread: [],
  adopted: new Set(),
  ...over,
})
const a = (over: Partial<ListedOrder> = {}) => order({ orderId: 'a', ...over })
const b = (over: Partial<ListedOrder> = {}) => order({ orderId: 'b', ...over })
const early = { readAt: CLOSED - 1 }
const late = { readAt: PATIENT }
const NAMED: Intent = { ...INTENT, name: 'p-1', itemId: null }

test.each<[string, Intent, OrderList, string]>([
  ['one fits', INTENT, list([a()]), 'ADOPT a'],
  ['one fits, early', INTENT, list([a()], early), 'ADOPT a'],
  [
    'one fits, and another is of another video, account, time',
    INTENT,
    list([a(), b({ itemId: '71' }), order({ accountId: '2' }), order({ createdAt: AT - 60 * MINUTE })]),
    'ADOPT a',
  ],
  ['one fits, another has another amount', INTENT, list([a(), b({ amountFen: 20_000 })]), 'ADOPT a'],
  ['one fits, whose hours are not told', INTENT, list([a({ hours: null })]), 'ADOPT a'],
  ['one fits and is listed twice', INTENT, list([a(), a()]), 'ADOPT a'],
  ['none, late enough', INTENT, list([]), 'NOT_SENT'],
  ['none, too early', INTENT, list([], early), `WAIT ${CLOSED}`],
  ['all are others', INTENT, list([a({ itemId: '71' }), b({ accountId: '2' })]), 'NOT_SENT'],
  ['it has another promotion', INTENT, list([a()], { adopted: new Set(['a']) }), 'NOT_SENT'],
  ['two fit', INTENT, list([a(), b()]), 'AMBIGUOUS SEVERAL a b'],
  ['two fit, early', INTENT, list([a(), b()], early), 'AMBIGUOUS SEVERAL a b'],
  ['two fit, one has another promotion', INTENT, list([a(), b()], { adopted: new Set(['a']) }), 'ADOPT b'],
  ['another amount', INTENT, list([a({ amountFen: 20_000 })]), 'AMBIGUOUS NEAR a'],
  ['another amount, early: ours may come', INTENT, list([a({ amountFen: 20_000 })], early), `WAIT ${CLOSED}`],
  ['other hours', INTENT, list([a({ hours: 12 })]), 'AMBIGUOUS NEAR a'],
  [
    'a clock that is off by more than one believes',
    INTENT,
    list([a({ createdAt: to + 1 })]),
    'AMBIGUOUS NEAR a',
  ],
  ['a clock that is just off', INTENT, list([a({ createdAt: AT - RECONCILE_DEFAULTS.skewMs })]), 'ADOPT a'],
  ['long before', INTENT, list([a({ createdAt: AT - 18 * MINUTE })]), 'NOT_SENT'],
  ['out of time and of another amount', INTENT, list([a({ createdAt: to + 1, amountFen: 1 })]), 'NOT_SENT'],
  ['amounts not told', INTENT, list([a({ amountFen: null }), b({ amountFen: null })]), 'LOOK a b'],
  ['the video is not told', INTENT, list([a({ itemId: null })]), 'LOOK a'],
  ['amount not told, of another video', INTENT, list([a({ amountFen: null, itemId: '71' })]), 'NOT_SENT'],
  [
    'amount not told, of another time',
    INTENT,
    list([a({ amountFen: null, createdAt: AT - 60 * MINUTE })]),
    'NOT_SENT',
  ],
  ['one fits, another is not told', INTENT, list([a(), b({ amountFen: null })]), 'LOOK b'],
  ['one that cannot be shown', INTENT, list([], { unread: ['x'] }), 'LOOK x'],
  [
    'one that cannot be shown and has another promotion',
    INTENT,
    list([], { unread: ['x'], adopted: new Set(['x']) }),
    'NOT_SENT',
  ],
  ['one that could be read by itself', INTENT, list([a({ itemId: '71' })], { unread: ['a'] }), 'NOT_SENT'],
  ['one that nobody can show', INTENT, list([a()], { unread: ['x'], ...late }), 'AMBIGUOUS UNREADABLE a x'],
  [
    'by name',
    NAMED,
    list([a({ name: 'p-1', amountFen: null, createdAt: null, itemId: null }), b({ name: 'p-2' })]),
    'ADOPT a',
  ],
  ['by name, twice', NAMED, list([a({ name: 'p-1' }), b({ name: 'p-1' })]), 'AMBIGUOUS SEVERAL a b'],
  ['by name, and another cannot be shown', NAMED, list([a({ name: 'p-1' })], { unread: ['x'] }), 'ADOPT a'],
  [
    'by name, and nobody can show another',
    NAMED,
    list([a({ name: 'p-1' })], { unread: ['x'], ...late }),
    'ADOPT a',
  ],
  ['by name, none, and one cannot be shown', NAMED, list([a()], { unread: ['x'] }), 'LOOK x'],
  ['by name, none', NAMED, list([a()]), 'NOT_SENT'],
  ['by name, too early', NAMED, list([a()], early), `WAIT ${CLOSED}`],
])('%s', (_name, intent, read, want) => {
  expect(
    Object.values(settle(intent, read, RECONCILE_DEFAULTS))
      .flat()
      .sort()
      .join(' '),
  ).toBe(want.split(' ').sort().join(' '))
})

test.each<[string, Parameters<typeof settleAddition>[1], string]>([
  ['it is there', { now: { addedFen: 7_000, count: 2 }, readAt: AT }, 'THERE'],
  ['it is there, the count is not told', { now: { addedFen: 7_000, count: null }, readAt: AT }, 'THERE'],
  ['nothing yet', { now: { addedFen: 2_000, count: 1 }, readAt: AT }, 'WAIT'],
  ['nothing', { now: { addedFen: 2_000, count: 1 }, readAt: AT + LEASE_MS + 5 * MINUTE }, 'NOT_SENT'],
  ['somebody else added the like', { now: { addedFen: 12_000, count: 3 }, readAt: AT }, 'AMBIGUOUS'],
  ['somebody else added something', { now: { addedFen: 3_000, count: 2 }, readAt: AT }, 'AMBIGUOUS'],
  ['in two steps', { now: { addedFen: 7_000, count: 3 }, readAt: AT }, 'AMBIGUOUS'],
  ['not told yet', { now: { addedFen: null, count: null }, readAt: AT }, 'WAIT'],
  ['never told', { now: { addedFen: null, count: null }, readAt: AT + LEASE_MS + 5 * MINUTE }, 'AMBIGUOUS'],
])('more money: %s', (_name, seen, kind) => {
  const call = { before: { addedFen: 2_000, count: 1 }, amountFen: 5_000, claimedAt: AT }
  expect(settleAddition(call, seen, RECONCILE_DEFAULTS).kind).toBe(kind)
})

/** Orders of others around the claim; what the list leaves out, the details say. */
const others = fc.array(
  fc.record({
    itemId: fc.constantFrom('70', '70', '71'),
    accountId: fc.constantFrom('1', '1', '2'),
    amountFen: fc.constantFrom(10_000, 20_000),
    hours: fc.constantFrom(24, 12),
    createdAt: fc.integer({ min: AT - 40 * MINUTE, max: AT + 40 * MINUTE }),
    taken: fc.boolean(),
  }),
  { maxLength: 6 },
)
const world = fc.record({
  others,
  /** ms after the claim that ours arrived; null: it was never sent. */
  arrived: fc.option(fc.integer({ min: 0, max: LEASE_MS })),
  skew: fc.integer({ min: -2 * MINUTE, max: 2 * MINUTE }),
  lag: fc.integer({ min: 0, max: 5 * MINUTE }),
  bare: fc.boolean(),
  hidden: fc.nat(3),
  reads: fc.array(fc.integer({ min: 0, max: 40 * MINUTE }), { minLength: 1, maxLength: 5 }),
})

test('ours is never taken for not sent, another promotion keeps its order, and reading on settles it', () => {
  const ends = { ADOPT: 0, NOT_SENT: 0, AMBIGUOUS: 0 }
  fc.assert(
    fc.property(world, ({ others, arrived, skew, lag, bare, hidden, reads }) => {
      const foreign = others.map(({ taken, ...order }, i) => ({
        ...order,
        name: null,
        orderId: `f${i}`,
        taken,
      }))
      const adopted = new Set(foreign.filter(({ taken }) => taken).map(({ orderId }) => orderId))
      const ours =
        arrived === null
          ? []
          : [{ ...order(), orderId: 'ours', createdAt: AT + arrived + skew, taken: false }]
      const all = [...foreign, ...ours]
      const known = new Set<string>()
      const read = (readAt: number): OrderList => {
        const shown = all.filter(({ orderId }) => orderId !== 'ours' || readAt >= AT + (arrived ?? 0) + lag)
        const told = shown.map(({ taken, ...each }) =>
          bare && !known.has(each.orderId) ? { ...each, amountFen: null, hours: null } : each,
        )
        const isHidden = ({ orderId }: ListedOrder, i: number) => i === hidden && !known.has(orderId)
        return {
          readAt,
          orders: told.filter((each, i) => !isHidden(each, i)),
          unread: told.filter(isHidden).map((each) => each.orderId),
          adopted,
        }
      }
      let last = settle(INTENT, read(AT), RECONCILE_DEFAULTS)
      for (const after of [...reads.sort((x, y) => x - y), CLOSED - AT, CLOSED - AT]) {
        for (const id of last.kind === 'LOOK' ? last.orderIds : []) known.add(id)
        if (last.kind !== 'LOOK' && last.kind !== 'WAIT') break
        last = settle(INTENT, read(AT + after), RECONCILE_DEFAULTS)
        if (last.kind === 'LOOK') {
          for (const id of last.orderIds) known.add(id)
          last = settle(INTENT, read(AT + after), RECONCILE_DEFAULTS)
        }
      }
      if (last.kind === 'LOOK' || last.kind === 'WAIT') throw new Error(`not settled: ${last.kind}`)
      ends[last.kind]++
      if (last.kind === 'NOT_SENT') expect(arrived).toBeNull()
      const named = last.kind === 'ADOPT' ? [last.orderId] : last.kind === 'AMBIGUOUS' ? last.orderIds : []
      expect(named.filter((id) => adopted.has(id))).toEqual([])
      // Another's order is adopted only where nothing tells it from ours: a twin, made in the very minutes.
      if (last.kind === 'ADOPT' && last.orderId !== 'ours')
        expect(all.find(({ orderId }) => orderId === named[0])).toMatchObject({
          accountId: '1',
          itemId: '70',
          amountFen: 10_000,
          hours: 24,
        })
    }),
    { numRuns: 3000 },
  )
  for (const count of Object.values(ends)) expect(count).toBeGreaterThan(20)
})
