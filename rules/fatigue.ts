/** 素材疲劳: a material against its own best days and its age. A fall counts where it is more than noise. */
import { DAY } from './types.ts'

/** What a material did on one day of ads. null: the source does not say. */
export interface MaterialDay {
  /** Beginning of the day, ms. */
  day: number
  spendFen: number | null
  gmvFen: number | null
  orders: number | null
  shows: number | null
  clicks: number | null
  plays: number | null
  /** Plays to the end. */
  finished: number | null
}

export interface FatigueSettings {
  version: number
  /** A day of less is too little to be compared. Tool rules #69805081291: cost < 50 yuan or plays < 100. */
  leastSpendFen: number
  leastPlays: number
  /** Cold start, the same source: up to 3 days, or spent < 300 yuan, or fewer than 20 orders before 7 days. */
  coldDays: number
  coldSpendFen: number
  coldOrders: number
  coldOrderDays: number
  /** Fall against the peak that tires: mr010 (15 %). And twice that is fatigue: assumed. */
  tiringFall: number
  fatiguedFall: number
  /** ROI below this share of its peak day tires: the source has such a ratio and does not say it. Assumed. */
  roiShare: number
  /** CTR below it does not scale a video: 1984nian 11341. Fraction. */
  leastCtr: number
  /** Life of a material, days: 1984nian 11341 (7 to 10). */
  oldDays: number
  spentDays: number
  /**
   * A fall of a rate is noise within so many standard errors. Measured: of materials with 2000 shows a day that do not
   * tire at all, 2 % are called tired on their sixth day at 3, 13 % at 2, since the peak is the luckiest day.
   */
  noise: number
}

/** platform-apis.md 6.2, all rules of thumb. */
export const FATIGUE_DEFAULTS: FatigueSettings = {
  version: 1,
  leastSpendFen: 5_000,
  leastPlays: 100,
  coldDays: 3,
  coldSpendFen: 30_000,
  coldOrders: 20,
  coldOrderDays: 7,
  tiringFall: 0.15,
  fatiguedFall: 0.3,
  roiShare: 0.6,
  leastCtr: 0.02,
  oldDays: 7,
  spentDays: 10,
  noise: 3,
}

export const FATIGUES = ['COLD', 'FRESH', 'TIRING', 'FATIGUED'] as const
export type FatigueKind = (typeof FATIGUES)[number]
export type FatigueMetric = 'CTR' | 'COMPLETION' | 'ROI'

/** One metric now and at its best; fractions, ROI a ratio. */
export interface Fall {
  metric: FatigueMetric
  value: number
  peak: number
  /** 1 - value / peak; below 0 it rose. */
  fall: number
}

/**
 * COLD: too young or too little to say. `advice`: CUT its money, REMIX it (it still earns, its audience has seen it), RETIRE it.
 */
export interface Fatigue {
  kind: FatigueKind
  advice: 'NONE' | 'CUT' | 'REMIX' | 'RETIRE'
  ageDays: number
  spentFen: number
  /** Of the last day that can be compared; null: none of its figures is known. */
  roi: number | null
  /** What fell beyond noise. */
  falls: Fall[]
  version: number
}

/** `days` oldest first, without the day that still runs. `breakEven` null: not known, so that nothing is remixed for it. */
export function fatigue(
  { firstAt, days, breakEven }: { firstAt: number; days: readonly MaterialDay[]; breakEven: number | null },
  settings: FatigueSettings,
  now: number,
): Fatigue {
  const ageDays = Math.max(0, Math.floor((now - firstAt) / DAY))
  const spentFen = total(days, 'spendFen')
  const told = days.filter((day) => comparable(day, settings))
  const last = told.at(-1)
  const base = { ageDays, spentFen, roi: last ? roiOf(last) : null, version: settings.version }
  if (!last || isCold(ageDays, spentFen, total(days, 'orders'), settings))
    return { ...base, kind: 'COLD', advice: 'NONE', falls: [] }
  const earlier = told.slice(0, -1)
  const falls = [
    ...rateFall('CTR', last, earlier, settings),
    ...rateFall('COMPLETION', last, earlier, settings),
    ...roiFall(last, earlier, settings),
  ]
  const kind = kindOf(falls, ageDays, ctrOf(last), settings)
  return { ...base, kind, advice: adviceOf(kind, ageDays, base.roi, breakEven, settings), falls }
}

function isCold(ageDays: number, spentFen: number, orders: number, settings: FatigueSettings): boolean {
  const { coldDays, coldSpendFen, coldOrders, coldOrderDays } = settings
  return ageDays <= coldDays || spentFen < coldSpendFen || (orders < coldOrders && ageDays < coldOrderDays)
}

