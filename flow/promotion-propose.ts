/** 提议投放: a row in PROPOSED with its one START decision, written together. Spends nothing. */
import { and, eq } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import { loadUntried, loadVideoFacts, type VideoFacts } from '../db/queries/promotion.ts'
import { type OrderTerms, promotion, promotionDecision } from '../db/tables.ts'
import { CAPABILITIES, type Capability } from '../rules/capability.ts'
import { explainProblem, type PromotionSpec, type SpecProblem, validate } from '../rules/capability-check.ts'
import { propose } from '../rules/promotion.ts'
import { DECISION_VERSION, type Decision, decide } from '../rules/promotion-decide.ts'
import type { Aim, Method, TrialTerms } from '../rules/types.ts'
import { type Context, write } from './context.ts'
import { ConflictError, found, InvalidInputError } from './errors.ts'
import { fatigueOf } from './fatigue.ts'
import { columnsOf, nameOf, type PromotionRow, recordDecision } from './promotion-row.ts'
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
  /** Left out: as in the settings, or the nearest to it that the method takes. */
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
    const { amountFen, hours } = CAPABILITIES[input.method]
    const usualFen = input.aim === 'TRIAL' ? trialFen : scaleFen(settings)
    const plan: Plan = {
      aim: input.aim,
      method: input.method,
      planId: null,
      amountFen: input.amountFen ?? (amountFen === null ? 0 : usualFen),
      hours: input.hours ?? usualHours(hours, trialHours),
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

/** As the settings say, or the nearest that the method takes. */
function usualHours(taken: Capability['hours'], trialHours: number): number | null {
  if (taken === null || !('min' in taken)) return taken === null ? null : trialHours
  const { min, max, step } = taken
  return Math.min(max, Math.max(min, Math.ceil(trialHours / step) * step))
}

/** For episodes whose rule asks for a trial: at most one is open per video. Answers the new ones. */
export async function proposeFromBreakouts(ctx: Context): Promise<number[]> {
  return (await proposeUntried(ctx, [])).made
}

export interface Untried {
  /** Promotions. */
  made: number[]
  /** Videos that ask for a trial and cannot be tried now: no margin, no account, or all is killed. */
  left: number[]
}

/** The same without the videos in `paused`: what cannot be tried is found every time, and would take the place of what can. */
export function proposeUntried(ctx: Context, paused: Iterable<number>): Promise<Untried> {
  return write(ctx, async (tx) => {
    const untried = await loadUntried(tx, paused, BATCH)
    const videoIds = untried.map(({ videoId }) => videoId)
    if (untried.length === 0) return { made: [], left: [] }
    const settings = await loadSettings(tx)
    // What is killed is not even asked for: a person would have to say no to each.
    if (settings.killed) return { made: [], left: videoIds }
    const facts = await loadVideoFacts(tx, videoIds, ctx.now)
    const done: Untried = { made: [], left: [] }
    for (const { breakoutId, videoId } of untried) {
      const known = facts.get(videoId)
      const id = known ? await proposeTrial(tx, ctx, known, settings, { breakoutId, originId: null }) : null
      if (id === null) done.left.push(videoId)
      else done.made.push(id)
    }
    return done
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
    planId: null,
    ...size,
    terms: DEFAULT_TERMS,
    ...follows,
    proposedBy: null,
  })
  if (!fit.ok) return null
  const decision = given ?? (await decideOn(tx, ctx, facts, settings, fit.draft.trialTerms ?? null))
  return decision.action === 'START' ? insert(tx, ctx, fit.draft, decision) : null
}

async function decideOn(
  tx: Tx,
  { now }: Context,
  { firing, trials, videoId }: VideoFacts,
  settings: CurrentSettings,
  terms: TrialTerms | null,
): Promise<Decision> {
  const fatigue = trials.count === 0 ? null : await fatigueOf(tx, videoId, { settings, terms, now })
  const breakEven = terms?.breakEvenRoi ?? null
  return decide({ stage: 'CANDIDATE', firing, breakEven, fatigue, trials }, settings.decide, now.getTime())
}

/** 追投 takes 24 hours at most. */
const BOOST_HOURS = 24

/** 分 that scaling begins with. */
export const scaleFen = ({ decide: { trialFen } }: CurrentSettings) => trialFen * SCALE_TIMES

/**
 * What passed is scaled over 千川 with the decision's amount or as much of it as one order may have; its plan is chosen when it
 * is tended, or it is scaled as it was tried. null: it cannot be, or one is open.
 */
export async function proposeScale(
  tx: Tx,
  ctx: Context,
  facts: VideoFacts,
  settings: CurrentSettings,
  trial: PromotionRow,
  decided: Decision,
): Promise<number | null> {
  const { stepFen } = settings.decide
  const most = Math.min(decided.amountFen ?? 0, settings.guard.capsFen.ORDER ?? Number.POSITIVE_INFINITY)
  const amountFen = Math.floor(most / stepFen) * stepFen
  const again = scaleAsTried(trial, amountFen)
  const hours = Math.min(again.hours ?? BOOST_HOURS, BOOST_HOURS)
  const boosted = fitPlan(facts, settings, {
    ...again,
    method: 'MATERIAL_BOOST',
    hours,
    terms: DEFAULT_TERMS,
  })
  const fit = boosted.ok ? boosted : fitPlan(facts, settings, again)
  if (!fit.ok) return null
  return insert(tx, ctx, fit.draft, { ...decided, action: 'START', amountFen })
}

/** 随心推 again, with the money of the scale. */
export function scaleAsTried(trial: PromotionRow, amountFen: number): Plan {
  const { method, hours, terms, breakoutId, id: originId } = trial
  const aim = 'SCALE'
  return { aim, method, planId: null, amountFen, hours, terms, breakoutId, originId, proposedBy: null }
}

/** The video goes into the plan that a boost of it needs; judged as the boost is. null: one is open. */
export async function proposeAdd(
  tx: Tx,
  ctx: Context,
  facts: VideoFacts,
  settings: CurrentSettings,
  boost: PromotionRow,
  planId: string,
): Promise<number | null> {
  const { breakoutId, originId, proposedBy } = boost
  const fit = fitPlan(facts, settings, {
    ...{ aim: 'SCALE', method: 'UNI_PLAN_ADD', planId, amountFen: 0, hours: null, terms: DEFAULT_TERMS },
    ...{ breakoutId, originId, proposedBy, forId: boost.id },
  })
  const start = await loadStart(tx, boost.id)
  if (!fit.ok || !start) return null
  const { id: _, promotionId: __, workspaceId: ___, at: ____, low, high, ...decision } = start
  const zh = `先加进全域计划 ${planId}，再追投：${decision.zh}`
  const en = `into the 全域 plan ${planId} first, then the boost: ${decision.en}`
  return insert(tx, ctx, fit.draft, { ...decision, amountFen: null, interval: { low, high }, zh, en })
}

async function loadStart(tx: Tx, promotionId: number) {
  const { promotionId: of, action } = promotionDecision
  const [start] = await tx
    .select()
    .from(promotionDecision)
    .where(and(eq(of, promotionId), eq(action, 'START')))
  return start
}

export interface Plan extends Follows {
  aim: Aim
  method: Method
  /** null: it needs none, or it is chosen later. */
  planId: string | null
  /** 0: it has no money of its own. */
  amountFen: number
  hours: number | null
  terms: OrderTerms
  proposedBy: number | null
  /** The boost that it is for; left out: of its own. */
  forId?: number
}
type Draft = Omit<
  typeof promotion.$inferInsert,
  'workspaceId' | 'id' | 'createdAt' | keyof ReturnType<typeof columnsOf>
>
type Fit = { ok: true; draft: Draft } | { ok: false; field: string; message: string }

/** What is found out when it is tended. */
const LATER: ReadonlySet<string> = new Set(['planId', 'materialIds'])

/** Whether the method takes it, and the video says what is needed. */
export function fitPlan(facts: VideoFacts, settings: CurrentSettings, plan: Plan): Fit {
  const { itemId, awemeId, subject, videoId, brandId } = facts
  const problems = validate(specOf(facts, plan), CAPABILITIES[plan.method])
  const problem = problems.find(({ kind, field }) => kind !== 'MISSING' || !LATER.has(field))
  if (problem) return { ok: false, ...said(problem) }
  if (itemId === null) return missing('it is not published')
  if (awemeId === null) return missing('its KOL, or the 抖音号 of the KOL, is not known')
  if (subject === null) return missing('no connected 千川 account sees it: connect one')
  const { trialFen, trialHours } = settings.decide
  // What the plan will spend is not known: it is watched as often as a trial's money would be.
  const pace = plan.amountFen === 0 ? { amountFen: trialFen, hours: trialHours } : plan
  const terms = termsOf(facts, settings.costs, pace)
  if (!terms.ok) return missing(terms.message)
  const { amountFen, hours, aim, method, planId, breakoutId, originId, proposedBy, forId = null } = plan
  const draft = {
    ...{ brandId, videoId, breakoutId, originId, aim, method, planId, awemeId, itemId },
    ...{ amountFen, hours, proposedBy, forId },
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

/** As long as any name that we give. */
const NAME = nameOf({ key: '0'.repeat(36) })

function specOf(facts: VideoFacts, { aim, method, planId, amountFen, hours, terms }: Plan): PromotionSpec {
  return {
    method,
    aim,
    purpose: facts.purpose,
    productId: facts.productId,
    sells: facts.sells,
    planId,
    planBudgetFen: null,
    materialIds: [],
    title: facts.title,
    name: CAPABILITIES[method].name === null ? null : NAME,
    amountFen: CAPABILITIES[method].amountFen === null && amountFen === 0 ? null : amountFen,
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
