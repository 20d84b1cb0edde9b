import type { ServerResponse } from 'node:http'
import type { Fault } from './faults.ts'
import type { RouteResult } from './server.ts'
import type { Tally } from './tally.ts'

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

export function refusal(fault: Fault): RouteResult | null {
  if (fault.kind === 'rate_limit') {
    return { code: 40100, message: 'Too many requests. Please retry in some time.', data: {} }
  }
  if (fault.kind === 'expired_token') return { code: 40102, message: 'access_token has expired', data: {} }
  if (fault.kind === 'busy') {
    return { code: 50000, message: 'Internal service timed out. Please retry in sometime.', data: {} }
  }
  return null
}

/** Counts as an app shows them, which is what a careless vendor release once put into the API. */
export function wrongTypes(data: unknown): unknown {
  const list = (data as { video_list?: Record<string, unknown>[] }).video_list
  if (!list) return 'ok'
  return { ...(data as object), video_list: list.map((item) => ({ ...item, view_cnt: '1.2w' })) }
}

export function sendHalf(response: ServerResponse, body: string): void {
  const bytes = Buffer.from(body)
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length })
  response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy())
}

export function retryAfter(fault: Fault | null): Record<string, string> {
  return fault?.retryAfterS === undefined ? {} : { 'retry-after': String(fault.retryAfterS) }
}
