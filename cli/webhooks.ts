/** What telling teams outside needs, out of the settings. */
import type { Config } from '../config.ts'
import { isThisMachine } from '../flow/address.ts'
import { createSealer } from '../flow/seal.ts'
import type { WebhookDeps } from '../flow/webhook.ts'
import { createWebhookSender } from '../platforms/webhook.ts'

/** Well within the lease of flow/deliver.ts. */
const TIMEOUT_MS = 10_000

/** null: there is no key to keep addresses with. A program that people reach at localhost may tell localhost without TLS. */
export function createWebhooks({ tokenKeys, publicUrl }: Config, now: () => number): WebhookDeps | null {
  if (tokenKeys.length === 0) return null
  const sender = createWebhookSender({ now, timeoutMs: TIMEOUT_MS })
  const allowHttp = isThisMachine(new URL(publicUrl))
  return { sealer: createSealer(tokenKeys), sender, allowHttp }
}
