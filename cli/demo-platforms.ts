/** The simulator behind the real connectors, with accounts that are authorised at it as a person would. */
import { randomBytes } from 'node:crypto'
import type { Db } from '../db/client.ts'
import { refreshAccount } from '../flow/account.ts'
import { type AuthoriseDeps, finishAuthorisation, startAuthorisation } from '../flow/authorise.ts'
import type { Context } from '../flow/context.ts'
import { createSealer } from '../flow/seal.ts'
import { createDouyinOAuth } from '../platforms/douyin-oauth.ts'
import { createHttp } from '../platforms/http.ts'
import { createOceanengineOAuth } from '../platforms/oceanengine-oauth.ts'
import { createRegistry } from '../platforms/registry.ts'
import { DOUYIN_APP } from '../platforms/simulator/douyin-accounts.ts'
import type { Simulator } from '../platforms/simulator/server.ts'
import type { World } from '../platforms/simulator/world.ts'
import { createPlatforms, type Platforms } from '../workers/platforms.ts'

export interface DemoPlatformsInput {
  db: Db
  simulator: Simulator
  clock: () => Date
  sleep: (ms: number) => Promise<void>
}

export interface DemoPlatforms {
  simulator: Simulator
  accounts: AuthoriseDeps
  platforms: Platforms
}

/** The key of the tokens lives as long as the process; refreshes happen within it, on simulated time. */
export function createDemoPlatforms({ db, simulator, clock, sleep }: DemoPlatformsInput): DemoPlatforms {
  const now = () => clock().getTime()
  const random = () => 0.5
  const http = createHttp({ now, sleep, random, timeoutMs: 5000, attempts: 1, concurrencyPerAccount: 1 })
  const baseUrl = simulator.url
  const oauths = [
    createOceanengineOAuth({ http, now }, { baseUrl, appId: 1n, secret: 'demo' }),
    createDouyinOAuth({ http, now }, { baseUrl, ...DOUYIN_APP }),
  ]
  const accounts: AuthoriseDeps = {
    sealer: createSealer([{ id: 'demo', key: randomBytes(32) }]),
    oauths: new Map(oauths.map((oauth) => [oauth.platform, oauth])),
    publicUrl: baseUrl,
  }
  const registry = createRegistry({
    urls: { oceanengine: baseUrl, douyin: baseUrl },
    now,
    sleep,
    random,
  })
  const courier = {
    refresh: ({ workspaceId, ...order }: { workspaceId: number; accountId: number; generation: number }) =>
      refreshAccount({ db, workspaceId, now: clock() }, accounts, order),
  }
  return {
    simulator,
    accounts,
    platforms: createPlatforms({ db, clock, sleep, accounts, courier, registry }),
  }
}

/** Every eighth KOL is not bound to the brand's advertiser, and authorises as a user of 抖音 instead. */
export const boundToBrand = (world: World): ((awemeId: string) => boolean) => {
  const others = new Set(world.kols.filter((_, index) => index % 8 === 3).map(({ awemeId }) => awemeId))
  return (awemeId: string) => !others.has(awemeId)
}

/** Everybody authorises. */
export async function connectAll(
  ctx: Context,
  demo: DemoPlatforms,
  world: World,
  kols: ReadonlyMap<string, number>,
): Promise<void> {
  await connectBrand(ctx, demo)
  const bound = boundToBrand(world)
  for (const [awemeId, kolId] of kols) if (!bound(awemeId)) await connectKol(ctx, demo, { kolId, awemeId })
}

/** The brand says yes at 巨量, and comes back. */
async function connectBrand(ctx: Context, { accounts, simulator }: DemoPlatforms): Promise<void> {
  const platform = 'oceanengine'
  const url = new URL(await startAuthorisation(ctx, accounts, { platform }))
  const query = { state: url.searchParams.get('state') ?? '', auth_code: simulator.tokens.code('main') }
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
