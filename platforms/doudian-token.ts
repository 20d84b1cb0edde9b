import { z } from 'zod'
import { callDoudian, type DoudianApp, readDoudian } from './doudian-call.ts'

/** A shop's (or an alliance subject's) tokens: 7 days of access, 14 of refresh. */
export interface DoudianGrant {
  accessToken: string
  accessExpiresAt: number
  refreshToken: string
  /** The platform does not say; by its documents 7 days after the access token, also when an early refresh gives the old pair. */
  refreshExpiresAt: number
  shopId: string | null
  shopName: string | null
}

/** 工具型 apps bring the code of the authorisation, 自用型 the shop, alliance subjects their own id. */
export type DoudianSubject =
  | { code: string }
  | { shopId: string }
  | { authId: string; authSubjectType: string }

const REFRESH_OUTLIVES_MS = 7 * 86_400_000

const grantSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.int().positive(),
  refresh_token: z.string().min(1),
  shop_id: z.union([z.string(), z.int().transform(String)]).nullish(),
  shop_name: z.string().nullish(),
})

export function createDoudianToken(app: DoudianApp, subject: DoudianSubject): Promise<DoudianGrant> {
  return ask(app, 'token.create', paramsOf(subject))
}

/** [unsure] In the last hour of the access token this gives a new pair, earlier the same one. */
export function refreshDoudianToken(app: DoudianApp, refreshToken: string): Promise<DoudianGrant> {
  return ask(app, 'token.refresh', { grant_type: 'refresh_token', refresh_token: refreshToken })
}

function paramsOf(subject: DoudianSubject): Record<string, string> {
  if ('code' in subject) return { grant_type: 'authorization_code', code: subject.code }
  if ('shopId' in subject) return { grant_type: 'authorization_self', code: '', shop_id: subject.shopId }
  const { authId, authSubjectType } = subject
  return {
    grant_type: 'authorization_self',
    code: '',
    auth_id: authId,
    auth_subject_type: authSubjectType,
  }
}

async function ask(app: DoudianApp, method: string, params: Record<string, string>): Promise<DoudianGrant> {
  const askedAt = app.now()
  const data = readDoudian(await callDoudian(app, { method, params, token: '', effect: true }), grantSchema)
  const accessExpiresAt = askedAt + data.expires_in * 1000
  return {
    accessToken: data.access_token,
    accessExpiresAt,
    refreshToken: data.refresh_token,
    refreshExpiresAt: accessExpiresAt + REFRESH_OUTLIVES_MS,
    shopId: data.shop_id || null,
    shopName: data.shop_name || null,
  }
}