function comparable({ spendFen, plays }: MaterialDay, settings: FatigueSettings): boolean {
  return (spendFen ?? 0) >= settings.leastSpendFen && (plays === null || plays >= settings.leastPlays)
}

function kindOf(falls: readonly Fall[], ageDays: number, ctr: number | null, settings: FatigueSettings) {
  const deep = falls.filter(({ metric, fall }) => metric === 'ROI' || fall >= settings.fatiguedFall)
  const flat = ctr !== null && ctr < settings.leastCtr && falls.some(({ metric }) => metric === 'CTR')
  // One figure may fall by itself; two together, or one on an old material, is the material.
  if (falls.length > 1 && deep.length > 0) return 'FATIGUED'
  if (falls.length > 0 && (flat || ageDays >= settings.spentDays)) return 'FATIGUED'
  return falls.length > 0 ? 'TIRING' : 'FRESH'
}

function adviceOf(
  kind: FatigueKind,
  ageDays: number,
  roi: number | null,
  breakEven: number | null,
  { oldDays }: FatigueSettings,
): Fatigue['advice'] {
  if (kind === 'FRESH' || kind === 'COLD') return 'NONE'
  const earns = roi !== null && breakEven !== null && roi >= breakEven
  if (kind === 'TIRING') return earns && ageDays >= oldDays ? 'REMIX' : 'CUT'
  return earns ? 'REMIX' : 'RETIRE'
}

type Rate = { part: number; of: number }

function rateOf(metric: 'CTR' | 'COMPLETION', { clicks, shows, finished, plays }: MaterialDay): Rate | null {
  const [part, of] = metric === 'CTR' ? [clicks, shows] : [finished, plays]
  return part === null || of === null || of === 0 ? null : { part, of }
}

function rateFall(
  metric: 'CTR' | 'COMPLETION',
  last: MaterialDay,
  earlier: readonly MaterialDay[],
  { tiringFall, noise }: FatigueSettings,
): Fall[] {
  const now = rateOf(metric, last)
  const best = bestOf(earlier.flatMap((day) => rateOf(metric, day) ?? []))
  if (!now || !best) return []
  const [value, peak] = [now.part / now.of, best.part / best.of]
  const pooled = Math.min(1, (now.part + best.part) / (now.of + best.of))
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / now.of + 1 / best.of))
  const fall = 1 - value / peak
  return fall >= tiringFall && peak - value > noise * error ? [{ metric, value, peak, fall }] : []
}

function bestOf(rates: readonly Rate[]): Rate | null {
  let best: Rate | null = null
  for (const rate of rates)
    if (rate.part > 0 && (!best || rate.part / rate.of > best.part / best.of)) best = rate
  return best
}

/** Orders come by chance, so that the best of some days is a lucky one: a fall counts beyond what that explains. */
function roiFall(
  last: MaterialDay,
  earlier: readonly MaterialDay[],
  { roiShare, noise }: FatigueSettings,
): Fall[] {
  const best = bestRoi(earlier)
  const [value, peak] = [roiOf(last), best && roiOf(best)]
  if (value === null || best === null || peak === null || value >= roiShare * peak) return []
  const error = roiError(last, best)
  if (error === null || peak - value <= noise * error) return []
  return [{ metric: 'ROI', value, peak, fall: 1 - value / peak }]
}

function bestRoi(days: readonly MaterialDay[]): MaterialDay | null {
  let best: MaterialDay | null = null
  for (const day of days) if ((roiOf(day) ?? 0) > (best ? (roiOf(best) ?? 0) : 0)) best = day
  return best
}

/** Standard error of the difference of two days' ROI, were both alike, orders Poisson and of one value. null: orders are not known. */
function roiError(a: MaterialDay, b: MaterialDay): number | null {
  const [spend, gmv] = [(a.spendFen ?? 0) + (b.spendFen ?? 0), (a.gmvFen ?? 0) + (b.gmvFen ?? 0)]
  if (a.orders === null || b.orders === null || a.orders + b.orders === 0) return null
  const apart = (spend * spend) / ((a.spendFen ?? 0) * (b.spendFen ?? 0))
  return (gmv / spend) * Math.sqrt(apart / (a.orders + b.orders))
}

function roiOf({ spendFen, gmvFen }: MaterialDay): number | null {
  return spendFen && gmvFen !== null ? gmvFen / spendFen : null
}

function ctrOf(day: MaterialDay): number | null {
  const rate = rateOf('CTR', day)
  return rate && rate.part / rate.of
}

/** What was not said is not counted: the material stays COLD for longer. */
function total(days: readonly MaterialDay[], figure: 'spendFen' | 'orders'): number {
  return days.reduce((sum, day) => sum + (day[figure] ?? 0), 0)
}
