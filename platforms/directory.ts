/** Who an authorisation speaks for, and whose videos each of them sees. */
import type { FetchError } from './errors.ts'
import type { Oceanengine } from './oceanengine.ts'
import { createQianchuanAccount } from './qianchuan-account.ts'

export interface FoundSubject {
  /** The connector that speaks for it. */
  source: string
  /** The platform's id; a string, it exceeds 2^53. */
  externalId: string
  name: string
  /** The 抖音号 (aweme_id) whose videos it sees. */
  kolAccountIds: string[]
}

export interface Found {
  subjects: FoundSubject[]
  /** false: the platform would not speak of some, who are not lost for that. */
  complete: boolean
}

export interface Directory {
  /** null: what it sees was said when it was authorised. Throws FetchErrors. */
  subjects(): Promise<Found | null>
}

/** One shop of an agency that is closed, or one advertiser without rights. */
const REFUSALS = new Set(['forbidden', 'rejected', 'not_found'])
const SHOP = 'PLATFORM_ROLE_SHOP_ACCOUNT'
const STAR = 'PLATFORM_ROLE_STAR'

/**
 * 巨量: what is authorised is a shop or a 星图 customer, not an advertiser; a shop's advertisers are asked for one step on.
 * An agency (代理商) authorises for its customers' shops one by one.
 */
export function createOceanengineDirectory(oceanengine: Oceanengine): Directory {
  const account = createQianchuanAccount(oceanengine)
  return {
    async subjects() {
      const found: FoundSubject[] = []
      let complete = true
      const unlessRefused = async <T>(asked: Promise<T[]>): Promise<T[] | null> =>
        asked.catch((error: FetchError) => {
          if (!REFUSALS.has(error.kind)) throw error
          complete = false
          return null
        })
      for (const { accountId, name, type, valid } of await account.authorised()) {
        if (valid === false) continue
        if (type === STAR) found.push({ source: 'xingtu', externalId: accountId, name, kolAccountIds: [] })
        if (type !== SHOP) continue
        for (const externalId of (await unlessRefused(account.shopAdvertisers(accountId, 'qianchuan'))) ??
          []) {
          const awemes = await unlessRefused(account.awemes(externalId))
          if (awemes === null) continue
          const kolAccountIds = [...new Set(awemes.map(({ awemeId }) => awemeId))]
          found.push({ source: 'qianchuan', externalId, name, kolAccountIds })
        }
      }
      return { subjects: found, complete }
    },
  }
}
