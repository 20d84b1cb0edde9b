/** What teams are told, on real rows and a receiver that answers as it likes. */
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { delivery } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { DELIVERY_LEASE, deliver } from '../../flow/deliver.ts'
import { createKol, setKolPrice } from '../../flow/kol.ts'
import { readNotification } from '../../flow/notify.ts'
import { dueDeliveries, dueRoutes, route } from '../../flow/route.ts'
import { createSealer } from '../../flow/seal.ts'
import { changeWebhook, removeWebhook } from '../../flow/webhook.ts'
import type { Sent } from '../../platforms/webhook.ts'
import { ATTEMPTS, RETRY_WAITS } from '../../rules/route.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'
import { signal } from '../support/connector.ts'
import { content, itemId, kol, published } from '../support/content.ts'
import { NOW, testDatabase } from '../support/database.ts'
import { deliveriesOf, hook, ruled, tellAll, told, webhookDeps } from '../support/news.ts'
import { testReceiver } from '../support/receiver.ts'

const t = testDatabase()
const receiver = testReceiver()
const deps = webhookDeps(() => NOW.getTime())

/** A team with a rule and one video of a KOL. */
async function team() {
  const ctx = await t.tenant()
  const made = await content(ctx)
  const { videoId } = await published(ctx, made, { kolId: await kol(ctx) })
  return { ctx, made, videoId, ruleId: await ruled(ctx) }
}
const later = <C extends Context>(ctx: C, ms: number): C => ({
  ...ctx,
  now: new Date(ctx.now.getTime() + ms),
})
const run = (ctx: Context) => deliver(ctx, { ...deps, clock: () => ctx.now })
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}
const of = (ctx: Context, all: number[]) => all.filter((id) => id === ctx.workspaceId).length

test('CONTENT and KOL get one message of each episode, with its numbers, and ADS none', async () => {
  const { ctx, videoId, ruleId } = await team()
  for (const name of ['CONTENT', 'KOL', 'ADS'] as const) await hook(ctx, deps, receiver, { team: name })
  await told(ctx, ruleId, [videoId])
  expect(of(ctx, await dueRoutes(ctx))).toBe(1)
  expect(await tellAll(ctx, deps)).toBe(2)
  const bodies = receiver.got.map(({ body }) => body)
  expect(bodies.map(({ type }) => type).sort()).toEqual(['breakout', 'reuse_hit'])
  const [video] = bodies[0].data.breakouts
  expect(video).toMatchObject({ nextStep: 'REUSE', video: { tier: 'TAIL', plays: null, probability: null } })
  expect(video.video.cell).toHaveLength(4)
  expect(bodies[0].data.text.lines[0]).toContain('播放量 18,400')
  expect(await dueRoutes(ctx)).not.toContain(ctx.workspaceId)
  expect(await dueDeliveries(ctx)).not.toContain(ctx.workspaceId)
  expect(await tellAll(later(ctx, HOUR), deps)).toBe(0)
  expect(receiver.got).toHaveLength(2)
  expect(await deliveriesOf(ctx)).toMatchObject([
    { attempts: 1, sentAt: NOW, dueAt: null, status: 200, problem: null },
    { attempts: 1, sentAt: NOW, dueAt: null, status: 200, problem: null },
  ])
})

test('KOL are told whom to ask next, by plays per yuan', async () => {
  const { ctx, videoId, ruleId } = await team()
  await hook(ctx, deps, receiver, { team: 'KOL' })
  const band = 'FROM_21_TO_60S'
  const heads: number[] = []
  for (const [name, priceFen] of [
    ['贵', 3_000_000],
    ['划算', 2_000_000],
  ] as const) {
    const kolId = await createKol(ctx, { accountId: itemId(), name, vertical: '美妆', tier: 'HEAD' })
    await setKolPrice(ctx, { kolId, band, priceFen })
    heads.push(kolId)
  }
  const seen = await published(ctx, await content(ctx), { kolId: heads[0] ?? 0 })
  await write(ctx, (tx) =>
    tx.execute(sql`
      update video_state set plays = 900000, curve = array_fill(900000::bigint, array[32]) where video_id = ${seen.videoId}`),
  )
  await told(ctx, ruleId, [videoId])
  expect(await tellAll(ctx, deps)).toBe(1)
  const [{ asks }] = receiver.got[0]?.body.data.breakouts ?? []
  expect(asks).toMatchObject([
    { kol: '划算', priceFen: 2_000_000, expectedPlays: 900_000 },
    { kol: '贵', priceFen: 3_000_000, expectedPlays: 900_000 },
  ])
  expect(receiver.got[0]?.body.data.text.lines.join()).toContain(
    '首选：划算（7 天预计播放 900,000，报价 20000 元）',
  )
})

