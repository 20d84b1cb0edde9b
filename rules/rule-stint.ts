/** When each version of a rule judged. Nobody writes down when a rule is off: switching it on adds a version that says the same. */
import type { Definition } from './rule.ts'

export interface Version {
  version: number
  definition: Definition
  /** From here on it judged, until the next one did; ms. */
  createdAt: number
}

/**
 * Of a rule that is switched on, its versions in order: those that judged since it was switched on last, latest first.
 * What was before is not told, since the rule was off for a part of it.
 */
export function stintsOf(versions: readonly Version[]): Version[] {
  const stints: Version[] = []
  for (let i = versions.length - 1; i >= 0; i--) {
    const one = versions[i] as Version
    stints.push(one)
    const before = versions[i - 1]
    if (before && JSON.stringify(before.definition) === JSON.stringify(one.definition)) break
  }
  return stints
}

/** The version that judged at the end of a week, and the part of the week in which it did; null: none did. */
export function stintIn(
  stints: readonly Version[],
  from: number,
  to: number,
): { version: Version; from: number } | null {
  const version = stints.find(({ createdAt }) => createdAt < to)
  return version ? { version, from: Math.max(from, version.createdAt) } : null
}
