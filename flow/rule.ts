import { eq, sql } from 'drizzle-orm'
import { rows, type Tx } from '../db/client.ts'
import { rule, ruleVersion } from '../db/tables.ts'
import { type Definition, definition } from '../rules/rule.ts'
import type { Scope } from '../rules/scope.ts'
import { DAY } from '../rules/types.ts'
import { type Context, write } from './context.ts'
import { conflictOn, found, InvalidInputError, text } from './errors.ts'
import { holdShards, wakeShards } from './shard.ts'

export interface CreateRule {
  name: string
  /** Checked here; see rules/rule.ts. */
  definition: unknown
  enabled: boolean
}

export async function createRule(ctx: Context, input: CreateRule): Promise<number> {
  const name = text('name', input.name)
  const checked = checkDefinition(input.definition)
  return write(ctx, async (tx) => {
    await checkScope(tx, checked.scope)
    const made = await tx
      .insert(rule)
      .values({ name, enabled: input.enabled, createdAt: ctx.now })
      .returning({ id: rule.id })
    const ruleId = found(made[0], 'rule').id
    await tx.insert(ruleVersion).values({ ruleId, version: 1, definition: checked, createdAt: ctx.now })
    if (input.enabled) await lookSoon(tx, ctx.now)
    return ruleId
  }).catch(conflictOn('rule_name', `A rule named ${name} is already there.`))
}

/** A changed rule is a new version; what fired keeps the version that raised it. */
export async function reviseRule(
  ctx: Context,
  input: { ruleId: number; definition: unknown },
): Promise<number> {
  const checked = checkDefinition(input.definition)
  return write(ctx, async (tx) => {
    await checkScope(tx, checked.scope)
    const [raised] = await tx
      .update(rule)
      .set({ version: sql`${rule.version} + 1` })
      .where(eq(rule.id, input.ruleId))
      .returning()
    const { id, version, enabled } = found(raised, 'rule')
    await tx.insert(ruleVersion).values({ ruleId: id, version, definition: checked, createdAt: ctx.now })
    if (enabled) await lookSoon(tx, ctx.now)
    return id
  })
}

/** Switching on begins a version that says the same: from its instant on the rule is scored (rules/rule-stint.ts). */
export async function enableRule(ctx: Context, input: { ruleId: number; enabled: boolean }): Promise<number> {
  return write(ctx, async (tx) => {
    const [was] = await tx.select().from(rule).where(eq(rule.id, input.ruleId)).for('no key update')
    const { id, enabled, version } = found(was, 'rule')
    const begins = input.enabled && !enabled
    const next = begins ? version + 1 : version
    await tx.update(rule).set({ enabled: input.enabled, version: next }).where(eq(rule.id, id))
    if (!begins) return id
    await tx.execute(sql`
      insert into rule_version (rule_id, version, definition, created_at)
      select rule_id, ${next}::int, definition, ${ctx.now.toISOString()}::timestamptz from rule_version
      where rule_id = ${id} and version = ${version}`)
    await lookSoon(tx, ctx.now)
    return id
  })
}

/** Videos younger than this may yet meet a changed rule long before the look that the old one asked for. */
const YOUNG = 3 * DAY

/** Young videos are looked at within the hour, spread over it: their next look was decided by other rules. */
export async function lookSoon(tx: Tx, now: Date): Promise<void> {
  const at = sql`${now.toISOString()}::timestamptz`
  await holdShards(tx, null)
  await tx.execute(sql`
    update video_state set next_poll_at = ${at} + (video_id % 60) * interval '1 minute', poll_why = null
    where workspace_id = current_workspace() and cycle_minutes is null and no_data_since is null
      and published_at > ${new Date(now.getTime() - YOUNG).toISOString()}::timestamptz
      and next_poll_at > ${at} + (video_id % 60) * interval '1 minute'`)
  await wakeShards(tx, null)
}

/** InvalidInputError names the part at fault. */
export function checkDefinition(given: unknown): Definition {
  const parsed = definition.safeParse(given)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where = ['definition', ...(issue?.path ?? [])].join('.')
  throw new InvalidInputError(where, `${where}: ${issue?.message}`)
}

/** One statement, and none for a rule without a scope: all that is named must be of this workspace. */
async function checkScope(tx: Tx, { brandIds, matrixIds, phaseIds }: Scope): Promise<void> {
  if (brandIds.length + matrixIds.length + phaseIds.length === 0) return
  // As text: postgres.js would guess the array's type from its first element.
  const ids = (given: number[]) => sql`unnest(${sql.param(given.map(String))}::bigint[])`
  const own = (table: string) =>
    sql`select id from ${sql.identifier(table)} where workspace_id = current_workspace()`
  const [missing] = await rows<{ field: string; what: string; id: string }>(
    tx,
    sql`
      select 'brandIds' as field, 'brand' as what, id from ${ids(brandIds)} id where id not in (${own('brand')})
      union all
      select 'matrixIds', 'matrix', id from ${ids(matrixIds)} id where id not in (${own('matrix')})
      union all
      select 'phaseIds', 'phase', id from ${ids(phaseIds)} id where id not in (${own('phase')})
      limit 1`,
  )
  if (!missing) return
  const where = `definition.scope.${missing.field}`
  throw new InvalidInputError(where, `${where}: there is no ${missing.what} ${missing.id} in this workspace`)
}
