/** 素材疲劳 out of the looks at all orders on a video, and what is decided of it. */
import { expect, test } from 'vitest'
import { loadMaterial } from '../../db/queries/promotion-material.ts'
import { outcome } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { fatigueOf } from '../../flow/fatigue.ts'
import { factsOf, proposeTrial } from '../../flow/promotion-propose.ts'
import type { Change } from '../../flow/promotion-row.ts'
import { loadSettings } from '../../flow/promotion-settings.ts'
import { DAY, MINUTE } from '../../rules/types.ts'
import { dayOf, SHANGHAI, startOfDay } from '../../rules/zone.ts'
import { content } from '../support/content.ts'
import { testDatabase } from '../support/database.ts'
import { changed, looked, ordered, scaled, tend } from '../support/orders.ts'
import { promotionsOf } from '../support/promotions.ts'

const t = testDatabase()
const ago = ({ now }: Context, days: number) => new Date(now.getTime() - days * DAY)
/** A day of 1000 yuan at ROI 3, orders of 10 yuan: CTR 5 %. */
const GOOD = { spentFen: 100_000, gmvFen: 300_000, orders: 300, shows: 20_000, clicks: 1_000, plays: 15_000 }
type Day = Partial<typeof GOOD>
const twice = Object.fromEntries(Object.entries(GOOD).map(([name, value]) => [name, 2 * value]))

/** A trial of two good days, the first so long ago, and a scaled order with one day so far; break-even is 2. */
async function material(firstDay: number, last: Day, over: { more?: Change | undefined } = {}) {
  const ctx = await t.tenant()
  const state = { state: 'PASSED', orderStand: 'OVER', finalFen: 200_000, dueAt: null } as const
  const times = { deliveringAt: ago(ctx, firstDay), overAt: ago(ctx, firstDay - 2) }
  const made = await ordered(ctx, await content(ctx), { ...state, ...times })
  await looked(ctx, made.trial.id, [
    { at: ago(ctx, firstDay), ...GOOD },
    { at: ago(ctx, firstDay - 1), ...twice },
  ])
  const scale = await scaled(ctx, made.trial, { deliveringAt: ago(ctx, 1), ...over.more })
  await looked(ctx, scale.id, [{ at: ago(ctx, 1), ...GOOD, ...last }])
  const of = async () => {
    const { promotions, decisions } = await promotionsOf(ctx)
    return {
      row: promotions.find(({ id }) => id === scale.id),
      decisions: decisions.filter(({ promotionId }) => promotionId === scale.id),
    }
  }
  return { ctx, ...made, scale, of }
}

test('tired of old age and still earning: a remix is proposed, once, and no more money is added', async () => {
  const { ctx, scale, of } = await material(9, { clicks: 800, gmvFen: 250_000 })
  await tend(ctx, scale)
  const next = { ...ctx, now: new Date(ctx.now.getTime() + 15 * MINUTE) }
  await tend(next, scale)
  const { row, decisions } = await of()
  expect(row).toMatchObject({ state: 'RUNNING', orderStand: 'LIVE', stop: null, lookedAt: next.now })
  expect(decisions).toMatchObject([
    {
      action: 'REMIX',
      rule: 'STILL_EARNS',
      numbers: { ageDays: 9, ctr: 0.04, ctrPeak: 0.05, dayRoi: null, completion: null },
      zh: expect.stringContaining('做混剪：换开头、主体或行动号召'),
      en: expect.stringMatching(/day 9, CTR 0.04 < 0.05 at its best$/),
    },
  ])
})

test('two figures that fell below what pays: it is tired, ended and retired', async () => {
  const { ctx, scale, of } = await material(8, { clicks: 700, gmvFen: 100_000 })
  await tend(ctx, scale)
  const { row, decisions } = await of()
  expect(row).toMatchObject({ state: 'RETIRED', orderStand: 'OVER', stop: 'FATIGUE' })
  expect(decisions).toMatchObject([
    { action: 'RETIRE', rule: 'FATIGUED', numbers: { ctr: 0.035, dayRoi: 1, dayRoiPeak: 3 } },
  ])
  expect(decisions[0]?.zh).toMatch(/第 8 天，CTR 0.035 < 0.05，ROI 1 < 3（自身最好）$/)
})

