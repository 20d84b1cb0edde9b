/** Global ids: base64 of `Video:12`. Decoded here and not by Pothos, so that a wrong one is an expected refusal. */
import { InvalidInputError } from '../flow/errors.ts'

const NODE_TYPES = [
  'Account',
  'Brand',
  'Element',
  'Matrix',
  'Cell',
  'Kol',
  'Video',
  'Rule',
  'Breakout',
  'Notification',
  'Promotion',
  'Webhook',
  'Pair',
  'Programme',
  'Campaign',
  'Phase',
  'Occasion',
  'Collaboration',
] as const
type NodeType = (typeof NODE_TYPES)[number]

/** The type and the row's number that a global id names; refuses anything else in the name of the field. */
export function decodeId(field: string, given: string): { typename: NodeType; id: string } {
  const [, name, id] = /^(\w+):([1-9]\d{0,15})$/.exec(Buffer.from(given, 'base64').toString()) ?? []
  const typename = NODE_TYPES.find((known) => known === name)
  // Decoding skips what is no base64: only the one text that such an id is written as is taken.
  const same = Buffer.from(`${typename}:${id}`).toString('base64') === given
  if (typename && id && same && Number.isSafeInteger(Number(id))) return { typename, id }
  throw new InvalidInputError(field, `${field} must be an id of this API, and ${given} is none`)
}

/** The row's number out of the global id of a `type`. */
export function rowId(field: string, type: NodeType, given: string | number): number {
  const { typename, id } = decodeId(field, String(given))
  if (typename === type) return Number(id)
  throw new InvalidInputError(field, `${field} must be the id of a ${type}, not of a ${typename}`)
}

/** The same for a field that may be left out. */
export function optionalRowId(
  field: string,
  type: NodeType,
  given: string | number | null | undefined,
): number | undefined {
  return given == null ? undefined : rowId(field, type, given)
}

/** A row that was just written. */
export function one<T>(row: T | undefined): T {
  if (row === undefined) throw new Error('a row that was just written is there')
  return row
}
