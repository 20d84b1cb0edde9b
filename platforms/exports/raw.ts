/** A row as the file has it, before anything is known of its columns. */
export interface RawRow {
  /** Line of a CSV, row of a sheet; the column of a transposed one. */
  line: number
  cells: string[]
  /** What a sheet says about each cell; a CSV says nothing. */
  forms?: Form[]
}

/** DATE and PERCENT are numbers with that cell format; MARKED is text that says so itself (an apostrophe in front). */
export type Form = 'TEXT' | 'NUMBER' | 'DATE' | 'PERCENT'

export interface RawFile {
  /** What the file turned out to be, for people. */
  about: string
  /** Days are counted from 1904 in files of old Macs. */
  date1904: boolean
  rows: AsyncGenerator<RawRow[], void, undefined>
  close(): Promise<void>
}