test('young and tiring it should get less, which 随心推 does not take: that is said', async () => {
  const { ctx, scale, of } = await material(5, { clicks: 800 })
  await tend(ctx, scale)
  expect((await of()).decisions).toMatchObject([{ action: 'HOLD', rule: 'CANNOT_CUT' }])
})

test('young and tiring it gets less where its method takes a cut, as it was decided', async () => {
  const boost = { method: 'MATERIAL_BOOST', planId: '17', amountFen: 100_000, orderedFen: 100_000 } as const
  const { ctx, scale, of } = await material(5, { gmvFen: 150_000 }, { more: boost })
  expect(await tend(ctx, scale)).toEqual([-30_000])
  const { row, decisions } = await of()
  expect(row).toMatchObject({ state: 'RUNNING', orderedFen: 70_000, changeCall: null })
  expect(decisions).toMatchObject([
    { action: 'CUT', rule: 'TIRING', amountFen: 30_000, numbers: { dayRoi: 1.5 } },
  ])
  // Once: the next cut waits for an hour.
  expect(await tend({ ...ctx, now: new Date(ctx.now.getTime() + 15 * MINUTE) }, scale)).toEqual([])
})

test('completion counts where a source rates the day, and a day that an order does not tell of is not 0', async () => {
  const { ctx, videoId, itemId, scale, trial } = await material(6, { clicks: null as never })
  const rate = (days: number, finishRate: number) => {
    const day = dayOf(ago(ctx, days), SHANGHAI)
    const startsAt = startOfDay(day, SHANGHAI)
    const period = { startsAt, endsAt: new Date(startsAt.getTime() + DAY), day, grain: 'DAY' as const }
    const row = {
      source: 'compass',
      subject: 'VIDEO' as const,
      subjectId: itemId,
      runId: 1,
      recordedAt: ctx.now,
    }
    return { ...row, ...period, plays: 50_000, extra: { finishRate } }
  }
  await write(ctx, (tx) => tx.insert(outcome).values([rate(6, 0.3), rate(5, 0.28), rate(1, 0.2)]))
  const tired = await write(ctx, async (tx) =>
    fatigueOf(tx, videoId, { settings: await loadSettings(tx), terms: trial.trialTerms, now: ctx.now }),
  )
  expect(tired).toMatchObject({
    kind: 'TIRING',
    advice: 'CUT',
    ageDays: 6,
    spentFen: 300_000,
    falls: [{ metric: 'COMPLETION', value: 0.2, peak: 0.3 }],
  })
  // Both orders told of the same day: their figures add up.
  await looked(ctx, trial.id, [
    { at: new Date(ago(ctx, 1).getTime() + 1), ...twice, spentFen: 300_000, clicks: 9_000 },
  ])
  await looked(ctx, scale.id, [{ at: new Date(ago(ctx, 1).getTime() + 1), ...GOOD, clicks: 0 }])
  const both = await write(ctx, async (tx) =>
    fatigueOf(tx, videoId, { settings: await loadSettings(tx), terms: trial.trialTerms, now: ctx.now }),
  )
  expect(both?.spentFen).toBe(400_000)
})

