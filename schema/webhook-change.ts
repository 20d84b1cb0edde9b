import { ConflictError } from '../flow/errors.ts'
import { addWebhook, changeWebhook, removeWebhook, testWebhook, type WebhookDeps } from '../flow/webhook.ts'
import { builder } from './builder.ts'
import type { ApiContext } from './context.ts'
import { CHANGE } from './errors.ts'
import { one, optionalRowId, rowId } from './ids.ts'
import { TeamEnum, Webhook, WebhookFormatEnum } from './webhook.ts'

const ADMIN = { ...CHANGE, authScopes: { admin: true } }
const URL_IS =
  'The whole address, from https:// on; a bot is given it by its group. http only for localhost, and only where this ' +
  'program itself is reached at localhost. Hosts of the own network are allowed.'
const SECRET_IS =
  'SIGNED: whsec_ and 24 to 64 bytes in base64. 飞书 and 钉钉: the secret of 签名校验 or 加签, where it is on. 企业微信: none.'

function depsOf({ webhooks }: ApiContext): WebhookDeps {
  if (webhooks) return webhooks
  throw new ConflictError('There is no key to keep addresses with: set TOKEN_KEYS (README).')
}

const AddWebhookInput = builder.inputType('AddWebhookInput', {
  description: 'An address that a team is told at from now on.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Name.' }),
    team: t.field({ type: TeamEnum, required: true, description: 'Whose messages it gets.' }),
    format: t.field({ type: WebhookFormatEnum, required: true, description: 'What it understands.' }),
    url: t.string({ required: true, description: URL_IS }),
    secret: t.string({ description: SECRET_IS }),
    brandId: t.id({ description: 'Only of this brand; left out: of all.' }),
  }),
})
builder.mutationField('addWebhook', (t) =>
  t.drizzleField({
    ...ADMIN,
    type: Webhook,
    description:
      'Adds an address. It is told of what happens from now on. Only for the role ADMIN: it sends data out. ' +
      'ConflictError: TOKEN_KEYS is not set.',
    args: { input: t.arg({ type: AddWebhookInput, required: true, description: 'The address.' }) },
    resolve: async (query, _root, { input: { brandId, ...input } }, context) => {
      const { run, db, viewer } = context
      const deps = depsOf(context)
      const wanted = {
        ...input,
        brandId: optionalRowId('brandId', 'Brand', brandId),
        by: viewer.tokenId,
      }
      const id = await run((ctx, add: typeof wanted) => addWebhook(ctx, deps, add), wanted)
      return one(await db.query.webhook.findFirst(query({ where: { id } })))
    },
  }),
)

const AS_BEFORE = 'Left out: as before.'
const ChangeWebhookInput = builder.inputType('ChangeWebhookInput', {
  description: 'What is to change; what is left out stays. The format stays: remove it and add another.',
  fields: (t) => ({
    webhookId: t.id({ required: true, description: 'Which one.' }),
    name: t.string({ description: `Name. ${AS_BEFORE}` }),
    team: t.field({ type: TeamEnum, description: `Whose messages it gets. ${AS_BEFORE}` }),
    brandId: t.id({ description: `Only of this brand; null: of all. ${AS_BEFORE}` }),
    url: t.string({ description: `${URL_IS} ${AS_BEFORE}` }),
    secret: t.string({ description: `${SECRET_IS} null: none any more. ${AS_BEFORE}` }),
    paused: t.boolean({
      description: `true: nothing is sent; what is not a day old then is sent when it goes on. ${AS_BEFORE}`,
    }),
  }),
})
builder.mutationField('changeWebhook', (t) =>
  t.drizzleField({
    ...ADMIN,
    type: Webhook,
    description:
      'Changes or pauses an address. Only for the role ADMIN. ConflictError: TOKEN_KEYS is not set.',
    args: { input: t.arg({ type: ChangeWebhookInput, required: true, description: 'The change.' }) },
    resolve: async (query, _root, { input }, context) => {
      const { run, db } = context
      const deps = depsOf(context)
      const { brandId, secret } = input
      const change = {
        webhookId: rowId('webhookId', 'Webhook', input.webhookId),
        name: input.name ?? undefined,
        team: input.team ?? undefined,
        url: input.url ?? undefined,
        paused: input.paused ?? undefined,
        secret,
        brandId: brandId === null ? null : optionalRowId('brandId', 'Brand', brandId),
      }
      const id = await run((ctx, given: typeof change) => changeWebhook(ctx, deps, given), change)
      return one(await db.query.webhook.findFirst(query({ where: { id } })))
    },
  }),
)

const RemoveWebhookInput = builder.inputType('RemoveWebhookInput', {
  description: 'An address that is told no more.',
  fields: (t) => ({ webhookId: t.id({ required: true, description: 'Which one.' }) }),
})
const RemovedWebhook = builder.objectRef<{ webhookId: string }>('RemovedWebhook').implement({
  description: 'An address that is gone.',
  fields: (t) => ({ webhookId: t.exposeID('webhookId', { description: 'The id that it had.' }) }),
})
builder.mutationField('removeWebhook', (t) =>
  t.field({
    ...ADMIN,
    type: RemovedWebhook,
    description: 'Removes an address with the log of its messages. Only for the role ADMIN.',
    args: { input: t.arg({ type: RemoveWebhookInput, required: true, description: 'Which one.' }) },
    resolve: async (_root, { input }, { run }) => {
      await run(removeWebhook, { webhookId: rowId('webhookId', 'Webhook', input.webhookId) })
      return { webhookId: String(input.webhookId) }
    },
  }),
)

const TestWebhookInput = builder.inputType('TestWebhookInput', {
  description: 'An address to be tried.',
  fields: (t) => ({ webhookId: t.id({ required: true, description: 'Which one; it may be paused.' }) }),
})
const TestedWebhook = builder.objectRef<Awaited<ReturnType<typeof testWebhook>>>('TestedWebhook').implement({
  description: 'What the other side said of a test message.',
  fields: (t) => ({
    taken: t.boolean({
      description: 'Whether it took it.',
      resolve: ({ outcome }) => outcome === 'TAKEN',
    }),
    status: t.exposeInt('status', { nullable: true, description: 'HTTP status; null: no answer.' }),
    code: t.exposeFloat('code', {
      nullable: true,
      description: "The bot's own code, 0 is good; null: it gave none.",
    }),
    problem: t.exposeString('problem', {
      nullable: true,
      description: 'What went wrong, in its words, without the address; null: nothing did.',
    }),
  }),
})
builder.mutationField('testWebhook', (t) =>
  t.field({
    ...ADMIN,
    type: TestedWebhook,
    description:
      'Sends one test message now and answers what the other side said. Only for the role ADMIN. ConflictError: ' +
      'TOKEN_KEYS is not set, or does not open the address.',
    args: { input: t.arg({ type: TestWebhookInput, required: true, description: 'Which one.' }) },
    resolve: async (_root, { input }, context) => {
      const deps = depsOf(context)
      const tried = { webhookId: rowId('webhookId', 'Webhook', input.webhookId) }
      return context.run((ctx, given: typeof tried) => testWebhook(ctx, deps, given), tried)
    },
  }),
)
