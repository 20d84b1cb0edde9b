/** What connecting and refreshing accounts needs, out of the settings. */
import type { Config } from '../config.ts'
import type { AuthoriseDeps } from '../flow/authorise.ts'
import { createSealer } from '../flow/seal.ts'
import { createDoudianOAuth } from '../platforms/doudian-oauth.ts'
import { createDouyinOAuth } from '../platforms/douyin-oauth.ts'
import { createHttp } from '../platforms/http.ts'
import type { OAuth } from '../platforms/oauth.ts'
import { createOceanengineOAuth } from '../platforms/oceanengine-oauth.ts'

export interface AccountsInput {
  config: Config
  now: () => number
  sleep: (ms: number) => Promise<void>
  /** Uniform in [0, 1). */
  random: () => number
}

/** Every platform whose app is set. null: no key for tokens, or no app at all. */
export function createAccounts({ config, now, sleep, random }: AccountsInput): AuthoriseDeps | null {
  const { oceanengine, douyin, doudian, tokenKeys, publicUrl } = config
  const http = createHttp({ now, sleep, random, timeoutMs: 10_000, attempts: 1, concurrencyPerAccount: 16 })
  const deps = { http, now }
  const oauths: OAuth[] = [
    ...(oceanengine ? [createOceanengineOAuth(deps, oceanengine)] : []),
    ...(douyin ? [createDouyinOAuth(deps, douyin)] : []),
    ...(doudian ? [createDoudianOAuth({ ...deps, ...doudian })] : []),
  ]
  if (tokenKeys.length === 0 || oauths.length === 0) return null
  const byPlatform = new Map(oauths.map((oauth) => [oauth.platform, oauth]))
  return { sealer: createSealer(tokenKeys), oauths: byPlatform, publicUrl, sleep }
}
