import { hostOf } from '../flow/address.ts'
import { messageId } from '../flow/deliver.ts'
import {
  type DELIVERY_STATES,
  deliveryState,
  NEWS_LIFE,
  RETRY_WAITS,
  type TEAMS,
  type TOPICS,
} from '../rules/route.ts'
import { DAY, HOUR } from '../rules/types.ts'
import { builder, KEY } from './builder.ts'

export const TeamEnum = builder.enumType('Team', {
  description: 'Who is told.',
  values: {
    ADS: {
      description:
        '广告 (投放): what is proposed to be tried or scaled, what is held until a person sees to it, orders that a person must ' +
        'settle, and verdicts that settled sales overturned.',
    },
    KOL: { description: '达人 (商务): breakouts as hits to be reused.' },
    CONTENT: { description: '内容 (编导): breakouts, and material to be cut anew.' },
  } satisfies Record<(typeof TEAMS)[number], object>,
})

export const WebhookFormatEnum = builder.enumType('WebhookFormat', {
  description: 'What the other side understands.',
  values: {
    SIGNED: {
      description:
        'JSON for programs, signed as Standard Webhooks says (https://www.standardwebhooks.com): webhook-id, ' +
        'webhook-timestamp, webhook-signature. It arrives at least once; drop a webhook-id that you have.',
    },
    FEISHU: { description: '飞书 自定义机器人; a secret where 签名校验 is on, or 苗圃 as keyword.' },
    DINGTALK: { description: '钉钉 自定义机器人; a secret where 加签 is on, or 苗圃 as keyword.' },
    WECOM: { description: '企业微信 群机器人.' },
  } as const,
})

const TopicEnum = builder.enumType('Topic', {
  description: 'What a message is about.',
  values: {
    BREAKOUT: { description: '爆款: to CONTENT, when a notification is due.' },
    REUSE_HIT: { description: '爆款可复用: the same, to KOL, with whom to ask next.' },
    TRIAL_READY: { description: '可测试: a trial is proposed and waits for a word. To ADS.' },
    SCALE_READY: { description: '可放大: a passed trial is proposed to be scaled. To ADS.' },
    ASKING: { description: '人工核对: nobody can tell whether an order was made. To ADS.' },
    HELD: {
      description:
        '已通过，暂缓: agreed to, or proposed by a person, and held by what a person must see to: a cap, a wallet, a plan, a mark. ' +
        'Also an add that nobody answered for and that may not be done again. Told anew when other reasons that need a person hold ' +
        'it. Not what time mends, nor while all money rests (dry run, quiet hours, kill switch); nor an order that runs: an ' +
        'addition that waits for a word is told to nobody. To ADS.',
    },
    REMIX: {
      description:
        '再剪一版: the material still earns and its audience has seen it: make a new cut. Of one video once, and again after a ' +
        'day without. To CONTENT.',
    },
    CORRECTED: {
      description:
        '结算推翻结论: settled sales overturned a verdict, as soon as they were settled, and none after it restored it. To ADS.',
    },
  } satisfies Record<(typeof TOPICS)[number], object>,
})

const states = {
  WAITING: { description: 'To be sent, or tried again.' },
  SENT: { description: 'The other side has taken it.' },
  GIVEN_UP: { description: 'Tried, and not tried again; problem says why.' },
  DROPPED: {
    description:
      'Never tried: read by a person, settled, older than a day before it could be, or its address was changed.',
  },
} satisfies Record<(typeof DELIVERY_STATES)[number], object>
const DeliveryStateEnum = builder.enumType('DeliveryState', {
  description: 'What became of a message.',
  values: states,
})

const FIRST_TO_LAST = RETRY_WAITS.reduce<number>((sum, wait) => sum + wait, 0)

