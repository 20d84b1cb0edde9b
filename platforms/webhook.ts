/** 推送: one message to one address. What the other side says becomes one of four outcomes; nothing is thrown and nothing tried again. */
import type { SentOutcome, WebhookFormat } from '../rules/types.ts'
import { tryJson } from './json.ts'
import { redact } from './redact.ts'
import { retryAfterMs } from './retry.ts'
import { DINGTALK } from './webhook-dingtalk.ts'
import { FEISHU } from './webhook-feishu.ts'
import { SIGNED } from './webhook-signed.ts'
import { WECOM } from './webhook-wecom.ts'

/** Both are keys to somebody's group: neither ever stands in a problem. */
export interface Address {
  url: string
  /** null: messages are not signed. */
  secret: string | null
}

export interface Outgoing {
  /** The same at every attempt, so that the other side can drop what it has. */
  id: string
  title: string
  lines: readonly string[]
  link: string | null
  /** For programs: what it tells of. Only SIGNED sends it. */
  type: string
  data: object
}

export interface Sent {
  outcome: SentOutcome
  /** HTTP; null: there was no answer. */
  status: number | null
  /** The bot's own code; null: none was given. */
  code: number | null
  /** Without address and secret; null: it was taken. */
  problem: string | null
  /** null: the other side named no wait. */
  retryAfterMs: number | null
}

export interface WebhookSender {
  send(format: WebhookFormat, address: Address, outgoing: Outgoing): Promise<Sent>
}

export interface Request {
  url: string
  headers?: Record<string, string>
  /** JSON text, as it is signed. */
  body: string
}
export interface Answer {
  status: number
  /** undefined: it is no JSON. */
  body: unknown
}
/** What a bot or program says of a message that arrived. */
export type Verdict = Pick<Sent, 'outcome' | 'code' | 'problem'> & { retryAfterMs?: number }

export interface Format {
  request(address: Address, outgoing: Outgoing, now: number): Request
  /** Of an answer with a status below 300; all others are judged by their status. */
  verdict(answer: Answer): Verdict
}

const FORMATS: Readonly<Record<WebhookFormat, Format>> = { SIGNED, FEISHU, DINGTALK, WECOM }

export interface SenderOptions {
  fetch?: typeof globalThis.fetch
  now: () => number
  /** Over the whole exchange. */
  timeoutMs: number
}

export function createWebhookSender(options: SenderOptions): WebhookSender {
  return {
    async send(format, address, outgoing) {
      const sent = await attempt(FORMATS[format], address, outgoing, options)
      if (sent.problem === null) return sent
      const clean = redact(sent.problem, secretsOf(address))
      return { ...sent, problem: [...clean].slice(0, MOST_PROBLEM).join('') }
    },
  }
}

/** An answer is for people to read, and a page of HTML is not. */
const MOST_PROBLEM = 300
/** No answer that means anything is longer; the rest is not read. */
const MOST_ANSWER = 64 * 1024

async function attempt(
  format: Format,
  address: Address,
  outgoing: Outgoing,
  { fetch = globalThis.fetch, now, timeoutMs }: SenderOptions,
): Promise<Sent> {
  const { url, headers, body } = format.request(address, outgoing, now())
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
      body,
      // Elsewhere nobody agreed to be told.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    const text = await readText(response)
    const wait = retryAfterMs(response.headers.get('retry-after'), now())
    const { status } = response
    const said = status < 300 ? format.verdict({ status, body: tryJson(text) }) : ofStatus(status, text)
    return { ...said, status, retryAfterMs: wait ?? said.retryAfterMs ?? null }
  } catch (error) {
    return { outcome: 'LOST', status: null, code: null, problem: unreached(error), retryAfterMs: null }
  }
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length >= MOST_ANSWER) break
  }
  return text
}

/** 408, 425 and 429 ask to wait; other 4xx, and 3xx, stay as they are until a person mends the address. */
const PASSING = new Set([408, 425, 429, 503])

function ofStatus(status: number, text: string): Verdict {
  const outcome = PASSING.has(status) ? 'BUSY' : status >= 500 ? 'LOST' : 'REFUSED'
  const said = text.trim().replaceAll(/\s+/g, ' ')
  return { outcome, code: null, problem: said === '' ? `HTTP ${status}` : `HTTP ${status}: ${said}` }
}

/** fetch's own errors name the host, and hide the reason in their cause. */
function unreached(error: unknown): string {
  const { name = '', message = '', cause } = error as Error
  if (name === 'TimeoutError') return 'no answer in time'
  return cause instanceof Error ? `${message}: ${cause.message}` : message
}

/** Path and query are the key of a bot; a path of a few characters is none. */
function secretsOf({ url, secret }: Address): string[] {
  const { pathname, search, searchParams } = new URL(url)
  const parts = [url, pathname, search, ...pathname.split('/'), ...searchParams.values(), secret ?? '']
  return parts.filter((part) => part.length >= 4).sort((a, b) => b.length - a.length)
}
