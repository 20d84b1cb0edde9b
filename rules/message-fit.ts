/** What fits into one message: whole lines, and never half a character. */
import type { Message } from './message-parts.ts'
import type { WebhookFormat } from './types.ts'

/**
 * Bytes of title, lines and link that a format takes. 企业微信 allows 4,096 of markdown, 钉钉 20,000 and 飞书 20 KB (its
 * guide; 20,480) of the whole request; the rest is for what stands around them. SIGNED: as a large message of 飞书.
 */
export const MOST_BYTES: Readonly<Record<WebhookFormat, number>> = {
  SIGNED: 18_000,
  FEISHU: 18_000,
  DINGTALK: 17_000,
  WECOM: 3_900,
}
/** Of the title, which stands twice in a message of 钉钉. */
const MOST_TITLE = 900
/** Line end and mark of a line, in any format. */
const LINE = 8
const MORE = 40

/** The message, or as much of it as fits into `most` bytes, with a line that says how many lines are left out. */
export function cutTo({ title: whole, lines, link }: Message, most: number): Message {
  const title = shorten(whole, Math.min(MOST_TITLE, most))
  let left = most - bytesOf(title) - (link === null ? 0 : bytesOf(link) + MORE)
  const costs = lines.map((line) => bytesOf(line) + LINE)
  if (costs.reduce((sum, cost) => sum + cost, 0) <= left) return { title, lines, link }
  left -= MORE
  const kept: string[] = []
  for (const [i, line] of lines.entries()) {
    const cost = costs[i] as number
    if (cost > left) break
    kept.push(line)
    left -= cost
  }
  if (kept.length === 0) return { title, lines: [shorten(lines[0] ?? '', left - LINE)], link }
  return { title, lines: [...kept, `……还有 ${lines.length - kept.length} 行`], link }
}

const graphemes = new Intl.Segmenter('zh', { granularity: 'grapheme' })
const ELLIPSIS = '…'

function shorten(text: string, most: number): string {
  if (bytesOf(text) <= most) return text
  let kept = ''
  let left = most - bytesOf(ELLIPSIS)
  for (const { segment } of graphemes.segment(text)) {
    left -= bytesOf(segment)
    if (left < 0) break
    kept += segment
  }
  return kept + ELLIPSIS
}

/**
 * The most that the text takes in any format: UTF-8, where a mark of ASCII may become a full-width one or be escaped,
 * and what JSON writes as \u1234 is six.
 */
export function bytesOf(text: string): number {
  let bytes = 0
  for (const character of text) {
    const code = character.codePointAt(0) as number
    if (code < 0x20 || (code >= 0xd800 && code <= 0xdfff)) bytes += 6
    else if (code < 0x80) bytes += /[\w ]/.test(character) && character !== '_' ? 1 : 3
    else bytes += code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return bytes
}
