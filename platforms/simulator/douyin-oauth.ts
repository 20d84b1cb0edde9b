import { DOUYIN_APP, douyinAccounts, type Grant } from './douyin-accounts.ts'
import type { Route, RouteContext, RouteResult, Vendor } from './vendor.ts'

/** 抖音's OAuth: forms in, {data:{…, error_code}, message} out. The authorize page answers as a browser would end up. */
const CONNECT_PATH = '/platform/oauth/connect/'
/** No vendor has this one: the user withdraws the authorisation in the app. */
const WITHDRAW_PATH = '/platform/oauth/withdraw/'

type Fields = Record<string, string>

const routes: Route[] = [
  { method: 'GET', path: CONNECT_PATH, answer: connect },
  { method: 'GET', path: WITHDRAW_PATH, answer: withdraw },
  tokenRoute('access_token', ['client_secret', 'code', 'grant_type'], accessToken),
  tokenRoute('refresh_token', ['refresh_token', 'grant_type'], refreshToken),
  tokenRoute('renew_refresh_token', ['refresh_token'], renewRefreshToken),
  tokenRoute('client_token', ['client_secret', 'grant_type'], clientToken),
  { method: 'POST', path: '/oauth/userinfo/', answer: userInfo },
]
/** What a person does, not what a program calls. */
export const DOUYIN_PAGES: readonly string[] = [CONNECT_PATH, WITHDRAW_PATH]

export const douyinOauth: Vendor = {
  routes,
  envelope: ({ code, message, data }, requestId) => ({
    data: { ...(data as object), error_code: code, description: message, log_id: requestId },
    message: code === 0 ? 'success' : 'error',
  }),
  refusals: {
    rate_limit: { code: 10001, message: 'system error' },
    expired_token: { code: 10008, message: 'access_token is invalid or expired' },
    busy: { code: 10001, message: 'system error' },
  },
  // expires_in as text is what the vendor's own package expects, so it takes more than that.
  wrongTypes: (data) => ({
    ...(data as object),
    expires_in: 'soon',
    access_token: null,
    refresh_token: null,
  }),
}

const refused = (code: number, message = 'refused'): RouteResult => ({ code, message, data: {} })
const granted = (data: unknown): RouteResult => ({ code: 0, message: '', data })

/** `aweme_id` says who sits before the browser: the only field that the vendor's page does not have. */
function connect({ query, world, state, now }: RouteContext): RouteResult {
  const awemeId = query.get('aweme_id') ?? ''
  if (query.get('client_key') !== DOUYIN_APP.clientKey) return refused(10003, 'bad client_key')
  if (query.get('response_type') !== 'code') return refused(10002, 'response_type')
  if (!world.kols.some((kol) => kol.awemeId === awemeId)) return refused(10002, 'nobody is logged in')
  const optional = [...(query.get('optionalScope') ?? '').matchAll(/([^,]+),([01])/g)]
  const ticked = optional.flatMap(([, scope = '', tick]) => (tick === '1' ? [scope] : []))
  const scopes = [...(query.get('scope') ?? '').split(',').filter(Boolean), ...ticked]
  const code = douyinAccounts(state).authorize(awemeId, scopes, now)
  const back = new URLSearchParams({ code, state: query.get('state') ?? '', scopes: scopes.join(',') })
  return granted({ code, location: `${query.get('redirect_uri')}?${back}` })
}

function withdraw({ query, state }: RouteContext): RouteResult {
  douyinAccounts(state).revoke(query.get('aweme_id') ?? '')
  return granted({})
}

function accessToken(fields: Fields, { state, now }: RouteContext): RouteResult {
  if (fields.client_secret !== DOUYIN_APP.clientSecret) return refused(10013, 'client_secret is wrong')
  if (fields.grant_type !== 'authorization_code') return refused(10002, 'grant_type')
  return grantOf(douyinAccounts(state).exchange(fields.code ?? '', now), now)
}

function refreshToken(fields: Fields, { state, now }: RouteContext): RouteResult {
  if (fields.grant_type !== 'refresh_token') return refused(10002, 'grant_type')
  return grantOf(douyinAccounts(state).refresh(fields.refresh_token ?? '', now), now)
}

function renewRefreshToken(fields: Fields, { state, now }: RouteContext): RouteResult {
  const grant = douyinAccounts(state).renew(fields.refresh_token ?? '', now)
  if (typeof grant === 'number') return refused(grant)
  // Text on purpose: the vendor's samples have both.
  const expires_in = String(secondsTo(grant.refresh.until, now))
  return granted({ refresh_token: grant.refresh.token, expires_in })
}

function clientToken(fields: Fields, { state, now }: RouteContext): RouteResult {
  if (fields.client_secret !== DOUYIN_APP.clientSecret) return refused(10013, 'client_secret is wrong')
  if (fields.grant_type !== 'client_credential') return refused(10002, 'grant_type')
  const client = douyinAccounts(state).client(now)
  return granted({ access_token: client.token, expires_in: secondsTo(client.until, now) })
}

function userInfo({ body, state, world, now }: RouteContext): RouteResult {
  const { access_token = '', open_id = '' } = (body ?? {}) as Fields
  const grant = douyinAccounts(state).check(access_token, open_id, 'user_info', now)
  if (typeof grant === 'number') return refused(grant)
  const nickname = world.kols.find((kol) => kol.awemeId === grant.awemeId)?.nickname ?? ''
  const avatar = `https://example.invalid/avatar/${grant.awemeId}`
  return granted({ open_id, union_id: `union-${grant.awemeId}`, nickname, avatar })
}

function tokenRoute(name: string, names: string[], answer: Parameters<typeof withFields>[1]): Route {
  return { method: 'POST', path: `/oauth/${name}/`, answer: withFields(names, answer) }
}

/** Answers once the app's key and every named field are there. */
function withFields(names: string[], answer: (fields: Fields, context: RouteContext) => RouteResult) {
  return (context: RouteContext): RouteResult => {
    const fields = (context.body ?? {}) as Fields
    const missing = ['client_key', ...names].find((name) => typeof fields[name] !== 'string' || !fields[name])
    if (missing) return refused(10005, `${missing} is missing`)
    return fields.client_key === DOUYIN_APP.clientKey
      ? answer(fields, context)
      : refused(10003, 'bad client_key')
  }
}

function grantOf(grant: Grant | number, now: number): RouteResult {
  if (typeof grant === 'number') return refused(grant)
  return granted({
    access_token: grant.access.token,
    expires_in: secondsTo(grant.access.until, now),
    refresh_token: grant.refresh.token,
    refresh_expires_in: secondsTo(grant.refresh.until, now),
    open_id: grant.openId,
    scope: grant.scopes.join(','),
  })
}

function secondsTo(until: number, now: number): number {
  return Math.floor((until - now) / 1000)
}
