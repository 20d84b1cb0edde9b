import { z } from 'zod'
import { idSchema, type Oceanengine } from './oceanengine.ts'
import { collect, listOf, pageInfo, readPages } from './oceanengine-page.ts'
import { milliSchema } from './qianchuan-units.ts'

/** Who may be spoken for: the authorised subject is a shop or an agency; its advertisers are asked for one step on. */
export interface AuthorisedAccount {
  accountId: string
  name: string
  /** e.g. PLATFORM_ROLE_SHOP_ACCOUNT 店铺, PLATFORM_ROLE_QIANCHUAN_AGENT 代理商, PLATFORM_ROLE_STAR 星图. */
  type: string
  /** null: the platform did not say. */
  valid: boolean | null
}

/** An authorised 抖音号. */
export interface AuthorisedAweme {
  awemeId: string
  /** What users see and type. */
  showId: string
  name: string
  status: string | null
  /** May its videos be promoted. */
  videos: boolean | null
  /** Occupied by 全域. */
  occupied: boolean | null
  bindings: string[]
}

export interface Wallet {
  totalFen: number | null
  /** Free to spend. */
  validFen: number | null
  /** Held for 随心推 orders that are not delivered yet. */
  heldForOrdersFen: number | null
  frozenFen: number | null
}

export interface QianchuanAccount {
  authorised(): Promise<AuthorisedAccount[]>
  /** Advertisers of a shop with 千川 permission, or only those with 随心推 permission. */
  shopAdvertisers(shopId: string, permission: 'qianchuan' | 'suixintui'): Promise<string[]>
  awemes(advertiserId: string): Promise<AuthorisedAweme[]>
  wallet(advertiserId: string): Promise<Wallet>
}

const V1 = '/open_api/v1.0/qianchuan/'
const PAGE = 100
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? null)

const authorisedSchema = z.object({
  list: listOf(
    z.object({
      account_id: idSchema.nullish(),
      advertiser_id: idSchema.nullish(),
      account_name: z.string().nullish(),
      advertiser_name: z.string().nullish(),
      account_type: z.string().nullish(),
      is_valid: flag,
    }),
  ),
})
const shopSchema = z.object({
  list: listOf(idSchema),
  adv_id_list: listOf(z.object({ adv_id: idSchema })),
  page_info: pageInfo,
})
const awemeSchema = z.object({
  page_info: pageInfo,
  aweme_id_list: listOf(
    z.object({
      aweme_id: idSchema,
      aweme_show_id: z.string().nullish(),
      aweme_name: z.string().nullish(),
      aweme_status: z.string().nullish(),
      aweme_has_video_permission: flag,
      aweme_has_uni_prom: flag,
      bind_type: listOf(z.string()),
    }),
  ),
})
/** In 1/100,000 yuan, all of it. */
const walletSchema = z.object({
  total_balance_abs: milliSchema,
  general_balance_valid: milliSchema,
  general_balance_invalid_order: milliSchema,
  general_balance_invalid_frozen: milliSchema,
})

export function createQianchuanAccount(oceanengine: Oceanengine): QianchuanAccount {
  return {
    async authorised() {
      const data = await oceanengine.call({
        method: 'GET',
        path: '/open_api/oauth2/advertiser/get/',
        account: 'oauth2',
        tokenInQuery: true,
        data: authorisedSchema,
      })
      return data.list.flatMap(accountOf)
    },
    async shopAdvertisers(shopId, permission) {
      const pages = readPages(oceanengine, {
        method: 'GET',
        path: `${V1}shop/advertiser/list/`,
        account: shopId,
        query: { shop_id: shopId, ...(permission === 'suixintui' ? { permission: ['QC_AWEME'] } : {}) },
        pageSize: PAGE,
        data: shopSchema,
      })
      const ids = await collect(pages, (page) => [
        ...page.list,
        ...page.adv_id_list.map((each) => each.adv_id),
      ])
      return [...new Set(ids)]
    },
    async awemes(advertiserId) {
      const pages = readPages(oceanengine, {
        method: 'GET',
        path: `${V1}aweme/authorized/get/`,
        account: advertiserId,
        query: { advertiser_id: advertiserId },
        pageSize: PAGE,
        data: awemeSchema,
      })
      return (await collect(pages, (page) => page.aweme_id_list)).map(awemeOf)
    },
    async wallet(advertiserId) {
      const data = await oceanengine.call({
        method: 'GET',
        path: `${V1}finance/wallet/get/`,
        account: advertiserId,
        query: { advertiser_id: advertiserId },
        data: walletSchema,
      })
      return {
        totalFen: data.total_balance_abs,
        validFen: data.general_balance_valid,
        heldForOrdersFen: data.general_balance_invalid_order,
        frozenFen: data.general_balance_invalid_frozen,
      }
    },
  }
}

/** An entry without any id speaks for nobody. */
function accountOf(row: z.infer<typeof authorisedSchema>['list'][number]): AuthorisedAccount[] {
  const accountId = row.account_id ?? row.advertiser_id
  if (!accountId) return []
  const name = row.account_name ?? row.advertiser_name ?? ''
  return [{ accountId, name, type: row.account_type ?? '', valid: row.is_valid }]
}

function awemeOf(row: z.infer<typeof awemeSchema>['aweme_id_list'][number]): AuthorisedAweme {
  return {
    awemeId: row.aweme_id,
    showId: row.aweme_show_id ?? '',
    name: row.aweme_name ?? '',
    status: row.aweme_status ?? null,
    videos: row.aweme_has_video_permission,
    occupied: row.aweme_has_uni_prom,
    bindings: row.bind_type,
  }
}
