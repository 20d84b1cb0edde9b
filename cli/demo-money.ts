/** What the shop of the demo sold of the videos that it plays. */
import { sql } from 'drizzle-orm'
import { type Db, inWorkspace, rows } from '../db/client.ts'
import { readFigures } from '../flow/figure.ts'
import { median } from './demo-score.ts'

export interface DemoMoney {
  /** Videos that sold something, their orders and GMV, refunds included. */
  videos: number
  orders: number
  gmvFen: number
  /** Of it what was kept for 7 days; null: nothing is that old. */
  settledFen: number | null
  /** Videos with a settled ROI after 7 days, and the median of it; null: none is that old, or no ads ran. */
  settled: number
  settledRoi: number | null
}

export function sumMoney(db: Db, workspaceId: number, now: Date): Promise<DemoMoney> {
  return inWorkspace(db, workspaceId, async (tx) => {
    const sold = await rows<{
      video_id: string
      orders: string
      gmv_fen: string
      settled7_fen: string | null
    }>(
      tx,
      sql`select s.video_id, s.orders, s.gmv_fen, s.settled7_fen
        from video v join video_state s on s.workspace_id = v.workspace_id and s.video_id = v.id
        where v.cell_id is not null and s.orders > 0`,
    )
    const videoIds = sold.map(({ video_id }) => Number(video_id))
    const figures = [...(await readFigures(tx, { videoIds, asOf: null, now })).values()]
    const rois = figures.flatMap((of) => {
      const roi = of instanceof Error ? null : of.find(({ metric }) => metric === 'settledRoi7')?.value
      return roi == null ? [] : [roi]
    })
    const of7 = sold.flatMap(({ settled7_fen: fen }) => (fen === null ? [] : [Number(fen)]))
    return {
      videos: sold.length,
      orders: sold.reduce((sum, { orders }) => sum + Number(orders), 0),
      gmvFen: sold.reduce((sum, { gmv_fen }) => sum + Number(gmv_fen), 0),
      settledFen: of7.length === 0 ? null : of7.reduce((sum, fen) => sum + fen, 0),
      settled: rois.length,
      settledRoi: median(rois),
    }
  })
}

export function tellMoney(money: DemoMoney): string {
  const { videos, orders, gmvFen, settledFen, settled, settledRoi } = money
  const count = (value: number) => Math.round(value).toLocaleString('en')
  const parts = [
    `The shop sold ${count(orders)} orders for ¥${count(gmvFen / 100)} (GMV) through ${videos} videos`,
  ]
  if (settledFen !== null) parts.push(`¥${count(settledFen / 100)} of it is settled after 7 days`)
  if (settledRoi !== null)
    parts.push(`settled ROI ${settledRoi.toFixed(1)} in the median of ${settled} videos`)
  return `${parts.join('; ')}.`
}
