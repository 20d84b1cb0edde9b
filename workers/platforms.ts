/** The platforms as one workspace's accounts see them. */
import type { LedgerSubject } from '../flow/ledger.ts'
import { subjectsOf } from '../flow/subject.ts'
import type { Connector, SourceInfo } from '../platforms/connector.ts'
import type { Directory } from '../platforms/directory.ts'
import type { Ledger } from '../platforms/ledger.ts'
import type { PromotionChannels } from '../platforms/promotion.ts'
import type { AccessToken, Registry } from '../platforms/registry.ts'
import { quotaOf } from './quota.ts'
import { type TokenDeps, tokenSource } from './tokens.ts'

export interface Platforms {
  sources(): readonly SourceInfo[]
  /** By source. */
  connectors(workspaceId: number): ReadonlyMap<string, Connector>
  directory(workspaceId: number, accountId: number, platform: string): Directory
  /** null: nothing to read here. */
  ledger(workspaceId: number, subject: LedgerSubject): Ledger | null
  /** Empty: no money can be spent here. */
  promotion(workspaceId: number, subject: LedgerSubject): PromotionChannels
}

const NOTHING: Directory = { subjects: async () => null }
/** Where no app is set up: nothing is polled. */
export const NO_PLATFORMS: Platforms = {
  sources: () => [],
  connectors: () => new Map(),
  directory: () => NOTHING,
  ledger: () => null,
  promotion: () => ({}),
}

export function createPlatforms(deps: TokenDeps & { registry: Registry }): Platforms {
  const { db, clock, registry } = deps
  const known = new Map<number, ReadonlyMap<string, Connector>>()
  const tokens = new Map<number, AccessToken>()
  // Account ids are unique across workspaces.
  const tokenOf = (workspaceId: number, accountId: number): AccessToken => {
    const token = tokens.get(accountId) ?? tokenSource(deps, workspaceId, accountId)
    tokens.set(accountId, token)
    return token
  }
  return {
    sources: () => registry.sources(),
    connectors(workspaceId) {
      const connectors =
        known.get(workspaceId) ??
        registry.connectors(
          async (source, kolAccountIds) => {
            const found = await subjectsOf({ db, workspaceId, now: clock() }, { source, kolAccountIds })
            return new Map(
              found.map(({ kolAccountId, accountId, subjectId, externalId }) => [
                kolAccountId,
                {
                  key: `${accountId}/${externalId}`,
                  subjectId,
                  externalId,
                  accessToken: tokenOf(workspaceId, accountId),
                },
              ]),
            )
          },
          quotaOf(deps, workspaceId),
        )
      known.set(workspaceId, connectors)
      return connectors
    },
    directory: (workspaceId, accountId, platform) =>
      registry.directory(platform, tokenOf(workspaceId, accountId), quotaOf(deps, workspaceId)),
    ledger: (workspaceId, subject) =>
      registry.ledger(subject, tokenOf(workspaceId, subject.accountId), quotaOf(deps, workspaceId)),
    promotion: (workspaceId, subject) =>
      registry.promotion(subject, tokenOf(workspaceId, subject.accountId), quotaOf(deps, workspaceId)),
  }
}
