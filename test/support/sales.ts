/** Sales as a test says them, with the sums by day that follow from them, as flow/sales.ts would store them. */
import { sql } from 'drizzle-orm'
import { rows, type Tx } from '../../db/client.ts'
import { sale } from '../../db/tables.ts'
import { sumSales } from '../../flow/sale-day.ts'

export async function storeSales(tx: Tx, sales: (typeof sale.$inferInsert)[]): Promise<void> {
  await tx.insert(sale).values(sales)
  const items = sql`${sql.param([...new Set(sales.map(({ itemId }) => itemId))])}::text[]`
  const days = await rows<{ itemId: string; day: string }>(
    tx,
    sql`select distinct s.item_id as "itemId", (s.paid_at at time zone w.zone)::date::text as day
      from sale s join workspace w on w.id = s.workspace_id where s.item_id = any(${items})`,
  )
  await sumSales(tx, days)
}
