/** How a workspace spends, and the switch that ends all of it. Every change is a version of its own. */
import { and, asc, eq, inArray, ne, or, sql } from 'drizzle-orm'
import { type Db, rows, type Tx } from '../db/client.ts'
import { promotion, promotionSettings, type StoredSettings, workspace } from '../db/tables.ts'
import { COSTS } from '../rules/break-even.ts'
import { FATIGUE_DEFAULTS } from '../rules/fatigue.ts'
import { GUARD_DEFAULTS } from '../rules/guard.ts'
import { UNSENT_STATES, UNSETTLED_STATES } from '../rules/promotion.ts'
import { checkGuard, checkNumbers, DECIDE_BOUNDS, FATIGUE_BOUNDS } from '../rules/promotion-bounds.ts'
import { DECIDE_DEFAULTS } from '../rules/promotion-settings.ts'
import { type Context, write } from './context.ts'
import { fitting, found } from './errors.ts'
import { lockPromotion, lockSpending, move } from './promotion-row.ts'

export interface CurrentSettings extends StoredSettings {
  version: number
  killed: boolean
}

/** As they hold now; a workspace that never set them has the defaults of rules, in version 0, and spends nothing. */
export async function loadSettings(tx: Pick<Tx, 'select'>): Promise<CurrentSettings> {
  const [[stored], [own]] = await Promise.all([
    tx.select().from(promotionSettings).orderBy(sql`${promotionSettings.version} desc`).limit(1),
    tx.select({ zone: workspace.zone }).from(workspace).where(sql`${workspace.id} = current_workspace()`),
  ])
  const { zone } = found(own, 'workspace')
  const version = stored?.version ?? 0
  const { guard, decide, fatigue, costs } = stored?.settings ?? DEFAULTS
  return {
    version,
    killed: stored?.killed ?? false,
    // The zone is the workspace's own.
    guard: { ...GUARD_DEFAULTS, ...guard, version, zone },
    decide: { ...DECIDE_DEFAULTS, ...decide, version },
    fatigue: { ...FATIGUE_DEFAULTS, ...fatigue, version },
    costs,
  }
}

/** For whoever only reads. */
export const currentSettings = (db: Pick<Db, 'select'>): Promise<CurrentSettings> => loadSettings(db)

export const DEFAULTS: StoredSettings = {
  guard: GUARD_DEFAULTS,
  decide: DECIDE_DEFAULTS,
  fatigue: FATIGUE_DEFAULTS,
  costs: { grossMargin: null, commissionRate: null, returnRate: null },
}

export interface SetPromotionSettings {
  /** Left out: as before. What it holds is replaced name by name. */
  guard?: Partial<StoredSettings['guard']> | undefined
  decide?: Partial<StoredSettings['decide']> | undefined
  fatigue?: Partial<StoredSettings['fatigue']> | undefined
  costs?: Partial<StoredSettings['costs']> | undefined
  /** Token. */
  by: number | null
}

/** From the next write to a platform on. InvalidInputError names every value out of its range. */
export async function setPromotionSettings(ctx: Context, input: SetPromotionSettings): Promise<number> {
  checkNames(input)
  return write(ctx, async (tx) => {
    await lockSpending(tx, ctx)
    const { version, killed, ...before } = await loadSettings(tx)
    const capsFen = { ...before.guard.capsFen, ...input.guard?.capsFen }
    const marks = { ...before.guard.marks, ...input.guard?.marks }
    const { zone } = before.guard
    const settings: StoredSettings = {
      guard: { ...before.guard, ...input.guard, capsFen, marks, zone },
      decide: { ...before.decide, ...input.decide },
      fatigue: { ...before.fatigue, ...input.fatigue },
      costs: { ...before.costs, ...input.costs },
    }
    checkSettings(settings)
    await wake(tx, ctx)
    return addVersion(tx, ctx, { version: version + 1, settings, killed, changedBy: input.by })
  })
}

/** A guard may hold them back: from being sent, or sent once more (flow/promotion-settle.ts). */
const WAITING = [...UNSENT_STATES, 'RECONCILING'] as const

/** What waits for a cap or a mode is asked about again now. */
async function wake(tx: Tx, { now }: Context): Promise<void> {
  await tx.execute(sql`
    update promotion set due_at = ${now.toISOString()}::timestamptz
    where workspace_id = current_workspace() and id = any(array(
      select id from promotion where workspace_id = current_workspace() and ${inArray(promotion.state, WAITING)}
      order by id for no key update))`)
}

