import { decidePrices } from '../flow/look-price.ts'
import type { Payload } from './jobs.ts'
import type { WorkerDeps } from './workers.ts'

/** Where no price is old it reads a row or two. */
export async function runLookPrice(
  { db, clock, platforms }: WorkerDeps,
  { workspaceId }: Payload<'lookPrice'>,
): Promise<void> {
  await decidePrices({ db, workspaceId, now: clock() }, { sources: platforms.sources() })
}
