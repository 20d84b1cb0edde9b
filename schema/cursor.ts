import { decodeCursorChunk } from '@pothos/core'
import { InvalidInputError } from '../flow/errors.ts'

interface Page {
  after?: string | null | undefined
  before?: string | null | undefined
}

/** For lists in the order of instants: their cursors begin with one and have `parts`; one of another list is refused. */
export function checkCursors({ after, before }: Page, parts: number): void {
  for (const [field, cursor] of Object.entries({ after, before })) {
    if (cursor && !isOurs(cursor, parts)) throw new InvalidInputError(field, 'A cursor is not of this list.')
  }
}

function isOurs(cursor: string, parts: number): boolean {
  try {
    const chunk = decodeCursorChunk(Buffer.from(cursor, 'base64').toString().replace(/^DC:/, '')) as unknown[]
    const [at] = chunk
    return chunk.length === parts && at instanceof Date && !Number.isNaN(at.getTime())
  } catch {
    return false
  }
}
