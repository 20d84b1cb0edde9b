/** What the token side of every platform has in common. */

/** A pair of tokens as a platform grants it. Instants in ms. */
export interface TokenGrant {
  accessToken: string
  accessExpiresAt: number
  refreshToken: string
  refreshExpiresAt: number
}

/** One platform's tokens: each call is one request, sent at most once. Failures are FetchErrors. */
export interface OAuth {
  /** Stored with every account, e.g. 'oceanengine'. */
  readonly platform: string
  /** A new pair; on platforms that rotate, the given refresh token is dead from here on. */
  refresh(refreshToken: string): Promise<TokenGrant>
}
