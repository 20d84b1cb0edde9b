/** 提议投放: a row in PROPOSED with its one START decision, written together. Spends nothing. */
import type { Tx } from '../db/client.ts'
import { loadUntried, loadVideoFacts, type VideoFacts } from '../db/queries/promotion.ts'
import { type OrderTerms, promotion } from '../db/tables.ts'
import { CAPABILITIES } from '../rules/capability.ts'
import { explainProblem, type PromotionSpec, type SpecProblem, validate } from '../rules/capability-check.ts'
import { propose } from '../rules/promotion.ts'
import { DECISION_VERSION, type Decision, decide } from '../rules/promotion-decide.ts'
import type { Aim, Method } from '../rules/types.ts'
import { type Context, write } from './context.ts'
import { ConflictError, found, InvalidInputError } from './errors.ts'
import { columnsOf, type PromotionRow, recordDecision } from './promotion-row.ts'
import { type CurrentSettings, loadSettings } from './promotion-settings.ts'
import { termsOf } from './promotion-terms.ts'

export const DEFAULT_TERMS: OrderTerms = {
  goal: 'PURCHASE',
  bid: { by: 'AUTO', cpaFen: null, roiGoal: null },
  audience: { mode: 'SYSTEM', authorIds: [] },
}

/** Scaling begins with so many times the trial's order. Assumed; the budget of it grows by what it earns. */
const SCALE_TIMES = 3
/** Episodes that one run looks at. */
const BATCH = 100

export interface ProposePromotion {
  videoId: number
  aim: Aim
  method: Method
  /** 分; left out: as in the settings. */
  amountFen?: number | undefined
  /** Left out: as in the settings. */
  hours?: number | undefined
  terms?: OrderTerms | undefined
  breakoutId?: number | undefined
  /** Token. */
  by: number
}

/**
 * A person's proposal; answers its number. InvalidInputError: what the method does not take, or without what no spend can
 * be said to pay. ConflictError: one of the video is open.
 */
export function proposePromotion(ctx: Context, input: ProposePromotion): Promise<number> {
  return write(ctx, async (tx) => {
    const settings = await loadSettings(tx)
    const facts = found((await loadVideoFacts(tx, [input.videoId], ctx.now)).get(input.videoId), 'video')
    const { trialFen, trialHours } = settings.decide
    const plan: Plan = {
      aim: input.aim,
      method: input.method,
      amountFen: input.amountFen ?? (input.aim === 'TRIAL' ? trialFen : trialFen * SCALE_TIMES),
      hours: input.hours ?? trialHours,
      terms: input.terms ?? DEFAULT_TERMS,
      breakoutId: input.breakoutId ?? null,
      originId: null,
      proposedBy: input.by,
    }
    const fit = fitPlan(facts, settings, plan)
    if (!fit.ok) throw new InvalidInputError(fit.field, fit.message)
    const decision = byHand(facts, settings, plan, fit.draft.trialTerms?.breakEvenRoi ?? null, ctx.now)
    const id = await insert(tx, ctx, fit.draft, decision)
    if (id === null)
      throw new ConflictError(`A ${plan.aim} of this video by ${plan.method} is open: end it first.`)
    return id
  })
}

/** For episodes whose rule asks for a trial: at most one is open per video. Answers the new ones. */
export function proposeFromBreakouts(ctx: Context): Promise<number[]> {
  return write(ctx, async (tx) => {
    const untried = await loadUntried(tx, BATCH)
    if (untried.length === 0) return []
    const settings = await loadSettings(tx)
    const facts = await loadVideoFacts(
      tx,
      untried.map(({ videoId }) => videoId),
      ctx.now,
    )
    const made: number[] = []
    // What is killed is not even asked for: a person would have to say no to each.
    if (settings.killed) return made
    for (const { breakoutId, videoId } of untried) {
      const known = facts.get(videoId)
      const id = known ? await proposeTrial(tx, ctx, known, settings, { breakoutId, originId: null }) : null
      if (id !== null) made.push(id)
    }
    return made
  })
}

interface Follows {
  breakoutId: number | null
  originId: number | null
}

/** null: nothing to try, by rules/promotion-decide.ts or for what is not known of the video. */
export async function proposeTrial(
  tx: Tx,
  ctx: Context,
  facts: VideoFacts,
  settings: CurrentSettings,
  follows: Follows,
  given?: Decision,
): Promise<number | null> {
  const { trialFen, trialHours } = settings.decide
  const size = { amountFen: trialFen, hours: trialHours }
  const fit = fitPlan(facts, settings, {
    aim: 'TRIAL',
    method: 'SUIXINTUI_ORDER',
    ...size,
    terms: DEFAULT_TERMS,
    ...follows,
    proposedBy: null,
  })
  const breakEven = fit.ok ? (fit.draft.trialTerms?.breakEvenRoi ?? null) : null
  const { firing, trials } = facts
  const evidence = { stage: 'CANDIDATE', firing, breakEven, fatigue: null, trials } as const
  const decision = given ?? decide(evidence, settings.decide, ctx.now.getTime())
  return fit.ok && decision.action === 'START' ? insert(tx, ctx, fit.draft, decision) : null
}

