/** What the board of a matrix needs to be told as of an instant: two reads, however many videos it has. */
import type { Db } from '../db/client.ts'
import { type BoardAsOf, loadBoardVideos } from '../db/queries/board-as-of.ts'
import { loadTold, type Told } from '../db/queries/money.ts'
import { type FigureKey, prefer } from '../rules/precedence.ts'
import { InvalidInputError } from './errors.ts'

/** InvalidInputError: looks at one of its videos were known then and are no longer kept. */
export async function readBoardAsOf(
  db: Pick<Db, 'execute'>,
  { matrixId, asOf }: { matrixId: number; asOf: Date },
): Promise<BoardAsOf> {
  const videos = await loadBoardVideos(db, matrixId, asOf)
  const dropped = videos.filter((video) => video.dropped).length
  if (dropped > 0) {
    throw new InvalidInputError(
      'asOf',
      `Looks at ${dropped} videos that were known at ${asOf.toISOString()} are no longer kept: ask for a later instant.`,
    )
  }
  const told = await loadTold(
    db,
    videos.map(({ videoId }) => videoId),
    asOf,
  )
  const money = [...told].map(([videoId, all]) => ({
    videoId,
    spendFen: believed('spendFen', all),
    gmvFen: believed('gmvFen', all),
  }))
  return { at: asOf, money }
}

function believed(figure: FigureKey, told: readonly Told[]): number | null {
  const said = told.flatMap(({ source, [figure]: value }) => (value === null ? [] : [{ source, value }]))
  return prefer(figure, said)?.value ?? null
}
