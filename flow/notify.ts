/** Tells of the episodes that a batch fired, in the transaction that writes them: four statements, whatever the batch. */
import { and, gt, sql } from 'drizzle-orm'
import { among } from '../db/among.ts'
import { rows, type Tx } from '../db/client.ts'
import { notification } from '../db/tables.ts'
import { unnest } from '../db/unnest.ts'
import { type Fired, GROUP_WINDOW, type Recent, type Told, tell } from '../rules/notify.ts'
import { completed, type StoredDefinition } from '../rules/rule.ts'
import { type Context, write } from './context.ts'

/**
 * Gives each of these episodes its one notification; those that have one are passed over. `now` is when they became
 * known, not when they fired: a file tells late of what was long ago. Answers how many notifications were made.
 */
export async function notify(tx: Tx, now: Date, episodeIds: readonly number[]): Promise<number> {
  if (episodeIds.length === 0) return 0
  const { fired, zone } = await loadFired(tx, episodeIds)
  if (fired.length === 0) return 0
  await lockGroups(tx, fired)
  const recent = await loadRecent(tx, now, fired)
  const recentOf = (brandId: number, ruleId: number) => recent.get(keyOf({ brandId, ruleId })) ?? []
  const told = tell(fired, recentOf, now.getTime(), zone)
  await writeTold(tx, now, told)
  return told.reduce((sum, { telling, episodeIds }) => sum + made(telling, episodeIds.length), 0)
}

const made = ({ as }: Told['telling'], episodes: number) =>
  as === 'JOIN' ? 0 : as === 'GROUP' ? 1 : episodes

const keyOf = ({ brandId, ruleId }: { brandId: number; ruleId: number }) => `${brandId} ${ruleId}`

interface FiredRow {
  id: string
  brand_id: string
  rule_id: string
  definition: StoredDefinition
  zone: string
}

async function loadFired(tx: Tx, ids: readonly number[]): Promise<{ fired: Fired[]; zone: string }> {
  const found = await rows<FiredRow>(
    tx,
    sql`select b.id, v.brand_id, b.rule_id, r.definition, w.zone
      from breakout b
      join video v on v.workspace_id = b.workspace_id and v.id = b.video_id
      join rule_version r on r.workspace_id = b.workspace_id and r.rule_id = b.rule_id and r.version = b.rule_version
      join workspace w on w.id = b.workspace_id
      where b.workspace_id = current_workspace() and ${among(sql`b.id`, ids)} and b.notification_id is null
      order by b.id`,
  )
  const fired = found.map((row) => {
    const { severity, quiet } = completed(row.definition)
    const of = { brandId: Number(row.brand_id), ruleId: Number(row.rule_id) }
    return { episodeId: Number(row.id), ...of, severity, quiet }
  })
  return { fired, zone: found[0]?.zone ?? '' }
}

/**
 * One batch at a time decides for a brand and rule, or two would open a group each. Keys are taken in one order, and
 * after shards and states, which nobody who holds one waits for.
 */
async function lockGroups(tx: Tx, fired: readonly Fired[]): Promise<void> {
  await tx.execute(sql`
    select pg_advisory_xact_lock(key) from (
      select distinct hashtextextended(concat_ws(' ', 'notify', current_workspace(), brand_id, rule_id), 0) as key
      from ${unnest(fired, 'fired', { brandId: 'bigint', ruleId: 'bigint' })} order by key offset 0
    ) keys`)
}

/** Not sent with the lock: it must see what was committed until that was had. */
async function loadRecent(tx: Tx, now: Date, fired: readonly Fired[]): Promise<Map<string, Recent[]>> {
  const found = await tx
    .select()
    .from(notification)
    .where(
      and(
        gt(notification.createdAt, new Date(now.getTime() - 2 * GROUP_WINDOW)),
        sql`(${notification.brandId}, ${notification.ruleId}) in (
          select brand_id, rule_id from ${unnest(fired, 'fired', { brandId: 'bigint', ruleId: 'bigint' })})`,
      ),
    )
    .orderBy(notification.id)
  const recent = new Map<string, Recent[]>()
  for (const { createdAt, dueAt, openUntil, ...row } of found) {
    const instants = { createdAt: createdAt.getTime(), dueAt: dueAt.getTime() }
    const one = { ...row, ...instants, openUntil: openUntil?.getTime() ?? null }
    const key = keyOf(row)
    recent.set(key, [...(recent.get(key) ?? []), one])
  }
  return recent
}

/** A group that others join is unread again. */
async function writeTold(tx: Tx, now: Date, told: readonly Told[]): Promise<void> {
  const next: object[] = []
  const episodes: object[] = []
  for (const { brandId, ruleId, episodeIds, telling } of told) {
    const { as, severity, dueAt } = telling
    const id = as === 'JOIN' ? telling.notificationId : null
    const count = as === 'ALONE' ? 1 : episodeIds.length
    const row = { id, brandId, ruleId, severity, episodes: count, dueAt }
    const one = { ...row, openUntil: as === 'GROUP' ? telling.openUntil : null }
    next.push(...(as === 'ALONE' ? episodeIds.map(() => one) : [one]))
    for (const [i, episodeId] of episodeIds.entries()) {
      episodes.push({ episodeId, notificationId: id, brandId, ruleId, nth: as === 'ALONE' ? i + 1 : 1 })
    }
  }
  await tx.execute(sql`
    with next as materialized (select * from ${unnest(next, 'next', NEXT)}), joined as (
      update notification n set episodes = n.episodes + next.episodes, severity = next.severity,
        due_at = next.due_at, read_at = null
      from next where n.workspace_id = current_workspace() and n.id = next.id
    ), made as (
      insert into notification (brand_id, rule_id, severity, episodes, created_at, due_at, open_until)
      select brand_id, rule_id, severity, episodes, ${now.toISOString()}::timestamptz, due_at, open_until
      from next where id is null returning id, brand_id, rule_id
    ), numbered as (
      -- Those that a batch makes of one brand and rule are alike: which of them has which episode is all one.
      select *, row_number() over (partition by brand_id, rule_id order by id) as nth from made
    )
    update breakout b set notification_id = coalesce(told.notification_id, numbered.id)
    from ${unnest(episodes, 'told', TOLD)}
    left join numbered on numbered.brand_id = told.brand_id and numbered.rule_id = told.rule_id
      and numbered.nth = told.nth
    where b.workspace_id = current_workspace() and b.id = told.episode_id`)
}

const NEXT = {
  id: 'bigint',
  brandId: 'bigint',
  ruleId: 'bigint',
  severity: 'text',
  episodes: 'int',
  dueAt: 'timestamptz',
  openUntil: 'timestamptz',
} as const
const TOLD = {
  episodeId: 'bigint',
  notificationId: 'bigint',
  brandId: 'bigint',
  ruleId: 'bigint',
  nth: 'bigint',
} as const

/** Marks notifications as read by a person; those that were read keep their instant. Answers those that are there. */
export async function readNotification(ctx: Context, { ids }: { ids: readonly number[] }): Promise<number[]> {
  return write(ctx, async (tx) => {
    const read = await tx
      .update(notification)
      .set({ readAt: sql`coalesce(${notification.readAt}, ${ctx.now.toISOString()}::timestamptz)` })
      .where(among(notification.id, ids))
      .returning({ id: notification.id })
    return read.map(({ id }) => id)
  })
}
