/** Trials whose returns are known by now, and what they are. */
import { sql } from 'drizzle-orm'
import { type Db, rows, type Tx } from '../client.ts'

export interface Unsettled {
  promotionId: number
  days: 7 | 14
  /** What the video sold on the days of the order, 分: as paid, and what was not given back within `days`. */
  sold: { gmvFen: number; settledFen: number }
}

/** Later than this nobody waits for the sales of a trial: they are read for 89 days back, and none of it runs any more. */
const DAYS_BACK = 60
const BATCH = 100

/**
 * Trials with a verdict whose order is over, and the terms of which nothing was said yet though all sales of its days are
 * that old by what their ledgers were read to. None of them is what would say nothing, and be found again for ever: a video that sold
 * nothing on those days, or less than `covered` of what the order is said to have brought. One statement.
 */
export async function loadUnsettled(
  db: Pick<Db, 'execute'>,
  now: Date,
  covered: number,
): Promise<Unsettled[]> {
  const found = await rows<{ id: string; days: number; gmv: string; settled: string }>(
    db,
    sql`select p.id, term.days, sold.gmv, sold.settled
      from promotion p
      join workspace w on w.id = p.workspace_id
      cross join (values (7), (14)) term (days)
      cross join lateral (
        select sum(d.gmv_fen) as gmv,
          sum(case term.days when 7 then d.settled7_fen else d.settled14_fen end) as settled,
          -- null: a ledger of them was never read to its end.
          bool_and(coalesce(((d.day + 1)::timestamp at time zone w.zone) + term.days * interval '1 day' <= s.read_to, false)) as ripe
        from sale_day d
        left join subject s on s.workspace_id = d.workspace_id and s.id = d.subject_id
        where d.workspace_id = p.workspace_id and d.item_id = p.item_id
          and d.day between (coalesce(p.delivering_at, p.created_at) at time zone w.zone)::date
            and (p.over_at at time zone w.zone)::date
      ) sold
      where p.workspace_id = current_workspace() and p.aim = 'TRIAL' and p.state in ('PASSED', 'FAILED')
        and p.order_stand = 'OVER' and p.final_fen > 0 and p.gmv_fen is not null and p.trial_terms is not null
        and (p.gmv_fen = 0 or sold.gmv >= greatest(1, ${covered}::float8 * p.gmv_fen))
        and p.over_at >= ${now.toISOString()}::timestamptz - ${DAYS_BACK} * interval '1 day'
        and sold.ripe and not ${restated(sql`p.id`, sql`term.days`)}
      order by p.id, term.days limit ${BATCH}`,
  )
  return found.map(({ id, days, gmv, settled }) => ({
    promotionId: Number(id),
    days: days === 7 ? 7 : 14,
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

/** What settled ROI said of the trial last; null: nothing yet. */
export async function loadRestated(
  tx: Tx,
  promotionId: number | null,
): Promise<{ roi: number; days: 7 | 14 } | null> {
  if (promotionId === null) return null
  const [found] = await rows<{ roi: number; days: number }>(
    tx,
    sql`select (numbers->>'settledRoi')::float8 as roi, (numbers->>'settledDays')::int as days
      from promotion_decision
      where workspace_id = current_workspace() and promotion_id = ${promotionId}
        and rule in ('SETTLED_KEPT', 'SETTLED_OVERTURNED')
      order by days desc limit 1`,
  )
  return found ? { roi: found.roi, days: found.days === 7 ? 7 : 14 } : null
}
