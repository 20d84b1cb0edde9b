import { z } from 'zod'
import { FetchError } from './errors.ts'
import { idSchema, type Oceanengine, wireId } from './oceanengine.ts'

/**
 * How a paid call ended. There is no idempotency key, so `unknown` (the answer was lost or unreadable) is settled
 * by reading the platform's list, never by sending again.
 */
export type Written<T> =
  | { outcome: 'done'; value: T }
  /** A rule of the platform is broken: never sent. `field` in our names. */
  | { outcome: 'invalid'; field: string; reason: string }
  /** The platform refused: nothing happened. */
  | { outcome: 'refused'; error: FetchError }
  | { outcome: 'unknown'; error: FetchError }

/** A field that breaks a documented rule of the platform. */
export interface Broken {
  field: string
  reason: string
}

const UNKNOWN: ReadonlySet<FetchError['kind']> = new Set(['network', 'timeout', 'parse'])

/** Posts for an advertiser to paths below `base`; what cannot begin by `notAfter`, ms, is refused and not sent. */
export function poster(oceanengine: Oceanengine, base: string) {
  return <T>(
    advertiserId: string,
    path: string,
    body: object,
    data: z.ZodType<T>,
    notAfter: number | undefined,
  ) =>
    oceanengine.call({
      method: 'POST',
      path: `${base}${path}`,
      account: advertiserId,
      body: { advertiser_id: wireId('advertiserId', advertiserId), ...body },
      effect: true,
      notAfter,
      data,
    })
}

/** Sends only when nothing is broken. */
export async function attempt<T>(broken: Broken | null, run: () => Promise<T>): Promise<Written<T>> {
  if (broken) return { outcome: 'invalid', ...broken }
  try {
    return { outcome: 'done', value: await run() }
  } catch (error) {
    if (!(error instanceof FetchError)) throw error
    return { outcome: UNKNOWN.has(error.kind) ? 'unknown' : 'refused', error }
  }
}

/** The first rule that is broken, in the order given; null when all hold. */
export function firstBroken(rules: readonly (readonly [field: string, holds: boolean, reason: string])[]) {
  const [field, , reason] = rules.find(([, holds]) => !holds) ?? []
  return field === undefined || reason === undefined ? null : { field, reason }
}

export function isId(id: string): boolean {
  try {
    return wireId('id', id) > 0n
  } catch {
    return false
  }
}

/** At most `decimals` decimals: 1.005 has three, whatever its double is. */
export function hasDecimals(value: number, decimals: number): boolean {
  return Number.isFinite(value) && Number(value.toFixed(decimals)) === value
}

/** One object of a write on several: code 0 does not mean that each of them was taken. */
export interface ItemResult {
  id: string
  ok: boolean
  reason: string | null
}

/** The answer leaves one of the objects out. */
export const NOT_SAID = 'not in the answer'

/** One result for each that was asked about, the first that says something of it: silence is no success. */
export function perItem(ids: readonly string[], results: readonly ItemResult[]): ItemResult[] {
  return ids.map((id) => results.find((each) => each.id === id) ?? { id, ok: false, reason: NOT_SAID })
}

const reason = z
  .string()
  .nullish()
  .transform((text) => text || null)

/** `{ad_ids[], errors[{ad_id, error_message}]}` of standard plans. */
export const listResults = z
  .object({
    ad_ids: z.array(idSchema).nullish(),
    errors: z.array(z.object({ ad_id: idSchema, error_message: reason })).nullish(),
  })
  .transform(({ ad_ids, errors }): ItemResult[] => {
    const failed = (errors ?? []).map((each) => ({ id: each.ad_id, ok: false, reason: each.error_message }))
    const broken = new Set(failed.map(({ id }) => id))
    const done = (ad_ids ?? []).filter((id) => !broken.has(id))
    return [...done.map((id) => ({ id, ok: true, reason: null })), ...failed]
  })

/** `results[{ad_id, flag, error}]` of 全域 status updates; flag is a boolean, 1/0 in one SDK. */
export const flagResults = z
  .object({
    results: z.array(
      z.object({
        ad_id: idSchema,
        flag: z.union([z.boolean(), z.literal([0, 1]).transform(Boolean)]),
        error: z.object({ error_message: reason }).nullish(),
      }),
    ),
  })
  .transform(({ results }): ItemResult[] =>
    results.map(({ ad_id, flag, error }) => ({ id: ad_id, ok: flag, reason: error?.error_message ?? null })),
  )

/** `results[{ad_id, status, error_message}]` of 全域 budget updates. */
export const statusResults = z
  .object({
    results: z.array(
      z.object({ ad_id: idSchema, status: z.enum(['SUCCESS', 'FAILED']), error_message: reason }),
    ),
  })
  .transform(({ results }): ItemResult[] =>
    results.map(({ ad_id, status, error_message }) => ({
      id: ad_id,
      ok: status === 'SUCCESS',
      reason: error_message,
    })),
  )
