import { z } from 'zod'
import { classifyDouyin, DOUYIN_URL, looseInt, readDouyin } from './douyin-envelope.ts'
import { FetchError } from './errors.ts'
import type { Http, HttpCall } from './http.ts'
import type { OAuth, Renewed } from './oauth.ts'

/** 抖音开放平台's OAuth as pure requests: whoever calls stores what comes back and counts the renewals. */
export interface DouyinApp {
  baseUrl?: string
  clientKey: string
  clientSecret: string
}

export interface DouyinDeps {
  http: Http
  now: () => number
}

/** A user's grant. Instants are counted from before the question, so they never lie late. */
export interface DouyinGrant {
  accessToken: string
  accessExpiresAt: number
  refreshToken: string
  refreshExpiresAt: number
  openId: string
  unionId: string | null
  scopes: string[]
}

/** A refresh never prolongs the refresh token; a renewal does, this often. Then the user must authorise again. */
export const MAX_RENEWALS = 5

/** What looks at videos and the name need: without them there is nothing to connect. */
const SCOPES = ['user_info', 'video.list.bind', 'video.data.bind']
/** Offered and ticked; a user who refuses T+1 data or renewals is connected all the same. */
const OPTIONAL_SCOPES = { 'data.external.item': true, 'data.external.user': true, renew_refresh_token: true }
const RENEWALS_USED_UP = 10020

export function createDouyinOAuth(deps: DouyinDeps, app: DouyinApp): OAuth {
  return {
    platform: 'douyin',
    codeParameter: 'code',
    authoriseUrl: (state, redirectUri) =>
      authorizeUrl(app, { scopes: SCOPES, optionalScopes: OPTIONAL_SCOPES, redirectUri, state }),
    async exchange(code) {
      const grant = await exchangeCode(deps, app, code)
      return { externalId: grant.openId, name: await nameOf(deps, app, grant), grant }
    },
    refresh: (token) => refreshToken(deps, app, token),
    renew: (token) => renewRefreshToken(deps, app, token).catch(usedUp),
  }
}

/** The code is spent by now: an account without a readable name is called by its id. */
async function nameOf(deps: DouyinDeps, app: DouyinApp, grant: DouyinGrant): Promise<string> {
  try {
    return (await userInfo(deps, app, grant)).nickname?.trim() || grant.openId
  } catch (error) {
    if (!(error instanceof FetchError)) throw error
    return grant.openId
  }
}

/** The token is good until its end, only not to be renewed: that is no word against it. */
function usedUp(error: unknown): null {
  if (error instanceof FetchError && error.code === RENEWALS_USED_UP) return null
  throw error
}

/** Where to send the user's browser. `optionalScopes`: offered, ticked or not. */
export function authorizeUrl(
  { baseUrl = DOUYIN_URL, clientKey }: Omit<DouyinApp, 'clientSecret'>,
  input: {
    scopes: readonly string[]
    redirectUri: string
    state: string
    optionalScopes?: Readonly<Record<string, boolean>>
  },
): string {
  const url = new URL('/platform/oauth/connect/', baseUrl)
  const optional = Object.entries(input.optionalScopes ?? {}).map(([scope, on]) => `${scope},${on ? 1 : 0}`)
  url.search = new URLSearchParams({
    client_key: clientKey,
    response_type: 'code',
    scope: input.scopes.join(','),
    redirect_uri: input.redirectUri,
    state: input.state,
    ...(optional.length > 0 ? { optionalScope: optional.join(',') } : {}),
  }).toString()
  return url.toString()
}

const life = looseInt.pipe(z.int().positive())
const token = z.string().min(1)
const grantSchema = z.object({
  access_token: token,
  expires_in: life,
  refresh_token: token,
  refresh_expires_in: life,
  open_id: token,
  union_id: z.string().nullish(),
  scope: z.string().nullish(),
})
const renewedSchema = z.object({ refresh_token: token, expires_in: life })
const userSchema = z.object({ nickname: z.string().nullish() })
const clientSchema = z.object({ access_token: token, expires_in: life })

