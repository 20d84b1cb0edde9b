/** Whether what is asked for is what a method takes: every problem, with the field and what it may hold. */
import type { AudienceMode, Bid, Bounds, Capability, Goal, Method, Rival } from './capability.ts'
import type { Aim } from './promotion.ts'
import type { Purpose } from './types.ts'

/** What a promotion would send. Ids as the platform writes them; null: left out. */
export interface PromotionSpec {
  method: Method
  aim: Aim
  purpose: Purpose
  /** The platform's; null: not known. */
  productId: string | null
  /** It is known to sell a product, whichever. */
  sells: boolean
  planId: string | null
  /** What the plan may spend, 分; null: not known. */
  planBudgetFen: number | null
  materialIds: readonly string[]
  title: string | null
  name: string | null
  amountFen: number | null
  hours: number | null
  goal: Goal
  bid: { by: Bid; cpaFen: number | null; roiGoal: number | null }
  audience: {
    mode: AudienceMode
    authorIds: readonly string[]
    regions: { of: 'CITY' | 'COUNTY'; ids: readonly string[] } | null
  }
}

/** Another promotion or plan that runs on the same account. */
export interface Neighbour {
  rival: Rival
  productId: string | null
  sameVideo: boolean
  /** As it is called by the platform, for the message. */
  id: string
}

export type SpecProblem =
  | { field: string; kind: 'MISSING' }
  | { field: string; kind: 'NOT_TAKEN'; got: string | number }
  | { field: string; kind: 'RANGE'; got: number; min: number; max: number }
  | { field: string; kind: 'STEP'; got: number; step: number }
  | { field: string; kind: 'ONE_OF'; got: string | number; allowed: readonly (string | number)[] }
  /** Too long, or too many. */
  | { field: string; kind: 'SIZE'; got: number; min: number; max: number }
  | { field: string; kind: 'EXCLUDED'; by: Rival; id: string; same: 'PRODUCT' | 'ACCOUNT' }

/** Every problem, in the order of the spec's fields; empty: it may be sent. */
export function validate(
  spec: PromotionSpec,
  capability: Capability,
  neighbours: readonly Neighbour[] = [],
): SpecProblem[] {
  return [
    ...oneOf('aim', spec.aim, capability.aims),
    ...oneOf('purpose', spec.purpose, capability.purposes),
    ...needed(spec, capability),
    ...names(spec, capability),
    ...money(spec, capability),
    ...time(spec, capability),
    ...oneOf('goal', spec.goal, capability.goals),
    ...bids(spec, capability),
    ...audience(spec, capability),
    ...excluded(spec, capability, neighbours),
  ]
}

/** Problems of more money for one that runs; `addTime` in the unit of the capability, 0: none. */
export function validateAddition(
  { amountFen, addTime }: { amountFen: number; addTime: number },
  { addBudget }: Capability,
): SpecProblem[] {
  if (addBudget === null) return [{ field: 'amountFen', kind: 'NOT_TAKEN', got: amountFen }]
  const times = addBudget.time
    ? within('addTime', addTime, addBudget.time)
    : addTime === 0
      ? []
      : [{ field: 'addTime', kind: 'NOT_TAKEN', got: addTime } as const]
  return [...within('amountFen', amountFen, addBudget.amountFen), ...times]
}

const SAY_PRODUCT =
  ': give the video a product with its 商品ID (shopProductId), or wait until the shop has sold it'

/** A problem in one sentence, e.g. `amountFen is 15050: it goes in steps of 1000.` */
export function explainProblem(problem: SpecProblem): string {
  const { field } = problem
  switch (problem.kind) {
    case 'MISSING':
      return `${field} is missing${field === 'productId' ? SAY_PRODUCT : ''}.`
    case 'NOT_TAKEN':
      return `${field} is ${problem.got}: leave it out, this method takes none.`
    case 'RANGE':
      return `${field} is ${problem.got}: give ${problem.min} to ${problem.max}.`
    case 'STEP':
      return `${field} is ${problem.got}: it goes in steps of ${problem.step}.`
    case 'ONE_OF':
      return `${field} is ${problem.got}: give one of ${problem.allowed.join(', ')}.`
    case 'SIZE':
      return `${field} is ${problem.got} long: give ${problem.min} to ${problem.max}.`
    case 'EXCLUDED':
      return `${field}: ${problem.by} ${problem.id} runs on the same ${problem.same.toLowerCase()}, and the platform lets only one of the two run; end it first.`
  }
}

function oneOf<T extends string | number>(field: string, got: T, allowed: readonly T[]): SpecProblem[] {
  return allowed.includes(got) ? [] : [{ field, kind: 'ONE_OF', got, allowed }]
}

function within(field: string, got: number, { min, max, step }: Bounds): SpecProblem[] {
  if (!(got >= min && got <= max)) return [{ field, kind: 'RANGE', got, min, max }]
  const steps = got / step
  return Math.abs(steps - Math.round(steps)) < 1e-6 ? [] : [{ field, kind: 'STEP', got, step }]
}

