/** The ways a verb refuses, for callers to branch on. Anything else that is thrown is a defect or an outage. */
import type { FetchError } from '../platforms/errors.ts'
import type { Pairing } from '../rules/pair.ts'

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

/** A short link cannot be read without the network, and there is nothing to follow it with. */
export class ShortLinkError extends Error {
  override readonly name = 'ShortLinkError'
  readonly link: string
  constructor(link: string) {
    super(
      `Only 抖音 knows to which video ${link} leads. Open it in a browser and paste the long address, or the id in it.`,
    )
    this.link = link
  }
}

/** A pair of elements that a cell breaks, and why the two are a pair. */
export interface BrokenPair extends Pairing {
  pairId: number
  reason: string
}

/** 品牌契合: the cell breaks at least one pair of its brand. */
export class PairError extends Error {
  override readonly name = 'PairError'
  readonly pairs: readonly BrokenPair[]
  constructor(pairs: readonly BrokenPair[]) {
    const said = { FORBIDDEN: 'two elements never meet', REQUIRED: 'an element needs another one' }
    super(`In this cell ${pairs.map(({ kind, reason }) => `${said[kind]}: ${reason}`).join('; ')}`)
    this.pairs = pairs
  }
}

export type Refusal = NotFoundError | InvalidInputError | ConflictError | PairError

/** Lines of a bulk change that cannot be accepted, so that none was; `index` counts from 0. */
export class LinesError extends Error {
  override readonly name = 'LinesError'
  readonly lines: readonly { index: number; error: Refusal }[]
  constructor(lines: readonly { index: number; error: Refusal }[]) {
    super(`Nothing was changed: ${lines.length} of the lines cannot be accepted.`)
    this.lines = lines
  }
}

/** Does `work` for each line; LinesError with all that it refused. */
export function eachLine<Line, Done>(
  lines: readonly Line[],
  work: (line: Line, index: number) => Done,
): Done[] {
  const refused: { index: number; error: Refusal }[] = []
  const done = lines.map((line, index) => {
    try {
      return work(line, index)
    } catch (error) {
      if (!REFUSALS.some((refusal) => error instanceof refusal)) throw error
      refused.push({ index, error: error as Refusal })
      return undefined
    }
  })
  if (refused.length > 0) throw new LinesError(refused)
  return done as Done[]
}
const REFUSALS = [NotFoundError, InvalidInputError, ConflictError, PairError]

/** What a platform's call failed of; anything else is no answer of a platform and is thrown on. */
export function fetchError(error: unknown): FetchError {
  if ((error as Error).name !== 'FetchError') throw error
  return error as FetchError
}

/** Turns the database's "already there" on one constraint into a ConflictError; lets everything else pass. */
export function conflictOn(constraint: string, message: string): (error: unknown) => never {
  return (error) => {
    const cause = (error as { cause?: { code?: string; constraint_name?: string } }).cause
    if (cause?.code === '23505' && cause.constraint_name === constraint) throw new ConflictError(message)
    throw error
  }
}

/** Refuses every problem at once, in the name of the first one's field; none: goes on. */
export function fitting(problems: readonly { field: string; message: string }[]): void {
  const [first] = problems
  if (first) throw new InvalidInputError(first.field, problems.map(({ message }) => message).join('; '))
}

/** The row, or NotFoundError. */
export function found<T>(row: T | undefined, what: string): T {
  if (row === undefined) throw new NotFoundError(what)
  return row
}

/** Refuses what is no text to people, and of which PostgreSQL would not take NUL nor keep half a character. */
export function plain(field: string, value: string): string {
  if (/(?![\u0080-\u009f])\p{Cc}/u.test(value)) {
    throw new InvalidInputError(field, `${field} must not hold control characters`)
  }
  if (/\p{Cs}/u.test(value)) {
    throw new InvalidInputError(field, `${field} holds half a character (a lone surrogate)`)
  }
  return value
}

/** Trims; refuses what is blank, longer than `most`, or not plain. More than 200 are notes, which may have lines. */
export function text(field: string, value: string, most = 200): string {
  const trimmed = value.trim()
  if (trimmed === '') throw new InvalidInputError(field, `${field} must not be blank`)
  plain(field, most > 200 ? trimmed.replaceAll(/\r?\n|\t/g, ' ') : trimmed)
  if ([...trimmed].length > most) {
    throw new InvalidInputError(field, `${field} has more than ${most} characters`)
  }
  return trimmed
}
