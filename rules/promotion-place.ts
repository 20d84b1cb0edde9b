/** Which 全域 plan a video is scaled in, a running one that carries its product; and for how long it stays there for a boost. */
import { CAPABILITIES, type Method } from './capability.ts'
import { excluded, type Neighbour } from './capability-check.ts'
import { OPEN_STATES, type OrderStand, type PromotionState } from './promotion.ts'

/** A plan of the account as the platform shows it now. */
export interface Place {
  planId: string
  /** It delivers. */
  running: boolean
  productIds: readonly string[]
  /** A day, 分; null: not said, or without an end. */
  budgetFen: number | null
  /** IN: it delivers the video. BARRED: the review refused it, or somebody took it out. OUT: it is not seen there. */
  video: 'IN' | 'OUT' | 'BARRED'
}

export interface Placing {
  method: Method
  /** The platform's id of what the video sells; null: not known. */
  productId: string | null
  amountFen: number
}

export const PLACE_WHYS = [
  /** What the video sells is not known to the platform. */
  'NO_PRODUCT',
  'NO_PLAN',
  /** No such plan has a budget of the amount. */
  'TOO_SMALL',
  'BARRED',
  'EXCLUDED',
  /** It is in the plan already, by somebody else. */
  'ALREADY_IN',
  /** The video is being put into the plan first. */
  'ADDING',
] as const
export type PlaceWhy = (typeof PLACE_WHYS)[number]

export type Placement =
  | { kind: 'PLACED'; planId: string }
  /** The plan would take the money, and does not deliver the video yet. */
  | { kind: 'ADD_FIRST'; planId: string }
  | { kind: 'NONE'; why: Exclude<PlaceWhy, 'ADDING'> }

/** Whether it may be sent as far as its plan goes. */
export function isPlaced({ method, planId }: { method: Method; planId: string | null }): boolean {
  return planId !== null || !CAPABILITIES[method].needs.includes('planId')
}

export function place(
  { method, productId, amountFen }: Placing,
  places: readonly Place[],
  neighbours: readonly Neighbour[],
): Placement {
  if (productId === null) return { kind: 'NONE', why: 'NO_PRODUCT' }
  if (excluded({ productId }, CAPABILITIES[method], neighbours).length > 0)
    return { kind: 'NONE', why: 'EXCLUDED' }
  const carrying = places.filter(({ running, productIds }) => running && productIds.includes(productId))
  if (carrying.length === 0) return { kind: 'NONE', why: 'NO_PLAN' }
  const rich = carrying
    .filter(({ budgetFen }) => budgetFen === null || budgetFen >= amountFen)
    .toSorted((a, b) => budgetOf(b) - budgetOf(a) || (a.planId < b.planId ? -1 : 1))
  const inside = rich.find(({ video }) => video === 'IN')
  const outside = rich.find(({ video }) => video === 'OUT')
  if (method === 'UNI_PLAN_ADD')
    return outside ? { kind: 'PLACED', planId: outside.planId } : none(inside ? 'ALREADY_IN' : 'BARRED')
  if (inside) return { kind: 'PLACED', planId: inside.planId }
  if (outside) return { kind: 'ADD_FIRST', planId: outside.planId }
  return none(rich.length === 0 ? 'TOO_SMALL' : 'BARRED')
}

const none = (why: Exclude<PlaceWhy, 'ADDING'>): Placement => ({ kind: 'NONE', why })
const budgetOf = ({ budgetFen }: Place) => budgetFen ?? Number.POSITIVE_INFINITY

/** A promotion of a video, as far as the plan goes. */
export interface InPlan {
  id: number
  method: Method
  state: PromotionState
  order: OrderStand
  /** null: none is chosen. */
  planId: string | null
}

/**
 * Whether a video that was put into a plan for the boost `forId` (null: of its own) is to be there: while a boost of it waits for
 * the plan or runs in it, and for good once one ran. What was cancelled, refused or goes another way needs no plan.
 */
export function isNeeded(
  { forId, planId }: { forId: number | null; planId: string | null },
  others: readonly InPlan[],
): boolean {
  if (forId === null) return true
  return others.some((other) => mayRun(other, planId) || (other.id >= forId && hasRun(other, planId)))
}

function mayRun({ method, state, planId }: InPlan, inPlan: string | null): boolean {
  const { needs, money } = CAPABILITIES[method]
  const open: readonly PromotionState[] = OPEN_STATES
  const there = planId === null || planId === inPlan
  return money !== 'PLAN' && needs.includes('planId') && open.includes(state) && there
}

function hasRun({ method, state, order, planId }: InPlan, inPlan: string | null): boolean {
  const ran = order !== 'NONE' && state !== 'REJECTED' && state !== 'CANCELLED'
  return CAPABILITIES[method].money !== 'PLAN' && planId === inPlan && ran
}
