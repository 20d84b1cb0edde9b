import { startAuthorisation } from '../flow/authorise.ts'
import { InvalidInputError } from '../flow/errors.ts'
import { accountWarning } from '../rules/account.ts'
import { builder, KEY } from './builder.ts'
import { CHANGE } from './errors.ts'

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
    platform: t.exposeString('platform', { description: 'oceanengine (巨量, 千川, 随心推) or douyin.' }),
    externalId: t.exposeString('externalId', { description: "The platform's id of it." }),
    name: t.exposeString('name', { description: 'Name on the platform.' }),
    state: t.expose('state', { type: AccountStateEnum, description: 'Whether it can be used.' }),
    accessExpiresAt: t.expose('accessExpiresAt', {
      type: 'DateTime',
      description: 'The access token ends; it is refreshed before.',
    }),
    refreshExpiresAt: t.expose('refreshExpiresAt', {
      type: 'DateTime',
      description: 'Without any use until then, a person must authorise again.',
    }),
    warning: t.string({
      nullable: true,
      description: 'What a person should do, and by when; null: nothing.',
      select: { columns: { state: true, refreshExpiresAt: true, lastError: true } },
      resolve: (account, _args, { now }) =>
        accountWarning({ ...account, refreshExpiresAt: account.refreshExpiresAt.getTime() }, now.getTime()),
    }),
    lastError: t.exposeString('lastError', {
      nullable: true,
      description: 'What the platform said when a refresh failed last; null: the last one worked.',
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
  fields: (t) => ({ platform: t.string({ required: true, description: 'oceanengine.' }) }),
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
    resolve: async (_root, { input: { platform } }, { accounts, run }) => {
      if (!accounts)
        throw new InvalidInputError('platform', 'No app is set up here: see TOKEN_KEYS in the README.')
      return { url: await run((ctx, wanted: string) => startAuthorisation(ctx, accounts, wanted), platform) }
    },
  }),
)
