import { pruneDeliveries, pruneLooks, retain } from '../flow/retention.ts'
import type { WorkerDeps } from './workers.ts'

export async function runRetention({ db, clock, retention }: WorkerDeps): Promise<void> {
  await retain({ db, now: clock() }, retention)
  await pruneLooks({ db, now: clock() }, retention)
  await pruneDeliveries({ db, now: clock() })
}
