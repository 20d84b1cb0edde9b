/** 层级 of KOLs, kept in kol.tier: by the policy of the workspace's business day, unless overridden. */
import { type SQL, sql } from 'drizzle-orm'
import { among } from '../db/among.ts'
import { type Db, rows, type Tx } from '../db/client.ts'
import { tierPolicy } from '../db/tables.ts'
import { DEFAULT_TIER_POLICY, type TierPolicy, tierPolicyProblem } from '../rules/tier.ts'
import { isDay } from '../rules/zone.ts'
import { type Context, write } from './context.ts'
import { InvalidInputError } from './errors.ts'

export interface SetTierPolicy extends TierPolicy {
  /** Business day of the workspace's zone, YYYY-MM-DD. */
  startsOn: string
}

/**
 * Sets the cut-offs from a day on, replacing those that were set for the same day, and applies what is in force today.
 * One that starts later is applied by the sweep of its day. Videos keep the tier of their publication.
 */
export async function setTierPolicy(ctx: Context, input: SetTierPolicy): Promise<string> {
  const { startsOn, head, waist, tail } = input
  if (!isDay(startsOn)) {
    throw new InvalidInputError('startsOn', 'startsOn must be a day of the calendar as YYYY-MM-DD')
  }
  const problem = tierPolicyProblem(input)
  if (problem) throw new InvalidInputError(problem.field, `${problem.field} ${problem.why}`)
  return write(ctx, async (tx) => {
    await tx
      .insert(tierPolicy)
      .values({ startsOn, head, waist, tail, createdAt: ctx.now })
      .onConflictDoUpdate({
        target: [tierPolicy.workspaceId, tierPolicy.startsOn],
        set: { head, waist, tail, appliedAt: null, createdAt: ctx.now },
      })
    await applyPolicies(tx, ctx.now)
    return startsOn
  })
}

/** Workspaces in whose business day a policy has begun that is not applied yet. */
export async function dueTierPolicies({ db, now }: { db: Db; now: Date }): Promise<number[]> {
  const found = await rows<{ workspace_id: string }>(
    db,
    sql`select workspace_id from due_tier_policies(${now.toISOString()}::timestamptz)`,
  )
  return found.map((row) => Number(row.workspace_id))
}

/** Brings every tier to the policy of the day and says how many changed. Again changes nothing. */
export function applyTierPolicy(ctx: Context): Promise<number> {
  return write(ctx, (tx) => applyPolicies(tx, ctx.now))
}

async function applyPolicies(tx: Tx, now: Date): Promise<number> {
  const changed = await retier(tx, now)
  await tx.execute(sql`
    update tier_policy set applied_at = ${now.toISOString()}::timestamptz
    where workspace_id = current_workspace() and applied_at is null and starts_on <= (
      select (${now.toISOString()}::timestamptz at time zone zone)::date from workspace where id = current_workspace())`)
  return changed
}

/** The same within a transaction, for all KOLs without an override or only for those named. */
export async function retier(tx: Tx, now: Date, kolIds?: readonly number[]): Promise<number> {
  if (kolIds?.length === 0) return 0
  const changed = await rows(
    tx,
    sql`
      with ${policyOf(now)}, judged as (
        select kol.id, ${tierSql(sql`kol.followers`)} as tier from kol cross join policy
        where kol.workspace_id = current_workspace() and kol.tier_override is null ${only(kolIds)}
      )
      update kol set tier = judged.tier from judged
      where kol.workspace_id = current_workspace() and kol.id = judged.id and kol.tier is distinct from judged.tier
      returning kol.id`,
  )
  return changed.length
}

/** Followers of these KOLs become those of the latest look at them, and their tiers follow. */
export async function refreshFollowers(tx: Tx, now: Date, kolIds: readonly number[]): Promise<void> {
  if (kolIds.length === 0) return
  await tx.execute(sql`
    with ${policyOf(now)}, latest as (
      select kol.id, seen.followers, coalesce(kol.tier_override, ${tierSql(sql`seen.followers`)}) as tier
      from kol cross join policy
      cross join lateral (
        select s.followers from kol_snapshot s
        where s.workspace_id = current_workspace() and s.kol_id = kol.id
        order by s.observed_at desc, s.recorded_at desc, s.source limit 1
      ) seen
      where kol.workspace_id = current_workspace() ${only(kolIds)}
    )
    update kol set followers = latest.followers, tier = latest.tier from latest
    where kol.workspace_id = current_workspace() and kol.id = latest.id
      and (kol.followers, kol.tier) is distinct from (latest.followers, latest.tier)`)
}

function only(kolIds: readonly number[] | undefined): SQL {
  return kolIds ? sql`and ${among(sql`kol.id`, kolIds)}` : sql``
}

/** `policy`: one row, the cut-offs in force today. */
function policyOf(now: Date): SQL {
  const { head, waist, tail } = DEFAULT_TIER_POLICY
  return sql`policy as (
    select head, waist, tail from (
      select starts_on, head, waist, tail from tier_policy
      where workspace_id = current_workspace() and starts_on <= (
        select (${now.toISOString()}::timestamptz at time zone zone)::date from workspace where id = current_workspace())
      union all select '-infinity', ${head}::bigint, ${waist}::bigint, ${tail}::bigint
    ) known order by starts_on desc limit 1)`
}

/** `tierOf` of rules/tier.ts for a whole table; a test holds the two together. */
function tierSql(followers: SQL): SQL {
  return sql`case when ${followers} >= policy.head then 'HEAD' when ${followers} >= policy.waist then 'WAIST'
    when ${followers} >= policy.tail then 'TAIL' when ${followers} is not null then 'KOC' end`
}
