/** Messages as the other side gets them, checked with its own means: nothing here signs as platforms/ does. */
import { webcrypto } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Address, createWebhookSender, type Outgoing } from '../../platforms/webhook.ts'
import { cutTo, MOST_BYTES } from '../../rules/message-fit.ts'
import { WEBHOOK_FORMATS, type WebhookFormat } from '../../rules/route.ts'
import { signal } from '../support/connector.ts'
import { type Received, testReceiver } from '../support/receiver.ts'

const receiver = testReceiver()
const NOW = Date.UTC(2026, 10, 11, 12)
const sender = createWebhookSender({ now: () => NOW, timeoutMs: 300 })

const WHSEC = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const SECRETS: Record<WebhookFormat, string | null> = {
  SIGNED: WHSEC,
  FEISHU: 'feishu-secret',
  DINGTALK: 'SECdingtalk',
  WECOM: null,
}
const outgoing: Outgoing = {
  id: 'msg_1_17',
  title: '【苗圃】爆款：军训第一天',
  lines: ['播放 18,400', '"引号"与\\反斜杠'],
  link: 'https://www.douyin.com/video/7400000000000000001',
  type: 'breakout',
  data: { topic: 'BREAKOUT', plays: 18_400, probability: null },
}
const KEY = 'a1b2c3d4-e5f6-key'
const address = (format: WebhookFormat, over: Partial<Address> = {}): Address => ({
  url: `${receiver.url}/hook/${KEY}?access_token=${KEY}-token`,
  secret: SECRETS[format],
  ...over,
})
const send = (format: WebhookFormat, over: Partial<Outgoing> = {}, to: Partial<Address> = {}) =>
  sender.send(format, address(format, to), { ...outgoing, ...over })

async function hmac(key: string | Uint8Array, data: string): Promise<string> {
  const raw = typeof key === 'string' ? new TextEncoder().encode(key) : key
  const hash = { name: 'HMAC', hash: 'SHA-256' }
  const made = await webcrypto.subtle.importKey('raw', raw, hash, false, ['sign'])
  const signature = await webcrypto.subtle.sign('HMAC', made, new TextEncoder().encode(data))
  return Buffer.from(signature).toString('base64')
}

/** As a receiver does it: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md. */
async function verify(secret: string, headers: Received['headers'], text: string): Promise<boolean> {
  const key = Uint8Array.from(atob(secret.slice('whsec_'.length)), (c) => c.charCodeAt(0))
  const expected = await hmac(key, `${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`)
  return String(headers['webhook-signature'])
    .split(' ')
    .some((one) => one === `v1,${expected}`)
}

test('the check of this test is the published one: an example of the specification passes it', async () => {
  const headers = {
    'webhook-id': 'msg_loFOjxBNrRLzqYUf',
    'webhook-timestamp': '1731705121',
    'webhook-signature': 'v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=',
  }
  const text = '{"event_type":"ping","data":{"success":true}}'
  expect(await verify('whsec_plJ3nmyCDGBKInavdOK15jsl', headers, text)).toBe(true)
  expect(await verify('whsec_plJ3nmyCDGBKInavdOK15jsl', headers, `${text} `)).toBe(false)
})

