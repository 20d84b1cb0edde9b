/** What each export calls our fields. Aliases in order of preference; headings are compared as `heading()` makes them. */
import { KOL_KIND, KOL_UNITS } from './kol-kind.ts'

/** How cells of a field are read. MONEY becomes 分, RATE a fraction; SIGNED is money that may be negative. */
export type Unit =
  | 'ID'
  | 'WHEN'
  | 'HOUR'
  | 'INSTANT'
  | 'LABEL'
  | 'MONEY'
  | 'SIGNED'
  | 'COUNT'
  | 'RATIO'
  | 'RATE'

/** Columns of their own in `outcome`; every other number goes to its `extra`, every text to its `labels`. */
export const OUTCOME_FIELDS = [
  'spend',
  'gmv',
  'orders',
  'shows',
  'clicks',
  'plays',
  'likes',
  'comments',
  'shares',
  'saves',
  'follows',
] as const
export type OutcomeField = (typeof OUTCOME_FIELDS)[number]

export const UNITS: Record<string, Unit> = {
  id: 'ID',
  scope: 'ID',
  day: 'WHEN',
  hour: 'HOUR',
  createdAt: 'INSTANT',
  spend: 'MONEY',
  gmv: 'MONEY',
  orders: 'COUNT',
  shows: 'COUNT',
  clicks: 'COUNT',
  plays: 'COUNT',
  likes: 'COUNT',
  comments: 'COUNT',
  shares: 'COUNT',
  saves: 'COUNT',
  follows: 'COUNT',
  roi: 'RATIO',
  ctr: 'RATE',
  cvr: 'RATE',
  finishRate: 'RATE',
  play2sRate: 'RATE',
  play3sRate: 'RATE',
  play5sRate: 'RATE',
  play10sRate: 'RATE',
  interactionRate: 'RATE',
  watchSeconds: 'RATIO',
  cpm: 'MONEY',
  cpe: 'MONEY',
  cpa: 'MONEY',
  gpm: 'MONEY',
  userPaid: 'MONEY',
  netGmv: 'SIGNED',
  netRoi: 'RATIO',
  netOrders: 'COUNT',
  coupon: 'MONEY',
  refund: 'SIGNED',
  refundOrders: 'COUNT',
  baseSpend: 'MONEY',
  boostSpend: 'MONEY',
  boostGmv: 'MONEY',
  boostRoi: 'RATIO',
  boostCvr: 'RATE',
  liveGmv: 'MONEY',
  searchGmv: 'MONEY',
  shopGmv: 'MONEY',
  productShows: 'COUNT',
  productClicks: 'COUNT',
  budget: 'MONEY',
  price: 'MONEY',
  conversions: 'COUNT',
  componentShows: 'COUNT',
  componentClicks: 'COUNT',
  directGmv: 'MONEY',
  directRoi: 'RATIO',
  directOrders: 'COUNT',
  name: 'LABEL',
  author: 'LABEL',
  authorId: 'ID',
  videoId: 'ID',
  materialId: 'ID',
  publishedAt: 'INSTANT',
  status: 'LABEL',
  goal: 'LABEL',
  duration: 'LABEL',
  tag: 'LABEL',
  verdict: 'LABEL',
  origin: 'LABEL',
  campaign: 'ID',
  ...KOL_UNITS,
}

export const KIND_NAMES = ['compass', 'material', 'plan', 'order', 'task', 'kol'] as const
export type KindName = (typeof KIND_NAMES)[number]
export type Subject = 'VIDEO' | 'MATERIAL' | 'PLAN' | 'ORDER' | 'TASK'

export interface Kind {
  name: string
  /** For people. */
  title: string
  /** KOL: rows of a pool, which are no outcomes. */
  subject: Subject | 'KOL'
  /** The field that every row must have; left out: id. */
  needs?: 'id' | 'name'
  /** Fields by name; the first alias that a file has wins. */
  fields: Record<string, readonly string[]>
  /** Headings that speak for this kind. */
  signs: readonly string[]
  /** Headings of a finer or other subject: with one of these it is another kind. */
  not: readonly string[]
  /** Headings that are understood but have no place with us. */
  unkept?: readonly string[]
  /** Rows without a day are totals over a life that begins at `createdAt`. */
  totals: boolean
}

