import { dirtyWorkspaces, rollup } from '../flow/rollup.ts'
import type { WorkerDeps } from './workers.ts'

/** Every workspace once through; what is marked behind a pass is for the next one. One that fails stops no other. */
export async function runRollup({ db, clock }: WorkerDeps): Promise<void> {
  const failures: unknown[] = []
  for (const workspaceId of await dirtyWorkspaces({ db })) {
    const pass = async () => {
      for (let after: number | null = 0; after !== null; ) {
        const { last }: { last: number | null } = await rollup({ db, workspaceId, now: clock() }, { after })
        after = last
      }
    }
    await pass().catch((error) => failures.push(error))
  }
  if (failures.length > 0)
    throw new AggregateError(failures, `${failures.length} workspaces were not rolled up`)
}
