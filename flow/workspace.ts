import { createHash, randomBytes } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import { type Db, rows } from '../db/client.ts'
import { type Role, rule, ruleVersion, token } from '../db/tables.ts'
import { STARTER_RULE } from '../rules/rule.ts'
import { type Context, write } from './context.ts'
import { ConflictError, found, InvalidInputError, text } from './errors.ts'
import { seedOccasions } from './occasion.ts'

/** Makes a tenant with the starter rule switched on and the activities of rules/occasion.ts. Not for GraphQL: only the operator's command line makes tenants. */
export async function createWorkspace(
  db: Db,
  now: Date,
  input: { name: string; zone?: string },
): Promise<number> {
  const name = text('name', input.name)
  const zone = checkZone(input.zone ?? 'Asia/Shanghai')
  const [made] = await rows<{ id: string }>(
    db,
    sql`select create_workspace(${name}, ${zone}, ${now.toISOString()}::timestamptz) as id`,
  )
  const workspaceId = Number(made?.id)
  await write({ db, workspaceId, now }, async (tx) => {
    const [starter] = await tx
      .insert(rule)
      .values({ name: STARTER_RULE.name, enabled: true, createdAt: now })
      .returning({ id: rule.id })
    const ruleId = found(starter, 'rule').id
    await tx
      .insert(ruleVersion)
      .values({ ruleId, version: 1, definition: STARTER_RULE.definition, createdAt: now })
    await seedOccasions(tx, now)
  })
  return workspaceId
}

/** All tenants, for the operator. */
export async function listWorkspaces(db: Db): Promise<{ id: number; name: string }[]> {
  const found = await rows<{ id: string; name: string }>(db, sql`select id, name from workspaces()`)
  return found.map(({ id, name }) => ({ id: Number(id), name }))
}

/** The tenant of that name or number; null name: the only one there is. Makes `fallback` when there is none at all. */
export async function chooseWorkspace(
  db: Db,
  now: Date,
  wanted: string | null,
  fallback: string,
): Promise<number> {
  const all = await listWorkspaces(db)
  if (wanted === null && all.length === 0) return createWorkspace(db, now, { name: fallback })
  const matches =
    wanted === null ? all : all.filter(({ id, name }) => name === wanted || String(id) === wanted)
  const [only] = matches
  if (only && matches.length === 1) return only.id
  const list = all.map(({ id, name }) => `${id} ${name}`).join(', ') || 'none yet'
  throw new InvalidInputError('workspace', `Name one workspace with --workspace; there are: ${list}`)
}

export const TOKEN_PREFIX = 'sbd_'

/** A new bearer token; this is the only time that its text exists outside of its owner's hands. */
export async function createToken(ctx: Context, input: { name: string; role: Role }): Promise<string> {
  const secret = TOKEN_PREFIX + randomBytes(32).toString('base64url')
  const name = text('name', input.name)
  await write(ctx, (tx) =>
    tx.insert(token).values({ name, role: input.role, hash: hashToken(secret), createdAt: ctx.now }),
  )
  return secret
}

/** Ends every token of that name at once. */
export async function revokeToken(ctx: Context, input: { name: string }): Promise<number> {
  const gone = await write(ctx, (tx) =>
    tx
      .update(token)
      .set({ revokedAt: ctx.now })
      .where(eq(token.name, input.name))
      .returning({ id: token.id }),
  )
  if (gone.length === 0) throw new ConflictError(`No token is named ${input.name}.`)
  return gone.length
}

/** SHA-256 is enough for 256 random bits: there is nothing to guess. */
export function hashToken(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

function checkZone(zone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone
  } catch {
    throw new InvalidInputError('zone', `${zone} is not an IANA time zone such as Asia/Shanghai`)
  }
}