export const Delivery = builder.drizzleObject('delivery', {
  name: 'Delivery',
  authScopes: { admin: true },
  select: { columns: { id: true } },
  description:
    `One message to one address: once for each topic and cause, of a promotion anew each time that it asks, is held for ` +
    `other reasons or has the decision again. What ` +
    `fails is tried ${RETRY_WAITS.length} times more within ${Math.round(FIRST_TO_LAST / HOUR)} hours, and all but ` +
    `ASKING dropped when it is ${NEWS_LIFE / DAY} day old. Kept for a month.`,
  fields: (t) => ({
    messageId: t.string({
      description:
        'The webhook-id that it goes out with, the same at every attempt; another once it is told anew.',
      select: { columns: { id: true, workspaceId: true, createdAt: true } },
      resolve: messageId,
    }),
    topic: t.expose('topic', { type: TopicEnum, description: 'What it is about.' }),
    state: t.field({
      type: DeliveryStateEnum,
      description: 'What became of it.',
      select: { columns: { dueAt: true, sentAt: true, attempts: true } },
      resolve: ({ dueAt, sentAt, attempts }) =>
        deliveryState({ due: dueAt !== null, sent: sentAt !== null, attempts }),
    }),
    attempts: t.exposeInt('attempts', { description: 'How often it was sent.' }),
    dueAt: t.expose('dueAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it is sent next; null: never again.',
    }),
    sentAt: t.expose('sentAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the other side took it; null: it did not, or not yet.',
    }),
    status: t.exposeInt('status', {
      nullable: true,
      description: 'HTTP status of the last attempt; null: not tried, or no answer.',
    }),
    problem: t.exposeString('problem', {
      nullable: true,
      description: 'What went wrong last, without the address; null: nothing did.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was to be told.' }),
    notification: t.relation('notification', {
      nullable: true,
      description: 'What it tells of; null: it tells of a promotion.',
    }),
    promotion: t.relation('promotion', {
      nullable: true,
      description: 'What it tells of; null: it tells of a notification.',
    }),
  }),
})

const DeliveryConnection = builder.connectionObject(
  { type: Delivery, name: 'DeliveryConnection', description: 'A page of messages.' },
  { name: 'DeliveryEdge', description: 'A message in a list.' },
)

export const Webhook = builder.drizzleNode('webhook', {
  name: 'Webhook',
  authScopes: { admin: true },
  description:
    '推送: an address that a team is told at. Address and secret are never shown. Only for the role ADMIN.',
  id: { column: (webhook) => webhook.id },
  select: KEY,
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name.' }),
    team: t.expose('team', { type: TeamEnum, description: 'Whose messages it gets.' }),
    format: t.expose('format', { type: WebhookFormatEnum, description: 'What it understands.' }),
    host: t.string({
      nullable: true,
      description: 'Host of the address; null: it was sealed with a key that TOKEN_KEYS no longer has.',
      select: { columns: { id: true, url: true } },
      resolve: (row, _args, { webhooks, viewer }) => webhooks && hostOf(webhooks, viewer, row),
    }),
    signed: t.boolean({
      description: 'Whether messages are signed.',
      select: { columns: { secret: true } },
      resolve: ({ secret }) => secret !== null,
    }),
    brand: t.relation('brand', {
      nullable: true,
      description: 'The only brand that it is told of; null: all brands.',
    }),
    pausedAt: t.expose('pausedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Nothing is sent since then; null: it is told.',
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When it was added; it is told of nothing older.',
    }),
    deliveries: t.relatedConnection(
      'deliveries',
      { description: 'Its messages, the latest first.', query: { orderBy: { id: 'desc' } } },
      DeliveryConnection,
    ),
  }),
})

const WebhookConnection = builder.connectionObject(
  { type: Webhook, name: 'WebhookConnection', description: 'A page of webhooks.' },
  { name: 'WebhookEdge', description: 'A webhook in a list.' },
)

builder.queryField('webhooks', (t) =>
  t.drizzleConnection(
    {
      type: 'webhook',
      authScopes: { admin: true },
      description: 'Addresses that teams are told at, newest first. Only for the role ADMIN.',
      resolve: (query, _root, _args, { db }) => db.query.webhook.findMany(query({ orderBy: { id: 'desc' } })),
    },
    WebhookConnection,
  ),
)
