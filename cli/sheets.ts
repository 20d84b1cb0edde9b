import type { SheetFiles } from '../flow/plan-sheet.ts'
import { writeTable } from '../platforms/plan-sheet.ts'
import { readTable } from '../platforms/plan-sheet-read.ts'

/** flow and schema know of files only what this says. */
export const SHEETS: SheetFiles = { write: writeTable, read: readTable }
