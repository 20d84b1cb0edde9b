/** What the token side of every platform has in common. */

/** A pair of tokens as a platform grants it. Instants in ms. */
export interface TokenGrant {
  accessToken: string
  accessExpiresAt: number
  refreshToken: string
  refreshExpiresAt: number
}

/** A refresh token with a life of its own. */
export type Renewed = Pick<TokenGrant, 'refreshToken' | 'refreshExpiresAt'>

/** What a person has just authorised. */
export interface Authorised {
  /** The platform's id of whoever authorised; a string, it exceeds 2^53. */
  externalId: string
  name: string
  grant: TokenGrant
}

/** One platform's tokens: each call is one request, sent at most once. Failures are FetchErrors. */
export interface OAuth {
  /** Stored with every account, e.g. 'oceanengine'. */
  readonly platform: string
  /** Where a person goes to authorise; they come back to `redirectUri` with `state` and a code. */
  authoriseUrl(state: string, redirectUri: string): string
  /** Name of the code in the address they come back to. */
  readonly codeParameter: string
  /** A code is good for one use within minutes. */
  exchange(code: string): Promise<Authorised>
  /** A new pair; on platforms that rotate, the given refresh token is dead from here on. */
  refresh(refreshToken: string): Promise<TokenGrant>
  /**
   * Only where a refresh does not prolong the refresh token. The given one is dead from here on. null: the platform renews
   * it no more. How often and when: rules/account.ts.
   */
  renew?(refreshToken: string): Promise<Renewed | null>
}
