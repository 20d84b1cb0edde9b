import { classifyDouyin, DOUYIN_URL } from './douyin-envelope.ts'
import { FetchError } from './errors.ts'
import type { Http, HttpCall } from './http.ts'

export interface DouyinAccess {
  baseUrl?: string
  http: Http
  /** The stored token of one user. Asked again with the token that was just refused. */
  accessToken: (openId: string, refused?: string) => Promise<string> | string
  /** [unsure] Today's packages send a header; the older form is the query field access_token. */
  tokenIn?: 'header' | 'query'
}

export type DouyinQuestion = Pick<HttpCall, 'method' | 'query' | 'body' | 'urgent'> & { path: string }

/** One question as one user. A token may have been refreshed elsewhere: look once more, repeat once. */
export async function callDouyin(
  access: DouyinAccess,
  openId: string,
  question: DouyinQuestion,
): Promise<unknown> {
  const token = await access.accessToken(openId)
  try {
    return await send(access, openId, question, token)
  } catch (error) {
    if (!(error instanceof FetchError) || error.kind !== 'auth') throw error
    const fresh = await access.accessToken(openId, token)
    if (fresh === token) throw error
    return send(access, openId, question, fresh)
  }
}

function send(
  { baseUrl = DOUYIN_URL, http, tokenIn = 'header' }: DouyinAccess,
  openId: string,
  { path, query, ...rest }: DouyinQuestion,
  token: string,
): Promise<unknown> {
  const inQuery = tokenIn === 'query'
  return http.send({
    ...rest,
    url: `${baseUrl}${path}`,
    query: { open_id: openId, ...query, ...(inQuery ? { access_token: token } : {}) },
    headers: inQuery ? {} : { 'access-token': token },
    account: `douyin:${openId}`,
    classify: classifyDouyin,
  })
}
