/** The OAuth state of the simulated vendor: a live pair per account, rotated by every refresh. */
export interface TokenPair {
  accessToken: string
  refreshToken: string
  expiresInS: number
}

export interface TokenStore {
  check(accessToken: string): 'valid' | 'expired' | 'wrong'
  /** A new pair; the old one is dead from here on. null when the token is not the live one of any account. */
  refresh(refreshToken: string): TokenPair | null
  /** What a person's consent gives: good once, for ten minutes. */
  code(account: string): string
  /** Whose consent a code is, for vendors with tokens of their own; null when it was used or is too old. */
  spend(code: string): string | null
  /** The account's pair for its code; null when it was used or is too old. */
  redeem(code: string): (TokenPair & { account: string }) | null
  /** Whose access token that is; null for a wrong one. */
  accountOf(accessToken: string): string | null
  /** The live pair of an account; an account begins with its first pair. */
  current(account?: string): TokenPair
  /** What the vendor saw, for tests. */
  seen(): {
    refreshes: number
    /** Refresh tokens that came again after they had been used: each one a locked-out account in real life. */
    reused: string[]
  }
}

const LIFE_S = 86_400
const DEFAULT_ACCOUNT = 'main'
const CODE_LIFE_MS = 600_000

interface Live {
  generation: number
  issuedAt: number
}

export function createTokens(now: () => number, lifeS = LIFE_S): TokenStore {
  const live = new Map<string, Live>()
  const reused: string[] = []
  const codes = new Map<string, { account: string; until: number }>()
  let issued = 0
  let refreshes = 0
  const of = (account: string): Live => {
    const held = live.get(account) ?? { generation: 0, issuedAt: now() }
    live.set(account, held)
    return held
  }
  const pair = (account: string): TokenPair => ({
    accessToken: `sim-access-${account}-${of(account).generation}`,
    refreshToken: `sim-refresh-${account}-${of(account).generation}`,
    expiresInS: lifeS,
  })
  const spend = (code: string): string | null => {
    const consent = codes.get(code)
    codes.delete(code)
    return consent && consent.until > now() ? consent.account : null
  }
  of(DEFAULT_ACCOUNT)
  return {
    spend,
    current: (account = DEFAULT_ACCOUNT) => pair(account),
    code(account) {
      const code = `sim-code-${account}-${++issued}`
      codes.set(code, { account, until: now() + CODE_LIFE_MS })
      return code
    },
    redeem(code) {
      const account = spend(code)
      if (account === null) return null
      live.set(account, { generation: of(account).generation + 1, issuedAt: now() })
      return { ...pair(account), account }
    },
    accountOf: (accessToken) => accountOf(accessToken, 'sim-access-'),
    check(accessToken) {
      const account = accountOf(accessToken, 'sim-access-')
      if (account === null || !live.has(account) || accessToken !== pair(account).accessToken) return 'wrong'
      return now() - of(account).issuedAt >= lifeS * 1000 ? 'expired' : 'valid'
    },
    refresh(refreshToken) {
      const account = accountOf(refreshToken, 'sim-refresh-')
      if (account === null || !live.has(account)) return null
      if (refreshToken !== pair(account).refreshToken) {
        reused.push(refreshToken)
        return null
      }
      refreshes++
      live.set(account, { generation: of(account).generation + 1, issuedAt: now() })
      return pair(account)
    },
    seen: () => ({ refreshes, reused }),
  }
}

function accountOf(token: string, prefix: string): string | null {
  return token.startsWith(prefix) ? token.slice(prefix.length, token.lastIndexOf('-')) : null
}
