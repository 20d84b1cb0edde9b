import type { Tx } from '../db/client.ts'
import { type LineageRow, type LineageStart, loadLineages } from '../db/queries/lineage.ts'
import { type Lineage, lineageOf, type Offspring } from '../rules/lineage.ts'

/** All that came of the first origin of each of these breakouts or collaborations; without those that are not there. */
export async function readLineages(
  db: Pick<Tx, 'execute'>,
  kind: LineageStart,
  ids: readonly number[],
): Promise<Map<number, Lineage>> {
  const byStart = new Map<number, Offspring[]>()
  for (const row of await loadLineages(db, kind, ids)) {
    const start = Number(row.start)
    const known = byStart.get(start)
    if (known) known.push(offspring(row))
    else byStart.set(start, [offspring(row)])
  }
  return new Map([...byStart].map(([start, rows]) => [start, lineageOf(rows)]))
}

const numberOf = (value: string | null) => (value === null ? null : Number(value))

function offspring(row: LineageRow): Offspring {
  const { hop, state, step } = row
  const collaborationId = numberOf(row.collaboration_id)
  const videoId = numberOf(row.video_id)
  return {
    hop,
    breakoutId: numberOf(row.breakout_id),
    parentVideoId: numberOf(row.parent_video_id),
    kolId: numberOf(row.kol_id),
    kolName: row.kol_name,
    tier: row.tier,
    collaboration:
      collaborationId !== null && state && step
        ? { id: collaborationId, state, step, priceFen: numberOf(row.price_fen) }
        : null,
    video:
      videoId === null
        ? null
        : {
            id: videoId,
            title: row.title ?? '',
            plays: numberOf(row.plays),
            spendFen: numberOf(row.spend_fen),
            gmvFen: numberOf(row.gmv_fen),
          },
  }
}
