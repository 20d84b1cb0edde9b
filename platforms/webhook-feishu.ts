/**
 * 飞书 自定义机器人 (https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot): a card whose text is plain, so that
 * no title can call a whole group or hide a link.
 */
import { createHmac } from 'node:crypto'
import { toJson } from './json.ts'
import type { Address, Answer, Format, Outgoing, Request, Verdict } from './webhook.ts'
import { botVerdict } from './webhook-bot.ts'

/**
 * 11232: 100 a minute or 5 a second are exceeded, or the system is under pressure; 2200 is an inner error. 9499 is a bad
 * request, and in the wild also "too many request".
 */
const BUSY = new Set([11232])
const LOST = new Set([2200])
const BUSY_MS = 60_000

export const FEISHU: Format = {
  request({ url, secret }: Address, { title, lines, link }: Outgoing, now: number): Request {
    const timestamp = String(Math.floor(now / 1000))
    const signed = secret === null ? {} : { timestamp, sign: sign(timestamp, secret) }
    const text = { tag: 'div', text: { tag: 'plain_text', content: lines.join('\n') } }
    const button = {
      tag: 'button',
      text: { tag: 'plain_text', content: '打开视频' },
      type: 'primary',
      url: link,
    }
    const card = {
      config: { wide_screen_mode: true },
      header: { title: { tag: 'plain_text', content: title }, template: 'orange' },
      elements: [text, ...(link === null ? [] : [{ tag: 'action', actions: [button] }])],
    }
    return { url, body: toJson({ ...signed, msg_type: 'interactive', card }) }
  },
  verdict(answer: Answer): Verdict {
    const { code, msg } = (answer.body ?? {}) as { code?: unknown; msg?: unknown }
    const many = code === 9499 && /too many/i.test(String(msg))
    return botVerdict(code, msg, { isBusy: (c) => many || BUSY.has(c), busyMs: BUSY_MS, lost: LOST })
  },
}

/** The key is the second and the secret, and nothing is signed with it: so the guide says. */
function sign(timestamp: string, secret: string): string {
  return createHmac('sha256', `${timestamp}\n${secret}`).update('').digest('base64')
}
