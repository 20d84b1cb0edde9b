import { DAY } from '../../rules/types.ts'
import type { WorldElement, WorldKol } from './cast.ts'
import { createRandom } from './random.ts'
import {
  effectOf,
  type Nature,
  pickElements,
  publishInstant,
  shanghaiMidnight,
  type VideoPlan,
} from './videos.ts'

export interface WorldOptions {
  seed: string | number
  /** The campaign starts here: every video of `videos` is published at or after it, ms. */
  startAt: number
  kols: number
  videos: number
  /** Share of `videos` that are planted 爆款. */
  hitShare: number
  publishDays: number
  /** Earlier, ordinary videos per KOL, so that a median exists; 6 unless set. */
  history?: number
  /** Share of `videos` that their authors make private or delete some days after publication; 0 unless set. */
  gone?: number
  /** Bought orders come by chance; left out: evenly, so that an ROI is exactly what was planted. */
  chance?: boolean
  /** 分 on every account at the beginning; left out: OPENING_FEN of orders-ledger.ts. */
  walletFen?: number
}

const FALSE_DAWN_SHARE = 0.03
const WEAK_HIT_SHARE = 0.2

/** Hits fall more often on strong cells, by weighted sampling without replacement: exactly the share asked for. */
export function planVideos(options: WorldOptions, kols: WorldKol[], elements: WorldElement[]): VideoPlan[] {
  const midnight = shanghaiMidnight(options.startAt)
  const drafts = Array.from({ length: options.videos }, (_, index) => {
    const random = createRandom(options.seed, 'plan', index)
    const kol = random.pick(kols)
    const chosen = pickElements(elements, random)
    const day = midnight + random.int(0, options.publishDays - 1) * DAY
    const at = publishInstant(day, kol, random)
    // An evening that is already over on the first day moves to the day after the last.
    const publishedAt = at < options.startAt ? at + options.publishDays * DAY : at
    const order = -Math.log(1 - random.next()) / effectOf(chosen)
    return { key: `video/${index}`, kol, publishedAt, elements: chosen, order, nature: 'ordinary' as Nature }
  })
  const ranked = drafts.toSorted((a, b) => a.order - b.order)
  const hits = Math.round(options.videos * options.hitShare)
  const weak = Math.round(hits * WEAK_HIT_SHARE)
  const dawns = Math.round(options.videos * FALSE_DAWN_SHARE)
  for (const [rank, draft] of ranked.entries()) draft.nature = natureOf(rank, hits, weak, dawns)
  return drafts
}

function natureOf(rank: number, hits: number, weak: number, dawns: number): Nature {
  if (rank < hits - weak) return 'hit'
  if (rank < hits) return 'weak_hit'
  return rank < hits + dawns ? 'false_dawn' : 'ordinary'
}

export function planHistory(options: WorldOptions, kols: WorldKol[], elements: WorldElement[]): VideoPlan[] {
  const midnight = shanghaiMidnight(options.startAt)
  return kols.flatMap((kol, kolIndex) =>
    Array.from({ length: options.history ?? 6 }, (_, index) => {
      const random = createRandom(options.seed, 'history', kolIndex, index)
      const chosen = pickElements(elements, random)
      const publishedAt = publishInstant(midnight - random.int(12, 40) * DAY, kol, random)
      const key = `history/${kolIndex}/${index}`
      return { key, kol, publishedAt, elements: chosen, nature: 'ordinary' as Nature }
    }),
  )
}
