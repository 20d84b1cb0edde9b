import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rows } from '../../db/client.ts'
import { loadTold } from '../../db/queries/money.ts'
import { outcome } from '../../db/tables.ts'
import { write } from '../../flow/context.ts'
import { DAILY_FIGURES, ORDER_OF_SOURCES, prefer } from '../../rules/precedence.ts'
import { DAY, HOUR } from '../../rules/types.ts'
import { content, published } from '../support/content.ts'
import { testDatabase } from '../support/database.ts'
import { storeSales } from '../support/sales.ts'

const t = testDatabase()

test('the order of sources is the same in SQL and in rules', async () => {
  const ctx = await t.tenant()
  const said = await write(ctx, (tx) =>
    rows(tx, sql`select figure, channel, source, rank from source_order()`),
  )
  const declared = DAILY_FIGURES.flatMap((figure) => {
    const { channels, instead } = ORDER_OF_SOURCES[figure]
    const listed = (names: readonly string[], channel: number) =>
      names.map((source, index) => ({ figure, channel, source, rank: index + 1 }))
    return [...channels.flatMap((names, index) => listed(names, index + 1)), ...listed(instead, 0)]
  })
  const sorted = (all: unknown[]) => all.map((one) => JSON.stringify(one)).sort()
  expect(sorted(said)).toEqual(sorted(declared))
})

const SHANGHAI_DAY = Date.parse('2026-11-01T00:00:00+08:00')
const SINCE = 2
const shanghai = (at: number) => new Date(at + 8 * HOUR).toISOString().slice(0, 10)

interface OutcomeCase {
  source: string
  subject: 'VIDEO' | 'MATERIAL' | 'ORDER'
  /** Materials and orders of two videos, two each; a video is its own subject. */
  nth: 0 | 1
  scopeId: string
  grain: 'DAY' | 'HOUR' | 'PERIOD' | 'TOTAL'
  /** Of the days, and of the hour in it. */
  day: number
  hour: number
  spend: number | null
  gmv: number | null
  revision: number
  /** It names another video. */
  moved: boolean
}
interface SaleCase {
  side: 'shop' | 'alliance'
  order: number
  hour: number
  pay: number
  revision: number
  moved: boolean
}

const KINDS = [
  ['compass', 'VIDEO'],
  ['qianchuan', 'VIDEO'],
  ['erp', 'VIDEO'],
  ['material', 'MATERIAL'],
  ['suixintui', 'ORDER'],
  ['order', 'ORDER'],
] as const
const amount = fc.option(fc.nat(1000), { nil: null })
const outcomes = fc.uniqueArray(
  fc
    .record({
      kind: fc.constantFrom(...KINDS),
      nth: fc.constantFrom(0 as const, 1 as const),
      scopeId: fc.constantFrom('', '', 'plan 1', 'plan 2'),
      grain: fc.constantFrom(
        'DAY' as const,
        'DAY' as const,
        'HOUR' as const,
        'PERIOD' as const,
        'TOTAL' as const,
      ),
      day: fc.nat(4),
      hour: fc.constantFrom(0, 23),
      spend: amount,
      gmv: amount,
      revision: fc.nat(1),
      moved: fc.boolean(),
    })
    .map(({ kind: [source, subject], moved, ...rest }): OutcomeCase => {
      return { source, subject, moved: moved && subject !== 'VIDEO', ...rest }
    }),
  { selector: (one) => JSON.stringify([keyOf(one), one.revision]), maxLength: 25 },
)
const sales = fc.uniqueArray(
  fc.record({
    side: fc.constantFrom('shop' as const, 'alliance' as const),
    order: fc.nat(5),
    hour: fc.nat(5 * 24 - 1),
    pay: fc.nat(1000),
    revision: fc.nat(1),
    moved: fc.boolean(),
  }),
  { selector: ({ side, order, revision }) => `${side} ${order} ${revision}`, maxLength: 12 },
)

