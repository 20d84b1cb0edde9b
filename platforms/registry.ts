/** Every connector that polls, by the source name that snapshots carry, and how each finds the account to ask with. */
import type { Capability, Connector, CounterAnswer, VideoRef } from './connector.ts'
import { createOceanengineDirectory, type Directory } from './directory.ts'
import { createDouyin, DOUYIN_CAPABILITY } from './douyin.ts'
import { FetchError } from './errors.ts'
import { createHttp } from './http.ts'
import { createOceanengine } from './oceanengine.ts'
import { createQianchuan, QIANCHUAN_CAPABILITY } from './qianchuan.ts'

export interface RegistryOptions {
  /** Base addresses of the platforms' APIs. */
  urls: { oceanengine: string; douyin: string }
  now: () => number
  sleep: (ms: number) => Promise<void>
  /** Uniform in [0, 1). */
  random: () => number
}

/** Asked again with the token that was just refused. */
export type AccessToken = (refused?: string) => Promise<string>

/** Somebody who may look: an advertiser or a user, with the account that we hold tokens of. */
export interface Viewpoint {
  /** The same for what is asked with the same account about the same subject. */
  key: string
  externalId: string
  accessToken: AccessToken
}

/** By 抖音号: from where each is seen; who is missing is seen by no account of ours. */
export type Viewpoints = (
  source: string,
  kolAccountIds: readonly string[],
) => Promise<ReadonlyMap<string, Viewpoint>>

export interface Registry {
  connectors(viewpoints: Viewpoints): ReadonlyMap<string, Connector>
  directory(platform: string, accessToken: AccessToken): Directory
}

interface Source {
  capability: Capability
  connect(viewpoint: Viewpoint): Pick<Connector, 'fetchCounters'>
}

export function createRegistry({ urls, now, sleep, random }: RegistryOptions): Registry {
  // One for the process: it counts the calls under way per account.
  const http = createHttp({ now, sleep, random, timeoutMs: 10_000, attempts: 3, concurrencyPerAccount: 8 })
  const sources: Record<string, Source> = {
    qianchuan: {
      capability: QIANCHUAN_CAPABILITY,
      connect: ({ externalId, accessToken }) =>
        createQianchuan({ baseUrl: urls.oceanengine, advertiserId: externalId, accessToken, http }),
    },
    douyin: {
      capability: DOUYIN_CAPABILITY,
      connect: ({ externalId, accessToken }) =>
        createDouyin({
          baseUrl: urls.douyin,
          http,
          openIdOf: () => externalId,
          accessToken: (_openId, refused) => accessToken(refused),
        }),
    },
  }
  return {
    connectors: (viewpoints) =>
      new Map(Object.entries(sources).map(([name, source]) => [name, createSeen(name, source, viewpoints)])),
    // A token that nobody asks for is not refreshed, and would end one day.
    directory: (platform, accessToken) =>
      platform === 'oceanengine'
        ? createOceanengineDirectory(createOceanengine({ baseUrl: urls.oceanengine, accessToken, http }))
        : { subjects: () => accessToken().then(() => null) },
  }
}

/** A connector that asks about each video from where it is seen. */
function createSeen(name: string, { capability, connect }: Source, viewpoints: Viewpoints): Connector {
  return {
    source: name,
    capability,
    async fetchCounters(refs) {
      const seen = await viewpoints(name, [...new Set(refs.map(({ accountId }) => accountId))])
      const groups = new Map<string, { viewpoint: Viewpoint; refs: VideoRef[] }>()
      const unseen: CounterAnswer[] = []
      for (const ref of refs) {
        const viewpoint = seen.get(ref.accountId)
        if (!viewpoint) {
          unseen.push(notSeen(ref))
          continue
        }
        const group = groups.get(viewpoint.key)
        if (group) group.refs.push(ref)
        else groups.set(viewpoint.key, { viewpoint, refs: [ref] })
      }
      const asked = [...groups.values()].map(({ viewpoint, refs }) =>
        // An account that is broken in a way of ours must not take the others' answers with it.
        connect(viewpoint)
          .fetchCounters(refs)
          .catch((error: Error) => refs.map(({ itemId }) => failedFor(itemId, error))),
      )
      return [...unseen, ...(await Promise.all(asked)).flat()]
    },
  }
}

function failedFor(itemId: string, error: Error): CounterAnswer {
  return { ok: false, itemId, error: new FetchError('network', `${itemId}: ${error.message}`) }
}

function notSeen({ itemId, accountId }: VideoRef): CounterAnswer {
  const error = new FetchError('forbidden', `no connected account sees the videos of ${accountId}`)
  return { ok: false, itemId, error }
}
