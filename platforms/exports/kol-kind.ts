/** 达人 lists: what 星图, agencies and teams call the columns of a pool of KOLs. */
import type { Kind, Unit } from './kinds.ts'

/** Prices are of one video, by its length. */
export const KOL_UNITS: Record<string, Unit> = {
  showId: 'LABEL',
  vertical: 'LABEL',
  city: 'LABEL',
  mcn: 'LABEL',
  followers: 'COUNT',
  priceUpTo20s: 'MONEY',
  priceFrom21To60s: 'MONEY',
  priceOver60s: 'MONEY',
  observedAt: 'INSTANT',
}

/** 1-20s as sheets write it: with s, S or 秒, and -, ~ or 至 between; compared in lower case. */
function lengths(from: string, to: string): string[] {
  return ['-', '~', '至', '到', '_'].flatMap((dash) =>
    ['s', '秒'].map((unit) => `${from}${dash}${to}${unit}`),
  )
}
const LONGER = ['60s以上', '60秒以上', '60s+', '60秒+', '>60s', '61s以上', '61秒以上', '60s及以上']
const quoted = (names: readonly string[]) =>
  names.flatMap((name) => [
    `${name}报价`,
    `${name}视频报价`,
    `${name}价格`,
    `${name}视频价格`,
    `报价(${name})`,
    `报价${name}`,
    `${name}视频`,
  ])

export const KOL_KIND: Kind = {
  name: 'kol',
  title: '达人 列表',
  subject: 'KOL',
  needs: 'name',
  totals: false,
  signs: [
    '达人类型',
    '内容主题',
    '连接用户数',
    '粉丝数',
    '粉丝量',
    '获赞数',
    '预期cpm',
    '预期cpe',
    '预期播放量',
    '爆文率',
    '采集时间',
    ...quoted(lengths('21', '60')),
  ],
  // With one of these the rows are videos, materials, plans, orders or tasks of KOLs.
  not: [
    '视频id',
    '短视频id',
    '作品id',
    '抖音视频id',
    '视频标题',
    '短视频标题',
    '素材id',
    '素材名称',
    '计划id',
    '订单id',
    '任务id',
    '任务名称',
    '消耗',
    '整体消耗',
  ],
  fields: {
    // The account's number first: 星图 numbers its creators apart from it.
    id: ['uid', '达人uid', '抖音uid', '达人id', 'author_id', 'user_id', 'kol_id', '星图id', '达人星图id'],
    name: [
      '达人昵称',
      '达人',
      '抖音昵称',
      '昵称',
      '达人名称',
      '达人姓名',
      '账号名称',
      '账号昵称',
      '博主昵称',
      '达人信息',
    ],
    showId: ['抖音号', '达人抖音号', '抖音账号'],
    followers: ['粉丝数', '粉丝量', '粉丝', '粉丝总数', '达人粉丝数', '粉丝数量', '连接用户数'],
    vertical: [
      '达人类型',
      '垂类',
      '达人垂类',
      '达人分类',
      '达人类别',
      '领域',
      '行业',
      '类目',
      '带货类目',
      '类型',
    ],
    city: ['城市', '所在城市', '所在地区', '所在地', '地区', '地域'],
    mcn: [
      'mcn',
      'mcn机构',
      '机构',
      '所属机构',
      '所属mcn',
      '签约机构',
      '博主机构',
      'mcn/博主机构',
      'mcn/机构',
      '机构/mcn',
    ],
    // Pages that say 植入 and 定制 instead of a length mean what the two shorter lengths were.
    priceUpTo20s: [
      ...quoted(lengths('1', '20')),
      ...quoted(['20s以内', '20s以下']),
      '植入视频报价',
      '植入报价',
    ],
    priceFrom21To60s: [
      ...quoted(lengths('21', '60')),
      ...quoted(lengths('20', '60')),
      '定制视频报价',
      '定制报价',
    ],
    priceOver60s: quoted(LONGER),
    observedAt: [
      '采集时间',
      '采集日期',
      '抓取时间',
      '更新时间',
      '数据更新时间',
      '数据日期',
      '统计日期',
      '日期',
    ],
  },
  // Promises of the platform and sums over all videos: facts come from what we saw ourselves.
  unkept: [
    '获赞数',
    '视频数',
    '作品数',
    '关注数',
    '内容主题',
    '代表视频',
    '预期播放量',
    '互动率',
    '完播率',
    '爆文率',
    '预期cpm',
    '预期cpe',
    '连接用户数',
    '星图链接',
    '达人链接',
    '主页链接',
    '90天商单数',
    '90天gmv',
  ],
}
