import { DAY, HOUR } from '../../rules/types.ts'
import type { RouteContext, RouteResult } from './vendor.ts'

/** The one shop that has authorised the simulated app: 7 days of access, 14 of refresh. */
export const DOUDIAN_SHOP_ID = '61700001'
const ACCESS_MS = 7 * DAY
const REFRESH_MS = 14 * DAY

type Fields = Record<string, unknown>
const refused = (code: number, message: string): RouteResult => ({ code, message, data: null })

export class DoudianShop {
  #generation = 0
  #issuedAt = Number.NEGATIVE_INFINITY

  /** By the code of whoever consented for the shop, or for one's own shop by its id. */
  create({ grant_type, shop_id, code }: Fields, { tokens, now }: RouteContext): RouteResult {
    if (grant_type === 'authorization_code') {
      if (tokens.spend(String(code)) === null) return refused(50001, 'dop.token-generate-failed:code')
    } else if (grant_type !== 'authorization_self' || shop_id !== DOUDIAN_SHOP_ID) {
      return refused(50001, 'dop.token-generate-failed:shop')
    }
    this.#rotate(now)
    return this.#granted(now)
  }

  /** In the last hour, or later, a new pair; before that the same. */
  refresh({ grant_type, refresh_token }: Fields, now: number): RouteResult {
    if (grant_type !== 'refresh_token') return refused(40004, 'isv.parameter-invalid:grant_type')
    if (refresh_token !== this.#token('refresh') || now >= this.#issuedAt + REFRESH_MS) {
      return refused(50001, 'dop.token-generate-failed:refresh')
    }
    if (now >= this.#issuedAt + ACCESS_MS - HOUR) this.#rotate(now)
    return this.#granted(now)
  }

  /** null: good. */
  check(token: string, now: number): 'no-existed' | 'invalid' | 'expired' | null {
    if (token === '') return 'no-existed'
    if (token !== this.#token('access')) return 'invalid'
    return now >= this.#issuedAt + ACCESS_MS ? 'expired' : null
  }

  #rotate(now: number): void {
    this.#generation++
    this.#issuedAt = now
  }

  #token(kind: 'access' | 'refresh'): string {
    return `sim-dd-${kind}-${this.#generation}`
  }

  #granted(now: number): RouteResult {
    const data = {
      access_token: this.#token('access'),
      expires_in: Math.floor((this.#issuedAt + ACCESS_MS - now) / 1000),
      refresh_token: this.#token('refresh'),
      scope: 'SCOPE',
      shop_id: Number(DOUDIAN_SHOP_ID),
      shop_name: '苗圃测试店',
      authority_id: DOUDIAN_SHOP_ID,
      auth_subject_type: 'Shop',
    }
    return { code: 10000, message: '', data }
  }
}

export function doudianShop({ state }: RouteContext): DoudianShop {
  return state.of('doudian shop', () => new DoudianShop())
}