function periodOf({ grain, day, hour }: OutcomeCase): [number, number] {
  const start = SHANGHAI_DAY + day * DAY
  if (grain === 'HOUR') return [start + hour * HOUR, start + (hour + 1) * HOUR]
  if (grain === 'TOTAL') return [start, start]
  return [start, start + (grain === 'DAY' ? 1 : 3) * DAY]
}
const keyOf = (one: OutcomeCase) => [one.source, one.nth, one.scopeId, ...periodOf(one)]
const of = <T>(all: readonly T[], key: (one: T) => unknown) => {
  const groups = new Map<string, T[]>()
  for (const one of all)
    groups.set(JSON.stringify(key(one)), [...(groups.get(JSON.stringify(key(one))) ?? []), one])
  return [...groups.values()]
}

type Entry = { source: string; day: string | null; figure: (typeof DAILY_FIGURES)[number]; value: number }

const lastOf = <T extends { revision: number }>(revisions: readonly T[]) =>
  revisions.toSorted((a, b) => b.revision - a.revision)[0] as T

/** What the SQL says, by loops: of one video. */
function modelled(
  said: readonly OutcomeCase[],
  sold: readonly SaleCase[],
): Map<string, Record<string, number | null>> {
  const latest = of(said, keyOf)
    .map(lastOf)
    .filter(({ moved }) => !moved)
  const counted = of(latest, (one) => [one.source, one.nth]).flatMap((all) => {
    const fine = all.filter(({ grain }) => grain === 'DAY' || grain === 'HOUR')
    const whole = (some: OutcomeCase[]) => {
      const unscoped = some.filter(({ scopeId }) => scopeId === '')
      return unscoped.length > 0 ? unscoped : some
    }
    if (fine.length > 0) {
      return of(fine, ({ day }) => day).flatMap((ofDay) =>
        of(whole(ofDay), ({ scopeId }) => scopeId).flatMap((some) => {
          const days = some.filter(({ grain }) => grain === 'DAY')
          return days.length > 0 ? days : some
        }),
      )
    }
    return of(whole(all), ({ scopeId }) => scopeId).map((some) => {
      const totals = some.filter(({ grain }) => grain === 'TOTAL')
      return (totals.length > 0 ? totals : some).toSorted((a, b) => b.day - a.day)[0] as OutcomeCase
    })
  })
  const entries: Entry[] = counted.flatMap((one) => {
    const ads = one.subject !== 'VIDEO' || one.source === 'qianchuan'
    const day = one.grain === 'DAY' || one.grain === 'HOUR' ? shanghai(SHANGHAI_DAY + one.day * DAY) : null
    return [
      { figure: 'spendFen' as const, value: one.spend },
      { figure: ads ? ('paidGmvFen' as const) : ('gmvFen' as const), value: one.gmv },
    ].flatMap(({ figure, value }) => (value === null ? [] : [{ source: one.source, day, figure, value }]))
  })
  const shop = new Set(sold.filter(({ side }) => side === 'shop').map(({ order }) => order))
  const orders = of(sold, ({ side, order }) => [side, order]).map(lastOf)
  for (const { side, order, hour, pay, moved } of orders) {
    if (moved) continue
    if (side === 'alliance' && shop.has(order)) continue
    const day = shanghai(SHANGHAI_DAY + hour * HOUR)
    entries.push(
      { source: 'sale', day, figure: 'gmvFen', value: pay },
      { source: 'sale', day, figure: 'orders', value: 1 },
    )
  }
  const days = new Map<string, Record<string, number | null>>()
  for (const figure of DAILY_FIGURES) {
    const ofFigure = entries.filter((entry) => entry.figure === figure)
    const totals = of(ofFigure, ({ source }) => source).map((all) => ({
      source: all[0]?.source ?? '',
      value: all.reduce((sum, { value }) => sum + value, 0),
    }))
    const chosen = prefer(figure, totals)?.source.split('+') ?? []
    for (const { source, day, value } of ofFigure) {
      if (!chosen.includes(source) || day === null || day < shanghai(SHANGHAI_DAY + SINCE * DAY)) continue
      const row = days.get(day) ?? Object.fromEntries(DAILY_FIGURES.map((name) => [name, null]))
      row[figure] = (row[figure] ?? 0) + value
      days.set(day, row)
    }
  }
  return days
}

