import { dueLessons, learn } from '../flow/learn.ts'
import { score } from '../flow/score.ts'
import type { WorkerDeps } from './workers.ts'

/** Every workspace that is due learns, and scores the weeks that are over. One that fails stops no other. */
export async function runLearn({ db, clock }: WorkerDeps): Promise<void> {
  const failures: Error[] = []
  for (const workspaceId of await dueLessons({ db, now: clock() })) {
    const failed = (what: string) => (cause: unknown) => {
      const [why] = (cause instanceof Error ? cause.message : String(cause)).split('\n')
      failures.push(new Error(`workspace ${workspaceId} ${what}: ${why}`, { cause }))
    }
    await learn({ db, workspaceId, now: clock() }, clock).catch(
      failed('learned nothing, its last lesson goes on'),
    )
    await score({ db, workspaceId, now: clock() }).catch(failed('scored no rule'))
  }
  if (failures.length > 0) {
    throw new AggregateError(failures, failures.map(({ message }) => message).join('; '))
  }
}
