import { z } from 'zod'
import type { Http } from './http.ts'
import type { Authorised, OAuth, TokenGrant } from './oauth.ts'
import { classifyOceanengine, idSchema, readData } from './oceanengine.ts'

const AUTHORISE_URL = 'https://qianchuan.jinritemai.com/openapi/qc/audit/oauth.html'

export interface OceanengineApp {
  baseUrl: string
  appId: bigint
  secret: string
}
interface Deps {
  http: Http
  now: () => number
}

/** 巨量's tokens. A refresh kills the pair before it: store the new one before anything uses it. */
export function createOceanengineOAuth(deps: Deps, app: OceanengineApp): OAuth {
  return {
    platform: 'oceanengine',
    codeParameter: 'auth_code',
    authoriseUrl(state, redirectUri) {
      const url = new URL(AUTHORISE_URL)
      // material_auth: the materials of the account, which 千川 asks for apart.
      const query = { app_id: String(app.appId), state, material_auth: '1', redirect_uri: redirectUri }
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
      return url.href
    },
    exchange: (code) => exchangeCode(deps, app, code),
    refresh: (refreshToken) => refreshTokens(deps, { ...app, refreshToken }),
  }
}

const pairSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.int().positive(),
  refresh_token: z.string().min(1),
  refresh_token_expires_in: z.int().positive(),
})
const subjectsSchema = z.object({
  list: z.array(z.object({ account_id: idSchema, account_name: z.string().nullish() })).min(1),
})

async function exchangeCode(deps: Deps, app: OceanengineApp, code: string): Promise<Authorised> {
  const grant = await askForTokens(deps, app, 'access_token', { grant_type: 'auth_code', auth_code: code })
  const body = await deps.http.send({
    method: 'GET',
    url: `${app.baseUrl}/open_api/oauth2/advertiser/get/`,
    query: { access_token: grant.accessToken },
    headers: { 'Access-Token': grant.accessToken },
    account: `app:${app.appId}`,
    classify: classifyOceanengine,
  })
  // One authorisation may cover several subjects; the first one names it.
  const [first] = readData(body, subjectsSchema).list
  const externalId = first?.account_id ?? ''
  return { externalId, name: first?.account_name || externalId, grant }
}

/**
 * Rotates the tokens. Callers hold one lock per account: two refreshes at once lock the account out,
 * and for the same reason a refresh with an unknown outcome is not repeated here.
 */
export function refreshTokens(
  deps: Deps,
  input: OceanengineApp & { refreshToken: string },
): Promise<TokenGrant> {
  // The SDK leaves grant_type out; 千川 then answers 40108.
  const fields = { grant_type: 'refresh_token', refresh_token: input.refreshToken }
  return askForTokens(deps, input, 'refresh_token', fields)
}

async function askForTokens(
  deps: Deps,
  { baseUrl, appId, secret }: OceanengineApp,
  path: 'access_token' | 'refresh_token',
  fields: Record<string, string>,
): Promise<TokenGrant> {
  const askedAt = deps.now()
  const body = await deps.http.send({
    method: 'POST',
    url: `${baseUrl}/open_api/oauth2/${path}/`,
    body: { app_id: appId, secret, ...fields },
    account: `app:${appId}`,
    effect: true,
    classify: classifyOceanengine,
  })
  const data = readData(body, pairSchema)
  return {
    accessToken: data.access_token,
    refreshToken: data.refresh_token,
    accessExpiresAt: askedAt + data.expires_in * 1000,
    refreshExpiresAt: askedAt + data.refresh_token_expires_in * 1000,
  }
}
