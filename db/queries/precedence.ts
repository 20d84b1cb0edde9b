/** Which of several snapshots of one instant counts. */
import { type SQL, sql } from 'drizzle-orm'

/** As COUNTED of rules/precedence.ts, which a test compares. */
const SOURCES = ['qianchuan', 'douyin', 'xingtu', 'file']

/** An order of snapshots `of` at one instant: the first one counts. Sources that are not declared come last, by name. */
export function precedence(of: string): SQL {
  const declared = SOURCES.map((source) => `'${source}'`).join(', ')
  return sql.raw(`array_position(array[${declared}], ${of}.source), ${of}.source, ${of}.revision desc`)
}
