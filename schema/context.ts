import type { Db } from '../db/client.ts'
import type { Role } from '../db/tables.ts'
import type { AuthoriseDeps } from '../flow/authorise.ts'
import type { Context } from '../flow/context.ts'
import type { SourceInfo } from '../flow/look-price.ts'
import type { SheetFiles } from '../flow/plan-sheet.ts'
import type { WebhookDeps } from '../flow/webhook.ts'

export type { Role }

/** Whose token it is. There is no anonymous viewer. */
export interface Viewer {
  workspaceId: number
  tokenId: number
  role: Role
}

/** What every resolver is given. */
export interface ApiContext {
  viewer: Viewer
  /** Reads of this request, all of one instant; see db/reader.ts. */
  db: Db
  now: Date
  /** For connecting accounts of platforms; null: no app or no key is set up. */
  accounts: AuthoriseDeps | null
  /** Writes and reads the files of a 排期表; null: not set up. */
  sheets: SheetFiles | null
  /** Tells teams outside; null: there is no key to keep addresses with. */
  webhooks: WebhookDeps | null
  /** What can be asked for numbers; none: no app is set up. */
  sources: readonly SourceInfo[]
  /** Runs a verb of flow in its own transaction; reads that follow see what it wrote. */
  run<Input, Output>(verb: (ctx: Context, input: Input) => Promise<Output>, input: Input): Promise<Output>
}