/** What passed is scaled the way it was tried. null: it cannot be, or one is open. */
export async function proposeScale(
  tx: Tx,
  ctx: Context,
  facts: VideoFacts,
  settings: CurrentSettings,
  trial: PromotionRow,
  passed: Decision,
): Promise<number | null> {
  const { trialFen, stepFen } = settings.decide
  const most = Math.min(trialFen * SCALE_TIMES, settings.guard.capsFen.ORDER ?? Number.POSITIVE_INFINITY)
  const amountFen = Math.floor(most / stepFen) * stepFen
  const fit = fitPlan(facts, settings, {
    aim: 'SCALE',
    method: trial.method,
    amountFen,
    hours: trial.hours ?? settings.decide.trialHours,
    terms: trial.terms,
    breakoutId: trial.breakoutId,
    originId: trial.id,
    proposedBy: null,
  })
  if (!fit.ok) return null
  return insert(tx, ctx, fit.draft, { ...passed, action: 'START', amountFen })
}

interface Plan extends Follows {
  aim: Aim
  method: Method
  amountFen: number
  hours: number
  terms: OrderTerms
  proposedBy: number | null
}
type Draft = Omit<
  typeof promotion.$inferInsert,
  'workspaceId' | 'id' | 'createdAt' | keyof ReturnType<typeof columnsOf>
>
type Fit = { ok: true; draft: Draft } | { ok: false; field: string; message: string }

/** Whether the method takes it, and the video says what is needed. */
function fitPlan(facts: VideoFacts, settings: CurrentSettings, plan: Plan): Fit {
  const { itemId, awemeId, subject, videoId, brandId } = facts
  const [problem] = validate(specOf(facts, plan), CAPABILITIES[plan.method])
  if (problem) return { ok: false, ...said(problem) }
  if (itemId === null) return missing('it is not published')
  if (awemeId === null) return missing('its KOL, or the 抖音号 of the KOL, is not known')
  if (subject === null) return missing('no connected 千川 account sees it: connect one')
  const terms = termsOf(facts, settings.costs, plan)
  if (!terms.ok) return missing(terms.message)
  const { amountFen, hours, aim, method, breakoutId, originId, proposedBy } = plan
  const draft = {
    ...{ brandId, videoId, breakoutId, originId, aim, method, awemeId, itemId, amountFen, hours, proposedBy },
    subjectId: subject.id,
    advertiserId: subject.externalId,
    terms: plan.terms,
    trialTerms: terms.terms,
    orderedFen: amountFen,
    committedFen: 0,
  }
  return { ok: true, draft }
}

const missing = (what: string): Fit => ({
  ok: false,
  field: 'videoId',
  message: `The video cannot be promoted: ${what}.`,
})
const said = (problem: SpecProblem) => ({ field: problem.field, message: explainProblem(problem) })

function specOf(facts: VideoFacts, { aim, method, amountFen, hours, terms }: Plan): PromotionSpec {
  return {
    method,
    aim,
    purpose: facts.purpose,
    productId: facts.productId,
    planId: null,
    planBudgetFen: null,
    materialIds: [],
    title: facts.title,
    name: null,
    amountFen,
    hours,
    goal: terms.goal,
    bid: terms.bid,
    audience: { ...terms.audience, regions: null },
  }
}

/** null: one is open already. */
async function insert(
  tx: Tx,
  { now }: Context,
  draft: Draft,
  decision: Parameters<typeof recordDecision>[3],
): Promise<number | null> {
  const columns = columnsOf(propose(draft.aim, now.getTime()))
  const [made] = await tx
    .insert(promotion)
    .values({ ...draft, ...columns, dueAt: now, createdAt: now })
    .onConflictDoNothing()
    .returning({ id: promotion.id })
  if (!made) return null
  await recordDecision(tx, made.id, now, decision)
  return made.id
}

/** A person may try what no rule tells to: it is said that it was one. */
function byHand(
  { firing, trials }: VideoFacts,
  settings: CurrentSettings,
  { aim, amountFen }: Plan,
  breakEven: number | null,
  now: Date,
): Parameters<typeof recordDecision>[3] {
  const evidence = { stage: 'CANDIDATE', firing, breakEven, fatigue: null, trials } as const
  const decision = decide(evidence, settings.decide, now.getTime())
  const numbers = { ...decision.numbers, amountFen }
  if (aim === 'TRIAL' && decision.action === 'START' && decision.amountFen === amountFen) return decision
  const yuan = amountFen / 100
  return {
    ...decision,
    action: 'START',
    rule: 'BY_HAND',
    ruleVersion: DECISION_VERSION,
    amountFen,
    numbers,
    zh: `人工提议 ${yuan} 元`,
    en: `proposed by a person: ${yuan} yuan`,
  }
}

/** Of the row, for what follows from it. */
export async function factsOf(tx: Tx, row: PromotionRow, now: Date): Promise<VideoFacts> {
  return found((await loadVideoFacts(tx, [row.videoId], now)).get(row.videoId), 'video')
}
