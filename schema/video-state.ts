import { naturalPlays } from '../rules/natural.ts'
import { builder } from './builder.ts'

const BoughtByEnum = builder.enumType('BoughtBy', {
  description: 'How bought plays are known.',
  values: {
    REPORTED: { description: 'A source says how many were delivered.' },
    ESTIMATED: {
      description:
        "Of at least one channel of ads only the spend is known: its plays are spend over what a play cost elsewhere, in the channel's own files, or in the median of the workspace's videos where five show it, else 2 分 (CPM 20 yuan).",
    },
  } as const,
})
const UNTOLD = 'null: no source says.'
const NO_DATA =
  'Why there is nothing newer. `quota`: our own quota or cap allowed no call, nothing was sent; `overdue`: a look has ' +
  'long been due and none was made: the workers are behind or stopped; `not_connected`: no account of ours sees it; ' +
  '`not_answered`: the source was asked and did not speak of it. Else the kind of failure of the call, in small ' +
  'letters: `rate_limited`, `auth`, `forbidden`, `not_found`, `rejected`, `network` (also where it failed on our own side), `timeout` ' +
  'or `parse`, as in FailureKind.'
const SETTLED = (days: number) =>
  `结算 GMV in 分 of orders that are ${days} days old: what was not refunded within ${days} days of payment; of 精选联盟 what was settled. null: no order is that old, or no shop is connected.`

export const VideoState = builder.drizzleObject('videoState', {
  name: 'VideoState',
  select: { columns: { videoId: true } },
  description:
    'The latest numbers of a published video. null is not 0: the source does not give it, or not yet.',
  fields: (t) => ({
    observedAt: t.expose('observedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'The last look; null: none yet.',
    }),
    looks: t.exposeInt('looks', { description: 'Snapshots recorded.' }),
    plays: t.expose('plays', {
      type: 'BigInt',
      nullable: true,
      description: '播放量, cumulative; null: not given.',
    }),
    likes: t.expose('likes', {
      type: 'BigInt',
      nullable: true,
      description: '点赞, cumulative; null: not given.',
    }),
    comments: t.expose('comments', {
      type: 'BigInt',
      nullable: true,
      description: '评论, cumulative; null: not given.',
    }),
    shares: t.expose('shares', {
      type: 'BigInt',
      nullable: true,
      description: '转发, cumulative; null: not given.',
    }),
    saves: t.expose('saves', {
      type: 'BigInt',
      nullable: true,
      description: '收藏, cumulative; null: not given.',
    }),
    interactionRate: t.exposeFloat('interactionRate', {
      nullable: true,
      description:
        '互动率: interactions, as the workspace counted them at the look, / plays; 0.05 is 5 %. null: one is not given, or plays are 0.',
    }),
    velocity: t.exposeFloat('velocity', {
      nullable: true,
      description: 'Plays per hour between the last two looks. null: first look, or plays were restated.',
    }),
    kolRatio: t.exposeFloat('kolRatio', {
      nullable: true,
      description:
        "Plays over the median of the KOL's earlier videos at the same age. null: fewer than 3 of them.",
    }),
    spendFen: t.expose('spendFen', {
      type: 'BigInt',
      nullable: true,
      description: `消耗 in 分 so far, 随心推 and 千川 together; ${UNTOLD}`,
    }),
    paidGmvFen: t.expose('paidGmvFen', {
      type: 'BigInt',
      nullable: true,
      description: `GMV in 分 that the platform credits to these ads; ${UNTOLD}`,
    }),
    gmvFen: t.expose('gmvFen', {
      type: 'BigInt',
      nullable: true,
      description: `成交金额 in 分: all that the video sold, refunds not taken out; from single orders, else 罗盘. ${UNTOLD}`,
    }),
    orders: t.expose('orders', {
      type: 'BigInt',
      nullable: true,
      description: `成交订单数 of that GMV; ${UNTOLD}`,
    }),
    settled7Fen: t.expose('settled7Fen', { type: 'BigInt', nullable: true, description: SETTLED(7) }),
    settled14Fen: t.expose('settled14Fen', { type: 'BigInt', nullable: true, description: SETTLED(14) }),
    adShows: t.expose('adShows', {
      type: 'BigInt',
      nullable: true,
      description: `展示 of the ads; ${UNTOLD}`,
    }),
    boughtPlays: t.expose('boughtPlays', {
      type: 'BigInt',
      nullable: true,
      description: `Plays that our own promotions bought, see boughtBy; ${UNTOLD}`,
    }),
    boughtBy: t.expose('boughtBy', {
      type: BoughtByEnum,
      nullable: true,
      description: 'How boughtPlays is known; null: it is not.',
    }),
    naturalPlays: t.field({
      type: 'BigInt',
      nullable: true,
      description:
        '自然播放: plays without the bought ones, never below 0; all of them where no source speaks of ads. null: plays are not given.',
      select: { columns: { plays: true, boughtPlays: true } },
      resolve: ({ plays, boughtPlays }) => naturalPlays(plays, boughtPlays),
    }),
    completionRate: t.exposeFloat('completionRate', {
      nullable: true,
      description: `完播率, 0.3 is 30 %, over the days of its files weighed by plays; ${UNTOLD}`,
    }),
    fiveSecondRate: t.exposeFloat('fiveSecondRate', {
      nullable: true,
      description: `5秒播放率, likewise; ${UNTOLD}`,
    }),
    nextPollAt: t.expose('nextPollAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it is looked at next; null: no longer watched.',
    }),
    noDataSince: t.expose('noDataSince', {
      type: 'DateTime',
      nullable: true,
      description:
        'When the first look failed after the last that worked; where none was made, since when one was due, or since ' +
        'when no account sees it. null: the last one worked, or it is no longer watched.',
    }),
    noDataReason: t.exposeString('noDataReason', {
      nullable: true,
      description: `${NO_DATA} null: the last one worked, or it is no longer watched.`,
    }),
  }),
})
