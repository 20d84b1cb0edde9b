/** Whose videos a rule is for. */
import { z } from 'zod'
import { onlyKeys } from './condition.ts'
import { TIERS } from './types.ts'

/** Where a video belongs; null: it has none. */
export interface Place {
  brandId: number | null
  matrixId: number | null
  phaseId: number | null
  tier: string | null
}

const ids = () => z.array(z.number().int().min(1).max(Number.MAX_SAFE_INTEGER)).max(1000).default([])
const PARTS = {
  brandIds: ids(),
  matrixIds: ids(),
  /** 活动 phases that the video counts for. */
  phaseIds: ids(),
  /** Of the KOL. */
  tiers: z.array(z.enum(TIERS)).default([]),
}
/** Each list empty: all, also videos that have none; of several lists all must fit. */
export const scope = z.strictObject(PARTS, onlyKeys(Object.keys(PARTS)))
export type Scope = z.infer<typeof scope>
export const EVERYWHERE: Scope = { brandIds: [], matrixIds: [], phaseIds: [], tiers: [] }

/** null: it leaves nothing out, and no video need be asked. */
export function narrowing({ brandIds, matrixIds, phaseIds, tiers }: Scope): Scope | null {
  const all = brandIds.length + matrixIds.length + phaseIds.length + tiers.length === 0
  return all ? null : { brandIds, matrixIds, phaseIds, tiers }
}

/** `place` left out: nothing is known of it, and only what is everywhere fits. */
export function inScope(scope: Scope | null, place: Place | null | undefined): boolean {
  if (scope === null) return true
  if (place == null) return false
  return (
    fits(scope.brandIds, place.brandId) &&
    fits(scope.matrixIds, place.matrixId) &&
    fits(scope.phaseIds, place.phaseId) &&
    fits(scope.tiers, place.tier)
  )
}

function fits<One>(list: readonly One[], one: NoInfer<One> | string | null): boolean {
  return list.length === 0 || (list as readonly unknown[]).includes(one)
}
