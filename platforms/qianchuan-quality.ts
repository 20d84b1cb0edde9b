import { fenOf, type MoneyUnit } from './qianchuan-units.ts'

/**
 * A connector checks itself: spend x ROI must be the GMV beside it within their rounding. `unknown`: a figure is
 * missing, so that nothing can be compared.
 */
export type Quality = 'ok' | 'disagrees' | 'unknown'

/** ROI comes with two decimals, money was rounded to whole 分. */
const ROI_STEP = 0.005

interface Figures {
  spendFen: number | null
  gmvFen: number | null
  roi: number | null
}

export function qualityOf({ spendFen, gmvFen, roi }: Figures): Quality {
  if (spendFen === null || gmvFen === null || roi === null) return 'unknown'
  const slack = spendFen * (ROI_STEP + 1e-9) + roi + 1
  return Math.abs(spendFen * roi - gmvFen) <= slack ? 'ok' : 'disagrees'
}

/**
 * Readers disagree about the unit of 全域 GMV, so the figures decide: the unit under which spend x ROI is the GMV.
 * Under neither the GMV stays unknown rather than wrong by 100,000.
 */
export function gmvOf(
  spendFen: number | null,
  gmv: number | null,
  roi: number | null,
  unit: MoneyUnit | 'detect',
): { gmvFen: number | null; quality: Quality } {
  if (gmv === null) return { gmvFen: null, quality: 'unknown' }
  if (unit !== 'detect') {
    const gmvFen = fenOf(gmv, unit)
    return { gmvFen, quality: qualityOf({ spendFen, gmvFen, roi }) }
  }
  if (gmv === 0) return { gmvFen: 0, quality: qualityOf({ spendFen, gmvFen: 0, roi }) }
  if (spendFen === null || roi === null) return { gmvFen: null, quality: 'unknown' }
  const fitting = fitOf(spendFen, gmv, roi)
  return fitting === null ? { gmvFen: null, quality: 'disagrees' } : { gmvFen: fitting, quality: 'ok' }
}

function fitOf(spendFen: number, gmv: number, roi: number): number | null {
  const candidates = [fenOf(gmv, 'yuan'), fenOf(gmv, 'milli_fen')]
  const far = (gmvFen: number) => Math.abs(spendFen * roi - gmvFen)
  const fitting = candidates.filter((gmvFen) => qualityOf({ spendFen, gmvFen, roi }) === 'ok')
  return fitting.sort((a, b) => far(a) - far(b))[0] ?? null
}