describe('each format says what it should', () => {
  test('SIGNED', async () => {
    expect(await send('SIGNED')).toEqual({
      outcome: 'TAKEN',
      status: 200,
      code: null,
      problem: null,
      retryAfterMs: null,
    })
    const [{ headers, text, body } = {} as Received] = receiver.got
    expect(headers['webhook-id']).toBe('msg_1_17')
    expect(headers['webhook-timestamp']).toBe(String(NOW / 1000))
    expect(headers['content-type']).toContain('application/json')
    expect(await verify(WHSEC, headers, text)).toBe(true)
    expect(await verify(`whsec_${Buffer.alloc(32, 8).toString('base64')}`, headers, text)).toBe(false)
    const { title, lines, link } = outgoing
    const data = { ...outgoing.data, text: { title, lines, link } }
    expect(body).toEqual({ type: 'breakout', timestamp: new Date(NOW).toISOString(), data })
  })

  test('飞书', async () => {
    receiver.reply = () => ({ body: { code: 0, msg: 'success', data: {} } })
    expect(await send('FEISHU')).toMatchObject({ outcome: 'TAKEN', code: 0 })
    await send('FEISHU', { link: null }, { secret: null })
    const [signed, plain] = receiver.got.map(({ body }) => body)
    const seconds = String(NOW / 1000)
    expect(signed).toMatchObject({ timestamp: seconds, sign: await hmac(`${seconds}\nfeishu-secret`, '') })
    expect(signed.card).toMatchObject({
      header: { title: { tag: 'plain_text', content: outgoing.title } },
      elements: [
        { text: { tag: 'plain_text', content: outgoing.lines.join('\n') } },
        { tag: 'action', actions: [{ url: outgoing.link }] },
      ],
    })
    expect(Object.keys(plain)).toEqual(['msg_type', 'card'])
    expect(plain.msg_type).toBe('interactive')
    expect(plain.card.elements).toHaveLength(1)
  })

  test('钉钉', async () => {
    receiver.reply = () => ({ body: { errcode: 0, errmsg: 'ok' } })
    expect(await send('DINGTALK')).toMatchObject({ outcome: 'TAKEN', code: 0 })
    await send('DINGTALK', {}, { secret: null })
    const [signed, plain] = receiver.got
    const query = Object.fromEntries(signed?.url.searchParams ?? [])
    const sign = await hmac('SECdingtalk', `${NOW}\nSECdingtalk`)
    expect(query).toEqual({ access_token: `${KEY}-token`, timestamp: String(NOW), sign })
    expect([...(plain?.url.searchParams.keys() ?? [])]).toEqual(['access_token'])
    expect(signed?.body).toEqual({
      msgtype: 'markdown',
      markdown: {
        title: outgoing.title,
        text: `#### ${outgoing.title}\n\n- 播放 18,400\n- "引号"与＼反斜杠\n\n[打开视频](${outgoing.link})`,
      },
    })
  })

  test('企业微信', async () => {
    receiver.reply = () => ({ body: { errcode: 0, errmsg: 'ok' } })
    expect(await send('WECOM')).toMatchObject({ outcome: 'TAKEN', code: 0 })
    const content = `**${outgoing.title}**\n> 播放 18,400\n> "引号"与＼反斜杠\n[打开视频](${outgoing.link})`
    expect(receiver.got[0]?.body).toEqual({ msgtype: 'markdown', markdown: { content } })
  })

  test.each(['DINGTALK', 'WECOM', 'FEISHU'] as const)(
    '%s: a title calls nobody and hides no link',
    async (format) => {
      const title = '<@all> [点我](http://evil.test) **粗** `代码` #话题 <at id=all></at>'
      await send(format, { title, lines: [title], link: null })
      const { markdown, card } = (receiver.got[0] as Received).body
      if (card) {
        expect(card.elements).toEqual([{ tag: 'div', text: { tag: 'plain_text', content: title } }])
      } else {
        expect((markdown.text ?? markdown.content).replace(/^(#### |\*\*)|\*\*$|^> /gm, '')).not.toMatch(
          /[<>[\]*`#@]/,
        )
      }
    },
  )
})

const bot = (body: object) => ({ body })
describe('what the other side says', () => {
  test.each([
    ['SIGNED', { status: 204 }, 'TAKEN'],
    ['SIGNED', { status: 200, body: '<p>ok</p>' }, 'TAKEN'],
    ['SIGNED', { status: 302, headers: { location: 'https://elsewhere.test' } }, 'REFUSED'],
    ['SIGNED', { status: 400, body: 'no such event' }, 'REFUSED'],
    ['SIGNED', { status: 401 }, 'REFUSED'],
    ['SIGNED', { status: 404 }, 'REFUSED'],
    ['SIGNED', { status: 410 }, 'REFUSED'],
    ['SIGNED', { status: 408 }, 'BUSY'],
    ['SIGNED', { status: 425 }, 'BUSY'],
    ['SIGNED', { status: 429, headers: { 'retry-after': '7' } }, 'BUSY'],
    ['SIGNED', { status: 500 }, 'LOST'],
    ['SIGNED', { status: 502 }, 'LOST'],
    ['SIGNED', { status: 503, headers: { 'retry-after': '120' } }, 'BUSY'],
    ['SIGNED', 'cut', 'LOST'],
    ['FEISHU', bot({ code: 19021, msg: 'sign match fail or timestamp is not within one hour' }), 'REFUSED'],
    ['FEISHU', bot({ code: 19024, msg: 'Key Words Not Found' }), 'REFUSED'],
    ['FEISHU', bot({ code: 9499, msg: 'Bad Request' }), 'REFUSED'],
    ['FEISHU', bot({ code: 9499, msg: 'too many request' }), 'BUSY'],
    ['FEISHU', bot({ code: 11232, msg: 'frequency limited' }), 'BUSY'],
    ['FEISHU', bot({ code: 2200, msg: 'internal error' }), 'LOST'],
    ['FEISHU', { status: 429 }, 'BUSY'],
    ['FEISHU', { body: '<html>login</html>' }, 'LOST'],
    ['DINGTALK', bot({ errcode: 310000, errmsg: 'sign not match' }), 'REFUSED'],
    ['DINGTALK', bot({ errcode: 460101, errmsg: 'body 大小不合法' }), 'REFUSED'],
    ['DINGTALK', bot({ errcode: 130101, errmsg: 'send too fast, exceed 20 times per minute' }), 'BUSY'],
    ['DINGTALK', bot({ errcode: 410100, errmsg: '发送速度太快而限流' }), 'BUSY'],
    ['DINGTALK', bot({ errcode: -1, errmsg: '系统繁忙' }), 'LOST'],
    ['WECOM', bot({ errcode: 93000, errmsg: 'invalid webhook url' }), 'REFUSED'],
    ['WECOM', bot({ errcode: 40058, errmsg: 'exceed max length 4096' }), 'REFUSED'],
    ['WECOM', bot({ errcode: 45009, errmsg: 'api freq out of limit' }), 'BUSY'],
    ['WECOM', bot({ errcode: -1, errmsg: 'system busy' }), 'LOST'],
  ] as const)('%s %j: %s', async (format, reply, outcome) => {
    receiver.reply = () => reply
    const sent = await send(format)
    expect(sent.outcome).toBe(outcome)
    expect(sent.problem === null).toBe(outcome === 'TAKEN')
    expect(receiver.got).toHaveLength(1)
  })

  test.each([
    ['SIGNED', { status: 429, headers: { 'retry-after': '7' } }, 7000],
    ['DINGTALK', bot({ errcode: 130101, errmsg: '' }), 600_000],
    ['WECOM', bot({ errcode: 45009, errmsg: '' }), 60_000],
    ['SIGNED', { status: 500 }, null],
  ] as const)('%s %j asks for a wait', async (format, reply, ms) => {
    receiver.reply = () => reply
    expect((await send(format)).retryAfterMs).toBe(ms)
  })

  test('who does not answer in time is lost, and so is who is not there', async () => {
    const { give, given } = signal()
    receiver.reply = () => ({ after: given })
    const none = { status: null, code: null, retryAfterMs: null }
    expect(await send('SIGNED')).toEqual({ outcome: 'LOST', problem: 'no answer in time', ...none })
    give()
    const away = await send('SIGNED', {}, { url: 'http://127.0.0.1:1/hook' })
    expect(away).toMatchObject({ outcome: 'LOST', problem: expect.stringContaining('fetch failed'), ...none })
  })

  test('an answer without end is not read to its end, and said in few words', async () => {
    receiver.reply = () => ({ status: 400, body: '长'.repeat(500_000) })
    expect([...((await send('SIGNED')).problem ?? '')]).toHaveLength(300)
  })

  test.each(WEBHOOK_FORMATS)('%s: a problem never says the address or the secret', async (format) => {
    receiver.reply = ({ url }) => ({
      status: 400,
      body: `bad ${url.href} ${url.pathname} ${KEY}-token ${SECRETS[format] ?? ''} ${encodeURIComponent(KEY)}`,
    })
    const { problem } = await send(format)
    expect(problem).toContain('HTTP 400')
    expect(problem).not.toContain(KEY)
    if (SECRETS[format]) expect(problem).not.toContain(SECRETS[format])
  })
})

test('whatever is said fits into what the formats allow', async () => {
  const most = { SIGNED: 40_000, FEISHU: 20_480, DINGTALK: 20_000, WECOM: 4096 }
  const text = fc.string({ unit: 'grapheme', maxLength: 200 })
  const dense = fc.constantFrom('"', '\\', '#', '😀', '\u0001', '爆').map((one) => one.repeat(200))
  const message = fc.record({
    title: fc.oneof(text, dense),
    lines: fc.array(fc.oneof(text, dense), { minLength: 20, maxLength: 90 }),
  })
  const bodies: Buffer[] = []
  const mute = createWebhookSender({
    now: () => NOW,
    timeoutMs: 1000,
    fetch: async (_url, init) => {
      bodies.push(Buffer.from(String(init?.body)))
      return new Response('')
    },
  })
  await fc.assert(
    fc.asyncProperty(message, fc.constantFrom(...WEBHOOK_FORMATS), async (given, format) => {
      const cut = cutTo({ ...given, link: outgoing.link }, MOST_BYTES[format])
      await mute.send(format, address(format), { ...outgoing, ...cut, data: {} })
      const body = bodies.pop() ?? Buffer.alloc(0)
      const counted = format === 'WECOM' ? JSON.parse(String(body)).markdown.content : body
      expect(Buffer.byteLength(counted)).toBeLessThanOrEqual(most[format])
    }),
    { numRuns: 60 },
  )
})
