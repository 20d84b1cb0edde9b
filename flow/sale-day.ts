/** Sums of sales by day, so that money is not made of every order anew: always what `sale` says, for any order of writes. */
import { sql } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import { unnest } from '../db/unnest.ts'

/** A business day of the workspace on which something else is sold of an item than before. */
export interface SoldDay {
  itemId: string
  day: string
}

/**
 * Makes these days anew out of their orders, one statement. Whoever appends to `sale` calls it in the same transaction,
 * with the days of what orders say now and of what they said before; one at a time in a workspace (append of flow/sales.ts).
 */
export async function sumSales(tx: Tx, days: readonly SoldDay[]): Promise<void> {
  if (days.length === 0) return
  const sums = ['orders', 'gmv_fen', 'settled7_fen', 'settled14_fen', 'recorded_at']
  const each = (of: (name: string) => string) => sql.raw(sums.map(of).join(', '))
  await tx.execute(sql`
    with touched as (
      select item_id, day::date from ${unnest(days, 'touched', { itemId: 'text', day: 'text' })}
    ), made as (
      select touched.item_id, touched.day, made.*
      from touched cross join lateral sum_sales(touched.item_id, touched.day) made
    ), stored as (
      insert into sale_day as kept (item_id, day, subject_id, ${each((name) => name)})
      select item_id, day, subject_id, ${each((name) => name)} from made
      on conflict (workspace_id, item_id, day, subject_id) do update set ${each((name) => `${name} = excluded.${name}`)}
      where (${each((name) => `kept.${name}`)}) is distinct from (${each((name) => `excluded.${name}`)})
    )
    delete from sale_day gone using touched
    where gone.workspace_id = current_workspace() and gone.item_id = touched.item_id and gone.day = touched.day
      and not exists (
        select from made
        where made.item_id = gone.item_id and made.day = gone.day and made.subject_id = gone.subject_id)`)
}
