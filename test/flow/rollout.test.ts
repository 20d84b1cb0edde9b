import { eq } from 'drizzle-orm'
import { beforeEach, expect, test } from 'vitest'
import { collaboration, kol, kolPrice } from '../../db/tables.ts'
import { dropCollaboration } from '../../flow/collaboration.ts'
import { type Context, write } from '../../flow/context.ts'
import { acceptRollout, type ProposeRollout, proposeRollout } from '../../flow/rollout.ts'
import { DAY } from '../../rules/types.ts'
import { type Content, content, published } from '../support/content.ts'
import { NOW, testDatabase } from '../support/database.ts'
import { brokeOut, creator, proposed, result, shot } from '../support/playbook.ts'

const t = testDatabase()
let ctx: Context
let on: Content
let breakoutId: number
let tester: number
beforeEach(async () => {
  ctx = await t.tenant()
  on = await content(ctx)
  tester = await creator(ctx, { tier: 'HEAD', priceFen: 1 })
  const { videoId } = await shot(ctx, on, { kolId: tester })
  breakoutId = await brokeOut(ctx, videoId)
})
const later = (days: number) => ({ ...ctx, now: new Date(NOW.getTime() + days * DAY) })

const propose = (over: Partial<ProposeRollout> = {}) =>
  write(ctx, (tx) => proposeRollout(tx, ctx.now, { breakoutId, budgetFen: 10_000_00, ...over }))
const brief = ({ lines }: { lines: { kolId: number; expectedPlays: number; basis: string }[] }) =>
  Object.fromEntries(lines.map((line) => [line.kolId, [line.basis, line.expectedPlays]]))
/** A video of the KOL in another cell with so many plays at 7 days. */
async function earlier(kolId: number, week: number, matrix?: Content) {
  const { videoId } = await published(ctx, matrix ?? (await content(ctx)), { kolId })
  await result(ctx, videoId, { week, interactionRate: 0.05 })
}

test('head KOLs after a test, with prices, own results and those of their like', async () => {
  const own = await creator(ctx, { tier: 'HEAD', priceFen: 1_000_00 })
  for (const week of [10_000, 30_000, 80_000]) await earlier(own, week)
  const onCell = await creator(ctx, { tier: 'HEAD', priceFen: 1_000_00 })
  await earlier(onCell, 5_000)
  await earlier(onCell, 90_000, on)
  const young = await creator(ctx, { tier: 'HEAD', priceFen: 1_000_00 })
  const foreign = await creator(ctx, { tier: 'HEAD', vertical: '穿搭', priceFen: 1_000_00 })
  const busy = await creator(ctx, { tier: 'HEAD', priceFen: 1_000_00 })
  await proposed(ctx, on, { kolId: busy })
  const otherBand = await creator(ctx, { tier: 'HEAD', priceFen: 1, band: 'OVER_60S' })
  const waist = await creator(ctx, { tier: 'WAIST', priceFen: 1 })
  const archived = await creator(ctx, { tier: 'HEAD', priceFen: 1 })
  await write(ctx, (tx) => tx.update(kol).set({ archivedAt: ctx.now }).where(eq(kol.id, archived)))

  const got = await propose()
  expect(got).toMatchObject({ step: 'REUSE', band: 'FROM_21_TO_60S', spendFen: 4_000_00 })
  // Medians: own 30,000; on the cell 90,000, in all (5,000 + 90,000) / 2 = 47,500; of the two KOLs 38,750.
  expect(brief(got)).toEqual({
    [onCell]: ['OWN_ON_CELL', 90_000],
    [own]: ['OWN', 30_000],
    [young]: ['TIER_AND_VERTICAL', 38_750],
    [foreign]: ['TIER', 19_375],
  })
  expect(got.lines.map(({ kolId }) => kolId)).toEqual([onCell, young, own, foreign])
  expect(got.lines[2]?.why).toContain('互动率 5 %')
  expect(Object.fromEntries(got.leftOut.map(({ kolId, reason }) => [kolId, reason]))).toEqual({
    [tester]: 'ALREADY_IN',
    [busy]: 'AT_WORK',
    [otherBand]: 'NO_PRICE',
  })
  const small = await propose({ budgetFen: 1_000_00 })
  expect(brief(small)).toEqual({ [onCell]: ['OWN_ON_CELL', 90_000] })
  const radiate = await propose({ step: 'RADIATE' })
  expect([radiate.lines, radiate.leftOut.map(({ kolId }) => kolId)]).toEqual([[], [waist]])
  const long = await propose({ band: 'OVER_60S' })
  expect(long.lines.map(({ kolId }) => kolId)).toEqual([otherBand])
})