const VIDEO_ID = ['视频id', '短视频id', '作品id', '抖音视频id', 'item_id', 'aweme_item_id', 'video_id']
const ENGAGEMENT = {
  likes: ['点赞数', '点赞量', '点赞次数', '视频点赞数', '新增点赞数'],
  comments: ['评论数', '评论量', '评论次数', '视频评论数'],
  shares: ['分享数', '分享量', '分享次数', '视频分享数', '转发数', '转发量', '转发次数'],
  saves: ['收藏数', '收藏量', '收藏次数', '视频收藏数'],
  follows: ['新增粉丝数', '涨粉数', '涨粉量', '新增关注数'],
  finishRate: ['完播率', '视频完播率'],
  play2sRate: ['2秒播放率', '2s播放率'],
  play3sRate: ['3秒播放率', '3s播放率'],
  play5sRate: ['5秒播放率', '5s播放率', '5s完播率', '5秒完播率'],
  play10sRate: ['10秒播放率', '10s播放率'],
  watchSeconds: ['平均观看时长', '平均播放时长'],
  interactionRate: ['互动率'],
} as const
const DAYS = [
  '日期',
  '统计日期',
  '投放日期',
  '数据日期',
  '时间',
  '统计时间',
  'stat_date',
  '时间-天',
  '统计周期',
  '数据周期',
]
const HOURS = ['小时', '时间-小时', '时段', '统计小时']
const ADS = {
  spend: ['整体消耗', '消耗', '总消耗', '花费', '投放消耗', '实际消耗', '消耗金额', 'stat_cost'],
  gmv: ['整体成交金额', '成交金额', '支付金额', 'gmv', '直接成交金额', '用户实际支付金额', '用户支付金额'],
  orders: ['整体成交订单数', '成交订单数', '支付订单数', '直接成交订单数'],
  roi: ['整体支付roi', '支付roi', 'roi', '直接支付roi', '投产比', '投入产出比'],
  userPaid: ['用户实际支付金额'],
  directGmv: ['直接成交金额'],
  directRoi: ['直接支付roi'],
  directOrders: ['直接成交订单数'],
  shows: ['整体展现次数', '整体展示次数', '展示次数', '展现次数', '曝光次数', '展示数', '展现量', '曝光量'],
  clicks: ['整体点击次数', '点击次数', '点击数', '点击量'],
  ctr: ['整体点击率', '点击率', 'ctr'],
  cvr: ['整体转化率', '转化率', 'cvr'],
  cpm: ['整体千次展现费用', '平均千次展示费用', '平均千次展现费用', '千次展现费用', '千次展示费用', 'cpm'],
  cpa: ['整体成交订单成本', '成交订单成本', '转化成本'],
  conversions: ['转化数'],
  plays: ['视频播放数', '播放数', '播放量', '播放次数'],
  baseSpend: ['基础消耗'],
  boostSpend: ['追投调控消耗'],
  boostGmv: ['追投调控成交金额'],
  boostRoi: ['追投调控支付roi'],
  boostCvr: ['追投调控转化率'],
  netGmv: ['净成交金额'],
  netRoi: ['净成交roi'],
  netOrders: ['净成交订单数'],
  coupon: ['整体成交智能优惠券金额'],
  refund: ['1小时内退款金额', '退款金额'],
  refundOrders: ['1小时内退款订单数', '退款订单数'],
  ...ENGAGEMENT,
} as const

