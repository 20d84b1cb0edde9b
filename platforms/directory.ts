/** Who an authorisation speaks for, and whose videos each of them sees. */
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

export interface Directory {
  /** null: what it sees was said when it was authorised. Throws FetchErrors. */
  subjects(): Promise<FoundSubject[] | null>
}

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
      for (const { accountId, name, type, valid } of await account.authorised()) {
        if (valid === false) continue
        if (type === STAR) found.push({ source: 'xingtu', externalId: accountId, name, kolAccountIds: [] })
        if (type !== SHOP) continue
        for (const externalId of await account.shopAdvertisers(accountId, 'qianchuan')) {
          const awemes = await account.awemes(externalId)
          const kolAccountIds = [...new Set(awemes.map(({ awemeId }) => awemeId))]
          found.push({ source: 'qianchuan', externalId, name, kolAccountIds })
        }
      }
      return found
    },
  }
}
