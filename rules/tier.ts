/** 层级: how big a KOL is, by followers and the cut-offs of the day. What they make (垂类) is another matter. */
import type { Tier } from './types.ts'

/** Least followers of each tier; below `tail` is KOC. Falls: head > waist > tail > 0. */
export interface TierPolicy {
  head: number
  waist: number
  tail: number
}

/**
 * What holds in a workspace that set none: the wording of the trade (头部 from 1,000,000, 腰部 from 100,000, 尾部 from
 * 10,000, 素人 below). There is no standard: a public rate card splits off 超头部 from 5,000,000, another list starts
 * 腰部 at 500,000. So a workspace sets its own.
 */
export const DEFAULT_TIER_POLICY: TierPolicy = { head: 1_000_000, waist: 100_000, tail: 10_000 }

/** The override if there is one; null: followers are not known and nobody said. */
export function tierOf(
  followers: number | null,
  { head, waist, tail }: TierPolicy,
  override: Tier | null,
): Tier | null {
  if (override !== null) return override
  if (followers === null) return null
  if (followers >= head) return 'HEAD'
  if (followers >= waist) return 'WAIST'
  return followers >= tail ? 'TAIL' : 'KOC'
}

/** What is wrong with a policy, null when nothing is. */
export function tierPolicyProblem({ head, waist, tail }: TierPolicy): { field: string; why: string } | null {
  const entries = Object.entries({ head, waist, tail })
  const odd = entries.find(([, least]) => !Number.isSafeInteger(least) || least <= 0)
  if (odd) return { field: odd[0], why: 'must be a whole number of followers above 0' }
  if (waist >= head) return { field: 'waist', why: 'must be below head' }
  return tail >= waist ? { field: 'tail', why: 'must be below waist' } : null
}
