/** Every connector that polls, by the source name that snapshots carry, and how each finds the account to ask with. */
import { DAY, MINUTE } from '../rules/types.ts'
import type { Capability, Connector, CounterAnswer, SourceInfo, VideoRef } from './connector.ts'
import { createOceanengineDirectory, type Directory } from './directory.ts'
import { createDouyin, DOUYIN_CAPABILITY } from './douyin.ts'
import { FetchError } from './errors.ts'
import { createGate, gated, type Quota } from './gate.ts'
import { createHttp, type Http } from './http.ts'
import { createLedger, type Ledger, type LedgerOptions } from './ledger.ts'
import { createOceanengine } from './oceanengine.ts'
import type { PromotionChannels } from './promotion.ts'
import { createPromotionChannels } from './promotion-channels.ts'
import { createQianchuan, QIANCHUAN_CAPABILITY } from './qianchuan.ts'

export interface RegistryOptions {
  /** Base addresses of the platforms' APIs. */
  urls: { oceanengine: string; douyin: string }
  /** The app of 抖店, which signs every call; left out or null: none is set up. */
  doudian?: LedgerOptions['doudian']
  now: () => number
  sleep: (ms: number) => Promise<void>
  /** Uniform in [0, 1). */
  random: () => number
  /** What is known better of a source: the app's console shows its limits, and tests have their own. */
  limits?: (source: string) => Partial<SourceLimits>
  /** Hears what went wrong on our own side of a call: of it the answers say only that it did. */
  onFault?: (error: unknown, source: string) => void
}
export type SourceLimits = Pick<
  Capability,
  'freshnessMs' | 'callsPerSecond' | 'callsPerDay' | 'scope' | 'costFen'
>

/** Asked again with the token that was just refused. */
export type AccessToken = (refused?: string) => Promise<string>

/** Somebody who may look: an advertiser or a user, with the account that we hold tokens of. */
export interface Viewpoint {
  /** The same for what is asked with the same account about the same subject. */
  key: string
  /** Our number of the subject: its answers carry it. */
  subjectId: number
  externalId: string
  accessToken: AccessToken
}

/** By 抖音号: from where each is seen; who is missing is seen by no account of ours. */
export type Viewpoints = (
  source: string,
  kolAccountIds: readonly string[],
) => Promise<ReadonlyMap<string, Viewpoint>>

/** `quota`: where each attempt of a call is counted; left out: nowhere. */
export interface Registry {
  sources(): readonly SourceInfo[]
  connectors(viewpoints: Viewpoints, quota?: Quota): ReadonlyMap<string, Connector>
  directory(platform: string, accessToken: AccessToken, quota?: Quota): Directory
  /** Sales or reports of ads of a subject; null: its source has none, or no app is set up. */
  ledger(
    subject: { source: string; externalId: string },
    accessToken: AccessToken,
    quota?: Quota,
  ): Ledger | null
  /** The ways to spend money as an advertiser; empty: its source has none. */
  promotion(
    subject: { source: string; externalId: string },
    accessToken: AccessToken,
    quota?: Quota,
  ): PromotionChannels
}

interface Source {
  capability: Capability
  /** Left out: it gives no counters. */
  connect?(viewpoint: Viewpoint, http: Http): Pick<Connector, 'fetchCounters'>
}

/** 巨量 counts per app and interface, so what is asked of accounts does not take from what is asked of videos. */
const DIRECTORY = 'oceanengine'
const DIRECTORY_CAPABILITY: Capability = {
  gives: [],
  freshnessMs: DAY,
  batch: 1,
  // [unsure] As of 千川.
  callsPerSecond: 10,
  callsPerDay: null,
  scope: 'app',
  costFen: 0,
}

const DOUDIAN_CAPABILITY: Capability = {
  gives: [],
  // An order shows a change within the minute; [unsure] its limits are told in an app's console only.
  freshnessMs: MINUTE,
  batch: 1,
  callsPerSecond: null,
  callsPerDay: null,
  scope: 'app',
  costFen: 0,
}

