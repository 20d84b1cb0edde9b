import type { TokenStore } from './tokens.ts'
import type { World } from './world.ts'

/** What a vendor's route is given. */
export interface RouteContext {
  world: World
  now: number
  query: URLSearchParams
  headers: Record<string, string | undefined>
  /** JSON (ids beyond 2^53 as text) or a form; null when it is neither. */
  body: unknown
  tokens: TokenStore
  advertiserIds: readonly string[]
  /** Whether a 抖音号 is bound to the advertisers. */
  bound: (awemeId: string) => boolean
  /** Whether the shop may ask the alliance as an MCN. */
  mcn: boolean
  state: State
}

/** The vendor's answer before its envelope; `looks` are the videos whose counters it shows. */
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

/** One platform: its interfaces, and its way of wrapping an answer and of refusing. */
export interface Vendor {
  routes: Route[]
  envelope(result: RouteResult, requestId: string, now: number): unknown
  refusals: Record<'rate_limit' | 'expired_token' | 'busy', { code: number; message: string }>
  /** Counts as an app shows them, which is what a careless release once put into an API. */
  wrongTypes(data: unknown): unknown
}

/** What a vendor remembers between calls (orders, tokens, quotas), by a name of its own. */
export interface State {
  of<T>(name: string, create: () => T): T
}

export function createState(): State {
  const held = new Map<string, unknown>()
  return {
    of<T>(name: string, create: () => T): T {
      if (!held.has(name)) held.set(name, create())
      return held.get(name) as T
    },
  }
}

/** One question and its answer as they went over the wire. */
export interface Exchange {
  method: 'GET' | 'POST'
  path: string
  query: URLSearchParams
  headers: Record<string, string | undefined>
  body: unknown
  text: string
  /** With its envelope. */
  answer: unknown
  code: number
}
