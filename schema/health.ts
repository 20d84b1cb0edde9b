/** 连接状态 of accounts and of what they see. */
import { loadSubjects, type SubjectRow } from '../db/queries/connection.ts'
import type { AccountHealth } from '../rules/account.ts'
import { FAILURE_KINDS, type Failure, type FailureKind, failureOf, type Said } from '../rules/failure.ts'
import {
  accountHealth,
  connectionHealth,
  type HEALTH_STATES,
  type Health,
  LATE_LOOK,
  PATIENCE,
} from '../rules/health.ts'
import { MINUTE } from '../rules/types.ts'
import { Account } from './account.ts'
import { batched } from './batch.ts'
import { builder } from './builder.ts'

const HealthStateEnum = builder.enumType('HealthState', {
  description: '连接状态, from the best to the worst.',
  values: {
    OK: { description: '正常: it answers, or nothing was asked of it yet.' },
    STALE: {
      description: `数据停滞: a video has been due for ${LATE_LOOK / MINUTE} minutes and was not asked for: the workers are behind or stopped.`,
    },
    ENDING: { description: '即将到期: it works, and stops unless a person authorises again.' },
    FAILING: {
      description: `失败: what is asked of it fails. It counts after ${PATIENCE / MINUTE} minutes where it passes by itself, or others were answered as lately.`,
    },
    STOPPED: {
      description: '已停止: nothing comes through it until a person authorises again, or binds it again.',
    },
  } satisfies Record<(typeof HEALTH_STATES)[number], object>,
})

/** Of the kind alone, whatever the platform. */
function meaningOf(kind: FailureKind): string {
  const { zh, en } = failureOf('', kind, null).meaning
  return `${zh} ${en}`
}

const FailureKindEnum = builder.enumType('FailureKind', {
  description: 'In which way a call to a platform failed, whatever the platform calls it.',
  values: Object.fromEntries(FAILURE_KINDS.map((kind) => [kind, { description: meaningOf(kind) }])) as Record<
    FailureKind,
    { description: string }
  >,
})

const SaidType = builder.objectRef<Said>('Said').implement({
  description: 'One sentence in two languages.',
  fields: (t) => ({
    zh: t.exposeString('zh', { description: 'In Chinese.' }),
    en: t.exposeString('en', { description: 'In English.' }),
  }),
})
const FailureType = builder.objectRef<Failure>('ConnectionFailure').implement({
  description: 'A failure that stands, and what it means.',
  fields: (t) => ({
    kind: t.expose('kind', {
      type: FailureKindEnum,
      nullable: true,
      description: 'null: only its words are known; they are in lastError.',
    }),
    code: t.exposeInt('code', {
      nullable: true,
      description: "The platform's own code; null: it gave none.",
    }),
    meaning: t.expose('meaning', { type: SaidType, description: '含义.' }),
    whatToDo: t.expose('whatToDo', { type: SaidType, description: '怎么办.' }),
  }),
})
const HealthType = builder.objectRef<Health>('ConnectionHealth').implement({
  description:
    'Whether numbers still come through an account or one of its subjects, and until when they will.',
  fields: (t) => ({
    state: t.expose('state', { type: HealthStateEnum, description: 'The worst that is to be said of it.' }),
    staleSince: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'FAILING and STOPPED: its last good answer; STALE: when it should have been asked. null: it is none of these, or never answered.',
      resolve: ({ staleSince }) => instant(staleSince),
    }),
    stopsInDays: t.exposeInt('stopsInDays', {
      nullable: true,
      description:
        'Days until it stops unless a person authorises again, rounded up; 0: it has. null: its tokens are prolonged by themselves.',
    }),
    error: t.expose('error', {
      type: FailureType,
      nullable: true,
      description: 'Why; also a failure that is not held against it yet. null: none stands.',
    }),
  }),
})

type AccountRow = Pick<AccountHealth, 'platform' | 'state' | 'renewals' | 'lastError'> & {
  accessExpiresAt: Date
  refreshExpiresAt: Date
}
const TOKENS = {
  columns: {
    id: true,
    platform: true,
    state: true,
    accessExpiresAt: true,
    refreshExpiresAt: true,
    renewals: true,
    lastError: true,
  },
} as const
const lives = (row: AccountRow): AccountHealth => ({
  ...row,
  accessExpiresAt: row.accessExpiresAt.getTime(),
  refreshExpiresAt: row.refreshExpiresAt.getTime(),
})

/** The subjects of all accounts that a request shows, in one statement. */
const subjectsOf = batched(async (accountIds, { db }) => {
  const found = new Map<number, SubjectRow[]>(accountIds.map((id) => [id, []]))
  for (const subject of await loadSubjects(db, accountIds)) found.get(subject.accountId)?.push(subject)
  return found
})

const Subject = builder.objectRef<SubjectRow & { account: AccountHealth }>('Subject').implement({
  description:
    '授权主体: what an account may look at: a 千川 advertiser, a 抖音 user, a 星图 customer, a shop.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name on the platform.' }),
    source: t.exposeString('source', {
      description: 'Who speaks for it: qianchuan, douyin, xingtu or doudian.',
    }),
    externalId: t.exposeString('externalId', { description: "The platform's id of it." }),
    lostAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Since when the platform no longer names it; null: it does.',
      resolve: ({ lostAt }) => instant(lostAt),
    }),
    answeredAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Its last good answer, to the minute; null: none yet.',
      resolve: ({ answeredAt }) => instant(answeredAt),
    }),
    failureText: t.exposeString('failureText', {
      nullable: true,
      description: "The platform's words at its last failure, however old; null: it never failed.",
    }),
    videos: t.exposeInt('videos', { description: 'Videos that are watched through it now.' }),
    health: t.field({
      type: HealthType,
      description: '连接状态 of it alone.',
      resolve: ({ account, ...subject }, _args, { now }) => connectionHealth(account, subject, now.getTime()),
    }),
  }),
})

builder.drizzleObjectFields(Account, (t) => ({
  health: t.field({
    type: HealthType,
    description: '连接状态: its own, or the worst of its subjects.',
    select: TOKENS,
    resolve: async (account, _args, context) =>
      accountHealth(lives(account), (await subjectsOf(account.id, context)) ?? [], context.now.getTime()),
  }),
  subjects: t.field({
    type: [Subject],
    description:
      '授权主体 it was seen to have, oldest first, lost ones too. Empty: not read yet, or it has none.',
    select: TOKENS,
    resolve: async (account, _args, context) => {
      const subjects = (await subjectsOf(account.id, context)) ?? []
      return subjects.map((subject) => ({ ...subject, account: lives(account) }))
    },
  }),
}))

const instant = (ms: number | null) => (ms === null ? null : new Date(ms))