/** What a client sends may be anything: names that there are none of are refused, so that a slip changes nothing. */
function checkNames(input: SetPromotionSettings): void {
  const known = { ...DEFAULTS, guard: GUARD_DEFAULTS }
  const problems = (['guard', 'decide', 'fatigue', 'costs'] as const).flatMap((part) => {
    const given: unknown = input[part]
    if (given === undefined) return []
    if (typeof given !== 'object' || given === null || Array.isArray(given))
      return [{ field: part, message: `${part} must be an object of names and values` }]
    return Object.keys(given)
      .filter((name) => name === 'version' || name === 'zone' || !(name in known[part]))
      .map((name) => ({ field: `${part}.${name}`, message: `${part}.${name} is no setting` }))
  })
  const nested = (['marks', 'capsFen'] as const).flatMap((part) =>
    Object.keys(input.guard?.[part] ?? {})
      .filter((name) => !(name in GUARD_DEFAULTS[part]))
      .map((name) => ({ field: `guard.${part}.${name}`, message: `guard.${part}.${name} is no setting` })),
  )
  fitting([...problems, ...nested])
}

function checkSettings({ guard, decide, fatigue, costs }: StoredSettings): void {
  const at = (where: string) => (problem: { field: string; message: string }) => ({
    field: `${where}.${problem.field}`,
    message: `${where}.${problem.field} ${problem.message}`,
  })
  const shares = COSTS.flatMap((field) => {
    const share = costs[field]
    const fits = share === null || (typeof share === 'number' && share >= 0 && share <= 1)
    return fits ? [] : [{ field, message: 'must be a fraction of 0 to 1: 0.35 is 35 %' }]
  })
  fitting([
    ...checkGuard(guard).map(at('guard')),
    ...checkNumbers(decide, DECIDE_BOUNDS).map(at('decide')),
    ...checkNumbers(fatigue, FATIGUE_BOUNDS).map(at('fatigue')),
    ...shares.map(at('costs')),
  ])
}

type Version = Omit<typeof promotionSettings.$inferInsert, 'workspaceId' | 'createdAt'>
async function addVersion(tx: Tx, { now }: Context, row: Version): Promise<number> {
  await tx.insert(promotionSettings).values({ ...row, createdAt: now })
  return row.version
}

/**
 * 总开关. On: from its commit on nothing new is claimed or sent, what was proposed is cancelled, and every order that runs is
 * told to end. Off: new proposals may spend again; what was ended stays ended. Answers how many promotions it stopped.
 */
export function setKillSwitch(
  ctx: Context,
  { killed, by }: { killed: boolean; by: number | null },
): Promise<number> {
  return write(ctx, async (tx) => {
    await lockSpending(tx, ctx)
    const { version, killed: before, ...settings } = await loadSettings(tx)
    if (before !== killed)
      await addVersion(tx, ctx, { version: version + 1, settings, killed, changedBy: by })
    return killed ? stopAll(tx, ctx) : 0
  })
}

async function stopAll(tx: Tx, { now }: Context): Promise<number> {
  const open = await tx
    .select({ id: promotion.id })
    .from(promotion)
    .where(
      or(
        eq(promotion.orderStand, 'LIVE'),
        and(
          ne(promotion.orderStand, 'OVER'),
          inArray(promotion.state, [...UNSENT_STATES, ...UNSETTLED_STATES]),
        ),
      ),
    )
    .orderBy(asc(promotion.id))
  let stopped = 0
  for (const { id } of open) {
    const row = await lockPromotion(tx, id)
    const moved = await move(tx, row, { kind: 'STOP', reason: 'KILL_SWITCH' }, now, { dueAt: now })
    if (moved.kind === 'GO') stopped++
  }
  return stopped
}

/** Whether new money is stopped, or this order is: asked once more directly before it is sent. */
export async function isStopped(tx: Tx, promotionId: number): Promise<boolean> {
  const [found] = await rows<{ stopped: boolean }>(
    tx,
    sql`select p.stop is not null or coalesce((
        select s.killed from promotion_settings s where s.workspace_id = p.workspace_id
        order by s.version desc limit 1), false) as stopped
      from promotion p where p.workspace_id = current_workspace() and p.id = ${promotionId}`,
  )
  return found?.stopped ?? true
}
