/** A user's own mapping of columns, from a JSON file. */
import { z } from 'zod'
import { ExportFileError } from './errors.ts'
import { heading, KIND_NAMES, KINDS, type Kind, UNITS } from './kinds.ts'

const fields = Object.keys(UNITS) as [string, ...string[]]
const Mapping = z
  .strictObject({
    /** Start from this kind's table; without one only the columns named here are read. */
    kind: z.enum(KIND_NAMES).optional(),
    subject: z.enum(['VIDEO', 'MATERIAL', 'PLAN', 'ORDER', 'TASK']).optional(),
    /** What the rows are marked with; a name of its own keeps them apart from other files. */
    source: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,39}$/)
      .optional(),
    /** Our field: their heading, several to try in order, or null to leave it out. */
    columns: z.partialRecord(
      z.enum(fields),
      z.union([z.string().min(1), z.array(z.string().min(1)).min(1), z.null()]),
    ),
  })
  .refine(({ kind, subject }) => kind || subject, { message: 'needs "kind" or "subject"' })
export type Mapping = z.infer<typeof Mapping>

export function parseMapping(text: string): Mapping {
  let json: unknown
  try {
    json = JSON.parse(text.replace(/^\ufeff/, ''))
  } catch (error) {
    throw new ExportFileError(`The mapping is not JSON (${(error as Error).message}).`)
  }
  const read = Mapping.safeParse(json)
  if (read.success) return read.data
  const problems = read.error.issues.map(({ path, message }) => `${path.join('.') || 'mapping'}: ${message}`)
  throw new ExportFileError(`The mapping is wrong: ${problems.join('; ')}.`)
}

/** The table that the user's mapping makes. */
export function mappedKind(mapping: Mapping, named: string | null): Kind {
  const base = KINDS.find(({ name }) => name === (named ?? mapping.kind))
  const own: Record<string, string[]> = {}
  for (const [field, names] of Object.entries(mapping.columns)) {
    own[field] = [names ?? []].flat().map((name) => heading(name).name)
  }
  const subject = mapping.subject ?? base?.subject
  if (!subject) throw new ExportFileError('The mapping needs "kind" or "subject".')
  return {
    name: mapping.source ?? base?.name ?? 'mapped',
    title: base?.title ?? 'own mapping',
    subject,
    fields: { ...base?.fields, ...own },
    ...(subject === 'KOL' && { needs: 'name' as const, unkept: base?.unkept ?? [] }),
    signs: [],
    not: [],
    totals: base?.totals ?? own.createdAt !== undefined,
  }
}

export function namedKind(name: string): Kind {
  const kind = KINDS.find((one) => one.name === name)
  if (!kind) throw new ExportFileError(`There is no kind ${name}; there are ${KIND_NAMES.join(', ')}.`)
  return kind
}