test('only of its brand, only of what came after it, and only of its workspace', async () => {
  const { ctx, made, videoId, ruleId } = await team()
  const before = later(ctx, -MINUTE)
  await told(before, ruleId, [videoId])
  await hook(ctx, deps, receiver, { brandId: made.brandId, name: 'mine' })
  const other = await content(ctx)
  await hook(ctx, deps, receiver, { brandId: other.brandId, name: 'other' })
  await hook((await team()).ctx, deps, receiver)
  expect(await tellAll(ctx, deps)).toBe(0)
  const [, second] = await told(ctx, ruleId, [videoId])
  expect(await tellAll(ctx, deps)).toBe(1)
  expect(await deliveriesOf(ctx)).toMatchObject([{ notificationId: second }])
})

test('what nobody routed for a day is no news', async () => {
  const { ctx, videoId, ruleId } = await team()
  await hook(ctx, deps, receiver)
  await told(ctx, ruleId, [videoId])
  expect(await dueRoutes(later(ctx, DAY))).not.toContain(ctx.workspaceId)
  expect(await tellAll(later(ctx, DAY), deps)).toBe(0)
  expect(await deliveriesOf(ctx)).toEqual([])
})

test('a group is told once, when it is due, and names its videos', async () => {
  const { ctx, videoId, ruleId } = await team()
  await hook(ctx, deps, receiver)
  await told(ctx, ruleId, Array(12).fill(videoId))
  expect(await tellAll(later(ctx, 59 * MINUTE), deps)).toBe(0)
  expect(await tellAll(later(ctx, 60 * MINUTE), deps)).toBe(1)
  expect(await tellAll(later(ctx, 90 * MINUTE), deps)).toBe(0)
  const { text, breakouts } = receiver.got[0]?.body.data ?? {}
  expect(breakouts).toHaveLength(10)
  expect(text.title).toContain('12 条')
  expect(text.lines.at(-1)).toBe('另有 2 条，见通知列表')
})

test('what a person read is not sent: before it is routed, and after', async () => {
  const { ctx, videoId, ruleId } = await team()
  await hook(ctx, deps, receiver)
  const [first] = await told(ctx, ruleId, [videoId])
  await readNotification(ctx, { ids: [first ?? 0] })
  expect(await route(ctx)).toBe(0)
  const [, second] = await told(ctx, ruleId, [videoId])
  expect(await route(ctx)).toBe(1)
  await readNotification(ctx, { ids: [second ?? 0] })
  expect(await run(ctx)).toBe(0)
  expect(await dueRoutes(ctx)).not.toContain(ctx.workspaceId)
  expect(receiver.got).toEqual([])
  const dropped = { dueAt: null, sentAt: null, attempts: 0, problem: expect.stringContaining('read') }
  expect(await deliveriesOf(ctx)).toMatchObject([dropped, dropped])
})

