import type { DoudianApp } from './doudian-call.ts'
import { createDoudianToken, refreshDoudianToken } from './doudian-token.ts'
import { FetchError } from './errors.ts'
import type { Authorised, OAuth } from './oauth.ts'

/** [unsure] Not in the reference; what public programs for 工具型 apps open. */
const AUTHORISE_URL = 'https://fuwu.jinritemai.com/authorize'

export interface DoudianOAuthApp extends DoudianApp {
  /** The app's number in the service market, which is not its key. */
  serviceId: string
}

/** 抖店's tokens, for 工具型 apps. In its last hour a refresh kills the pair before it: store the new one first. */
export function createDoudianOAuth(app: DoudianOAuthApp): OAuth {
  return {
    platform: 'doudian',
    codeParameter: 'code',
    // People come back to the address that the app is registered with; none can be asked for.
    authoriseUrl(state) {
      const url = new URL(AUTHORISE_URL)
      url.search = new URLSearchParams({ service_id: app.serviceId, state }).toString()
      return url.href
    },
    exchange: (code) => exchangeCode(app, code),
    refresh: (refreshToken) => refreshDoudianToken(app, refreshToken),
  }
}

async function exchangeCode(app: DoudianOAuthApp, code: string): Promise<Authorised> {
  const grant = await createDoudianToken(app, { code })
  const { shopId, shopName } = grant
  if (shopId === null) throw new FetchError('parse', 'data.shop_id: the authorisation names no shop')
  return { externalId: shopId, name: shopName?.trim() || shopId, grant }
}
