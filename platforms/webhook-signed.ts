/**
 * For programs, as Standard Webhooks says (https://www.standardwebhooks.com): the id, the second and the body are signed
 * together, so that a library of any language can check it. Whoever answers 2xx has it.
 */
import { createHmac } from 'node:crypto'
import { toJson } from './json.ts'
import type { Address, Answer, Format, Outgoing, Request, Verdict } from './webhook.ts'

const PREFIX = 'whsec_'

export const SIGNED: Format = {
  request({ url, secret }: Address, { id, type, data, title, lines, link }: Outgoing, now: number): Request {
    const timestamp = new Date(now).toISOString()
    const body = toJson({ type, timestamp, data: { ...data, text: { title, lines, link } } })
    const seconds = String(Math.floor(now / 1000))
    const key = Buffer.from((secret ?? '').replace(PREFIX, ''), 'base64')
    const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': seconds,
      'webhook-signature': `v1,${signature}`,
    }
    return { url, headers, body }
  },
  verdict(_answer: Answer): Verdict {
    return { outcome: 'TAKEN', code: null, problem: null }
  },
}
