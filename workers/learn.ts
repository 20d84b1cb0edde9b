import { dueLessons, learn } from '../flow/learn.ts'
import { score } from '../flow/score.ts'
import type { WorkerDeps } from './workers.ts'

/** Every workspace that is due learns, and scores the weeks that are over. One that fails stops no other. */
export async function runLearn({ db, clock }: WorkerDeps): Promise<void> {
  const failures: unknown[] = []
  for (const workspaceId of await dueLessons({ db, now: clock() })) {
    const lesson = async () => {
      await learn({ db, workspaceId, now: clock() })
      await score({ db, workspaceId, now: clock() })
    }
    await lesson().catch((error) => failures.push(error))
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} workspaces learned nothing`)
}
