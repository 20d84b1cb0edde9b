import { z } from 'zod'
import type { Http } from './http.ts'
import type { OAuth, TokenGrant } from './oauth.ts'
import { classifyOceanengine, readData } from './oceanengine.ts'

/** 巨量's tokens. A refresh kills the pair before it: store the new one before anything uses it. */
export function createOceanengineOAuth(
  deps: { http: Http; now: () => number },
  app: { baseUrl: string; appId: bigint; secret: string },
): OAuth {
  return {
    platform: 'oceanengine',
    refresh: (refreshToken) => refreshTokens(deps, { ...app, refreshToken }),
  }
}

export interface RefreshInput {
  baseUrl: string
  appId: bigint
  secret: string
  refreshToken: string
}

const dataSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.int().positive(),
  refresh_token: z.string().min(1),
  refresh_token_expires_in: z.int().positive(),
})

/**
 * Rotates the tokens. Callers hold one lock per account: two refreshes at once lock the account out,
 * and for the same reason a refresh with an unknown outcome is not repeated here.
 */
export async function refreshTokens(
  deps: { http: Http; now: () => number },
  input: RefreshInput,
): Promise<TokenGrant> {
  const askedAt = deps.now()
  const body = await deps.http.send({
    method: 'POST',
    url: `${input.baseUrl}/open_api/oauth2/refresh_token/`,
    // The SDK leaves grant_type out; 千川 then answers 40108.
    body: {
      app_id: input.appId,
      secret: input.secret,
      grant_type: 'refresh_token',
      refresh_token: input.refreshToken,
    },
    account: `app:${input.appId}`,
    effect: true,
    classify: classifyOceanengine,
  })
  const data = readData(body, dataSchema)
  return {
    accessToken: data.access_token,
    refreshToken: data.refresh_token,
    accessExpiresAt: askedAt + data.expires_in * 1000,
    refreshExpiresAt: askedAt + data.refresh_token_expires_in * 1000,
  }
}
