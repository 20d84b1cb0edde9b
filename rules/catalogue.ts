/** 指标目录: every metric that rules, figures and people share, with all that must be known to trust a number. */

/** What of a video a metric is made of; INTERACTIONS: the counters that the workspace counts as interaction. */
export type Part =
  | 'observedAt'
  | 'plays'
  | 'likes'
  | 'comments'
  | 'shares'
  | 'saves'
  | 'spendFen'
  | 'paidGmvFen'
  | 'gmvFen'
  | 'orders'
  | 'settled7Fen'
  | 'settled14Fen'
  | 'adShows'
  | 'boughtPlays'
  | 'completionRate'
  | 'fiveSecondRate'

export interface Metric {
  zh: string
  en: string
  /** Money is in 分; a ratio of 1 is 100 %; times (倍) is one number over another of its kind. */
  unit: 'count' | 'ratio' | 'times' | 'h' | 'plays/h' | 'plays/h2' | '分' | '分/1000' | '分/interaction'
  formula: string
  /** Over what time it speaks. */
  window: string
  nullRule: string
  /** What becomes of it where a source restates a counter or an order is refunded. */
  restatement: string
  /** Where the formula comes from. */
  source: string
  /** What sources say that goes into it. */
  of: readonly (Part | 'INTERACTIONS')[]
  /** A source gives it as it is: nothing is computed. */
  given?: true
}

const SO_FAR = 'since publication'
const LAST_TWO = 'between the last two looks'
const NOT_GIVEN = 'null when the source does not give it'
const AS_SEEN = 'a restated counter replaces it, also where it fell'
const FOLLOWS = 'follows the restated counter'
const REFUND =
  'a refund or a later settlement changes it from when it is known; what was known before stays on record'
const AD_REPORT = 'a restated report replaces it'
const TRADE = 'trade usage'

const AHEAD = 'from the latest look to the end of its life'
const NOT_FORESEEN =
  'null where nothing is foreseen: plays are not given, or it is as of an instant (NOT_FORESEEN)'
const FORESEEN = 'foreseen anew at the next look; what was foreseen before is not changed'
const BEHIND = '; once it is that old, those that were seen then'
const OF_FORECAST = "ours: learned from the workspace's finished videos"

const expected = (zh: string, en: string, when: string, behind = '') =>
  ({
    zh,
    en,
    unit: 'count',
    formula: `natural plays that are expected ${when}, foreseen at the latest look; bought plays never raise it${behind}`,
    window: AHEAD,
    nullRule: behind === '' ? NOT_FORESEEN : `${NOT_FORESEEN}, or nobody looked at that age`,
    restatement: FORESEEN,
    source: OF_FORECAST,
    of: ['plays'],
  }) as const

const counter = (zh: string, en: string, part: Part, source: string) =>
  ({
    zh,
    en,
    unit: 'count',
    formula: 'as the source counts',
    window: SO_FAR,
    nullRule: NOT_GIVEN,
    restatement: AS_SEEN,
    source,
    of: [part],
    given: true,
  }) as const

const settled = (days: 7 | 14) =>
  ({
    zh: `${days}日结算ROI`,
    en: `Settled ROI, ${days} days`,
    unit: 'times',
    formula: `what orders of at least ${days} days brought, without those refunded within ${days} days / spend on ads; of all orders, not of ads alone`,
    window: `orders of at least ${days} days, each over its first ${days}; as of an instant of those that were so old at the latest payment known then, because up to it refunds were surely read`,
    nullRule: `null before the video is ${days} days old (NOT_SETTLED_YET), where settlement or spend is not known, or spend is 0`,
    restatement: REFUND,
    source: `after 千川 settle_roi_${days}d; of single orders, because only they say when a refund came`,
    of: [`settled${days}Fen`, 'spendFen'],
  }) as const

