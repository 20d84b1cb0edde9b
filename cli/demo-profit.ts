/** What money spent on videos earned, by the simulator's own truth: one definition for ours and for what it is compared with. */
import type { Figures } from '../platforms/simulator/orders-yield.ts'
import type { WorldVideo } from '../platforms/simulator/videos.ts'
import type { World } from '../platforms/simulator/world.ts'
import { SAID } from './demo-words.ts'

/** 佣金 of every KOL of the demo, and the returns that its team expects: the simulator gives back 12 to 30 %. */
export const COMMISSION = 0.1
export const RETURNS = 0.2

/** Money in 分. */
export interface Earned {
  spendFen: number
  /** As paid. */
  gmvFen: number
  /** Of it what is not given back in the end. */
  settledFen: number
  /** Settled GMV x (gross margin of the product - commission) - spend. */
  profitFen: number
  /** GMV paid per 分 spent; null: nothing was spent. */
  roi: number | null
}

/** What stays of a settled 分 when product and KOL are paid. */
export function marginOf({ elements }: WorldVideo): number {
  const product = elements.find(({ kind }) => kind === 'PRODUCT')
  const margin = SAID[product?.key ?? '']?.product?.grossMargin
  if (!margin) throw new Error(`the demo knows no margin of ${product?.key}`)
  return margin - COMMISSION
}

export function earned(
  world: World,
  bought: readonly { itemId: string; figures: Pick<Figures, 'spendFen' | 'gmvFen' | 'refundFen'> }[],
): Earned {
  const sum = { spendFen: 0, gmvFen: 0, settledFen: 0, profitFen: 0 }
  for (const { itemId, figures } of bought) {
    const video = world.video(itemId)
    if (!video) throw new Error(`the world has no video ${itemId}`)
    const settledFen = figures.gmvFen - figures.refundFen
    sum.spendFen += figures.spendFen
    sum.gmvFen += figures.gmvFen
    sum.settledFen += settledFen
    sum.profitFen += settledFen * marginOf(video) - figures.spendFen
  }
  const roi = sum.spendFen === 0 ? null : Math.round((sum.gmvFen / sum.spendFen) * 100) / 100
  return { ...sum, profitFen: Math.round(sum.profitFen), roi }
}
