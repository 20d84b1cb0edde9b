/** 素材疲劳 of a video: what all orders on it did by day, against its own best days and its age. */
import type { Tx } from '../db/client.ts'
import { loadMaterial, type Material } from '../db/queries/promotion-material.ts'
import { type Fatigue, fatigue, type MaterialDay } from '../rules/fatigue.ts'
import { prefer } from '../rules/precedence.ts'
import type { TrialTerms } from '../rules/trial-wealth.ts'
import { startOfDay } from '../rules/zone.ts'
import type { CurrentSettings } from './promotion-settings.ts'

/** `terms`: null where break-even is not known. Days that still run are left out. Answers null where nothing was ever spent. */
export async function fatigueOf(
  tx: Tx,
  videoId: number,
  { settings, terms, now }: { settings: CurrentSettings; terms: TrialTerms | null; now: Date },
): Promise<Fatigue | null> {
  const { zone } = settings.guard
  const material = await loadMaterial(tx, videoId, { zone, now })
  if (material.firstAt === null) return null
  const days = material.days.map((day) => dayOf(day, material, zone))
  return fatigue(
    { firstAt: material.firstAt, days, breakEven: paidRoi(terms) },
    settings.fatigue,
    now.getTime(),
  )
}

/** A day's ROI is of what was paid, before returns: so is what it must reach. */
const paidRoi = (terms: TrialTerms | null) => terms && terms.breakEvenRoi / (1 - terms.returnRate)

/** Reports of orders do not say how many watched to the end: other sources rate the day, over the plays that were bought. */
function dayOf(row: Material['days'][number], { completion }: Material, zone: string): MaterialDay {
  const { day, ...figures } = row
  const rate = prefer(
    'completionRate',
    completion.filter((each) => each.day === day),
  )
  const finished = rate && figures.plays !== null ? rate.value * figures.plays : null
  return { ...figures, day: startOfDay(day, zone).getTime(), finished }
}