test('the latest price counts, and none that is known later only', async () => {
  const kolId = await creator(ctx, { tier: 'HEAD', priceFen: 100 })
  await earlier(kolId, 1_000)
  const quote = (days: number, priceFen: number) =>
    write(ctx, (tx) =>
      tx.insert(kolPrice).values({
        kolId,
        band: 'FROM_21_TO_60S',
        priceFen,
        observedAt: later(days).now,
        recordedAt: later(days).now,
        source: 'test',
      }),
    )
  await quote(-1, 300)
  await quote(1, 200)
  const price = async (now: Date) => {
    const { lines } = await write(ctx, (tx) => proposeRollout(tx, now, { breakoutId, budgetFen: 1_000 }))
    return lines.map(({ priceFen }) => priceFen)
  }
  expect(await price(later(-0.5).now)).toEqual([300])
  expect(await price(ctx.now)).toEqual([100])
  expect(await price(later(2).now)).toEqual([200])
})

test('accepting: reuse, then radiate, then radiate again, each pointing at its origin', async () => {
  const head = await creator(ctx, { tier: 'HEAD', priceFen: 100 })
  const lines = [{ kolId: head, priceFen: 100, deliverables: '一条' }]
  const { collaborationIds, created } = await acceptRollout(ctx, { breakoutId, lines })
  expect(created).toBe(1)
  const rowOf = async (id: number | undefined) => {
    const rows = await write(ctx, (tx) =>
      tx
        .select()
        .from(collaboration)
        .where(eq(collaboration.id, id ?? 0)),
    )
    return rows[0]
  }
  const first = await rowOf(collaborationIds[0])
  const origin = await write(ctx, (tx) =>
    tx.select().from(collaboration).where(eq(collaboration.kolId, tester)),
  )
  expect(first).toMatchObject({
    state: 'PROPOSED',
    step: 'REUSE',
    kolId: head,
    priceFen: 100,
    deliverables: '一条',
    originBreakoutId: breakoutId,
    originId: origin[0]?.id,
    cellId: origin[0]?.cellId,
  })
  await dropCollaboration(ctx, { collaborationId: first?.id ?? 0 })
  const again = await acceptRollout(ctx, { breakoutId, lines })
  expect(again).toEqual({ breakoutId, collaborationIds, created: 0 })
  expect((await propose()).leftOut.find(({ kolId }) => kolId === head)?.reason).toBe('ALREADY_IN')

  const other = await creator(ctx, { tier: 'HEAD', priceFen: 100 })
  const reused = await shot(later(1), on, { kolId: other, originBreakoutId: breakoutId })
  const second = await brokeOut(later(1), reused.videoId)
  const waist = await creator(ctx, { tier: 'WAIST', priceFen: 100 })
  await earlier(waist, 1_000)
  expect(await propose({ breakoutId: second })).toMatchObject({ step: 'RADIATE', lines: [{ kolId: waist }] })
  const radiated = await shot(later(2), on, { kolId: waist, originBreakoutId: second })
  const third = await brokeOut(later(2), radiated.videoId)
  const tail = await creator(ctx, { tier: 'TAIL', priceFen: 100 })
  await earlier(tail, 1_000)
  expect(await propose({ breakoutId: third })).toMatchObject({
    step: 'RADIATE',
    lines: [{ kolId: tail }],
    leftOut: [{ kolId: waist, reason: 'ALREADY_IN' }],
  })
})

test('the same lines accepted by eight at once are made once', async () => {
  const kolIds = [await creator(ctx, { tier: 'HEAD' }), await creator(ctx, { tier: 'HEAD' })]
  const lines = kolIds.map((kolId) => ({ kolId }))
  const all = await Promise.all(Array.from({ length: 8 }, () => acceptRollout(ctx, { breakoutId, lines })))
  expect(all.reduce((sum, { created }) => sum + created, 0)).toBe(2)
  expect(new Set(all.map(({ collaborationIds }) => collaborationIds.join())).size).toBe(1)
})

test('what cannot be proposed or accepted', async () => {
  const kolId = await creator(ctx, { tier: 'HEAD' })
  await expect(propose({ budgetFen: -1 })).rejects.toMatchObject({ field: 'budgetFen' })
  await expect(propose({ budgetFen: 0.5 })).rejects.toMatchObject({ field: 'budgetFen' })
  await expect(propose({ breakoutId: 987_654 })).rejects.toMatchObject({ what: 'breakout' })
  const pending = await brokeOut(ctx, (await published(ctx, on)).videoId, false)
  await expect(propose({ breakoutId: pending })).rejects.toThrow('has not fired')
  const accept = (lines: { kolId: number; priceFen?: number }[], id = breakoutId) =>
    expect(acceptRollout(ctx, { breakoutId: id, lines })).rejects
  await accept([{ kolId }], pending).toThrow('has not fired')
  await accept([{ kolId }], 987_654).toMatchObject({ what: 'breakout' })
  await accept([]).toMatchObject({ field: 'lines' })
  await accept([{ kolId }, { kolId }]).toMatchObject({ field: 'lines.1.kolId' })
  await accept([{ kolId, priceFen: -1 }]).toMatchObject({ field: 'lines.0.priceFen' })
  await accept([{ kolId }, { kolId: 987_654 }]).toMatchObject({ what: 'kol' })
  await proposed(ctx, on, { kolId })
  await accept([{ kolId }]).toThrow('open collaboration on this cell')
})
