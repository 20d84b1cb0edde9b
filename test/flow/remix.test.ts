/** A 混剪 that the platform takes for the same, or marks as 低效, gets no money; its origin is named. */
import { expect, test } from 'vitest'
import { write } from '../../flow/context.ts'
import { lockPromotion } from '../../flow/promotion-row.ts'
import { setPromotionSettings } from '../../flow/promotion-settings.ts'
import { tendPromotion } from '../../flow/promotion-tend.ts'
import { markRemix } from '../../flow/remix.ts'
import { explainReason } from '../../rules/guard-why.ts'
import type { Mark } from '../../rules/types.ts'
import { content, kol, published } from '../support/content.ts'
import { testDatabase } from '../support/database.ts'
import { orderChannel } from '../support/orders.ts'
import { proposed } from '../support/promotions.ts'

const t = testDatabase()

test.each<[Mark, RegExp]>([
  [
    'SIMILAR_MATERIAL',
    /^平台标记同质（SIMILAR_MATERIAL）：不投；它混剪自「.+」（视频 \d+），换掉实质内容再投$/,
  ],
  ['INEFFICIENT_MATERIAL', /^平台标记低效（INEFFICIENT_MATERIAL）：不投；它混剪自「/],
])('a remix marked %s is held before anything is sent', async (mark, sentence) => {
  const ctx = await t.tenant()
  const own = await content(ctx)
  const origin = await published(ctx, own)
  const { videoId } = await published(ctx, own, { kolId: await kol(ctx) })
  await markRemix(ctx, { videoId, originId: origin.videoId, parts: ['HOOK'] })
  const promotionId = await proposed(ctx, videoId)
  await setPromotionSettings(ctx, { guard: { mode: 'AUTO', twoPersonsFromFen: null }, by: null })
  const row = await write(ctx, (tx) => lockPromotion(tx, promotionId))
  const channels = { SUIXINTUI_ORDER: { ...orderChannel(row), marks: async () => [mark] } }
  await tendPromotion(ctx, { promotionId, channels, clock: () => ctx.now })
  const { state, orderId, attempt, held } = await write(ctx, (tx) => lockPromotion(tx, promotionId))
  expect({ state, orderId, attempt }).toEqual({ state: 'APPROVED', orderId: null, attempt: 0 })
  expect(held).toMatchObject([{ kind: 'MARKED', mark, remixOf: { videoId: origin.videoId } }])
  expect(held?.map((reason) => explainReason(reason).zh)[0]).toMatch(sentence)
})
