import { dueAccounts, sweep } from '../flow/sweep.ts'
import { applyTierPolicy, dueTierPolicies } from '../flow/tier.ts'
import type { WorkerDeps } from './workers.ts'

/** Batches of one workspace and source that may wait at a time; the next sweep brings the rest. */
const SLOTS = 16
/** A batch takes what is due in several shards; who finds nothing left has cost little. */
const SHARDS_A_BATCH = 16

export async function runSweep({ db, clock, platforms, queue }: WorkerDeps): Promise<void> {
  const now = clock()
  const [policies, accounts, work] = await Promise.all([
    dueTierPolicies({ db, now }),
    dueAccounts({ db, now }),
    sweep({ db, now }),
  ])
  for (const { workspaceId, accountId } of accounts) {
    if (platforms.connectors(workspaceId).size === 0) continue
    await queue.enqueue('explore', { workspaceId, accountId }, `explore-${workspaceId}-${accountId}`)
  }
  for (const { workspaceId, source, shards } of work) {
    if (!platforms.connectors(workspaceId).has(source)) continue
    const jobs = Math.min(SLOTS, Math.ceil(shards / SHARDS_A_BATCH))
    for (let slot = 0; slot < jobs; slot++) {
      await queue.enqueue('poll', { workspaceId, source, slot }, `poll-${workspaceId}-${source}-${slot}`)
    }
  }
  // Last: a list of KOLs that is being imported holds this up, and nothing else.
  for (const workspaceId of policies) await applyTierPolicy({ db, workspaceId, now })
}
