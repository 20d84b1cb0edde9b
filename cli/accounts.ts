/** What connecting and refreshing accounts needs, out of the settings. */
import type { Config } from '../config.ts'
import type { AuthoriseDeps } from '../flow/authorise.ts'
import { createSealer } from '../flow/seal.ts'
import { createHttp } from '../platforms/http.ts'
import { createOceanengineOAuth } from '../platforms/oceanengine-oauth.ts'

export interface AccountsInput {
  config: Config
  now: () => number
  sleep: (ms: number) => Promise<void>
  /** Uniform in [0, 1). */
  random: () => number
}

/** null: no key for tokens, or no app of a platform, is set. */
export function createAccounts({ config, now, sleep, random }: AccountsInput): AuthoriseDeps | null {
  const { oceanengine, tokenKeys, publicUrl } = config
  if (tokenKeys.length === 0 || oceanengine === null) return null
  const http = createHttp({ now, sleep, random, timeoutMs: 10_000, attempts: 1, concurrencyPerAccount: 16 })
  const oauth = createOceanengineOAuth({ http, now }, oceanengine)
  return { sealer: createSealer(tokenKeys), oauths: new Map([[oauth.platform, oauth]]), publicUrl }
}
