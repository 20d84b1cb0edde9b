import type { ServerResponse } from 'node:http'
import type { Fault, FaultKind } from './faults.ts'
import type { Tally } from './tally.ts'
import type { RouteResult, Vendor } from './vendor.ts'

const BELOW = new Set<FaultKind>(['hang', 'cut', 'http_429', 'http_500'])

/** Faults below the envelope; true when the call has been dealt with. */
export function breaksTransport(fault: Fault, response: ServerResponse, tally: Tally, path: string): boolean {
  if (!BELOW.has(fault.kind)) return false
  tally.call(path, fault.kind)
  if (fault.kind === 'cut') response.destroy()
  if (fault.kind === 'http_429') response.writeHead(429, retryAfter(fault)).end()
  if (fault.kind === 'http_500') {
    response
      .writeHead(500, { 'content-type': 'text/html', ...retryAfter(fault) })
      .end('<h1>Server Error</h1>')
  }
  return true
}

/** A fault that the vendor itself would report, in its own words; null for every other kind. */
export function faultyAnswer({ kind }: Fault, vendor: Vendor): RouteResult | null {
  if (kind !== 'rate_limit' && kind !== 'expired_token' && kind !== 'busy') return null
  return { ...vendor.refusals[kind], data: {} }
}

/** What the answer shows of the videos that were asked for has been seen. */
export const SHOWN = new Set<FaultKind>(['doubled', 'reversed', 'late', 'strayed'])
/** How late an answer is: others overtake it. */
export const LATE_MS = 700

/** The lists of an answer, each entry twice or the last one first. */
export function shuffled(kind: FaultKind | undefined, data: unknown): unknown {
  if (kind !== 'doubled' && kind !== 'reversed') return data
  const entries = Object.entries((data ?? {}) as Record<string, unknown>).map(([name, value]) => {
    if (!Array.isArray(value)) return [name, value]
    return [name, kind === 'doubled' ? [...value, ...value] : value.toReversed()]
  })
  return Object.fromEntries(entries)
}

/** The answer to the question before instead of this one; nothing, when there was none. */
export function strayed(answer: RouteResult, before: RouteResult | undefined): RouteResult {
  const asked = new Set(answer.looks)
  const looks = (before?.looks ?? []).filter((itemId) => asked.has(itemId))
  return { ...answer, data: before?.data ?? {}, looks }
}

export function sendHalf(response: ServerResponse, body: string): void {
  const bytes = Buffer.from(body)
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length })
  response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy())
}

export function retryAfter(fault: Fault | null): Record<string, string> {
  return fault?.retryAfterS === undefined ? {} : { 'retry-after': String(fault.retryAfterS) }
}
