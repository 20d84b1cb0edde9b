/** 企业微信 群机器人 (https://developer.work.weixin.qq.com/document/path/91770): no signature, the address is the key. */
import { toJson } from './json.ts'
import type { Address, Format, Outgoing, Request } from './webhook.ts'
import { errcodeVerdict, markdownSafe } from './webhook-bot.ts'

/** "api freq out of limit": 20 a minute are exceeded. -1: the system is busy. */
const BUSY = new Set([45009])
const LOST = new Set([-1])
const BUSY_MS = 60_000

export const WECOM: Format = {
  request({ url }: Address, { title, lines, link }: Outgoing): Request {
    const parts = [
      `**${markdownSafe(title)}**`,
      ...lines.map((line) => `> ${markdownSafe(line)}`),
      ...(link === null ? [] : [`[打开视频](${link})`]),
    ]
    return { url, body: toJson({ msgtype: 'markdown', markdown: { content: parts.join('\n') } }) }
  },
  verdict: errcodeVerdict(BUSY, BUSY_MS, LOST),
}
