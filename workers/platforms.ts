/** The platforms as one workspace's accounts see them. */
import { subjectsOf } from '../flow/subject.ts'
import type { Connector } from '../platforms/connector.ts'
import type { Directory } from '../platforms/directory.ts'
import type { AccessToken, Registry } from '../platforms/registry.ts'
import { type TokenDeps, tokenSource } from './tokens.ts'

export interface Platforms {
  /** By source. */
  connectors(workspaceId: number): ReadonlyMap<string, Connector>
  directory(workspaceId: number, accountId: number, platform: string): Directory
}

const NOTHING: Directory = { subjects: async () => null }
/** Where no app is set up: nothing is polled. */
export const NO_PLATFORMS: Platforms = { connectors: () => new Map(), directory: () => NOTHING }

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
    connectors(workspaceId) {
      const connectors =
        known.get(workspaceId) ??
        registry.connectors(async (source, kolAccountIds) => {
          const found = await subjectsOf({ db, workspaceId, now: clock() }, { source, kolAccountIds })
          return new Map(
            found.map(({ kolAccountId, accountId, externalId }) => [
              kolAccountId,
              {
                key: `${accountId}/${externalId}`,
                externalId,
                accessToken: tokenOf(workspaceId, accountId),
              },
            ]),
          )
        })
      known.set(workspaceId, connectors)
      return connectors
    },
    directory: (workspaceId, accountId, platform) =>
      registry.directory(platform, tokenOf(workspaceId, accountId)),
  }
}
