/** A simulator with a clock of its own, and the connectors' parts that stand before it. */
import { afterAll, afterEach, beforeAll } from 'vitest'
import type { CounterAnswer } from '../../platforms/connector.ts'
import { exchangeCode } from '../../platforms/douyin-oauth.ts'
import { createHttp, type Http, type HttpOptions } from '../../platforms/http.ts'
import { createOceanengine, type Oceanengine } from '../../platforms/oceanengine.ts'
import type { PromotionOrder } from '../../platforms/promotion.ts'
import { DOUYIN_SCOPES } from '../../platforms/simulator/douyin.ts'
import { DOUYIN_APP } from '../../platforms/simulator/douyin-accounts.ts'
import { productOf } from '../../platforms/simulator/orders-yield.ts'
import { createSimulator, type Simulator, type SimulatorOptions } from '../../platforms/simulator/server.ts'
import type { WorldVideo } from '../../platforms/simulator/videos.ts'
import { createWorld, type World, type WorldOptions } from '../../platforms/simulator/world.ts'
import type { SuixintuiDetail } from '../../platforms/suixintui-read.ts'
import type { OrderInput } from '../../platforms/suixintui-rules.ts'

/** Midnight in Shanghai before the 1st of June. */
export const START = Date.UTC(2026, 4, 31, 16)

export function worldOf(options: Partial<WorldOptions> & { seed: number }): World {
  return createWorld({ startAt: START, kols: 4, videos: 120, hitShare: 0.1, publishDays: 2, ...options })
}

type Client = Partial<Omit<HttpOptions, 'fetch'>> & { fetch?: typeof fetch }

export interface Stage {
  world: World
  /** The true time; a test moves it. */
  now: number
  readonly simulator: Simulator
  http(options?: Client): Http
  oceanengine(options?: Client): Oceanengine
  /** A call at the simulator's stage door. */
  control(method: string, path: string, body?: unknown): Promise<Response>
  truth(): Promise<Truth>
  /** Calls of a path so far. */
  calls(path?: string): number
}

export interface Truth {
  orders: {
    orderId: string
    itemId: string
    status: SuixintuiDetail['status']
    amountFen: number
    figures: { plays: number; spendFen: number }
  }[]
  writes: { path: string; code: number; made: string | null }[]
}

/** One simulator per test file; faults end with their test. */
export function stageOf(world: World, at: number, options: Partial<SimulatorOptions> = {}): Stage {
  let simulator: Simulator
  beforeAll(async () => {
    simulator = await createSimulator({ world, now: () => stage.now, ...options })
  })
  afterAll(() => simulator.close())
  afterEach(() => simulator.faults.clear())
  const stage: Stage = {
    world,
    now: at,
    get simulator() {
      return simulator
    },
    http: ({ fetch: canned, ...rest } = {}) =>
      createHttp({
        ...(canned ? { fetch: canned } : {}),
        now: () => stage.now,
        sleep: async () => {},
        random: () => 0.5,
        timeoutMs: 5000,
        attempts: 3,
        concurrencyPerAccount: 4,
        ...rest,
      }),
    oceanengine: (rest) =>
      createOceanengine({
        baseUrl: simulator.url,
        accessToken: () => simulator.tokens.current().accessToken,
        http: stage.http(rest),
      }),
    control: (method, path, body) =>
      fetch(`${simulator.url}/control/${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) }),
    truth: async () => (await (await stage.control('GET', 'truth')).json()) as Truth,
    calls: (path) => {
      const { total, byPath } = simulator.tally.calls()
      return path === undefined ? total : (byPath[path]?.total ?? 0)
    },
  }
  return stage
}

/** A vendor that says just this. */
export const saying = (body: unknown): Client => ({
  attempts: 1,
  fetch: async () => new Response(typeof body === 'string' ? body : JSON.stringify(body)),
})

export async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const got: T[] = []
  for await (const each of list) got.push(each)
  return got
}

export const kinds = (answers: CounterAnswer[]) => [
  ...new Set(answers.map((answer) => (answer.ok ? 'ok' : answer.error.kind))),
]

/** What a person does at 抖音: ticks the scopes and presses the button. */
export async function consent(stage: Stage, awemeId: string, scopes: readonly string[] = DOUYIN_SCOPES) {
  const query = new URLSearchParams({
    client_key: DOUYIN_APP.clientKey,
    response_type: 'code',
    scope: scopes.join(','),
    aweme_id: awemeId,
  })
  const page = await (await fetch(`${stage.simulator.url}/platform/oauth/connect/?${query}`)).json()
  const { code } = (page as { data: { code: string } }).data
  const app = { baseUrl: stage.simulator.url, ...DOUYIN_APP }
  return exchangeCode({ http: stage.http(), now: () => stage.now }, app, code)
}

/** A 巨量 token whose life begins now. */
export function freshToken({ simulator: { tokens } }: Stage): string {
  return tokens.refresh(tokens.current().refreshToken)?.accessToken ?? ''
}

/** An order of 500 yuan for six hours on the world's first hit. */
export function orderOn(stage: Stage, change: Partial<OrderInput> = {}): OrderInput {
  const hit = stage.world.videos.find((each) => each.nature === 'hit')
  return {
    advertiserId: stage.simulator.advertiserId,
    goal: 'VIDEO_PROM_GOODS',
    awemeId: hit?.kol.awemeId ?? '',
    itemId: hit?.itemId ?? '',
    externalAction: 'AD_CONVERT_TYPE_SHOPPING',
    amountFen: 50_000,
    hours: 6,
    bidType: 'AUTO_BID',
    audience: { mode: 'ATUO' },
    ...change,
  }
}

/** A promotion of 500 yuan for two hours, by its own name. */
export function promotionOn(
  world: World,
  video: WorldVideo | undefined,
  change: Partial<PromotionOrder> = {},
): PromotionOrder {
  return {
    awemeId: video?.kol.awemeId ?? '',
    itemId: video?.itemId ?? '',
    name: 'seedbed 1',
    amountFen: 50_000,
    hours: 2,
    goal: 'PURCHASE',
    bid: { by: 'AUTO', cpaFen: null, roiGoal: null },
    audience: { mode: 'SYSTEM', authorIds: [] },
    planId: null,
    productId: video ? productOf(world, video) : null,
    title: null,
    ...change,
  }
}
