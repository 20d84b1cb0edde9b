/** What a trial is judged by: frozen when it is proposed, so that a later change of the margin moves no verdict. */
import type { VideoFacts } from '../db/queries/promotion.ts'
import type { DefaultCosts } from '../db/tables.ts'
import { breakEven } from '../rules/break-even.ts'
import type { TrialTerms } from '../rules/trial-wealth.ts'

export type Terms = { ok: true; terms: TrialTerms } | { ok: false; message: string }

/** 分 an hour count for power alone; an order without a time is taken as one of a day. */
const HOURS = 24

/** What the video does not say of its costs, the workspace's settings do. Without one of them there are no terms. */
export function termsOf(
  facts: VideoFacts,
  defaults: DefaultCosts,
  order: { amountFen: number; hours: number | null },
): Terms {
  const even = breakEven({
    grossMargin: facts.grossMargin ?? defaults.grossMargin,
    commissionRate: facts.commissionRate ?? defaults.commissionRate,
    returnRate: facts.returnRate ?? defaults.returnRate,
  })
  if (!even.ok) return { ok: false, message: even.message }
  const orderValueFen = orderValue(facts)
  if (orderValueFen === null) {
    const message = 'what an order is worth is not known: give the product its price, or read the sales'
    return { ok: false, message }
  }
  const paceFen = Math.max(1, order.amountFen / (order.hours ?? HOURS))
  return {
    ok: true,
    terms: { breakEvenRoi: even.netRoi, returnRate: even.returnRate, orderValueFen, paceFen },
  }
}

/** 客单价 of the video's own orders, else the price of its product. */
function orderValue({ orders, gmvFen, priceFen }: VideoFacts): number | null {
  if (orders && gmvFen) return gmvFen / orders
  return priceFen || null
}
