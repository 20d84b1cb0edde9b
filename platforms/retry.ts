import { FetchError, type FetchErrorKind } from './errors.ts'

/** Reads may be repeated after anything that can pass by itself. */
const PASSING: ReadonlySet<FetchErrorKind> = new Set(['rate_limited', 'network', 'timeout'])
/** A write only after a clear refusal at the door: in every other case it may have taken effect. */
const REFUSED_AT_THE_DOOR: ReadonlySet<FetchErrorKind> = new Set(['rate_limited'])

const FIRST_WAIT_MS = 250
const LONGEST_BACKOFF_MS = 10_000
const MAX_WAIT_MS = 30_000

interface RetryOptions {
  sleep: (ms: number) => Promise<void>
  random: () => number
  attempts: number
  maxWaitMs?: number
}

export function createRetry({ sleep, random, attempts, maxWaitMs = MAX_WAIT_MS }: RetryOptions) {
  return async <T>(effect: boolean, run: () => Promise<T>): Promise<T> => {
    const retryable = effect ? REFUSED_AT_THE_DOOR : PASSING
    for (let attempt = 1; ; attempt++) {
      try {
        return await run()
      } catch (error) {
        if (!(error instanceof FetchError) || attempt >= attempts || !retryable.has(error.kind)) throw error
        const wait = Math.max(error.retryAfterMs ?? 0, backoff(attempt, random))
        if (wait > maxWaitMs) throw error
        await sleep(wait)
      }
    }
  }
}

/** Half fixed, half jitter: spreads a herd without ever retrying at once. */
function backoff(attempt: number, random: () => number): number {
  const full = Math.min(LONGEST_BACKOFF_MS, FIRST_WAIT_MS * 2 ** (attempt - 1))
  return full / 2 + (random() * full) / 2
}

/** Retry-After comes as seconds or as an HTTP date; anything else is as good as absent. */
export function retryAfterMs(header: string | null, now: number): number | null {
  if (header === null) return null
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000
  const until = Date.parse(header)
  return Number.isNaN(until) ? null : Math.max(0, until - now)
}
