import { z } from 'zod'
import { createRandom } from './random.ts'

/** What can go wrong between a vendor and us in one call, each seen in the wild. */
export const FAULT_KINDS = [
  'rate_limit',
  'http_429',
  'http_500',
  'hang',
  'cut',
  // The effect has happened; the answer never arrives.
  'cut_after',
  'partial_body',
  'wrong_type',
  // Complete, but each entry twice, the last one first, or after the answers to later questions.
  'doubled',
  'reversed',
  'late',
  // The answer to the question before, which somebody else asked.
  'strayed',
  'expired_token',
  'busy',
] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

const callFault = z
  .object({
    /** Only calls of this path; every vendor path unless set. */
    path: z.string().optional(),
    kind: z.enum(FAULT_KINDS),
    /** Strikes the next calls, this many. */
    times: z.int().positive().optional(),
    /** Or strikes each call with this chance, from the seeded generator. */
    probability: z.number().min(0).max(1).optional(),
    /** Sent as Retry-After with rate_limit, http_429, http_500 and busy, seconds. */
    retryAfterS: z.int().nonnegative().optional(),
  })
  .refine((fault) => (fault.times === undefined) !== (fault.probability === undefined), {
    message: 'give either times or probability',
  })
/** Until the faults are cleared the vendor's clock is ahead of the true one by so much; negative is behind. */
const clockFault = z.strictObject({ kind: z.literal('clock_skew'), skewMs: z.int() })

export const faultSchema = z.union([callFault, clockFault])
/** One that strikes a call. */
export type Fault = z.infer<typeof callFault>
type AnyFault = z.infer<typeof faultSchema>

export interface Faults {
  add(faults: readonly AnyFault[]): void
  clear(): void
  list(): readonly AnyFault[]
  /** The fault that strikes this call, used up by asking; null when the call may pass. */
  strike(path: string): Fault | null
  /** How far the vendor's clock is ahead. */
  skewMs(): number
  /** Calls that were struck so far, by kind. */
  struck(): Partial<Record<FaultKind, number>>
}

export function createFaults(seed: string | number): Faults {
  const random = createRandom(seed, 'faults')
  let active: Fault[] = []
  let skewMs = 0
  const struck: Partial<Record<FaultKind, number>> = {}
  return {
    add: (faults) => {
      for (const fault of faults) {
        if (fault.kind === 'clock_skew') skewMs = fault.skewMs
        else active.push({ ...fault })
      }
    },
    clear: () => {
      active = []
      skewMs = 0
    },
    list: () => (skewMs === 0 ? active : [...active, { kind: 'clock_skew', skewMs }]),
    strike: (path) => {
      const fault = active.find((each) => (each.path ?? path) === path && strikes(each, random.next))
      active = active.filter((each) => each.times !== 0)
      if (fault) struck[fault.kind] = (struck[fault.kind] ?? 0) + 1
      return fault ?? null
    },
    skewMs: () => skewMs,
    struck: () => ({ ...struck }),
  }
}

function strikes(fault: Fault, uniform: () => number): boolean {
  if (fault.probability !== undefined) return uniform() < fault.probability
  fault.times = (fault.times ?? 0) - 1
  return true
}
