/** The OAuth state of the simulated vendor: one live pair, rotated by every refresh. */
export interface TokenPair {
  accessToken: string
  refreshToken: string
  expiresInS: number
}

export interface TokenStore {
  check(accessToken: string): 'valid' | 'expired' | 'wrong'
  /** A new pair; the old one is dead from here on. null when the token is not the live one. */
  refresh(refreshToken: string): TokenPair | null
  current(): TokenPair
}

const LIFE_S = 86_400

export function createTokens(now: () => number): TokenStore {
  let generation = 0
  let issuedAt = now()
  const current = (): TokenPair => ({
    accessToken: `sim-access-${generation}`,
    refreshToken: `sim-refresh-${generation}`,
    expiresInS: LIFE_S,
  })
  return {
    current,
    check: (accessToken) => {
      if (accessToken !== current().accessToken) return 'wrong'
      return now() - issuedAt >= LIFE_S * 1000 ? 'expired' : 'valid'
    },
    refresh: (refreshToken) => {
      if (refreshToken !== current().refreshToken) return null
      generation++
      issuedAt = now()
      return current()
    },
  }
}