export const KINDS: readonly Kind[] = [
  {
    name: 'compass',
    title: '电商罗盘 短视频明细',
    subject: 'VIDEO',
    totals: false,
    signs: [
      '视频标题',
      '短视频标题',
      '视频描述',
      '视频发布时间',
      '达人昵称',
      '作者昵称',
      '短视频播放次数',
      '短视频成交金额',
      '引导直播间成交金额',
      '看后搜成交金额',
      '商品详情页成交金额',
      '千次观看成交金额',
      '千次曝光用户支付金额',
      '商品曝光次数',
      '收藏数',
      '收藏次数',
    ],
    not: ['素材id', '计划id', '订单id', '任务id'],
    fields: {
      id: VIDEO_ID,
      day: DAYS,
      publishedAt: ['视频发布时间', '发布时间', 'publish_time'],
      name: ['视频标题', '短视频标题', '视频描述', '标题', '内容'],
      author: ['达人昵称', '作者昵称', '抖音昵称', '作者', 'author_nickname'],
      authorId: ['达人uid', '作者id', '达人id', 'author_douyin_id'],
      plays: [
        '播放量',
        '播放次数',
        '短视频播放次数',
        '视频播放次数',
        '视频播放量',
        '观看次数',
        '播放数',
        '视频播放数',
        'video_view_count',
      ],
      shows: ['视频曝光次数', '曝光次数', '展示次数'],
      spend: ['消耗', '投放消耗', '广告消耗'],
      roi: ['支付roi', 'roi', '投产比', '投入产出比'],
      gmv: ['成交金额', '短视频成交金额', '用户支付金额', 'gmv', '支付金额', 'user_pay_amount'],
      orders: ['成交订单数', '支付订单数'],
      userPaid: ['用户支付金额', '用户实际支付金额'],
      refund: ['退款金额', 'refund_amount'],
      liveGmv: ['引导直播间成交金额', 'live_room_pay_amount'],
      searchGmv: ['看后搜成交金额', 'search_after_view_pay_amount'],
      shopGmv: ['商品详情页成交金额', 'shop_page_pay_amount'],
      productShows: ['商品曝光次数'],
      productClicks: ['商品点击次数'],
      ctr: ['商品点击-曝光率', '商品曝光-点击率', '商品点击率'],
      gpm: ['千次观看成交金额', 'gpm', '千次曝光用户支付金额'],
      ...ENGAGEMENT,
    },
  },
  {
    name: 'material',
    title: '千川 素材',
    subject: 'MATERIAL',
    totals: false,
    signs: [
      '素材名称',
      '素材评估',
      '素材时长',
      '素材创建时间',
      '素材来源',
      '素材标题',
      '视频主题',
      '追投调控消耗',
      '追投调控支付roi',
      '基础消耗',
    ],
    not: ['订单id', '任务id'],
    fields: {
      id: ['素材id', 'material_id'],
      scope: ['计划id', 'ad_id'],
      day: DAYS,
      hour: HOURS,
      publishedAt: ['素材创建时间'],
      name: ['素材名称', '素材标题', '视频主题', '视频名称'],
      verdict: ['素材评估'],
      duration: ['素材时长'],
      origin: ['素材来源'],
      tag: ['标签'],
      videoId: VIDEO_ID,
      ...ADS,
    },
  },
  {
    name: 'plan',
    title: '千川 计划',
    subject: 'PLAN',
    totals: false,
    signs: [
      '计划名称',
      '净成交金额',
      '净成交roi',
      '净成交订单数',
      '整体成交智能优惠券金额',
      '1小时内退款金额',
      '计划状态',
      '时间-小时',
      '小时',
    ],
    not: ['素材id', '订单id', '任务id'],
    fields: {
      id: ['计划id', 'ad_id'],
      day: DAYS,
      hour: HOURS,
      name: ['计划名称'],
      status: ['计划状态', '状态'],
      budget: ['预算', '日预算'],
      videoId: VIDEO_ID,
      ...ADS,
    },
  },
  {
    name: 'order',
    title: '随心推 订单',
    subject: 'ORDER',
    totals: true,
    signs: ['推广视频', '下单时间', '投放金额', '投放时长', '优化目标', '订单状态', '订单金额', '推广目标'],
    not: ['素材id', '任务id', '任务名称', '星图id', '千次播放成本'],
    fields: {
      id: ['订单id', '订单编号', 'order_id'],
      day: DAYS.filter((heading) => heading !== '时间'),
      createdAt: ['下单时间', '创建时间', '订单创建时间', '支付时间'],
      name: ['推广视频', '视频标题', '推广内容', '视频名称'],
      videoId: VIDEO_ID,
      campaign: ['计划id', 'ad_id'],
      budget: ['投放金额', '订单金额', '下单金额'],
      duration: ['投放时长'],
      goal: ['优化目标', '推广目标', '投放目标'],
      status: ['订单状态', '状态', '投放状态'],
      ...ADS,
    },
  },
  {
    name: 'task',
    title: '星图 任务',
    subject: 'TASK',
    totals: true,
    signs: [
      '任务名称',
      '任务id',
      '星图id',
      '千次播放成本',
      '互动成本',
      '组件曝光',
      '组件点击量',
      '组件点击率',
      '达人昵称',
      '达人报价',
    ],
    not: ['素材id', '投放金额', '投放时长'],
    fields: {
      id: ['任务id', '星图订单id', '任务订单id', '订单id', 'demand_id'],
      day: DAYS,
      createdAt: ['任务创建时间', '创建时间', '下单时间', '发布时间', '视频发布时间'],
      name: ['任务名称', '视频标题', '标题'],
      author: ['达人昵称', '抖音昵称', '昵称', '达人信息'],
      authorId: ['星图id', '达人id'],
      videoId: VIDEO_ID,
      status: ['任务状态', '订单状态', '状态'],
      price: ['达人报价', '任务金额', '订单金额', '报价'],
      plays: ['播放量', '播放次数', '播放数', '视频播放数'],
      cpm: ['千次播放成本', 'cpm'],
      cpe: ['互动成本', 'cpe'],
      componentShows: ['组件曝光', '组件曝光量', '组件展示量'],
      componentClicks: ['组件点击量', '组件点击'],
      ctr: ['组件点击率', '点击率'],
      gmv: ['成交金额', 'gmv'],
      orders: ['成交订单数'],
      ...ENGAGEMENT,
    },
  },
  KOL_KIND,
]

export interface Heading {
  /** Half-width, lower case, without blanks and without the unit. */
  name: string
  /** The unit in brackets, where it is one we know. */
  unit: string | null
}

const SUFFIX = /\((元|万元|分|%|万|次|个|人|秒|s|单|cpm|cpe)\)$/

/** `整体消耗（元）` is 整体消耗 in 元. A unit that is not known stays part of the name, and so matches nothing. */
export function heading(text: string): Heading {
  const name = text
    .replaceAll(/[\uff01-\uff5e]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
    .replaceAll(/[\s\u200b-\u200f\ufeff'"*]+/g, '')
    .toLowerCase()
  const match = SUFFIX.exec(name)
  return match ? { name: name.slice(0, match.index), unit: match[1] ?? null } : { name, unit: null }
}
