import { readAdReport } from '../flow/ad-report.ts'
import { fetchError } from '../flow/errors.ts'
import { ledgerSubject } from '../flow/ledger.ts'
import { readSales } from '../flow/sales.ts'
import { restateTrials } from '../flow/trial-settled.ts'
import { MINUTE } from '../rules/types.ts'
import type { Payload } from './jobs.ts'
import type { WorkerDeps } from './workers.ts'

/** The sweep finds a subject that failed due again at once; a platform that refuses is spared for so long. */
const PAUSE = 5 * MINUTE

/** What a platform refused is on the subject already, and the job is over; anything else that is thrown is a defect. */
export function createSales({ db, clock, platforms }: Pick<WorkerDeps, 'db' | 'clock' | 'platforms'>) {
  const pausedUntil = new Map<number, number>()
  return async ({ workspaceId, subjectId }: Payload<'sales'>): Promise<void> => {
    const ctx = { db, workspaceId, now: clock() }
    if ((pausedUntil.get(subjectId) ?? 0) > ctx.now.getTime()) return
    const ledger = platforms.ledger(workspaceId, await ledgerSubject(ctx, subjectId))
    try {
      if (ledger?.source === 'doudian') await readSales(ctx, { subjectId, doudian: ledger.doudian, clock })
      // What was sold by then may have come of the age at which it corrects a verdict.
      if (ledger?.source === 'doudian') await restateTrials({ ...ctx, now: clock() })
      if (ledger?.source === 'qianchuan') await readAdReport(ctx, { subjectId, ads: ledger.ads, clock })
      pausedUntil.delete(subjectId)
    } catch (error) {
      fetchError(error)
      pausedUntil.set(subjectId, ctx.now.getTime() + PAUSE)
    }
  }
}
