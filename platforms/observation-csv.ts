/** How records are taken out of csv-parse, for the long form and for exports. */
import type { Parser } from 'csv-parse'

export interface Fed {
  records: string[][]
  error: Error | null
}

/**
 * All that one chunk yields, so memory holds one chunk of rows. Read before waiting, because a full
 * parser acknowledges a chunk only once it has been read; and after, because it may have gone on then.
 */
export async function feed(parser: Parser, act: (done: () => void) => void): Promise<Fed> {
  const records: string[][] = []
  const drain = () => {
    for (let record = parser.read(); record !== null; record = parser.read()) records.push(record)
  }
  const done = new Promise<void>((resolve) => act(() => resolve()))
  drain()
  await done
  drain()
  return { records, error: parser.errored }
}

/** Quoted cells may hold line ends; without counting them every later line number would be wrong. */
export function innerLineEnds(record: readonly string[]): number {
  let ends = 0
  for (const cell of record) if (cell.includes('\n')) ends += cell.split('\n').length - 1
  return ends
}
