/**
 * 账目 of 标准投放 plans, by day and video. The platform tells a plan by day, and a video's part of it only where it is asked plan
 * by plan: where a plan has one video and that spent all of it, its days are the video's, and nothing more is asked.
 */
import { FetchError } from './errors.ts'
import type { PlanVideo } from './ledger.ts'
import type { Oceanengine } from './oceanengine.ts'
import { createQianchuanMaterials } from './qianchuan-material.ts'
import { createQianchuanPlans, type StandardPlan } from './qianchuan-plan.ts'
import { createQianchuanReport, type MaterialResult, type PlanDay } from './qianchuan-report.ts'

export interface StandardDay {
  /** Beginning of the day in Shanghai. */
  day: number
  adId: string
  videos: PlanVideo[]
}

/** Of days in a row, told by their beginnings, oldest first. One call where no plan spent anything. */
export type StandardLedger = (days: readonly number[]) => Promise<StandardDay[]>

/** Of one question. */
const MOST_PLANS = 100
/** As rules/precedence.ts: of 2 figures read one after the other. */
const TOLERANCE = 0.01

export function createStandardLedger(oceanengine: Oceanengine, advertiserId: string): StandardLedger {
  const report = createQianchuanReport(oceanengine)
  const materials = createQianchuanMaterials(oceanengine)
  const plans = createQianchuanPlans(oceanengine)

  /** What is in no list of standard plans is none. */
  const plansOf = async (adIds: readonly string[]): Promise<StandardPlan[]> => {
    const found: StandardPlan[] = []
    for (let at = 0; at < adIds.length; at += MOST_PLANS) {
      const ids = adIds.slice(at, at + MOST_PLANS)
      found.push(...(await plans.standard({ advertiserId, ids, deleted: true })).plans)
    }
    return found
  }
  /** A 抖音号 that has taken its authorisation back is no reason to lose the others. */
  const itemsOf = async ([awemeId, ids]: [string, Set<string>]) => {
    try {
      return [...(await materials.items(advertiserId, { awemeId, materialIds: [...ids] }))]
    } catch (error) {
      if (error instanceof FetchError && error.kind === 'forbidden') return []
      throw error
    }
  }

  const videosOf = async (rows: readonly PlanDay[], { spent, inPlans, items }: Known) => {
    const [first] = rows
    const all = inPlans.get(first?.adId ?? '') ?? []
    const itemOf = ({ materialId }: { materialId: string }) => items.get(materialId) ?? null
    if (!first || !all.some(itemOf)) return []
    const { adId, day } = first
    const [only] = all
    if (only && all.length === 1 && spentAll(only, spent, adId))
      return [{ day, adId, videos: rows.map((row) => ({ ...row, itemId: itemOf(only) })) }]
    const materialIds = all.map(({ materialId }) => materialId)
    const told = await report.ofPlan({ advertiserId, adId, from: day, to: day, materialIds })
    const videos = told.filter(({ spendFen }) => spendFen !== 0)
    return [{ day, adId, videos: videos.map((video) => ({ ...video, itemId: itemOf(video) })) }]
  }

  return async (days) => {
    const span = { advertiserId, from: days[0] ?? 0, to: days.at(-1) ?? 0 }
    const spent = (await report.planDays(span)).filter(({ spendFen }) => spendFen !== 0)
    if (spent.length === 0) return []
    const listed = await plansOf([...new Set(spent.map(({ adId }) => adId))])
    const inPlans = byPlan(await report.materials(span))
    const items = new Map((await Promise.all([...byAweme(listed, inPlans)].map(itemsOf))).flat())
    const listedIds = new Set(listed.map(({ adId }) => adId))
    const planDays = byPlanDay(spent.filter(({ adId }) => listedIds.has(adId)))
    return (await Promise.all(planDays.map((rows) => videosOf(rows, { spent, inPlans, items })))).flat()
  }
}

/** What is read once for all days. */
interface Known {
  spent: readonly PlanDay[]
  inPlans: ReadonlyMap<string, readonly Material[]>
  /** By material. */
  items: ReadonlyMap<string, string>
}

/** No document says that a plan has one row a day only. */
function byPlanDay(rows: readonly PlanDay[]): PlanDay[][] {
  const days = new Map<string, PlanDay[]>()
  for (const row of rows) {
    const key = `${row.adId} ${row.day}`
    days.set(key, [...(days.get(key) ?? []), row])
  }
  return [...days.values()]
}

type Material = Pick<MaterialResult, 'materialId' | 'spendFen'>

/** A long span is told in parts. */
function byPlan(rows: readonly MaterialResult[]): Map<string, Material[]> {
  const plans = new Map<string, Map<string, Material>>()
  for (const { materialId, planIds, spendFen } of rows)
    for (const adId of planIds) {
      const all = plans.get(adId) ?? new Map<string, Material>()
      const sum = all.get(materialId)
      all.set(materialId, { materialId, spendFen: sum ? added(sum.spendFen, spendFen) : spendFen })
      plans.set(adId, all)
    }
  return new Map([...plans].map(([adId, all]) => [adId, [...all.values()]]))
}

const added = (sum: number | null, more: number | null) => (sum === null || more === null ? null : sum + more)

function byAweme(
  listed: readonly StandardPlan[],
  inPlans: ReadonlyMap<string, readonly Material[]>,
): Map<string, Set<string>> {
  const awemes = new Map<string, Set<string>>()
  for (const { adId, awemeIds } of listed) {
    const ids = (inPlans.get(adId) ?? []).map(({ materialId }) => materialId)
    if (ids.length === 0) continue
    for (const awemeId of awemeIds) awemes.set(awemeId, new Set([...(awemes.get(awemeId) ?? []), ...ids]))
  }
  return awemes
}

/** Its figures are of all plans and of who knows what else: only where they are the plan's is there nothing else. */
function spentAll(only: Material, spent: readonly PlanDay[], adId: string): boolean {
  const days = spent.filter((row) => row.adId === adId)
  const sum = days.reduce<number | null>((total, { spendFen }) => added(total, spendFen), 0)
  if (sum === null || only.spendFen === null) return false
  return Math.abs(only.spendFen - sum) <= Math.max(days.length, TOLERANCE * sum)
}