/** Of a video in plans: what each order of a method in a plan did on one day, cumulative looks at its days ago. */
type Bought = [method: 'UNI_PLAN_ADD' | 'MATERIAL_BOOST', planId: string, ...looks: [days: number, of: Day][]]
test.each<[string, Bought[], Day[]]>([
  [
    'the report of a plan has the boost in it',
    [
      ['UNI_PLAN_ADD', '17', [2, { spentFen: 50_000, gmvFen: 90_000, orders: 9 }]],
      [
        'MATERIAL_BOOST',
        '17',
        [2, { spentFen: 30_000, gmvFen: 60_000, orders: 6, shows: 4_000, clicks: 200 }],
      ],
    ],
    [{ spentFen: 50_000, gmvFen: 90_000, orders: 9, shows: 4_000, clicks: 200 }],
  ],
  [
    'shows and clicks are of one side: the one that counts',
    [
      ['UNI_PLAN_ADD', '17', [2, { spentFen: 50_000, shows: 10_000, clicks: 100, plays: 5_000 }]],
      ['MATERIAL_BOOST', '17', [2, { spentFen: 30_000, shows: 8_000, clicks: 400, plays: 6_000 }]],
    ],
    [{ spentFen: 50_000, shows: 10_000, clicks: 100, plays: 6_000 }],
  ],
  [
    'a report that is behind two boosts one after the other: theirs, with the money that they brought',
    [
      ['UNI_PLAN_ADD', '17', [2, { spentFen: 50_000, gmvFen: 150_000, orders: 15 }]],
      ['MATERIAL_BOOST', '17', [2, { spentFen: 30_000, gmvFen: 60_000, orders: 6 }]],
      ['MATERIAL_BOOST', '17', [2, { spentFen: 25_000, gmvFen: 30_000, orders: 3 }]],
    ],
    [{ spentFen: 55_000, gmvFen: 90_000, orders: 9 }],
  ],
  [
    'another plan, and a day on which the plan was not looked at',
    [
      ['UNI_PLAN_ADD', '17', [3, { spentFen: 50_000, gmvFen: 90_000, orders: 9 }]],
      ['MATERIAL_BOOST', '18', [3, { spentFen: 30_000, gmvFen: 60_000, orders: 6 }]],
      ['MATERIAL_BOOST', '17', [2, { spentFen: 20_000, gmvFen: 10_000, orders: 1 }]],
    ],
    [
      { spentFen: 80_000, gmvFen: 150_000, orders: 15 },
      { spentFen: 20_000, gmvFen: 10_000, orders: 1 },
    ],
  ],
  [
    'day by day: what was said of earlier days is taken off each side',
    [
      [
        'UNI_PLAN_ADD',
        '17',
        [3, { spentFen: 50_000, gmvFen: 90_000 }],
        [2, { spentFen: 90_000, gmvFen: 99_000 }],
      ],
      ['MATERIAL_BOOST', '17', [2, { spentFen: 30_000, gmvFen: 5_000 }]],
    ],
    [
      { spentFen: 50_000, gmvFen: 90_000 },
      { spentFen: 40_000, gmvFen: 9_000 },
    ],
  ],
])('each 分 once: %s', async (_name, bought, want) => {
  const ctx = await t.tenant()
  const { trial, videoId } = await ordered(ctx, await content(ctx), { deliveringAt: ago(ctx, 5) })
  for (const [method, planId, ...looks] of bought) {
    const over = { state: 'RETIRED', orderStand: 'OVER', overAt: ctx.now, dueAt: null } as const
    const row = await scaled(ctx, trial, { method, planId, ...over })
    await looked(
      ctx,
      row.id,
      looks.map(([days, of]) => ({ at: ago(ctx, days), ...of })),
    )
  }
  const { days } = await write(ctx, (tx) => loadMaterial(tx, videoId, { zone: SHANGHAI, now: ctx.now }))
  expect(days.map(({ spendFen, ...rest }) => ({ spentFen: spendFen, ...rest }))).toMatchObject(want)
  expect(days).toHaveLength(want.length)
})

test('a video on which nothing was spent has no age; one that is worn out is not tried again', async () => {
  const again = async (last: Day) => {
    const { ctx, trial, scale } = await material(8, last)
    const over = { state: 'RETIRED', orderStand: 'OVER', overAt: ctx.now, finalFen: 1, dueAt: null } as const
    await changed(ctx, scale.id, over)
    return write(ctx, async (tx) => {
      const settings = await loadSettings(tx)
      const facts = { ...(await factsOf(tx, trial, ctx.now)), firing: true }
      return proposeTrial(tx, ctx, facts, settings, { breakoutId: null, originId: null })
    })
  }
  expect(await again({ clicks: 700, gmvFen: 100_000 })).toBeNull()
  expect(await again({})).toBeGreaterThan(0)
  const ctx = await t.tenant()
  const fresh = await ordered(ctx, await content(ctx), { deliveringAt: null })
  const none = await write(ctx, async (tx) =>
    fatigueOf(tx, fresh.videoId, { settings: await loadSettings(tx), terms: null, now: ctx.now }),
  )
  expect(none).toBeNull()
})
