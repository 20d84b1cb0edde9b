import { DAY } from '../../rules/types.ts'

/** Limits that the simulator holds its callers to; each call counts against every rule whose path is its own. */
export interface SimulatorQuota {
  /** Only calls of this path; every vendor path unless set. */
  path?: string
  /** All calls together, or those of one advertiser, user or app key. */
  scope: 'app' | 'account'
  perSecond?: number
  perDay?: number
  /** Refused with HTTP 429 and this header instead of the vendor's own code. */
  retryAfterS?: number
}

/** The most calls that came within one second and one day of the vendor's clock, refused ones included. */
export interface Rate {
  perSecond: number
  perDay: number
  total: number
  /** Refused by a quota. */
  refused: number
}

export interface Meter {
  /** Counts a call; the rule that it breaks, or null. */
  count(path: string, query: URLSearchParams, at: number): SimulatorQuota | null
  /** By path, then by `app` and by account. */
  rates(): Record<string, Record<string, Rate>>
}

const SECOND = 1000
const SHANGHAI = 8 * 3600 * SECOND

interface Count extends Rate {
  /** Instants of the last second, and the day counted now. */
  recent: number[]
  day: number
  today: number
}

export function createMeter(rules: readonly SimulatorQuota[] = []): Meter {
  const counts: Record<string, Record<string, Count>> = {}
  const countOf = (path: string, scope: string): Count => {
    counts[path] ??= {}
    counts[path][scope] ??= { perSecond: 0, perDay: 0, total: 0, refused: 0, recent: [], day: 0, today: 0 }
    return counts[path][scope]
  }
  return {
    count(path, query, at) {
      const account = query.get('advertiser_id') ?? query.get('open_id') ?? query.get('app_key')
      for (const one of [path, 'any']) {
        add(countOf(one, 'app'), at)
        if (account !== null) add(countOf(one, account), at)
      }
      const broken = rules.find((rule) => {
        if (rule.path !== undefined && rule.path !== path) return false
        const { recent, today } = countOf(
          rule.path ?? 'any',
          rule.scope === 'app' ? 'app' : (account ?? 'app'),
        )
        return recent.length > (rule.perSecond ?? recent.length) || today > (rule.perDay ?? today)
      })
      if (!broken) return null
      countOf(path, 'app').refused++
      return broken
    },
    rates: () => structuredClone(counts),
  }
}

function add(count: Count, at: number): void {
  const day = Math.floor((at + SHANGHAI) / DAY)
  count.recent = [...count.recent.filter((earlier) => earlier > at - SECOND), at]
  count.today = day === count.day ? count.today + 1 : 1
  count.day = day
  count.total++
  count.perSecond = Math.max(count.perSecond, count.recent.length)
  count.perDay = Math.max(count.perDay, count.today)
}
