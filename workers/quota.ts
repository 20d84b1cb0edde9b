/** The books in which a gate counts the calls of one workspace. */
import type { Db } from '../db/client.ts'
import { blockCalls, leaveCall, takeCall } from '../flow/quota.ts'
import type { Quota } from '../platforms/gate.ts'

export function quotaOf({ db, clock }: { db: Db; clock: () => Date }, workspaceId: number): Quota {
  return {
    take: (call) => takeCall({ db, workspaceId, now: clock() }, call),
    leave: (slot, callsPerSecond) => leaveCall({ db, workspaceId, now: clock() }, { slot, callsPerSecond }),
    block: (limit, ms) => {
      const now = clock()
      return blockCalls({ db, workspaceId, now }, { ...limit, until: new Date(now.getTime() + ms) })
    },
  }
}
