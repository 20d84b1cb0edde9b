/** Trials and scaled orders whose returns are known by now, and what they are. */
import { sql } from 'drizzle-orm'
import { type Db, rows, type Tx } from '../client.ts'

export interface Unsettled {
  promotionId: number
  days: 7 | 14
  /** Of the order, and of a trial's orders that its test went on through, 分. */
  spendFen: number
  paidGmvFen: number
  /** What the video sold on the days of those orders, each day once, 分: as paid, and what was not given back within `days`. */
  sold: { gmvFen: number; settledFen: number }
}

/** Later than this nobody waits for the sales of an order: they are read for 89 days back, and none of it runs any more. */
const DAYS_BACK = 60
const BATCH = 100

/**
 * Trials with a verdict and scaled orders that are over, and the terms of which nothing was said yet though all sales of their days
 * are that old by what the ledgers were read to. None of them is what would say nothing, and be found again for ever: a video
 * that sold nothing on those days, or less than `covered` of what the orders are said to have brought. What a plan pays for has
 * no record: its report has the boosts' figures in it (platform-apis.md 7.1). One statement.
 */
export async function loadUnsettled(
  db: Pick<Db, 'execute'>,
  now: Date,
  covered: number,
): Promise<Unsettled[]> {
  const found = await rows<Record<'id' | 'spend' | 'paid' | 'gmv' | 'settled', string> & { days: number }>(
    db,
    sql`with recursive made as (
        select p.id as judged_id, p.* from promotion p
        where p.workspace_id = current_workspace() and p.order_stand = 'OVER' and p.trial_terms is not null
          and (p.aim = 'TRIAL' and p.state in ('PASSED', 'FAILED')
            or p.aim = 'SCALE' and p.state in ('RETIRED', 'STOPPED') and p.method <> 'UNI_PLAN_ADD')
          and p.over_at >= ${now.toISOString()}::timestamptz - ${DAYS_BACK} * interval '1 day'
          and not (${restated(sql`p.id`, sql`7`)} and ${restated(sql`p.id`, sql`14`)})
        union all
        select m.judged_id, o.*
        from made m join promotion o on o.workspace_id = m.workspace_id and o.id = m.origin_id and o.aim = 'TRIAL'
        -- A test that began anew, since its margin had moved, has no earlier orders.
        where m.aim = 'TRIAL' and (select l.trial->'earlier' is not null from promotion_look l
          where l.workspace_id = m.workspace_id and l.promotion_id = m.id order by l.at desc limit 1)
      ), whole as (
        select m.judged_id, m.item_id, w.zone, sum(m.final_fen) as spend, coalesce(sum(m.gmv_fen), 0) as paid,
          range_agg(daterange(least(ran.first, ran.last), ran.last, '[]')) filter (where m.final_fen > 0) as days
        from made m join workspace w on w.id = m.workspace_id
        cross join lateral (select (coalesce(m.delivering_at, m.created_at) at time zone w.zone)::date as first,
          (m.over_at at time zone w.zone)::date as last) ran
        group by m.judged_id, m.item_id, w.zone
        -- What spent nothing brought nothing.
        having sum(m.final_fen) > 0 and bool_and(coalesce(
          m.order_stand = 'OVER' and m.over_at is not null and (m.final_fen = 0 or m.final_fen > 0 and m.gmv_fen is not null), false))
      )
      select whole.judged_id as id, term.days, whole.spend, whole.paid, sold.gmv, sold.settled
      from whole cross join (values (7), (14)) term (days)
      cross join lateral (
        select sum(d.gmv_fen) as gmv,
          sum(case term.days when 7 then d.settled7_fen else d.settled14_fen end) as settled,
          -- null: a ledger of them was never read to its end.
          bool_and(coalesce(((d.day + 1)::timestamp at time zone whole.zone) + term.days * interval '1 day' <= s.read_to, false)) as ripe
        from sale_day d
        left join subject s on s.workspace_id = d.workspace_id and s.id = d.subject_id
        where d.workspace_id = current_workspace() and d.item_id = whole.item_id
          and d.day >= lower(whole.days) and d.day < upper(whole.days) and d.day <@ whole.days
      ) sold
      where (whole.paid = 0 or sold.gmv >= greatest(1, ${covered}::float8 * whole.paid)) and sold.ripe
        and not ${restated(sql`whole.judged_id`, sql`term.days`)}
      order by whole.judged_id, term.days limit ${BATCH}`,
  )
  return found.map(({ id, days, spend, paid, gmv, settled }) => ({
    promotionId: Number(id),
    days: days === 7 ? 7 : 14,
    spendFen: Number(spend),
    paidGmvFen: Number(paid),
    sold: { gmvFen: Number(gmv), settledFen: Number(settled) },
  }))
}

/** Of one promotion, asked again while its row is locked. */
export async function isRestated(tx: Tx, promotionId: number, days: number): Promise<boolean> {
  const [found] = await rows<{ there: boolean }>(
    tx,
    sql`select ${restated(sql`${promotionId}::bigint`, sql`${days}::int`)} as there`,
  )
  return found?.there ?? false
}

const restated = (promotionId: ReturnType<typeof sql>, days: ReturnType<typeof sql>) => sql`exists (
  select from promotion_decision r
  where r.workspace_id = current_workspace() and r.promotion_id = ${promotionId}
    and r.rule in ('SETTLED_KEPT', 'SETTLED_OVERTURNED') and (r.numbers->>'settledDays')::int = ${days})`

export interface SettledPart {
  promotionId: number
  days: 7 | 14
  spendFen: number
  settledGmvFen: number
}

/** What the records say of a trial and of all that was scaled on it, each as of its longest term; none yet: empty. One statement. */
export async function loadSettled(tx: Tx, trialId: number | null): Promise<SettledPart[]> {
  if (trialId === null) return []
  const found = await rows<{ id: string; days: number; spend: number; kept: number }>(
    tx,
    sql`select distinct on (r.promotion_id) r.promotion_id as id, (r.numbers->>'settledDays')::int as days,
        (r.numbers->>'spentFen')::float8 as spend, (r.numbers->>'settledGmvFen')::float8 as kept
      from promotion t
      join promotion p on p.workspace_id = t.workspace_id and p.video_id = t.video_id
        and (p.id = t.id or p.origin_id = t.id and p.aim = 'SCALE')
      join promotion_decision r on r.workspace_id = p.workspace_id and r.promotion_id = p.id
      where t.workspace_id = current_workspace() and t.id = ${trialId}
        and r.rule in ('SETTLED_KEPT', 'SETTLED_OVERTURNED')
      order by r.promotion_id, days desc`,
  )
  return found.map(({ id, days, spend, kept }) => ({
    promotionId: Number(id),
    days: days === 7 ? 7 : 14,
    spendFen: spend,
    settledGmvFen: kept,
  }))
}
