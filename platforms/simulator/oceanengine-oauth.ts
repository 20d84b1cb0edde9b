import { SHOP_ID } from './qianchuan-reports.ts'
import type { Route, RouteContext, RouteResult } from './vendor.ts'

/** 巨量's OAuth beside the refresh: a code for tokens, and who the tokens speak for. */
export const oceanengineOAuthRoutes: Route[] = [
  { method: 'POST', path: '/open_api/oauth2/access_token/', answer: accessToken },
  { method: 'GET', path: '/open_api/oauth2/advertiser/get/', answer: subjects },
]

const MONTH_S = 30 * 86_400

function accessToken({ body, tokens }: RouteContext): RouteResult {
  const fields = (body ?? {}) as Record<string, unknown>
  if (fields.grant_type !== 'auth_code') return { code: 40108, message: 'grant_type is wrong', data: {} }
  if (typeof fields.auth_code !== 'string' || typeof fields.secret !== 'string') {
    return { code: 40001, message: 'auth_code and secret are required', data: {} }
  }
  const pair = tokens.redeem(fields.auth_code)
  if (!pair) return { code: 40107, message: 'auth_code is wrong, used or expired', data: {} }
  return {
    code: 0,
    message: 'OK',
    data: {
      access_token: pair.accessToken,
      expires_in: pair.expiresInS,
      refresh_token: pair.refreshToken,
      refresh_token_expires_in: MONTH_S,
      advertiser_ids: [subjectOf(pair.account)],
    },
  }
}

function subjects({ headers, query, tokens }: RouteContext): RouteResult {
  const token = headers['access-token'] ?? query.get('access_token') ?? ''
  if (tokens.check(token) !== 'valid') return { code: 40105, message: 'access_token is wrong', data: {} }
  const account = tokens.accountOf(token) ?? ''
  const one = {
    account_id: subjectOf(account),
    account_name: `店铺 ${account}`,
    account_role: 'PLATFORM_ROLE_SHOP_ACCOUNT',
    account_type: 'PLATFORM_ROLE_SHOP_ACCOUNT',
    is_valid: true,
  }
  return { code: 0, message: 'OK', data: { list: [one] } }
}

/** The shop whose advertisers the world knows for the first account, a number beyond 2^53 for every other name. */
function subjectOf(account: string): bigint {
  if (account === 'main') return BigInt(SHOP_ID)
  const sum = [...account].reduce(
    (total, letter) => (total * 31n + BigInt(letter.codePointAt(0) ?? 0)) % 1_000_000_007n,
    7n,
  )
  return 1_790_000_000_000_000_000n + sum
}
