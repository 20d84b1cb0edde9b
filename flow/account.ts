/**
 * Tokens of platform accounts. Two refreshes of one account at once lock it out where the platform rotates its
 * refresh tokens, so whoever refreshes holds a claim on the row, and everybody else waits for what it stores.
 */
import { randomUUID } from 'node:crypto'
import { and, eq, isNull, lte, or, sql } from 'drizzle-orm'
import { account } from '../db/tables.ts'
import type { FetchError } from '../platforms/errors.ts'
import type { OAuth, TokenGrant } from '../platforms/oauth.ts'
import { MINUTE } from '../rules/types.ts'
import { type Context, write } from './context.ts'
import { found, text } from './errors.ts'
import type { Sealer } from './seal.ts'

/** Longer than any call to a platform may take: a claim that is older belongs to a dead process. */
export const REFRESH_LEASE = 2 * MINUTE
/** Refreshed this long before the access token ends, but not before half of its life. */
const EARLY = 5 * MINUTE

export interface AccountDeps {
  sealer: Sealer
  /** By platform. */
  oauths: ReadonlyMap<string, OAuth>
}

/** The account must be authorised again by a person; nothing else helps. */
export class ReauthoriseError extends Error {
  override readonly name = 'ReauthoriseError'
}

export interface ConnectAccount {
  platform: string
  externalId: string
  name: string
  grant: TokenGrant
}

/** Stores what a person has just authorised; authorising again brings a dead account back. */
export async function connectAccount(
  ctx: Context,
  { sealer }: Pick<AccountDeps, 'sealer'>,
  input: ConnectAccount,
): Promise<number> {
  const { platform, externalId, grant } = input
  const name = text('name', input.name)
  const stored = {
    name,
    state: 'ACTIVE' as const,
    tokens: seal(sealer, ctx, platform, externalId, grant),
    ...lives(ctx, grant),
    renewals: 0,
    claim: null,
    claimedUntil: null,
    lastError: null,
    lastErrorAt: null,
  }
  return write(ctx, async (tx) => {
    const made = await tx
      .insert(account)
      .values({ platform, externalId, createdAt: ctx.now, ...stored })
      .onConflictDoUpdate({
        target: [account.workspaceId, account.platform, account.externalId],
        set: { ...stored, generation: sql`${account.generation} + 1` },
      })
      .returning({ id: account.id })
    return found(made[0], 'account').id
  })
}

export type AccessToken =
  | { kind: 'ready'; accessToken: string; generation: number }
  /** Should be refreshed first: call refreshAccount with this generation. null: there is nothing to call with until then. */
  | { kind: 'stale'; accessToken: string | null; generation: number }
  | { kind: 'reauthorise'; reason: string }

/** The token to call with. `refused`: the platform has just refused this one, whatever its life. */
export async function readAccessToken(
  ctx: Context,
  { sealer }: Pick<AccountDeps, 'sealer'>,
  { accountId, refused }: { accountId: number; refused?: string | undefined },
): Promise<AccessToken> {
  const row = await readAccount(ctx, accountId)
  if (row.state === 'REAUTHORISE') return { kind: 'reauthorise', reason: row.lastError ?? 'authorise again' }
  const { accessToken } = open(sealer, ctx, row)
  const { generation, refreshAt, accessExpiresAt } = row
  if (accessToken !== refused && refreshAt > ctx.now) return { kind: 'ready', accessToken, generation }
  const works = accessToken !== refused && accessExpiresAt > ctx.now
  return { kind: 'stale', accessToken: works ? accessToken : null, generation }
}

/**
 * DONE: a newer pair is stored, by us or by somebody else. BUSY: somebody else is at it.
 * FAILED: the platform could not be asked; the account is as it was and may be tried again.
 */
export type Refreshed = 'DONE' | 'BUSY' | 'FAILED' | 'REAUTHORISE'