test('an address in trouble is tried again with the same id, and takes it once', async () => {
  const { ctx, videoId, ruleId } = await team()
  await hook(ctx, deps, receiver)
  await told(ctx, ruleId, [videoId])
  receiver.reply = (_got, nth) => ({ status: nth === 1 ? 500 : 200 })
  expect(await tellAll(ctx, deps)).toBe(0)
  const [row] = await deliveriesOf(ctx)
  expect(row).toMatchObject({ attempts: 1, sentAt: null, status: 500, problem: 'HTTP 500' })
  expect(row?.dueAt).toEqual(later(ctx, RETRY_WAITS[0]).now)
  expect(await run(later(ctx, RETRY_WAITS[0] - 1))).toBe(0)
  expect(await run(later(ctx, RETRY_WAITS[0]))).toBe(1)
  expect(await deliveriesOf(ctx)).toMatchObject([{ attempts: 2, status: 200, problem: null, dueAt: null }])
  expect(new Set(receiver.got.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
  expect(receiver.got).toHaveLength(2)
})

test('one that stays away is given up after the last attempt, one that refuses at once', async () => {
  const { ctx, videoId, ruleId } = await team()
  const away = await hook(ctx, deps, receiver)
  await hook(ctx, deps, receiver, { url: `${receiver.url}/refuses` })
  await told(ctx, ruleId, [videoId])
  receiver.reply = ({ url }) => (url.pathname === '/refuses' ? { status: 404 } : 'cut')
  await tellAll(ctx, deps)
  let at = ctx
  for (const wait of RETRY_WAITS) {
    at = later(at, wait)
    await run(at)
  }
  await run(later(at, DAY))
  const rows = await deliveriesOf(ctx)
  expect(rows.find(({ webhookId }) => webhookId === away)).toMatchObject({
    attempts: ATTEMPTS,
    dueAt: null,
    sentAt: null,
    status: null,
    problem: expect.stringContaining('fetch failed'),
  })
  expect(rows.find(({ webhookId }) => webhookId !== away)).toMatchObject({
    attempts: 1,
    dueAt: null,
    status: 404,
  })
  expect(receiver.got).toHaveLength(ATTEMPTS + 1)
})

test('two workers on one message send it once', async () => {
  const { ctx, videoId, ruleId } = await team()
  await hook(ctx, deps, receiver)
  await told(ctx, ruleId, [videoId])
  await Promise.all([route(ctx), route(ctx), route(ctx)])
  expect(await deliveriesOf(ctx)).toHaveLength(1)
  const { give, given } = signal()
  receiver.reply = () => ({ after: given })
  let over = 0
  const runs = [1, 2, 3, 4].map(async () => {
    const taken = await run(ctx)
    over++
    return taken
  })
  // One of them has it, whichever that is, and the others find nothing while it waits.
  await until(() => over === 3 && receiver.got.length === 1)
  give()
  expect((await Promise.all(runs)).reduce((sum, taken) => sum + taken, 0)).toBe(1)
  expect(receiver.got).toHaveLength(1)
})

test('a worker that dies after sending leaves it to be sent again with the same id when its lease is over', async () => {
  const { ctx, videoId, ruleId } = await team()
  await hook(ctx, deps, receiver)
  await told(ctx, ruleId, [videoId])
  await route(ctx)
  const dies: typeof deps.sender = {
    async send(...message): Promise<Sent> {
      await deps.sender.send(...message)
      throw new Error('killed')
    },
  }
  await expect(deliver(ctx, { ...deps, sender: dies, clock: () => ctx.now })).rejects.toThrow('killed')
  expect(await deliveriesOf(ctx)).toMatchObject([{ attempts: 1, sentAt: null, problem: null }])
  expect(await run(later(ctx, DELIVERY_LEASE - 1))).toBe(0)
  expect(await run(later(ctx, DELIVERY_LEASE))).toBe(1)
  expect(await deliveriesOf(ctx)).toMatchObject([{ attempts: 2, dueAt: null }])
  const [once, twice] = receiver.got.map(({ headers }) => headers['webhook-id'])
  expect(once).toBe(twice)
})

test('an answer that comes after the lease still counts, a failure that does is of nobody', async () => {
  const { ctx, videoId, ruleId } = await team()
  await hook(ctx, deps, receiver)
  await told(ctx, ruleId, [videoId])
  await route(ctx)
  const { give, given } = signal()
  receiver.reply = (_got, nth) => (nth === 1 ? { status: 500, after: given } : {})
  const slow = run(ctx)
  await until(() => receiver.got.length === 1)
  expect(await run(later(ctx, DELIVERY_LEASE))).toBe(1)
  give()
  await slow
  expect(await deliveriesOf(ctx)).toMatchObject([{ attempts: 2, dueAt: null, status: 200, problem: null }])
})

test('a paused address waits, goes on with what is not a day old, and is told of what it missed', async () => {
  const { ctx, videoId, ruleId } = await team()
  const webhookId = await hook(ctx, deps, receiver)
  await told(ctx, ruleId, [videoId])
  await route(ctx)
  await changeWebhook(ctx, deps, { webhookId, paused: true })
  expect(await run(ctx)).toBe(0)
  await told(later(ctx, HOUR), ruleId, [videoId])
  expect(await route(later(ctx, HOUR))).toBe(0)
  expect(await deliveriesOf(ctx)).toMatchObject([{ attempts: 0, dueAt: later(ctx, 5 * MINUTE).now }])
  await changeWebhook(ctx, deps, { webhookId, paused: false })
  expect(await tellAll(later(ctx, DAY), deps)).toBe(1)
  expect(await deliveriesOf(ctx)).toMatchObject([
    { sentAt: null, dueAt: null, problem: 'it was older than a day' },
    { sentAt: later(ctx, DAY).now },
  ])
})

/** Messages of as many episodes, each its own. */
async function many(count: number, over: Parameters<typeof hook>[3]) {
  const { ctx, videoId, ruleId } = await team()
  const webhookId = await hook(ctx, deps, receiver, over)
  const [notificationId] = await told(ctx, ruleId, [videoId])
  await write(ctx, (tx) =>
    tx.execute(sql`
      insert into notification (brand_id, rule_id, severity, episodes, created_at, due_at)
      select brand_id, rule_id, severity, episodes, created_at, due_at from notification, generate_series(2, ${count})
      where id = ${notificationId}`),
  )
  await write(ctx, (tx) =>
    tx.execute(sql`
      insert into breakout (video_id, rule_id, rule_version, state, pending_at, firing_at, evidence, notification_id)
      select b.video_id, b.rule_id, 1, 'CLOSED', b.pending_at, b.firing_at, b.evidence, n.id
      from breakout b, notification n where n.workspace_id = b.workspace_id and n.id > ${notificationId}`),
  )
  expect(await route(ctx)).toBe(count)
  return { ctx, webhookId }
}

test('a bot gets no more than it takes in a minute; the rest follows', async () => {
  const { ctx } = await many(22, { format: 'DINGTALK' })
  receiver.reply = () => ({ body: { errcode: 0, errmsg: 'ok' } })
  expect(await run(ctx)).toBe(20)
  expect(await run(later(ctx, MINUTE - 1))).toBe(0)
  expect(await run(later(ctx, 2 * MINUTE))).toBe(2)
  expect((await deliveriesOf(ctx)).filter(({ attempts }) => attempts === 1)).toHaveLength(22)
})

test('a bot that asks for silence gets it from all messages, and only one has used an attempt', async () => {
  const { ctx } = await many(3, { format: 'DINGTALK' })
  receiver.reply = (_got, nth) => ({ body: { errcode: nth === 1 ? 130101 : 0, errmsg: 'send too fast' } })
  expect(await run(ctx)).toBe(0)
  expect(await run(later(ctx, 10 * MINUTE - 1))).toBe(0)
  expect(receiver.got).toHaveLength(1)
  expect(await run(later(ctx, 10 * MINUTE))).toBe(3)
  expect((await deliveriesOf(ctx)).map(({ attempts }) => attempts)).toEqual([2, 1, 1])
})

test('a message that an address chokes on does not stand before the others', async () => {
  const { ctx } = await many(3, {})
  const [first] = await deliveriesOf(ctx)
  receiver.reply = ({ headers }) => ({
    status: String(headers['webhook-id']).includes(`_${first?.id}_`) ? 500 : 200,
  })
  expect(await run(ctx)).toBe(0)
  expect(await run(later(ctx, MINUTE / 6))).toBe(2)
})

test('what no key opens is said, and sent once the key is back; what is removed is gone', async () => {
  const { ctx, webhookId } = await many(1, {})
  const sealer = createSealer([{ id: 'new', key: Buffer.alloc(32, 9) }])
  expect(await deliver(ctx, { ...deps, sealer, clock: () => ctx.now })).toBe(0)
  expect(await deliveriesOf(ctx)).toMatchObject([
    { attempts: 1, problem: expect.stringContaining('the key k') },
  ])
  expect(await run(later(ctx, MINUTE))).toBe(1)
  await removeWebhook(ctx, { webhookId })
  expect(await write(ctx, (tx) => tx.select().from(delivery))).toEqual([])
})
