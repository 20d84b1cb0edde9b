/** The ways a verb refuses, for callers to branch on. Anything else that is thrown is a defect or an outage. */

/** Something that was named does not exist in this workspace. */
export class NotFoundError extends Error {
  override readonly name = 'NotFoundError'
  readonly what: string
  constructor(what: string) {
    super(`There is no such ${what} in this workspace.`)
    this.what = what
  }
}

/** The input cannot be accepted; `field` says where. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError'
  readonly field: string
  constructor(field: string, message: string) {
    super(message)
    this.field = field
  }
}

/** The input is fine but what is there already stands against it. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError'
}

/** Turns the database's "already there" on one constraint into a ConflictError; lets everything else pass. */
export function conflictOn(constraint: string, message: string): (error: unknown) => never {
  return (error) => {
    const cause = (error as { cause?: { code?: string; constraint_name?: string } }).cause
    if (cause?.code === '23505' && cause.constraint_name === constraint) throw new ConflictError(message)
    throw error
  }
}

/** The row, or NotFoundError. */
export function found<T>(row: T | undefined, what: string): T {
  if (row === undefined) throw new NotFoundError(what)
  return row
}

/** Trims; refuses what is blank or longer than `most`. */
export function text(field: string, value: string, most = 200): string {
  const trimmed = value.trim()
  if (trimmed === '') throw new InvalidInputError(field, `${field} must not be blank`)
  if (trimmed.length > most) throw new InvalidInputError(field, `${field} has more than ${most} characters`)
  return trimmed
}