function sized(field: string, got: number, min: number, max: number): SpecProblem[] {
  return got >= min && got <= max ? [] : [{ field, kind: 'SIZE', got, min, max }]
}

function needed(spec: PromotionSpec, { needs, productFor }: Capability): SpecProblem[] {
  const unsold = productFor.includes(spec.goal) && !spec.sells ? ['productId' as const] : []
  const missing = needs.filter((field) => spec[field] === null || spec[field].length === 0)
  return [...missing, ...unsold].map((field) => ({ field, kind: 'MISSING' }))
}

function names(
  { name, materialIds }: PromotionSpec,
  { name: rule, mostMaterials }: Capability,
): SpecProblem[] {
  const materials = mostMaterials === null ? [] : sized('materialIds', materialIds.length, 0, mostMaterials)
  if (!rule || !name) return materials
  const length = [...name].reduce((sum, char) => sum + (rule.cjkIsTwo && char > 'ÿ' ? 2 : 1), 0)
  return [...materials, ...sized('name', length, 1, rule.most)]
}

function money({ amountFen: got, planBudgetFen }: PromotionSpec, capability: Capability): SpecProblem[] {
  const { amountFen, needs, money } = capability
  if (amountFen === null) return got === null ? [] : [{ field: 'amountFen', kind: 'NOT_TAKEN', got }]
  if (got === null) return [{ field: 'amountFen', kind: 'MISSING' }]
  const problems = within('amountFen', got, amountFen)
  const ofPlan = money === 'ORDER' && needs.includes('planId') && planBudgetFen !== null
  if (problems.length > 0 || !ofPlan || got <= planBudgetFen) return problems
  return [{ field: 'amountFen', kind: 'RANGE', got, min: amountFen.min, max: planBudgetFen }]
}

function time({ hours: got }: PromotionSpec, { hours }: Capability): SpecProblem[] {
  if (hours === null) return got === null ? [] : [{ field: 'hours', kind: 'NOT_TAKEN', got }]
  if (got === null) return [{ field: 'hours', kind: 'MISSING' }]
  return 'min' in hours ? within('hours', got, hours) : oneOf('hours', got, hours)
}

function bids({ goal, bid, amountFen }: PromotionSpec, capability: Capability): SpecProblem[] {
  const allowed = capability.bids[goal]
  return [
    ...(allowed ? oneOf('bid.by', bid.by, allowed) : []),
    ...price('bid.cpaFen', bid.cpaFen, bid.by === 'CPA', capability.cpaFen, amountFen),
    ...price('bid.roiGoal', bid.roiGoal, bid.by === 'ROI', capability.roiGoal, null),
  ]
}

function price(
  field: string,
  got: number | null,
  wanted: boolean,
  bounds: Bounds | null,
  most: number | null,
): SpecProblem[] {
  if (!wanted) return got === null ? [] : [{ field, kind: 'NOT_TAKEN', got }]
  if (bounds === null) return []
  if (got === null) return [{ field, kind: 'MISSING' }]
  return within(field, got, { ...bounds, max: Math.min(bounds.max, most ?? bounds.max) })
}

function audience({ audience: said }: PromotionSpec, { audience: rule }: Capability): SpecProblem[] {
  const { mode, authorIds, regions } = said
  if (rule === null)
    return mode === 'SYSTEM'
      ? []
      : [{ field: 'audience.mode', kind: 'ONE_OF', got: mode, allowed: ['SYSTEM'] }]
  const similar = mode === 'FANS' || mode === 'LIVEFANS'
  const authors = similar
    ? sized('audience.authorIds', authorIds.length, 1, rule.mostAuthors)
    : unwanted('audience.authorIds', authorIds.length)
  const places = regions?.ids.length ?? 0
  const most = regions?.of === 'COUNTY' ? rule.mostCounties : rule.mostCities
  const chosen =
    mode === 'CUSTOM' ? sized('audience.regions', places, 0, most) : unwanted('audience.regions', places)
  return [...oneOf('audience.mode', mode, rule.modes), ...authors, ...chosen]
}

function unwanted(field: string, got: number): SpecProblem[] {
  return got === 0 ? [] : [{ field, kind: 'NOT_TAKEN', got }]
}

/** A video sells one product: the same video is the same product, also where a side does not name it. */
export function excluded(
  { productId }: Pick<PromotionSpec, 'productId'>,
  { excludes }: Capability,
  neighbours: readonly Neighbour[],
): SpecProblem[] {
  return excludes.flatMap(({ rival, same }) =>
    neighbours
      .filter((each) => each.rival === rival)
      .filter(
        (each) =>
          same === 'ACCOUNT' || each.sameVideo || (productId !== null && each.productId === productId),
      )
      .map(({ id }) => ({ field: 'method', kind: 'EXCLUDED' as const, by: rival, id, same })),
  )
}
