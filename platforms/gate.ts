/** 闸: stands before every call to a platform, the retries among them, and keeps to the quotas that all processes share. */
import type { Capability } from './connector.ts'
import { FetchError } from './errors.ts'
import type { Http, HttpCall } from './http.ts'
import { createLimiter } from './limiter.ts'

/** One call as the quotas see it. `scope` is 'app', or the account where each has a limit of its own. */
export interface QuotaCall {
  source: string
  scope: string
  limits: Capability
  urgent: boolean
  /** A longer wait is a refusal. */
  maxWaitMs: number
}

/** The books of one workspace's calls. Instants in ms. */
export interface Quota {
  /** Counts the call where it may go. */
  take(
    call: QuotaCall,
  ): Promise<
    | { kind: 'GO'; slot: number | null }
    | { kind: 'WAIT'; ms: number }
    | { kind: 'REFUSED'; until: number; reason: string }
  >
  /** The call that took this slot is answered. */
  leave(slot: number, callsPerSecond: number): Promise<void>
  /** The platform asked for silence, this long. */
  block(limit: { source: string; scope: string }, ms: number): Promise<void>
}

export interface Gate {
  /**
   * Waits until the call may go. `since`: when it was made. FetchError `quota`: it is too long to wait for; nothing was sent.
   * What it gives is to be called when the call is answered or given up on.
   */
  pass(call: HttpCall, since: number): Promise<() => Promise<void>>
  /** null: it did not say how long. */
  blocked(call: HttpCall, ms: number | null): Promise<void>
}

export interface GateOptions {
  source: string
  capability: Capability
  quota: Quota
  now: () => number
  sleep: (ms: number) => Promise<void>
}

/**
 * A call that is older than this does not wait any more: what it is for is leased for some minutes, and what comes after
 * them would be asked for nothing.
 */
const MAX_WAIT_MS = 60_000
/** Without a word of the platform on how long. */
const SILENCE_MS = 1000

export function createGate({ source, capability, quota, now, sleep }: GateOptions): Gate {
  const scopeOf = ({ account }: HttpCall) => (capability.scope === 'app' ? 'app' : account)
  // One asks, the others stand behind it: a crowd would only ask in turn what the first is told.
  const queue = createLimiter(1)
  const leave = async (slot: number | null) => {
    // A slot that is not left is free by itself, later: no reason to lose the answer.
    if (slot !== null) await quota.leave(slot, capability.callsPerSecond ?? 1).catch(() => {})
  }
  return {
    pass: (call, since) => {
      const scope = scopeOf(call)
      const urgent = call.urgent ?? false
      return queue(`${scope} ${urgent}`, async () => {
        for (let slept = 0; ; ) {
          const maxWaitMs = MAX_WAIT_MS - Math.max(slept, now() - since)
          const answer = await quota.take({ source, scope, limits: capability, urgent, maxWaitMs })
          if (answer.kind === 'GO') return () => leave(answer.slot)
          if (answer.kind === 'REFUSED') throw refusal(source, answer, now())
          slept += answer.ms
          await sleep(answer.ms)
        }
      })
    },
    blocked: (call, ms) => quota.block({ source, scope: scopeOf(call) }, ms ?? SILENCE_MS),
  }
}

function refusal(source: string, { until, reason }: { until: number; reason: string }, now: number) {
  const words = `${source}: not asked before ${new Date(until).toISOString()}, ${reason}`
  return new FetchError('quota', words, { retryAfterMs: Math.max(0, until - now) })
}

/** The same calls, through the gate. */
export function gated(http: Http, gate: Gate): Http {
  return { send: (call) => http.send({ ...call, gate }) }
}