test('money by day is what the sources say, by the order of trust, nothing twice', async () => {
  const ctx = await t.tenant()
  const matrix = await content(ctx)
  await fc.assert(
    fc.asyncProperty(outcomes, sales, async (said, sold) => {
      const [video, other] = [await published(ctx, matrix), await published(ctx, matrix)]
      const named = ({ moved }: { moved: boolean }) => (moved ? other : video).itemId
      await write(ctx, async (tx) => {
        const id = ({ subject, nth }: OutcomeCase) =>
          subject === 'VIDEO' ? video.itemId : `${subject}${nth}${video.itemId}`
        // A video is one subject: its second one is another row of the same.
        const once = said.filter(({ subject, nth }) => subject !== 'VIDEO' || nth === 0)
        if (once.length > 0) {
          await tx.insert(outcome).values(
            once.map((one) => ({
              ...{
                source: one.source,
                subject: one.subject,
                subjectId: id(one),
                scopeId: one.scopeId,
                grain: one.grain,
              },
              ...{
                startsAt: new Date(periodOf(one)[0]),
                endsAt: new Date(periodOf(one)[1]),
                revision: one.revision,
              },
              ...{
                day: shanghai(Math.max(periodOf(one)[0], periodOf(one)[1] - 1)),
                spendFen: one.spend,
                gmvFen: one.gmv,
              },
              ...{
                labels: one.subject === 'VIDEO' ? {} : { videoId: named(one) },
                recordedAt: ctx.now,
                runId: 1,
              },
            })),
          )
        }
        if (sold.length > 0) {
          await storeSales(
            tx,
            sold.map(({ side, order, hour, pay, revision, moved }) => ({
              ...{
                side,
                orderId: `${order}${video.itemId}`,
                subjectId: 1,
                itemId: named({ moved }),
                payAmountFen: pay,
                revision,
              },
              ...{
                status: 'PAID',
                refunded: false,
                paidAt: new Date(SHANGHAI_DAY + hour * HOUR),
                recordedAt: ctx.now,
              },
            })),
          )
        }
        const since = new Date(SHANGHAI_DAY + SINCE * DAY + HOUR).toISOString()
        const days = await rows<Record<string, string | null> & { day: string }>(
          tx,
          sql`select day::text, spend_fen as "spendFen", paid_gmv_fen as "paidGmvFen", gmv_fen as "gmvFen", orders
            from money_by_day(array[${video.videoId}]::bigint[], ${since}::timestamptz)`,
        )
        const seen = new Map(
          days.map(({ day, ...money }) => [
            day,
            Object.fromEntries(
              Object.entries(money).map(([name, value]) => [name, value === null ? null : Number(value)]),
            ),
          ]),
        )
        expect(seen).toEqual(modelled(once, sold))
      })
    }),
    { numRuns: 80 },
  )
})

test('another workspace sees nothing of it', async () => {
  const [ctx, other] = [await t.tenant(), await t.tenant()]
  const { videoId, itemId } = await published(ctx, await content(ctx))
  const paidAt = new Date(SHANGHAI_DAY)
  const order = { side: 'shop' as const, orderId: '1', subjectId: 1, itemId, payAmountFen: 5, status: 'PAID' }
  await write(ctx, (tx) => storeSales(tx, [{ ...order, refunded: false, paidAt, recordedAt: ctx.now }]))
  const days = sql`select video_id from money_by_day(array[${videoId}]::bigint[], ${paidAt.toISOString()}::timestamptz)`
  expect(await write(ctx, (tx) => rows(tx, days))).toHaveLength(1)
  expect(await write(other, (tx) => rows(tx, days))).toEqual([])
  expect(await write(other, (tx) => loadTold(tx, [videoId], null))).toEqual(new Map())
})
