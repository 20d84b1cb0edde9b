import { dueLedgers } from '../flow/ledger.ts'
import { isScarce } from '../flow/look-price.ts'
import { duePromotions, dueTrials } from '../flow/promotion-tend.ts'
import { dueReconciliations } from '../flow/reconcile.ts'
import { dueDeliveries, dueRoutes } from '../flow/route.ts'
import { dueAccounts, sweep } from '../flow/sweep.ts'
import { applyTierPolicy, dueTierPolicies } from '../flow/tier.ts'
import type { WorkerDeps } from './workers.ts'

/** Batches of one workspace and source that may wait at a time; the next sweep brings the rest. */
const SLOTS = 16
/** A batch takes what is due in several shards; who finds nothing left has cost little. What is in few fits one. */
const SHARDS_A_BATCH = 16
const FEW_SHARDS = 64

export async function runSweep(deps: WorkerDeps): Promise<void> {
  const { db, clock, platforms, queue, ledgersEvery } = deps
  const now = clock()
  const [policies, accounts, ledgers, work, promotions, news] = await Promise.all([
    dueTierPolicies({ db, now }),
    dueAccounts({ db, now }),
    dueLedgers({ db, now, every: ledgersEvery }),
    sweep({ db, now }),
    loadPromotions(deps, now),
    loadNews(deps, now),
  ])
  for (const { workspaceId, accountId } of accounts) {
    if (platforms.connectors(workspaceId).size === 0) continue
    await queue.enqueue('explore', { workspaceId, accountId }, `explore-${workspaceId}-${accountId}`)
  }
  await enqueueNews(deps, news)
  const polls = work.filter(({ workspaceId, source }) => platforms.connectors(workspaceId).has(source))
  // A batch of each in turn: nobody waits behind the whole backlog of another workspace.
  for (let slot = 0; slot < SLOTS; slot++) {
    for (const { workspaceId, source, shards } of polls) {
      if (slot > 0 && (shards <= FEW_SHARDS || slot * SHARDS_A_BATCH >= shards)) continue
      await queue.enqueue('poll', { workspaceId, source, slot }, `poll-${workspaceId}-${source}-${slot}`)
    }
  }
  if (platforms.sources().some(isScarce)) {
    for (const workspaceId of new Set(polls.map((poll) => poll.workspaceId))) {
      await queue.enqueue('lookPrice', { workspaceId }, `look-price-${workspaceId}`)
    }
  }
  const readable = new Set(platforms.sources().map(({ source }) => source))
  for (const { workspaceId, subjectId, source } of ledgers) {
    if (!readable.has(source)) continue
    await queue.enqueue('sales', { workspaceId, subjectId }, `sales-${workspaceId}-${subjectId}`)
  }
  await enqueuePromotions(deps, promotions)
  // Last: a list of KOLs that is being imported holds this up, and nothing else.
  for (const workspaceId of policies) await applyTierPolicy({ db, workspaceId, now })
}

interface DuePromotions {
  promotions: Awaited<ReturnType<typeof duePromotions>>
  trials: number[]
  books: Awaited<ReturnType<typeof dueReconciliations>>
}

async function loadPromotions({ db, platforms }: WorkerDeps, now: Date): Promise<DuePromotions> {
  if (platforms.sources().every(({ source }) => source !== 'qianchuan')) {
    return { promotions: [], trials: [], books: [] }
  }
  const [promotions, trials, books] = await Promise.all([
    duePromotions({ db, now }),
    dueTrials({ db }),
    dueReconciliations({ db, now }),
  ])
  return { promotions, trials, books }
}

/** Money first: what runs is looked after before anything new is proposed. */
async function enqueuePromotions({ queue }: WorkerDeps, due: DuePromotions): Promise<void> {
  for (const { workspaceId, promotionId } of due.promotions) {
    await queue.enqueue('promote', { workspaceId, promotionId }, `promote-${workspaceId}-${promotionId}`)
  }
  for (const workspaceId of due.trials) {
    await queue.enqueue('propose', { workspaceId }, `propose-${workspaceId}`)
  }
  for (const { workspaceId, subjectId } of due.books) {
    await queue.enqueue('reconcile', { workspaceId, subjectId }, `reconcile-${workspaceId}-${subjectId}`)
  }
}

interface DueNews {
  routes: number[]
  deliveries: number[]
}

async function loadNews({ db, webhooks }: WorkerDeps, now: Date): Promise<DueNews> {
  if (!webhooks) return { routes: [], deliveries: [] }
  const [routes, deliveries] = await Promise.all([dueRoutes({ db, now }), dueDeliveries({ db, now })])
  return { routes, deliveries }
}

async function enqueueNews({ queue }: WorkerDeps, { routes, deliveries }: DueNews): Promise<void> {
  for (const workspaceId of routes) await queue.enqueue('route', { workspaceId }, `route-${workspaceId}`)
  for (const workspaceId of deliveries)
    await queue.enqueue('deliver', { workspaceId }, `deliver-${workspaceId}`)
}