/** The code of the redirect lives ten minutes and works once. */
export function exchangeCode(deps: DouyinDeps, app: DouyinApp, code: string): Promise<DouyinGrant> {
  const { clientKey: client_key, clientSecret: client_secret } = app
  const form = { client_key, client_secret, code, grant_type: 'authorization_code' }
  return askGrant(deps, app, '/oauth/access_token/', form)
}

/** The same access token with more life before it expires, a new one afterwards; the refresh token stays. */
export function refreshToken(
  deps: DouyinDeps,
  app: Omit<DouyinApp, 'clientSecret'>,
  refresh_token: string,
): Promise<DouyinGrant> {
  const form = { client_key: app.clientKey, grant_type: 'refresh_token', refresh_token }
  return askGrant(deps, app, '/oauth/refresh_token/', form)
}

/** A new refresh token for 30 days that ends the one before; at most MAX_RENEWALS times (then 10020); wants scope renew_refresh_token. */
export async function renewRefreshToken(
  deps: DouyinDeps,
  app: Omit<DouyinApp, 'clientSecret'>,
  refresh_token: string,
): Promise<Renewed> {
  const askedAt = deps.now()
  const form = { client_key: app.clientKey, refresh_token }
  const data = readDouyin(await post(deps, app, '/oauth/renew_refresh_token/', { form }), renewedSchema)
  return { refreshToken: data.refresh_token, refreshExpiresAt: askedAt + data.expires_in * 1000 }
}

/** Who granted it; wants scope user_info. */
export async function userInfo(
  deps: DouyinDeps,
  app: Omit<DouyinApp, 'clientSecret'>,
  { accessToken: access_token, openId: open_id }: Pick<DouyinGrant, 'accessToken' | 'openId'>,
): Promise<{ nickname: string | null }> {
  const form = { access_token, open_id }
  const data = readDouyin(await post(deps, app, '/oauth/userinfo/', { form }), userSchema)
  return { nickname: data.nickname ?? null }
}

/** The app's own token. A new one cuts the one before to five minutes: share it between all processes. */
export async function clientToken(
  deps: DouyinDeps,
  app: DouyinApp,
): Promise<{ accessToken: string; expiresAt: number }> {
  const askedAt = deps.now()
  const { clientKey: client_key, clientSecret: client_secret } = app
  const body = { grant_type: 'client_credential', client_key, client_secret }
  const data = readDouyin(await post(deps, app, '/oauth/client_token/', { body }), clientSchema)
  return { accessToken: data.access_token, expiresAt: askedAt + data.expires_in * 1000 }
}

async function askGrant(
  deps: DouyinDeps,
  app: Omit<DouyinApp, 'clientSecret'>,
  path: string,
  form: Record<string, string>,
): Promise<DouyinGrant> {
  const askedAt = deps.now()
  const data = readDouyin(await post(deps, app, path, { form }), grantSchema)
  return {
    accessToken: data.access_token,
    accessExpiresAt: askedAt + data.expires_in * 1000,
    refreshToken: data.refresh_token,
    refreshExpiresAt: askedAt + data.refresh_expires_in * 1000,
    openId: data.open_id,
    unionId: data.union_id || null,
    scopes: (data.scope ?? '').split(/[,\s]+/).filter(Boolean),
  }
}

/** With an unknown outcome nothing is sent twice: a code works once, a renewal is one of five. */
function post(
  { http }: DouyinDeps,
  { baseUrl = DOUYIN_URL, clientKey }: Omit<DouyinApp, 'clientSecret'>,
  path: string,
  content: Pick<HttpCall, 'form' | 'body'>,
): Promise<unknown> {
  return http.send({
    method: 'POST',
    url: `${baseUrl}${path}`,
    ...content,
    account: `douyin-app:${clientKey}`,
    effect: true,
    classify: classifyDouyin,
  })
}
