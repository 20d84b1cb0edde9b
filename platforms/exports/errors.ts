/** The file as a whole cannot be imported; single bad rows are refused lines instead. */
export class ExportFileError extends Error {
  override readonly name = 'ExportFileError'
}

/** Why a cell cannot be taken. */
export class Refused {
  readonly reason: string
  constructor(reason: string) {
    this.reason = reason
  }
}
