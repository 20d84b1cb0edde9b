import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { parseJson, toJson } from '../json.ts'
import { createControl } from './control.ts'
import { breaksTransport, refusal, retryAfter, sendHalf, wrongTypes } from './fault-effects.ts'
import { createFaults, type Faults } from './faults.ts'
import { qianchuanRoutes } from './qianchuan.ts'
import { createTally, type Tally } from './tally.ts'
import { createTokens, type TokenStore } from './tokens.ts'
import { close, listen, readBody } from './wire.ts'
import type { World } from './world.ts'

/** What a vendor's route is given. A new vendor is one file with a table of these, added to ROUTES. */
export interface RouteContext {
  world: World
  now: number
  query: URLSearchParams
  headers: Record<string, string | undefined>
  body: unknown
  tokens: TokenStore
  advertiserIds: readonly string[]
}
/** The vendor's envelope without its request_id; `looks` are the videos whose counters it shows. */
export interface RouteResult {
  code: number
  message: string
  data: unknown
  looks?: string[]
}
export interface Route {
  method: 'GET' | 'POST'
  path: string
  answer(context: RouteContext): RouteResult
}
const ROUTES: Route[] = [...qianchuanRoutes]

export interface SimulatorOptions {
  world: World
  now: () => number
  /** 0, the default, takes a free port. */
  port?: number
  /** Every answer waits this long. */
  latencyMs?: number
  /** Accounts that the tokens may speak for. */
  advertiserIds?: readonly string[]
}

export interface Simulator {
  url: string
  advertiserId: string
  faults: Faults
  tokens: TokenStore
  tally: Tally
  close(): Promise<void>
}

export async function createSimulator(options: SimulatorOptions): Promise<Simulator> {
  const faults = createFaults(options.world.options.seed)
  const tokens = createTokens(options.now)
  const tally = createTally()
  const advertiserIds = options.advertiserIds ?? ['1700000000000001']
  const control = createControl({ world: options.world, faults, tally })
  const vendor = createVendor(options, { faults, tokens, tally, advertiserIds })
  const server = createServer((request, response) => {
    const handle = request.url?.startsWith('/control/') ? control : vendor
    handle(request, response).catch((error: unknown) => {
      // A fault of the simulator itself must look like one, not like a vendor's mood.
      response.writeHead(501, { 'content-type': 'text/plain' }).end(`simulator: ${String(error)}`)
    })
  })
  const url = await listen(server, options.port ?? 0)
  return { url, advertiserId: advertiserIds[0] ?? '', faults, tokens, tally, close: () => close(server) }
}

type Parts = Pick<Simulator, 'faults' | 'tokens' | 'tally'> & { advertiserIds: readonly string[] }

function createVendor(options: SimulatorOptions, parts: Parts) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://simulator')
    const text = await readBody(request)
    if (options.latencyMs) await new Promise((resolve) => setTimeout(resolve, options.latencyMs))
    const fault = parts.faults.strike(url.pathname)
    if (fault && breaksTransport(fault, response, parts.tally, url.pathname)) return

    const result = fault ? refusal(fault) : null
    const answer = result ?? route(request, url, text, options, parts)
    const body = toJson({
      code: answer.code,
      message: answer.message,
      data: fault?.kind === 'wrong_type' ? wrongTypes(answer.data) : answer.data,
      request_id: parts.tally.nextRequestId(),
    })
    parts.tally.call(url.pathname, fault?.kind === 'partial_body' ? 'partial_body' : answer.code)
    if (fault?.kind === 'partial_body') return sendHalf(response, body)
    if (fault === null) parts.tally.looks(answer.looks ?? [], options.now())
    response.writeHead(200, { 'content-type': 'application/json', ...retryAfter(fault) }).end(body)
  }
}

function route(
  request: IncomingMessage,
  url: URL,
  text: string,
  options: SimulatorOptions,
  parts: Parts,
): RouteResult {
  const found = ROUTES.find((each) => each.method === request.method && each.path === url.pathname)
  if (!found) return { code: 40001, message: `no such interface: ${url.pathname}`, data: {} }
  return found.answer({
    world: options.world,
    now: options.now(),
    query: url.searchParams,
    headers: singleValues(request.headers),
    body: bodyOf(text),
    tokens: parts.tokens,
    advertiserIds: parts.advertiserIds,
  })
}

function singleValues(headers: IncomingHttpHeaders): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}

function bodyOf(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return null
  }
}
