import type { ServerResponse } from 'node:http'
import type { Fault } from './faults.ts'
import type { Tally } from './tally.ts'
import type { RouteResult, Vendor } from './vendor.ts'

/** Faults below the envelope; true when the call has been dealt with. */
export function breaksTransport(fault: Fault, response: ServerResponse, tally: Tally, path: string): boolean {
  if (fault.kind !== 'hang' && fault.kind !== 'cut' && fault.kind !== 'http_500') return false
  tally.call(path, fault.kind)
  if (fault.kind === 'cut') response.destroy()
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

export function sendHalf(response: ServerResponse, body: string): void {
  const bytes = Buffer.from(body)
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length })
  response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy())
}

export function retryAfter(fault: Fault | null): Record<string, string> {
  return fault?.retryAfterS === undefined ? {} : { 'retry-after': String(fault.retryAfterS) }
}