/** Refreshes the pair of that generation, at most once however many processes ask. */
export async function refreshAccount(
  ctx: Context,
  { sealer, oauths }: AccountDeps,
  { accountId, generation }: { accountId: number; generation: number },
): Promise<Refreshed> {
  const claim = randomUUID()
  const mine = and(eq(account.id, accountId), eq(account.generation, generation))
  const [row] = await write(ctx, (tx) =>
    tx
      .update(account)
      .set({ claim, claimedUntil: new Date(ctx.now.getTime() + REFRESH_LEASE) })
      .where(
        and(
          mine,
          eq(account.state, 'ACTIVE'),
          or(isNull(account.claimedUntil), lte(account.claimedUntil, ctx.now)),
        ),
      )
      .returning(),
  )
  if (!row) return whyNot(await readAccount(ctx, accountId), generation)
  const oauth = oauths.get(row.platform)
  if (!oauth) throw new Error(`No OAuth is set up for ${row.platform}`)
  const held = and(mine, eq(account.claim, claim))
  try {
    const grant = await oauth.refresh(open(sealer, ctx, row).refreshToken)
    // Guarded by the generation alone: even if the claim has run out, the new pair must not be lost.
    await write(ctx, (tx) =>
      tx
        .update(account)
        .set({
          tokens: seal(sealer, ctx, row.platform, row.externalId, grant),
          generation: generation + 1,
          ...lives(ctx, grant),
          claim: null,
          claimedUntil: null,
          lastError: null,
          lastErrorAt: null,
        })
        .where(mine),
    )
    return 'DONE'
  } catch (error) {
    const failure = error as FetchError
    if (failure.name !== 'FetchError') throw error
    // Only the platform's own word on the token ends an account; a network blip is not such a word.
    const state = failure.kind === 'auth' ? ('REAUTHORISE' as const) : ('ACTIVE' as const)
    const failed = {
      state,
      claim: null,
      claimedUntil: null,
      lastError: failure.message,
      lastErrorAt: ctx.now,
    }
    await write(ctx, (tx) => tx.update(account).set(failed).where(held))
    return state === 'ACTIVE' ? 'FAILED' : 'REAUTHORISE'
  }
}

/** Puts every pair of the workspace under the key that seals now; answers how many were under another. */
export async function resealAccounts(ctx: Context, { sealer }: Pick<AccountDeps, 'sealer'>): Promise<number> {
  return write(ctx, async (tx) => {
    const rows = await tx.select().from(account).for('update')
    const old = rows.filter(({ tokens }) => !sealer.isCurrent(tokens))
    for (const row of old) {
      const tokens = seal(sealer, ctx, row.platform, row.externalId, open(sealer, ctx, row))
      await tx.update(account).set({ tokens }).where(eq(account.id, row.id))
    }
    return old.length
  })
}

function whyNot(row: AccountRow, generation: number): Refreshed {
  if (row.state === 'REAUTHORISE') return 'REAUTHORISE'
  return row.generation > generation ? 'DONE' : 'BUSY'
}

type AccountRow = typeof account.$inferSelect
async function readAccount(ctx: Context, accountId: number): Promise<AccountRow> {
  const [row] = await write(ctx, (tx) => tx.select().from(account).where(eq(account.id, accountId)))
  return found(row, 'account')
}

type Pair = Pick<TokenGrant, 'accessToken' | 'refreshToken'>
const bound = (ctx: Context, platform: string, externalId: string) =>
  `${ctx.workspaceId}/${platform}/${externalId}`
function seal(sealer: Sealer, ctx: Context, platform: string, externalId: string, grant: Pair): Buffer {
  const { accessToken, refreshToken } = grant
  return sealer.seal(JSON.stringify({ accessToken, refreshToken }), bound(ctx, platform, externalId))
}
function open(sealer: Sealer, ctx: Context, { tokens, platform, externalId }: AccountRow): Pair {
  return JSON.parse(sealer.open(tokens, bound(ctx, platform, externalId)))
}

function lives(ctx: Context, { accessExpiresAt, refreshExpiresAt }: TokenGrant) {
  const now = ctx.now.getTime()
  const half = now + (accessExpiresAt - now) / 2
  return {
    accessExpiresAt: new Date(accessExpiresAt),
    refreshExpiresAt: new Date(refreshExpiresAt),
    refreshAt: new Date(Math.max(half, accessExpiresAt - EARLY)),
  }
}
