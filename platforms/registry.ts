/** The connectors of this installation, by the source name that snapshots carry. */
import type { Connector } from './connector.ts'
import { createHttp } from './http.ts'
import { createQianchuan } from './qianchuan.ts'

export interface RegistryOptions {
  qianchuan: {
    url: string
    advertiserId: string
    /** Asked again with the token that was just refused. */
    accessToken: (refused?: string) => Promise<string> | string
  } | null
  now: () => number
  sleep: (ms: number) => Promise<void>
  /** Uniform in [0, 1). */
  random: () => number
}

export function createConnectors({ qianchuan, now, sleep, random }: RegistryOptions): Map<string, Connector> {
  const http = createHttp({ now, sleep, random, timeoutMs: 10_000, attempts: 3, concurrencyPerAccount: 8 })
  const connectors: Connector[] = []
  if (qianchuan) {
    const { url, advertiserId, accessToken } = qianchuan
    connectors.push(createQianchuan({ baseUrl: url, advertiserId, accessToken, http }))
  }
  return new Map(connectors.map((connector) => [connector.source, connector]))
}
