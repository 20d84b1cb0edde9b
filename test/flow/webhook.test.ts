/** Addresses: what is refused, and what is kept of them. */
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { createWebhooks } from '../../cli/webhooks.ts'
import { loadConfig } from '../../config.ts'
import { webhook } from '../../db/tables.ts'
import { hostOf, openAddress } from '../../flow/address.ts'
import { type Context, write } from '../../flow/context.ts'
import { createSealer } from '../../flow/seal.ts'
import {
  type AddWebhook,
  addWebhook,
  changeWebhook,
  removeWebhook,
  resealWebhooks,
  testWebhook,
} from '../../flow/webhook.ts'
import { content } from '../support/content.ts'
import { NOW, testDatabase } from '../support/database.ts'
import { hook, SEALER, WHSEC, webhookDeps } from '../support/news.ts'
import { testReceiver } from '../support/receiver.ts'

const t = testDatabase()
const receiver = testReceiver()
const deps = webhookDeps(() => NOW.getTime())
const KEY = { TOKEN_KEYS: `k:${Buffer.alloc(32, 1).toString('base64')}` }
const URL_OF = 'https://hooks.example.cn/open-apis/bot/v2/hook/0123-4567-key?x=1'

const rowOf = async (ctx: Context, id: number) => {
  const [row] = await write(ctx, (tx) => tx.select().from(webhook).where(eq(webhook.id, id)))
  if (!row) throw new Error('it is there')
  return row
}
const wanted: AddWebhook = { name: 'x', team: 'ADS', format: 'SIGNED', url: URL_OF, secret: WHSEC, by: null }

test.each<[string, Partial<AddWebhook>, string]>([
  ['no address', { url: 'hooks.example.cn/key' }, 'url'],
  ['nothing', { url: '' }, 'url'],
  ['http elsewhere', { url: 'http://hooks.example.cn/key' }, 'url'],
  ['another protocol', { url: 'ftp://hooks.example.cn/key' }, 'url'],
  ['a script', { url: 'javascript:alert(1)' }, 'url'],
  ['a user in it', { url: 'https://user:key@hooks.example.cn/' }, 'url'],
  ['too long', { url: `https://a.cn/${'k'.repeat(2000)}` }, 'url'],
  ['SIGNED without a secret', { secret: null }, 'secret'],
  ['SIGNED with a short one', { secret: 'whsec_a2V5' }, 'secret'],
  ['SIGNED without whsec_', { secret: WHSEC.slice(6) }, 'secret'],
  ['SIGNED with a long one', { secret: `whsec_${Buffer.alloc(65).toString('base64')}` }, 'secret'],
  ['企业微信 with a secret', { format: 'WECOM', secret: 'key' }, 'secret'],
  ['钉钉 with an empty one', { format: 'DINGTALK', secret: ' ' }, 'secret'],
  ['飞书 with a long one', { format: 'FEISHU', secret: 'k'.repeat(201) }, 'secret'],
  ['no name', { name: ' ' }, 'name'],
])('%s is refused, without saying it again', async (_name, over, field) => {
  const refused = await addWebhook(await t.tenant(), deps, { ...wanted, ...over }).catch((error) => error)
  expect(refused).toMatchObject({ name: 'InvalidInputError', field, message: expect.stringContaining(field) })
  expect(refused.message).not.toMatch(/hooks|key|a2V5/)
})

test('http is for this machine, and only where the program is told so', async () => {
  const ctx = await t.tenant()
  for (const url of ['http://localhost:9/k', 'http://127.0.0.1/k', 'http://[::1]:9/k']) {
    await addWebhook(ctx, deps, { ...wanted, url })
    const strict = addWebhook(ctx, { ...deps, allowHttp: false }, { ...wanted, url })
    await expect(strict).rejects.toMatchObject({ field: 'url' })
  }
  await addWebhook(ctx, { ...deps, allowHttp: false }, { ...wanted, url: 'https://10.0.0.7/k' })
})

test('address and secret are sealed, each to its row', async () => {
  const ctx = await t.tenant()
  const one = await rowOf(ctx, await addWebhook(ctx, deps, wanted))
  const two = await rowOf(ctx, await addWebhook(ctx, deps, { ...wanted, format: 'FEISHU', secret: null }))
  expect(String(one.url) + String(one.secret)).not.toMatch(/hooks|key|whsec/)
  expect(openAddress(deps, ctx, one)).toEqual({ url: URL_OF, secret: WHSEC })
  expect(openAddress(deps, ctx, two)).toEqual({ url: URL_OF, secret: null })
  expect(() => openAddress(deps, ctx, { ...two, url: one.url })).toThrow('the row was changed')
  expect(() => openAddress(deps, { workspaceId: 7 }, one)).toThrow('the row was changed')
  expect([hostOf(deps, ctx, one), hostOf(deps, { workspaceId: 7 }, one)]).toEqual(['hooks.example.cn', null])
})

