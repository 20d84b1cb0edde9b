import { isInteger, parse } from 'lossless-json'
import { z } from 'zod'
import { toJson } from './json.ts'
import type { Exchange } from './simulator/vendor.ts'

/**
 * One interface of a vendor as its documents give it. The tables in contracts/ are strict: a field that no document
 * knows is a problem. Connectors read leniently; these hold both sides of the wire to the letter in tests.
 */
export interface Contract {
  method: 'GET' | 'POST'
  path: string
  /** Every value is text; arrays and objects arrive JSON-decoded. Left out: the call takes none. */
  query?: z.ZodType
  /** JSON, or the fields of a form as text. Left out: the call takes none. */
  body?: z.ZodType
  data: z.ZodType
  /** The vendor's code of success, 0 unless set; a refusal has no data to check. */
  ok?: number
}

/** A 64-bit integer that is a JSON number on the wire; quoted it is a problem. */
export const wireInt = z.union([z.int(), z.bigint()])
/** The same as a scalar of a query, where everything is text. */
export const intText = z.string().regex(/^-?\d{1,19}$/)

/** `starred` fields are required, the others may be absent, any third is a problem. */
export function fields<S extends z.ZodRawShape, O extends z.ZodRawShape>(starred: S, optional: O = {} as O) {
  return z.strictObject({ ...starred, ...z.object(optional).partial().shape })
}

const NOTHING = z.strictObject({})

/** What is wrong with one question and its answer, a line each; empty when both keep the contract. */
export function checkExchange(contracts: readonly Contract[], exchange: Exchange): string[] {
  const name = `${exchange.method} ${exchange.path}`
  const contract = contracts.find(({ method, path }) => `${method} ${path}` === name)
  if (!contract) return [`${name}: no contract`]
  const problems = [
    ...problemsOf('query', contract.query ?? NOTHING, questionOf(exchange.query)),
    ...problemsOf('body', contract.body ?? NOTHING, bodyOf(exchange)),
  ]
  if (exchange.code === (contract.ok ?? 0)) {
    const answer = readWire(toJson(exchange.answer)) as { data?: unknown }
    problems.push(...problemsOf('data', contract.data, answer.data))
  }
  return problems.map((problem) => `${name}: ${problem}`)
}

function questionOf(query: URLSearchParams): Record<string, unknown> {
  return Object.fromEntries(
    [...query].map(([name, value]) => [name, /^[[{]/.test(value) ? readWire(value) : value]),
  )
}

function bodyOf({ headers, text, body }: Exchange): unknown {
  if (text === '') return {}
  return headers['content-type']?.includes('form') ? body : readWire(text)
}

/** Unlike parseJson this tells an unquoted id from a quoted one: beyond 2^53 it is a bigint. */
function readWire(text: string): unknown {
  try {
    return parse(text, undefined, (digits) => {
      const value = Number(digits)
      return isInteger(digits) && !Number.isSafeInteger(value) ? BigInt(digits) : value
    })
  } catch {
    return text
  }
}

function problemsOf(part: string, schema: z.ZodType, value: unknown): string[] {
  const parsed = schema.safeParse(value)
  if (parsed.success) return []
  return parsed.error.issues.map((issue) => `${[part, ...issue.path].join('.')}: ${issue.message}`)
}