export function createRegistry(options: RegistryOptions): Registry {
  const { urls, doudian = null, now, sleep, random, limits, onFault = () => {} } = options
  // One for the process: it counts the calls under way per account.
  const http = createHttp({ now, sleep, random, timeoutMs: 10_000, attempts: 3, concurrencyPerAccount: 8 })
  const known: Record<string, Source> = {
    [DIRECTORY]: { capability: DIRECTORY_CAPABILITY },
    ...(doudian && { doudian: { capability: DOUDIAN_CAPABILITY } }),
    qianchuan: {
      capability: QIANCHUAN_CAPABILITY,
      connect: ({ externalId, accessToken }, http) =>
        createQianchuan({ baseUrl: urls.oceanengine, advertiserId: externalId, accessToken, http }),
    },
    douyin: {
      capability: DOUYIN_CAPABILITY,
      connect: ({ externalId, accessToken }, http) =>
        createDouyin({
          baseUrl: urls.douyin,
          http,
          openIdOf: () => externalId,
          accessToken: (_openId, refused) => accessToken(refused),
        }),
    },
  }
  const sources = new Map(
    Object.entries(known).map(([source, { capability, connect }]) => [
      source,
      { source, capability: { ...capability, ...limits?.(source) }, connect },
    ]),
  )
  const through = (source: string, quota?: Quota): Http => {
    const capability = sources.get(source)?.capability
    return quota && capability ? gated(http, createGate({ source, capability, quota, now, sleep })) : http
  }
  return {
    sources: () => [...sources.values()].map(({ source, capability }) => ({ source, capability })),
    connectors: (viewpoints, quota) =>
      new Map(
        [...sources.values()].flatMap(({ source, capability, connect }) => {
          if (!connect) return []
          const counted = through(source, quota)
          const asking = (viewpoint: Viewpoint) => connect(viewpoint, counted)
          const faulty = (error: unknown) => onFault(error, source)
          return [[source, createSeen(source, capability, asking, viewpoints, faulty)]]
        }),
      ),
    // A token that nobody asks for is not refreshed, and would end one day.
    directory: (platform, accessToken, quota) => {
      if (platform !== DIRECTORY) return { subjects: () => accessToken().then(() => null) }
      const counted = through(DIRECTORY, quota)
      return createOceanengineDirectory(
        createOceanengine({ baseUrl: urls.oceanengine, accessToken, http: counted }),
      )
    },
    ledger: ({ source, externalId }, accessToken, quota) =>
      createLedger(source, {
        externalId,
        oceanengineUrl: urls.oceanengine,
        doudian,
        accessToken,
        http: through(source, quota),
        now,
      }),
    promotion: ({ source, externalId }, accessToken, quota) => {
      if (source !== 'qianchuan') return {}
      const counted = through(source, quota)
      // Money that runs: what ends an order may not wait until tomorrow because looks have used up the day.
      const http: Http = { send: (call) => counted.send({ ...call, urgent: true }) }
      const oceanengine = createOceanengine({ baseUrl: urls.oceanengine, accessToken, http })
      return createPromotionChannels({ oceanengine, advertiserId: externalId, now })
    },
  }
}

/** A connector that asks about each video from where it is seen. */
function createSeen(
  name: string,
  capability: Capability,
  connect: (viewpoint: Viewpoint) => Pick<Connector, 'fetchCounters'>,
  viewpoints: Viewpoints,
  onFault: (error: unknown) => void,
): Connector {
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
        connect(viewpoint)
          .fetchCounters(refs)
          .then((answers) => answers.map((answer) => ({ ...answer, subjectId: viewpoint.subjectId })))
          // An account that is broken in a way of ours must not take the others' answers with it.
          .catch((error: unknown) => {
            onFault(error)
            return refs.map(faulted)
          }),
      )
      return [...unseen, ...(await Promise.all(asked)).flat()]
    },
  }
}

/** Our own database, or a token that does not open: it says nothing of the subject, and its words are not the platform's. */
function faulted({ itemId }: VideoRef): CounterAnswer {
  const error = new FetchError('network', 'the call failed on our own side, see the log')
  return { ok: false, itemId, error }
}

function notSeen({ itemId, accountId }: VideoRef): CounterAnswer {
  const error = new FetchError('forbidden', `no connected account sees the videos of ${accountId}`)
  return { ok: false, itemId, error }
}
