/** Proposes videos that fill the gaps of a matrix; what is accepted of it is planned by flow/plan.ts. */
import type { Tx } from '../db/client.ts'
import { loadAxes, loadMakers, loadPairs, loadUsed, type MatrixElement } from '../db/queries/propose-plan.ts'
import * as rules from '../rules/propose-plan.ts'
import type { ElementKind } from '../rules/types.ts'
import { found, InvalidInputError } from './errors.ts'
import { MOST_LINES } from './plan.ts'

export interface ProposePlan {
  matrixId: number
  strategy: rules.Strategy
  /** At most this many; left out: as many as COVERING needs. */
  videos?: number | undefined
  /** Videos that a pair of elements needs to be covered. */
  times: number
  /** The same seed on the same matrix gives the same plan. */
  seed: string
  /** Who may be chosen; left out: all that are not archived; empty: lines without a KOL. */
  kolIds?: readonly number[] | undefined
  /** Most videos that a KOL has planned at a time, those that are planned by now included. */
  perKol: number
}
export interface ProposedPlan extends Omit<rules.Plan, 'lines'> {
  /** `title`: the names of the elements, for want of a better one. */
  lines: (rules.Line & { title: string })[]
}

const MOST_TIMES = 10
const MOST_PER_KOL = 100

/** Reads only. InvalidInputError: a number is out of its range, or a KOL is unknown or archived. */
export async function proposePlan(db: Pick<Tx, 'execute'>, input: ProposePlan): Promise<ProposedPlan> {
  const { matrixId, strategy, videos = null, times, seed, kolIds = null, perKol } = input
  if (videos !== null) within('videos', videos, 1, MOST_LINES)
  within('times', times, 1, MOST_TIMES)
  within('perKol', perKol, 1, MOST_PER_KOL)
  const elements = found(await loadAxes(db, matrixId), 'matrix')
  const pairs = await loadPairs(db, matrixId)
  const used = await loadUsed(db, matrixId)
  const makers = kolIds?.length === 0 ? [] : await loadMakers(db, kolIds)
  if (kolIds !== null && makers.length < new Set(kolIds).size) {
    throw new InvalidInputError('kolIds', 'a KOL of kolIds is not there, or is archived')
  }
  const names = new Map(elements.map(({ id, name }) => [id, name]))
  const kolNames = new Map(makers.map(({ id, name }) => [id, name]))
  const ofKind = (kind: 'FORBIDDEN' | 'REQUIRED') =>
    pairs
      .filter((pair) => pair.kind === kind)
      .map(({ elementId: a, otherId: b, reason }) => ({ a, b, reason }))
  const plan = rules.proposePlan({
    axes: axesOf(elements),
    forbidden: ofKind('FORBIDDEN'),
    required: ofKind('REQUIRED'),
    existing: used.map(({ elementIds, kolId, videos: count }) => ({
      elements: cellOf(elements, elementIds),
      kolId,
      count,
    })),
    videos,
    strategy,
    times,
    seed,
    kols: makers.map(({ planned, ...kol }) => ({ ...kol, free: Math.max(0, perKol - planned) })),
    names: {
      element: (id) => names.get(id) ?? String(id),
      kol: (id) => kolNames.get(id) ?? String(id),
    },
  })
  return {
    ...plan,
    lines: plan.lines.map((line) => ({
      ...line,
      title: Object.values(line.elements)
        .map((id) => names.get(id))
        .join(' × '),
    })),
  }
}

function within(field: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw new InvalidInputError(field, `${field} must be a whole number from ${least} to ${most}`)
}

function axesOf(elements: readonly MatrixElement[]): Partial<Record<ElementKind, number[]>> {
  const axes: Partial<Record<ElementKind, number[]>> = {}
  for (const { id, kind } of elements) axes[kind] = [...(axes[kind] ?? []), id]
  return axes
}

/** What is left of a cell whose elements were taken out of the matrix still covers its other pairs. */
function cellOf(elements: readonly MatrixElement[], ids: readonly number[]): rules.Line['elements'] {
  return Object.fromEntries(elements.filter(({ id }) => ids.includes(id)).map(({ id, kind }) => [kind, id]))
}
