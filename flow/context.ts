import { type Db, inWorkspace, type Tx } from '../db/client.ts'

/** What every verb of the chain is given: whose rows, and what time it is. */
export interface Context {
  db: Db
  workspaceId: number
  now: Date
}

/** One transaction of the context's workspace; all that a verb writes is written in one. */
export function write<T>(ctx: Context, work: (tx: Tx) => Promise<T>): Promise<T> {
  return inWorkspace(ctx.db, ctx.workspaceId, work)
}