test('a key put in front seals what was sealed with the one before', async () => {
  const ctx = await t.tenant()
  const id = await addWebhook(ctx, deps, wanted)
  const both = createSealer([
    { id: 'new', key: Buffer.alloc(32, 4) },
    { id: 'k', key: Buffer.alloc(32, 3) },
  ])
  expect(await resealWebhooks(ctx, { sealer: both })).toBe(1)
  expect(await resealWebhooks(ctx, { sealer: both })).toBe(0)
  const row = await rowOf(ctx, id)
  expect(openAddress({ sealer: both }, ctx, row)).toEqual({ url: URL_OF, secret: WHSEC })
  expect(() => openAddress({ sealer: SEALER }, ctx, row)).toThrow('new')
})

test('it is changed part by part, paused once, and removed', async () => {
  const ctx = await t.tenant()
  const { brandId } = await content(ctx)
  const webhookId = await addWebhook(ctx, deps, { ...wanted, format: 'DINGTALK', secret: 'SECx' })
  await changeWebhook(ctx, deps, { webhookId, name: ' 投放群 ', team: 'KOL', brandId, paused: true })
  const later = { ...ctx, now: new Date(NOW.getTime() + 1000) }
  await changeWebhook(later, deps, { webhookId, paused: true })
  expect(await rowOf(ctx, webhookId)).toMatchObject({ name: '投放群', team: 'KOL', brandId, pausedAt: NOW })
  await changeWebhook(ctx, deps, { webhookId, url: 'https://new.example.cn/k', brandId: null, paused: false })
  const row = await rowOf(ctx, webhookId)
  expect(row).toMatchObject({ brandId: null, pausedAt: null })
  expect(openAddress(deps, ctx, row)).toEqual({ url: 'https://new.example.cn/k', secret: 'SECx' })
  await changeWebhook(ctx, deps, { webhookId, secret: null })
  expect(openAddress(deps, ctx, await rowOf(ctx, webhookId)).secret).toBeNull()
  await changeWebhook(ctx, deps, { webhookId })
  await removeWebhook(ctx, { webhookId })
  for (const gone of [
    () => changeWebhook(ctx, deps, { webhookId }),
    () => removeWebhook(ctx, { webhookId }),
    () => testWebhook(ctx, deps, { webhookId }),
    () => addWebhook(ctx, deps, { ...wanted, brandId: 987_654_321 }),
  ]) {
    await expect(gone()).rejects.toMatchObject({ name: 'NotFoundError' })
  }
})

test('of another workspace it is not there', async () => {
  const webhookId = await hook(await t.tenant(), deps, receiver)
  const ctx = await t.tenant()
  for (const foreign of [
    () => changeWebhook(ctx, deps, { webhookId, name: 'x' }),
    () => removeWebhook(ctx, { webhookId }),
    () => testWebhook(ctx, deps, { webhookId }),
  ]) {
    await expect(foreign()).rejects.toMatchObject({ name: 'NotFoundError' })
  }
  expect(receiver.got).toEqual([])
})

test('a test message goes out at once, and what the other side says comes back', async () => {
  const ctx = await t.tenant()
  const webhookId = await hook(ctx, deps, receiver, { format: 'WECOM', name: '投放群' })
  receiver.reply = (_got, nth) => ({
    body: nth === 1 ? { errcode: 0 } : { errcode: 93000, errmsg: 'invalid' },
  })
  expect(await testWebhook(ctx, deps, { webhookId })).toMatchObject({
    outcome: 'TAKEN',
    status: 200,
    code: 0,
  })
  expect(receiver.got[0]?.body.markdown.content).toContain('推送「投放群」已接通')
  const refused = await testWebhook(ctx, deps, { webhookId })
  expect(refused).toMatchObject({ outcome: 'REFUSED', code: 93000, problem: '93000: invalid' })
  const other = { ...deps, sealer: createSealer([{ id: 'new', key: Buffer.alloc(32) }]) }
  await expect(testWebhook(ctx, other, { webhookId })).rejects.toMatchObject({
    name: 'ConflictError',
    message: expect.stringContaining('TOKEN_KEYS'),
  })
})

test.each<[string, Record<string, string>, boolean | null]>([
  ['no key', {}, null],
  ['a key, at home', KEY, true],
  ['a key, behind a name', { ...KEY, PUBLIC_URL: 'https://seedbed.example' }, false],
])('out of the settings: %s', (_name, env, allowHttp) => {
  expect(createWebhooks(loadConfig(env), () => 0)?.allowHttp ?? null).toBe(allowHttp)
})
