import { PRICE_BANDS } from '../rules/types.ts'
import { builder } from './builder.ts'

export const PriceBandEnum = builder.enumType('PriceBand', {
  description: '报价 by length of the video: 1-20s UP_TO_20S, 21-60s FROM_21_TO_60S, 60s以上 OVER_60S.',
  values: PRICE_BANDS,
})
