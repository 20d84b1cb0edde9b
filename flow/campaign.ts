import { and, eq, isNull, sql } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import { brand, campaign, occasion, phase } from '../db/tables.ts'
import { unnest } from '../db/unnest.ts'
import { campaignProblems, PHASE_NAMES, type PhasePlan } from '../rules/campaign.ts'
import type { CampaignLevel, PhaseKind } from '../rules/types.ts'
import { type Context, write } from './context.ts'
import { ConflictError, conflictOn, fitting, found, InvalidInputError, text } from './errors.ts'

export interface CreateCampaign {
  brandId: number
  name: string
  level: CampaignLevel
  /** Business days, first and last; left out: those of the occasion. */
  startsOn?: string | undefined
  endsOn?: string | undefined
  /** Gives its days once; the campaign does not follow it. */
  occasionId?: number | undefined
  /** At most one of each kind. */
  phases: PhasePlan[]
}

/** Plans a campaign with its phases. InvalidInputError tells every problem and names the first one's field. */
export async function createCampaign(ctx: Context, input: CreateCampaign): Promise<number> {
  const { brandId, level, phases } = input
  const name = text('name', input.name)
  return write(ctx, async (tx) => {
    const [owner] = await tx.select({ id: brand.id }).from(brand).where(eq(brand.id, brandId))
    found(owner, 'brand')
    const days = await daysOf(tx, input)
    fitting(campaignProblems({ ...days, phases }))
    const [made] = await tx
      .insert(campaign)
      .values({ brandId, name, level, ...days, createdAt: ctx.now })
      .returning({ id: campaign.id })
    const campaignId = found(made, 'campaign').id
    await putPhases(tx, campaignId, phases)
    return campaignId
  }).catch(taken)
}

export interface ReviseCampaign {
  campaignId: number
  name?: string | undefined
  level?: CampaignLevel | undefined
  startsOn?: string | undefined
  endsOn?: string | undefined
  /** All of them; left out: they stay. A kind that is there already keeps its videos and cannot be left out. */
  phases?: PhasePlan[] | undefined
}

/**
 * What is left out stays as it is. Videos stay in the phase they were assigned to, whatever becomes of its days.
 * Refuses an archived campaign.
 */
export async function reviseCampaign(ctx: Context, input: ReviseCampaign): Promise<number> {
  const { campaignId } = input
  const name = input.name === undefined ? undefined : text('name', input.name)
  return write(ctx, async (tx) => {
    // Locked, so that two revisions take turns on the phases as well.
    const [before] = await tx.select().from(campaign).where(eq(campaign.id, campaignId)).for('update')
    const old = found(before, 'campaign')
    if (old.archivedAt) throw new ConflictError('The campaign is archived.')
    const there = await tx
      .select()
      .from(phase)
      .where(eq(phase.campaignId, campaignId))
      .orderBy(phase.startsOn)
    const phases = input.phases ?? there
    const days = { startsOn: input.startsOn ?? old.startsOn, endsOn: input.endsOn ?? old.endsOn }
    fitting(campaignProblems({ ...days, phases }))
    refuseLoss(there, phases)
    await tx
      .update(campaign)
      .set({ name: name ?? old.name, level: input.level ?? old.level, ...days })
      .where(eq(campaign.id, campaignId))
    if (input.phases) await putPhases(tx, campaignId, input.phases)
    return campaignId
  }).catch(taken)
}

/** Takes it out of the lists; its videos keep their phase. Saying it twice changes nothing. */
export async function archiveCampaign(ctx: Context, input: { campaignId: number }): Promise<number> {
  return write(ctx, async (tx) => {
    const which = eq(campaign.id, input.campaignId)
    await tx
      .update(campaign)
      .set({ archivedAt: ctx.now })
      .where(and(which, isNull(campaign.archivedAt)))
    const [there] = await tx.select({ id: campaign.id }).from(campaign).where(which)
    return found(there, 'campaign').id
  })
}

async function daysOf(tx: Tx, { startsOn, endsOn, occasionId }: CreateCampaign) {
  const which = and(eq(occasion.id, occasionId ?? -1), isNull(occasion.archivedAt))
  const [given] = occasionId === undefined ? [] : await tx.select().from(occasion).where(which)
  if (occasionId !== undefined) found(given, 'occasion')
  const days = { startsOn: startsOn ?? given?.startsOn, endsOn: endsOn ?? given?.endsOn }
  for (const name of ['startsOn', 'endsOn'] as const) {
    if (days[name] === undefined) throw new InvalidInputError(name, `${name} is needed without an occasion`)
  }
  return days as { startsOn: string; endsOn: string }
}

/** Videos and collaborations may hang on a phase, so none goes away. */
function refuseLoss(there: readonly { kind: PhaseKind }[], next: readonly PhasePlan[]): void {
  const lost = there.filter(({ kind }) => !next.some((phase) => phase.kind === kind))
  if (lost.length === 0) return
  const names = lost.map(({ kind }) => `${PHASE_NAMES[kind]} ${kind}`).join(', ')
  throw new InvalidInputError('phases', `phases: ${names} is there already and cannot be left out`)
}

/** One statement: a kind that is there keeps its row, and so its videos. */
async function putPhases(tx: Tx, campaignId: number, phases: readonly PhasePlan[]): Promise<void> {
  if (phases.length === 0) return
  const next = unnest(phases, 'next', {
    kind: 'text',
    startsOn: 'text',
    endsOn: 'text',
    budgetFen: 'bigint',
    goal: 'jsonb',
    threshold: 'jsonb',
  })
  await tx.execute(sql`
    insert into phase (campaign_id, kind, starts_on, ends_on, budget_fen, goal, threshold)
    select ${campaignId}::bigint, kind, starts_on::date, ends_on::date, budget_fen, goal, threshold from ${next}
    on conflict (workspace_id, campaign_id, kind) do update set starts_on = excluded.starts_on,
      ends_on = excluded.ends_on, budget_fen = excluded.budget_fen, goal = excluded.goal,
      threshold = excluded.threshold`)
}

const taken = conflictOn(
  'campaign_name',
  'The brand already has a campaign of that name, archived ones included.',
)
