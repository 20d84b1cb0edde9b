/** The simulator behind the real connectors, with accounts that are authorised at it as a person would. */
import { randomBytes } from 'node:crypto'
import type { Db } from '../db/client.ts'
import { refreshAccount } from '../flow/account.ts'
import { type AuthoriseDeps, finishAuthorisation, startAuthorisation } from '../flow/authorise.ts'
import type { Context } from '../flow/context.ts'
import { createSealer } from '../flow/seal.ts'
import { createDoudianOAuth } from '../platforms/doudian-oauth.ts'
import { createDouyinOAuth } from '../platforms/douyin-oauth.ts'
import { createHttp } from '../platforms/http.ts'
import { createOceanengineOAuth } from '../platforms/oceanengine-oauth.ts'
import { createRegistry, type Registry } from '../platforms/registry.ts'
import { DOUDIAN_APP } from '../platforms/simulator/doudian.ts'
import { DOUYIN_APP } from '../platforms/simulator/douyin-accounts.ts'
import type { Simulator } from '../platforms/simulator/server.ts'
import type { World } from '../platforms/simulator/world.ts'
import { DAY } from '../rules/types.ts'
import { createPlatforms, type Platforms } from '../workers/platforms.ts'

export interface DemoPlatformsInput {
  db: Db
  simulator: Simulator
  clock: () => Date
  sleep: (ms: number) => Promise<void>
}

/** As long as the story: every quarter of an hour each change of an order would be read by itself. Its end is read as well. */
export const LEDGERS_EVERY = 8 * DAY

export interface DemoPlatforms {
  simulator: Simulator
  accounts: AuthoriseDeps
  platforms: Platforms
}

/** The key of the tokens lives as long as the process; refreshes happen within it, on simulated time. */
export function createDemoPlatforms({ db, simulator, clock, sleep }: DemoPlatformsInput): DemoPlatforms {
  const { now, rest } = waitingClock(clock, sleep)
  const random = () => 0.5
  const http = createHttp({
    now,
    sleep: rest,
    random,
    timeoutMs: 5000,
    attempts: 1,
    concurrencyPerAccount: 1,
  })
  const baseUrl = simulator.url
  const oauths = [
    createOceanengineOAuth({ http, now }, { baseUrl, appId: 1n, secret: 'demo' }),
    createDouyinOAuth({ http, now }, { baseUrl, ...DOUYIN_APP }),
    createDoudianOAuth({ http, now, baseUrl, ...DOUDIAN_APP, serviceId: '1' }),
  ]
  const accounts: AuthoriseDeps = {
    sealer: createSealer([{ id: 'demo', key: randomBytes(32) }]),
    oauths: new Map(oauths.map((oauth) => [oauth.platform, oauth])),
    publicUrl: baseUrl,
  }
  const registry = createRegistry({
    urls: { oceanengine: baseUrl, douyin: baseUrl },
    doudian: { baseUrl, ...DOUDIAN_APP },
    now,
    sleep: rest,
    random,
    // In compressed time a pace would only be played through, call by call.
    limits: () => ({ callsPerSecond: null }),
  })
  const courier = {
    refresh: ({ workspaceId, ...order }: { workspaceId: number; accountId: number; generation: number }) =>
      refreshAccount({ db, workspaceId, now: clock() }, accounts, order),
  }
  const platforms = createPlatforms({
    db,
    clock: () => new Date(now()),
    sleep: rest,
    accounts,
    courier,
    registry: uncounted(registry),
  })
  return {
    simulator,
    accounts,
    platforms,
  }
}

/** Looks and orders, whose calls nothing limits here: to count them was a third of all statements of the story. */
function uncounted(registry: Registry): Registry {
  return {
    ...registry,
    connectors: (viewpoints) => registry.connectors(viewpoints),
    promotion: (subject, accessToken) => registry.promotion(subject, accessToken),
  }
}

/**
 * Simulated time stands still while work is done. Whoever waits in it sees a time that goes on by what was waited for,
 * until the story overtakes it; else what is to be over in a second never would be.
 */
function waitingClock(clock: () => Date, sleep: DemoPlatformsInput['sleep']) {
  let at = 0
  const now = () => {
    at = Math.max(at, clock().getTime())
    return at
  }
  return {
    now,
    async rest(ms: number): Promise<void> {
      at = now() + ms
      await sleep(0)
    },
  }
}

/** Every eighth KOL is not bound to the brand's advertiser, and authorises as a user of 抖音 instead. */
export const boundToBrand = (world: World): ((awemeId: string) => boolean) => {
  const others = new Set(world.kols.filter((_, index) => index % 8 === 3).map(({ awemeId }) => awemeId))
  return (awemeId: string) => !others.has(awemeId)
}

/** The brand, its shop and its KOLs authorise. */
export async function connectAll(
  ctx: Context,
  demo: DemoPlatforms,
  world: World,
  kols: ReadonlyMap<string, number>,
): Promise<void> {
  await connectBrand(ctx, demo)
  await connectShop(ctx, demo)
  const bound = boundToBrand(world)
  for (const [awemeId, kolId] of kols) if (!bound(awemeId)) await connectKol(ctx, demo, { kolId, awemeId })
}

/** The brand says yes at 巨量, and comes back. */
const connectBrand = (ctx: Context, demo: DemoPlatforms) => connectAs(ctx, demo, 'oceanengine', 'auth_code')
/** Its shop says yes at 抖店. */
const connectShop = (ctx: Context, demo: DemoPlatforms) => connectAs(ctx, demo, 'doudian', 'code')

async function connectAs(
  ctx: Context,
  { accounts, simulator }: DemoPlatforms,
  platform: string,
  parameter: string,
): Promise<void> {
  const url = new URL(await startAuthorisation(ctx, accounts, { platform }))
  const query = { state: url.searchParams.get('state') ?? '', [parameter]: simulator.tokens.code('main') }
  await finishAuthorisation(ctx, accounts, { platform, query })
}

/** A KOL opens the address that the team sent, says yes at 抖音, and comes back. */
async function connectKol(
  ctx: Context,
  { accounts }: DemoPlatforms,
  { kolId, awemeId }: { kolId: number; awemeId: string },
): Promise<void> {
  const platform = 'douyin'
  const url = new URL(await startAuthorisation(ctx, accounts, { platform, kolId }))
  url.searchParams.set('aweme_id', awemeId)
  const page = (await (await fetch(url)).json()) as { data: { location: string } }
  const query = Object.fromEntries(new URL(page.data.location).searchParams)
  await finishAuthorisation(ctx, accounts, { platform, query })
}
