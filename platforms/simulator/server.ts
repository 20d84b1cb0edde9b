import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { parseJson, toJson } from '../json.ts'
import { createControl } from './control.ts'
import { doudian } from './doudian.ts'
import { douyin } from './douyin.ts'
import { douyinOauth } from './douyin-oauth.ts'
import {
  breaksTransport,
  faultyAnswer,
  LATE_MS,
  retryAfter,
  SHOWN,
  sendHalf,
  shuffled,
  strayed,
} from './fault-effects.ts'
import { createFaults, type Fault, type Faults } from './faults.ts'
import { oceanengine } from './oceanengine.ts'
import { createMeter, type Meter, type SimulatorQuota } from './quota.ts'
import { skewedWorld } from './skew.ts'
import { createTally, type Tally } from './tally.ts'
import { createTokens, type TokenStore } from './tokens.ts'
import {
  createState,
  type Exchange,
  type Route,
  type RouteResult,
  type State,
  type Vendor,
} from './vendor.ts'
import { close, listen, readBody } from './wire.ts'
import type { World } from './world.ts'

/** A new vendor is one file that exports a Vendor, and one entry here. */
export const VENDORS: Vendor[] = [oceanengine, douyin, douyinOauth, doudian]

export interface SimulatorOptions {
  world: World
  now: () => number
  /** 0, the default, takes a free port. */
  port?: number
  /** Every answer waits this long. */
  latencyMs?: number
  /** Accounts that the tokens may speak for. */
  advertiserIds?: readonly string[]
  /** Whether a 抖音号 is bound to the advertisers; all are, unless set. */
  bound?: (awemeId: string) => boolean
  /** Whether the shop is an MCN's as well and may ask the alliance; it may, unless set. */
  mcn?: boolean
  /** Life of an access token; a day, as 巨量's, unless set. */
  tokenLifeS?: number
  /** Limits that callers are held to; none unless set. */
  quota?: readonly SimulatorQuota[]
  /** Hears of every question that reached a route, with its answer: contract tests check both. */
  onExchange?: (exchange: Exchange) => void
}

export interface Simulator {
  url: string
  advertiserId: string
  faults: Faults
  tokens: TokenStore
  tally: Tally
  /** How fast it was asked. */
  meter: Meter
  close(): Promise<void>
}

export async function createSimulator(options: SimulatorOptions): Promise<Simulator> {
  const faults = createFaults(options.world.options.seed)
  /** What the vendors' clock shows. */
  const now = () => options.now() + faults.skewMs()
  const tokens = createTokens(now, options.tokenLifeS)
  const tally = createTally()
  const meter = createMeter(options.quota)
  const advertiserIds = options.advertiserIds ?? ['1700000000000001']
  const state = createState()
  const { world } = options
  const control = createControl({ world, now, faults, tally, meter, state, advertiserIds })
  const vendor = createVendor(options, { faults, tokens, tally, meter, advertiserIds, state, now })
  const server = createServer((request, response) => {
    const handle = request.url?.startsWith('/control/') ? control : vendor
    handle(request, response).catch((error: unknown) => {
      // A fault of the simulator itself must look like one, not like a vendor's mood.
      response.writeHead(501, { 'content-type': 'text/plain' }).end(`simulator: ${String(error)}`)
    })
  })
  const url = await listen(server, options.port ?? 0)
  const advertiserId = advertiserIds[0] ?? ''
  return { url, advertiserId, faults, tokens, tally, meter, close: () => close(server) }
}

type Parts = Pick<Simulator, 'faults' | 'tokens' | 'tally' | 'meter'> & {
  advertiserIds: readonly string[]
  state: State
  now: () => number
}

function createVendor(options: SimulatorOptions, parts: Parts) {
  let dated = { skewMs: 0, world: options.world }
  const worldNow = () => {
    const skewMs = parts.faults.skewMs()
    if (skewMs !== dated.skewMs) dated = { skewMs, world: skewedWorld(options.world, skewMs) }
    return dated.world
  }
  /** The answer before, by path. */
  const earlier = new Map<string, RouteResult>()
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://simulator')
    const text = await readBody(request)
    response.setHeader('date', new Date(parts.now()).toUTCString())
    if (options.latencyMs) await pause(options.latencyMs)
    const broken = parts.meter.count(url.pathname, url.searchParams, options.now())
    if (broken?.retryAfterS !== undefined) {
      parts.tally.call(url.pathname, 429)
      response.writeHead(429, { 'retry-after': String(broken.retryAfterS) }).end()
      return
    }
    const fault: Fault | null = broken ? { kind: 'rate_limit' } : parts.faults.strike(url.pathname)
    if (fault && breaksTransport(fault, response, parts.tally, url.pathname)) return
    const found = findRoute(request.method ?? '', url.pathname)
    if (!found) {
      parts.tally.call(url.pathname, 404)
      response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found')
      return
    }
    const { vendor, route } = found
    const context = {
      ...parts,
      world: worldNow(),
      now: parts.now(),
      bound: options.bound ?? (() => true),
      mcn: options.mcn ?? true,
      query: url.searchParams,
      headers: singleValues(request.headers),
      body: bodyOf(text, request.headers['content-type']),
    }
    const answer = (fault && faultyAnswer(fault, vendor)) ?? route.answer(context)
    const shown = fault?.kind === 'strayed' ? strayed(answer, earlier.get(url.pathname)) : answer
    if (answer.code === 0) earlier.set(url.pathname, answer)
    const data =
      fault?.kind === 'wrong_type' ? vendor.wrongTypes(shown.data) : shuffled(fault?.kind, shown.data)
    const envelope = vendor.envelope({ ...answer, data }, parts.tally.nextRequestId(), context.now)
    const body = toJson(envelope)
    parts.tally.call(url.pathname, fault?.kind === 'partial_body' ? 'partial_body' : answer.code)
    options.onExchange?.({
      method: route.method,
      path: route.path,
      ...context,
      text,
      answer: envelope,
      code: answer.code,
    })
    if (fault?.kind === 'cut_after') return void response.destroy()
    if (fault?.kind === 'partial_body') return sendHalf(response, body)
    if (fault?.kind === 'late') await pause(LATE_MS)
    if (fault === null || SHOWN.has(fault.kind)) parts.tally.looks(shown.looks ?? [], options.now())
    response.writeHead(200, { 'content-type': 'application/json', ...retryAfter(fault) }).end(body)
  }
}

function findRoute(method: string, path: string): { vendor: Vendor; route: Route } | null {
  for (const vendor of VENDORS) {
    const route = vendor.routes.find((each) => each.method === method && each.path === path)
    if (route) return { vendor, route }
  }
  return null
}

function singleValues(headers: IncomingHttpHeaders): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}

function bodyOf(text: string, type = ''): unknown {
  if (type.includes('x-www-form-urlencoded')) return Object.fromEntries(new URLSearchParams(text))
  try {
    return parseJson(text)
  } catch {
    return null
  }
}
