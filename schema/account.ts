import { startAuthorisation } from '../flow/authorise.ts'
import { InvalidInputError } from '../flow/errors.ts'
import { accountWarning, renewalsLeft } from '../rules/account.ts'
import { builder, KEY } from './builder.ts'
import { CHANGE } from './errors.ts'
import { optionalRowId } from './ids.ts'

const AccountStateEnum = builder.enumType('AccountState', {
  description: 'Whether an account can be used.',
  values: {
    ACTIVE: { description: 'Tokens are there and kept fresh.' },
    REAUTHORISE: { description: 'The platform took the tokens back: a person must authorise again.' },
  } as const,
})

export const Account = builder.drizzleNode('account', {
  name: 'Account',
  description: '授权账号: an account of a platform that somebody has authorised. Its tokens are never shown.',
  id: { column: (account) => account.id },
  select: KEY,
  fields: (t) => ({
    platform: t.exposeString('platform', {
      description: 'oceanengine (巨量, 千川, 随心推), douyin (抖音开放平台) or doudian (抖店).',
    }),
    externalId: t.exposeString('externalId', {
      description: "The platform's id of it: a 巨量 account, an open_id, a shop.",
    }),
    name: t.exposeString('name', { description: 'Name on the platform.' }),
    state: t.expose('state', { type: AccountStateEnum, description: 'Whether it can be used.' }),
    accessExpiresAt: t.expose('accessExpiresAt', {
      type: 'DateTime',
      description: 'The access token ends; it is refreshed before.',
    }),
    refreshExpiresAt: t.expose('refreshExpiresAt', {
      type: 'DateTime',
      description: 'The refresh token ends. Unless it is used before, a person must authorise again.',
    }),
    renewalsLeft: t.int({
      nullable: true,
      description:
        'How often its life can still be prolonged without a person; null: the platform has no such limit.',
      select: { columns: { platform: true, renewals: true } },
      resolve: (account) => renewalsLeft(account),
    }),
    warning: t.string({
      nullable: true,
      description: 'What a person should do, and by when; null: nothing.',
      select: {
        columns: {
          platform: true,
          state: true,
          accessExpiresAt: true,
          refreshExpiresAt: true,
          renewals: true,
          lastError: true,
        },
      },
      resolve: (account, _args, { now }) => {
        const accessExpiresAt = account.accessExpiresAt.getTime()
        const refreshExpiresAt = account.refreshExpiresAt.getTime()
        return accountWarning({ ...account, accessExpiresAt, refreshExpiresAt }, now.getTime())
      },
    }),
    lastError: t.exposeString('lastError', {
      nullable: true,
      description: 'What the platform said when a refresh or renewal failed last; null: the last one worked.',
    }),
    lastErrorAt: t.expose('lastErrorAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When; null: never.',
    }),
  }),
})

const AccountConnection = builder.connectionObject(
  { type: Account, name: 'AccountConnection', description: 'A page of accounts.' },
  { name: 'AccountEdge', description: 'An account in a list.' },
)

builder.queryField('accounts', (t) =>
  t.drizzleConnection(
    {
      type: 'account',
      description: 'Authorised accounts, newest first.',
      resolve: (query, _root, _args, { db }) => db.query.account.findMany(query({ orderBy: { id: 'desc' } })),
    },
    AccountConnection,
  ),
)

const Authorisation = builder.objectRef<{ url: string }>('Authorisation').implement({
  description: 'An authorisation that has begun.',
  fields: (t) => ({
    url: t.exposeString('url', { description: 'Open it in a browser within ten minutes.' }),
  }),
})

const StartAuthorisationInput = builder.inputType('StartAuthorisationInput', {
  description: 'What to authorise.',
  fields: (t) => ({
    platform: t.string({ required: true, description: 'oceanengine, douyin or doudian.' }),
    kolId: t.id({
      description: 'Whose own account it will be. A douyin account without a KOL sees no videos.',
    }),
  }),
})

builder.mutationField('startAuthorisation', (t) =>
  t.field({
    type: Authorisation,
    description:
      'Begins to connect an account, or to bring one back. InvalidInputError: no app is set up for it.',
    ...CHANGE,
    args: {
      input: t.arg({ type: StartAuthorisationInput, required: true, description: 'What to authorise.' }),
    },
    resolve: async (_root, { input }, { accounts, run }) => {
      if (!accounts)
        throw new InvalidInputError('platform', 'No app is set up here: see TOKEN_KEYS in the README.')
      const wanted = { platform: input.platform, kolId: optionalRowId('kolId', 'Kol', input.kolId) }
      return {
        url: await run((ctx, start: typeof wanted) => startAuthorisation(ctx, accounts, start), wanted),
      }
    },
  }),
)
