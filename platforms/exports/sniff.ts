/** What a file is, by its first bytes; a name proves nothing. */
import { ExportFileError } from './errors.ts'

/** ExportFileError: it is neither, and how to mend that. */
export function sniff(start: Buffer): 'WORKBOOK' | 'TEXT' {
  if (start.subarray(0, 4).toString('latin1') === 'PK\u0003\u0004') return 'WORKBOOK'
  if (start.length >= 4 && start.readUInt32BE(0) === 0xd0cf11e0) {
    throw new ExportFileError(
      'This is an old .xls (or a workbook with a password). Save it as .xlsx without one.',
    )
  }
  if (/^\s*(<!doctype|<html|<table|<\?xml)/i.test(start.toString('latin1'))) {
    throw new ExportFileError('This is a web page with an .xls or .csv name. Open it and save it as .xlsx.')
  }
  return 'TEXT'
}
