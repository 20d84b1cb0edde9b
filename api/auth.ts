import { sql } from 'drizzle-orm'
import { type Db, rows } from '../db/client.ts'
import { hashToken } from '../flow/workspace.ts'
import type { Role, Viewer } from '../schema/context.ts'

/** The viewer a bearer token names; null when there is no such token, or it is revoked. */
export async function viewerOf(db: Db, authorization: string | undefined): Promise<Viewer | null> {
  const secret = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
  if (!secret) return null
  const [found] = await rows<{ workspace_id: string; token_id: string; role: Role }>(
    db,
    sql`select workspace_id, token_id, role from viewer_of(${hashToken(secret)})`,
  )
  if (!found) return null
  return { workspaceId: Number(found.workspace_id), tokenId: Number(found.token_id), role: found.role }
}

/** An answer in the form of GraphQL's, for requests that never get there. */
export function refusal(code: string, message: string) {
  return { errors: [{ message, extensions: { code } }] }
}

export const UNAUTHENTICATED = refusal(
  'UNAUTHENTICATED',
  'Send a token as "Authorization: Bearer …". The operator makes one with: npm run token -- create --name NAME',
)
