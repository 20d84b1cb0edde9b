/** Brand fit: which elements never meet in a cell, and which need each other. */
import type { ElementKind } from './types.ts'

export const PAIR_KINDS = ['FORBIDDEN', 'REQUIRED'] as const
export type PairKind = (typeof PAIR_KINDS)[number]

/** FORBIDDEN: the two never meet. REQUIRED: a cell with the element has the other one; not the other way round. */
export interface Pairing {
  kind: PairKind
  elementId: number
  otherId: number
}

/** The pairs that a cell of these elements breaks. An empty axis breaks what requires an element on it. */
export function brokenPairs<P extends Pairing>(cell: readonly number[], pairs: readonly P[]): P[] {
  const held = new Set(cell)
  return pairs.filter(
    ({ kind, elementId, otherId }) => held.has(elementId) && held.has(otherId) === (kind === 'FORBIDDEN'),
  )
}

/**
 * Pairs that leave an element no cell at all, because all that it requires, directly or through others, holds two
 * that are forbidden or two of one axis; null: there are none.
 */
export function contradiction<P extends Pairing>(
  pairs: readonly P[],
  kindOf: (elementId: number) => ElementKind | undefined,
): P[] | null {
  const required = pairs.filter(({ kind }) => kind === 'REQUIRED')
  const forbidden = pairs.filter(({ kind }) => kind === 'FORBIDDEN')
  for (const start of new Set(required.map(({ elementId }) => elementId))) {
    const cell = [start]
    const used: P[] = []
    for (let more = brokenPairs(cell, required); more[0]; more = brokenPairs(cell, required)) {
      used.push(more[0])
      cell.push(more[0].otherId)
    }
    const clash = brokenPairs(cell, forbidden)
    const axes = new Set(cell.map(kindOf))
    if (clash.length > 0 || axes.size < cell.length) return [...used, ...clash]
  }
  return null
}
