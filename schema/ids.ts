import { InvalidInputError } from '../flow/errors.ts'

/** A global id as Pothos decodes it. */
interface GlobalId {
  typename: string
  id: string
}

/** The row's number out of a global id of that type; refuses ids of other types. */
export function rowId(field: string, type: string, { typename, id }: GlobalId): number {
  const number = Number(id)
  if (typename === type && Number.isSafeInteger(number) && number > 0) return number
  throw new InvalidInputError(field, `${field} must be the id of a ${type}, not of a ${typename}`)
}

/** The same for an argument that may be left out. */
export function optionalRowId(field: string, type: string, given: GlobalId | null | undefined): number | undefined {
  return given ? rowId(field, type, given) : undefined
}
