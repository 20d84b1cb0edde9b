/** 钉钉 自定义机器人 (https://open.dingtalk.com/document/orgapp/custom-robot-access), security setting 加签 or keyword. */
import { createHmac } from 'node:crypto'
import { toJson } from './json.ts'
import type { Address, Format, Outgoing, Request } from './webhook.ts'
import { errcodeVerdict, markdownSafe } from './webhook-bot.ts'

/**
 * "send too fast, exceed 20 times per minute", and 410100 发送速度太快而限流: nothing is taken for ten minutes then. -1: the
 * system is busy.
 */
const BUSY = new Set([130101, 410100])
const LOST = new Set([-1])
const BUSY_MS = 10 * 60_000

export const DINGTALK: Format = {
  request({ url, secret }: Address, { title, lines, link }: Outgoing, now: number): Request {
    const signed = new URL(url)
    if (secret !== null) {
      const sign = createHmac('sha256', secret).update(`${now}\n${secret}`).digest('base64')
      signed.searchParams.set('timestamp', String(now))
      signed.searchParams.set('sign', sign)
    }
    const safe = markdownSafe(title)
    const body = lines.map((line) => `- ${markdownSafe(line)}`).join('\n')
    const parts = [`#### ${safe}`, body, ...(link === null ? [] : [`[打开视频](${link})`])]
    const markdown = { title: safe, text: parts.join('\n\n') }
    return { url: signed.href, body: toJson({ msgtype: 'markdown', markdown }) }
  },
  verdict: errcodeVerdict(BUSY, BUSY_MS, LOST),
}