export const METRICS = {
  plays: counter('播放量', 'Plays', 'plays', '千川 view_cnt, 抖音 play_count'),
  likes: counter('点赞', 'Likes', 'likes', '千川 like_cnt, 抖音 digg_count'),
  comments: counter('评论', 'Comments', 'comments', '千川 comment_cnt, 抖音 comment_count'),
  shares: counter('转发', 'Shares', 'shares', '千川 share_cnt, 抖音 share_count'),
  saves: counter('收藏', 'Saves', 'saves', 'exported files alone: no open API gives it'),
  ageHours: {
    zh: '发布时长',
    en: 'Age',
    unit: 'h',
    formula: 'observed - published',
    window: 'at the last look',
    nullRule: 'null before the first look',
    restatement: 'none: both instants stay',
    source: 'ours',
    of: ['observedAt'],
  },
  interactionRate: {
    zh: '互动率',
    en: 'Interaction rate',
    unit: 'ratio',
    formula:
      'interactions / plays; interactions are the counters that the workspace sets, likes + comments + shares unless ' +
      'set: those that every API gives',
    window: SO_FAR,
    nullRule: 'null when plays or one of the counters that count is not given, or plays are 0',
    restatement: FOLLOWS,
    source: `${TRADE} (赞+评+转)/播放, the family of 星图 interact_rate; others add 收藏: hence a setting`,
    of: ['INTERACTIONS', 'plays'],
  },
  completionRate: {
    zh: '完播率',
    en: 'Completion rate',
    unit: 'ratio',
    formula: 'plays to the end / plays, as the source gives it',
    window: SO_FAR,
    nullRule: NOT_GIVEN,
    restatement: AD_REPORT,
    source: '千川 play_over / total_play',
    of: ['completionRate'],
    given: true,
  },
  fiveSecondRate: {
    zh: '5s完播率',
    en: 'Five-second rate',
    unit: 'ratio',
    formula: 'plays of 5 s or more / plays, as the source gives it',
    window: SO_FAR,
    nullRule: NOT_GIVEN,
    restatement: AD_REPORT,
    source: '千川 play_duration_5s_rate',
    of: ['fiveSecondRate'],
    given: true,
  },
  velocity: {
    zh: '播放增速',
    en: 'Velocity',
    unit: 'plays/h',
    formula: 'plays gained since the look before / hours between the two',
    window: LAST_TWO,
    nullRule: 'null without an earlier look that has plays, and where the counter fell (RESTATED)',
    restatement: 'null at the look at which the counter fell; the next one goes on from there',
    source: 'ours',
    of: ['plays'],
  },
  acceleration: {
    zh: '增速变化',
    en: 'Acceleration',
    unit: 'plays/h2',
    formula:
      '(velocity - velocity at the look before) / hours between the last two looks; below 0 it slows down',
    window: 'between the last three looks',
    nullRule: 'null where one of the two velocities is null',
    restatement: 'null at the look at which the counter fell and at the next one',
    source: 'ours',
    of: ['plays'],
  },
  kolRatio: {
    zh: '达人同期中位倍数',
    en: 'Ratio to own median',
    unit: 'times',
    formula:
      "natural plays / median plays of the KOL's up to 30 latest earlier videos at the same age: bought plays are no 爆款",
    window: SO_FAR,
    nullRule: 'null with fewer than 3 earlier videos seen at that age, or a median of 0',
    restatement: FOLLOWS,
    source: 'ours, after a rule of thumb in circulation: 3 times the median of the same creator',
    of: ['plays'],
  },
  playsPerFollower: {
    zh: '播粉比',
    en: 'Plays per follower',
    unit: 'times',
    formula: 'natural plays / followers of the KOL, as last known',
    window: SO_FAR,
    nullRule: 'null when followers are not known or 0',
    restatement: FOLLOWS,
    source: TRADE,
    of: ['plays'],
  },
  naturalPlays: {
    zh: '自然播放量',
    en: 'Natural plays',
    unit: 'count',
    formula:
      'plays - plays that our own promotions bought, 0 at least: reports run ahead of the counter; an estimate where ' +
      'bought plays are estimated from spend, and where no source speaks of ads, which counts as none bought',
    window: SO_FAR,
    nullRule: 'null when plays are not given',
    restatement: FOLLOWS,
    source: 'ours: bought plays are no 爆款',
    of: ['plays', 'boughtPlays'],
  },
  spend: {
    zh: '投放花费',
    en: 'Ad spend',
    unit: '分',
    formula: 'as the source reports; without the price of the KOL',
    window: SO_FAR,
    nullRule: 'null when no source tells it',
    restatement: AD_REPORT,
    source: '千川 stat_cost',
    of: ['spendFen'],
    given: true,
  },
  gmv: {
    zh: '成交额 GMV',
    en: 'GMV',
    unit: '分',
    formula: 'all paid orders of the video, of ads and without, as the source counts',
    window: SO_FAR,
    nullRule: 'null when no source tells it',
    restatement: REFUND,
    source: '抖店 and 精选联盟 orders, 电商罗盘 exports',
    of: ['gmvFen'],
    given: true,
  },
  orders: {
    zh: '订单数',
    en: 'Orders',
    unit: 'count',
    formula: 'all paid orders of the video, as the source counts',
    window: SO_FAR,
    nullRule: 'null when no source tells it',
    restatement: REFUND,
    source: '抖店 and 精选联盟 orders, 电商罗盘 exports',
    of: ['orders'],
    given: true,
  },
  cpm: {
    zh: '广告千次展示成本 CPM',
    en: 'CPM of ads',
    unit: '分/1000',
    formula: 'ad spend / ad shows x 1000; not to be compared with kolCpm, which divides by plays',
    window: SO_FAR,
    nullRule: 'null when spend or shows are not known, or shows are 0',
    restatement: AD_REPORT,
    source: `${TRADE}: cost / show x 1000`,
    of: ['spendFen', 'adShows'],
  },
  kolCpm: {
    zh: '达人千次播放成本',
    en: 'CPM of the KOL',
    unit: '分/1000',
    formula: 'agreed price of the 合作 / plays x 1000',
    window: SO_FAR,
    nullRule: 'null without an agreed price or plays, or plays are 0',
    restatement: FOLLOWS,
    source: `${TRADE} of KOL buying: price / plays x 1000`,
    of: ['plays'],
  },
  cpe: {
    zh: '投放互动成本 CPE',
    en: 'CPE of ads',
    unit: '分/interaction',
    formula: 'ad spend / interactions, all of the video; interactions as in interactionRate',
    window: SO_FAR,
    nullRule: 'null when spend or one of the counters is not known, or there was no interaction',
    restatement: FOLLOWS,
    source: `${TRADE}: cost / interactions`,
    of: ['spendFen', 'INTERACTIONS'],
  },
  kolCpe: {
    zh: '达人互动成本',
    en: 'CPE of the KOL',
    unit: '分/interaction',
    formula: 'agreed price of the 合作 / interactions; interactions as in interactionRate',
    window: SO_FAR,
    nullRule: 'null without an agreed price or one of the counters, or there was no interaction',
    restatement: FOLLOWS,
    source: `${TRADE}: price / interactions`,
    of: ['INTERACTIONS'],
  },
  gpm: {
    zh: '千次播放成交额 GPM',
    en: 'GPM',
    unit: '分/1000',
    formula: 'GMV / plays x 1000',
    window: SO_FAR,
    nullRule: 'null when GMV or plays are not known, or plays are 0',
    restatement: REFUND,
    source: `${TRADE} 千次观看成交金额: GMV / views x 1000`,
    of: ['gmvFen', 'plays'],
  },
  paidRoi: {
    zh: '支付ROI',
    en: 'Paid ROI',
    unit: 'times',
    formula: 'GMV of ads / spend on ads',
    window: SO_FAR,
    nullRule: 'null when one of the two is not known, or spend is 0',
    restatement: AD_REPORT,
    source: `${TRADE}; 千川 total_prepay_and_pay_order_roi2, prepay_and_pay_order_roi`,
    of: ['paidGmvFen', 'spendFen'],
  },
  settledRoi7: settled(7),
  settledRoi14: settled(14),
  breakEvenRoi: {
    zh: '保本ROI',
    en: 'Break-even ROI',
    unit: 'times',
    formula: '1 / gross margin of the 货 of its cell, in the version it was published with',
    window: 'none: it does not move',
    nullRule: 'null without a 货, or its margin is not known or 0',
    restatement: 'none',
    source: `${TRADE}: 1 / gross margin, there after commission, which is left out here`,
    of: [],
  },
  breakoutProbability: {
    zh: '爆款概率',
    en: 'Breakout probability',
    unit: 'ratio',
    formula:
      'chance that its natural plays end in the top share of its class (KOL, then tier, then vertical, by how much is ' +
      'known of each), foreseen at the latest look',
    window: AHEAD,
    nullRule: NOT_FORESEEN,
    restatement: FORESEEN,
    source: OF_FORECAST,
    of: ['plays'],
  },
  breakoutPromise: {
    zh: '爆款前景',
    en: 'Breakout promise',
    unit: 'ratio',
    formula:
      'breakoutProbability x the share of its natural plays that is still to come if it does break out: what a flag is ' +
      'worth now. One level fits every age, because an early flag may be less sure',
    window: AHEAD,
    nullRule: NOT_FORESEEN,
    restatement: FORESEEN,
    source: OF_FORECAST,
    of: ['plays'],
  },
  expectedPlays24h: expected('预期24小时播放', 'Expected plays at 24 h', 'at an age of 24 h', BEHIND),
  expectedPlays7d: expected('预期7天播放', 'Expected plays at 7 days', 'at an age of 7 days', BEHIND),
  expectedPlays: expected('预期最终播放', 'Expected final plays', 'in the end'),
} as const satisfies Record<string, Metric>

export type MetricKey = keyof typeof METRICS
export const METRIC_KEYS = Object.keys(METRICS) as [MetricKey, ...MetricKey[]]
