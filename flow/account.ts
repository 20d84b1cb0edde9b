/**
 * Tokens of platform accounts. Two refreshes of one account at once lock it out where the platform rotates its
 * refresh tokens, so whoever refreshes holds a claim on the row, and everybody else waits for what it stores.
 */
import { randomUUID } from 'node:crypto'
import { and, eq, isNull, lte, or, sql } from 'drizzle-orm'
import { account } from '../db/tables.ts'
import type { OAuth, TokenGrant } from '../platforms/oauth.ts'
import { accessOutlives, refreshDue, renewalDue, renewalsLeft } from '../rules/account.ts'
import { MINUTE } from '../rules/types.ts'
import { type Context, write } from './context.ts'
import { fetchError, found, text } from './errors.ts'
import type { Sealer } from './seal.ts'
import { chooseSources } from './subject.ts'

/** Longer than any call to a platform may take: a claim that is older belongs to a dead process. */
export const REFRESH_LEASE = 2 * MINUTE

export interface AccountDeps {
  sealer: Sealer
  /** By platform. */
  oauths: ReadonlyMap<string, OAuth>
  /** Waits between attempts to store a new pair; left out: there is one attempt. */
  sleep?: (ms: number) => Promise<void>
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
    ...lives(ctx, platform, grant, 0),
    claim: null,
    claimedUntil: null,
    lastError: null,
    lastErrorAt: null,
    exploredAt: null,
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
  | { kind: 'ready'; accessToken: string; generation: number; refreshAt: Date }
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
  if (accessToken !== refused && refreshAt > ctx.now) {
    return { kind: 'ready', accessToken, generation, refreshAt }
  }
  const works = accessToken !== refused && accessExpiresAt > ctx.now
  return { kind: 'stale', accessToken: works ? accessToken : null, generation }
}

/**
 * DONE: a newer pair is stored, by us or by somebody else. BUSY: somebody else is at it.
 * FAILED: there is no newer pair; the account may be used while its access token lives, and tried again.
 */
export type Refreshed = 'DONE' | 'BUSY' | 'FAILED' | 'REAUTHORISE'

/** Refreshes the pair of that generation, at most once however many processes ask; renews it when that is due. */
export async function refreshAccount(
  ctx: Context,
  { sealer, oauths, sleep }: AccountDeps,
  { accountId, generation }: { accountId: number; generation: number },
): Promise<Refreshed> {
  const [row] = await write(ctx, (tx) =>
    tx
      .update(account)
      .set({ claim: randomUUID(), claimedUntil: new Date(ctx.now.getTime() + REFRESH_LEASE) })
      .where(
        and(
          eq(account.id, accountId),
          eq(account.generation, generation),
          eq(account.state, 'ACTIVE'),
          or(isNull(account.claimedUntil), lte(account.claimedUntil, ctx.now)),
        ),
      )
      .returning(),
  )
  if (!row) return whyNot(await readAccount(ctx, accountId), generation)
  const oauth = oauths.get(row.platform)
  if (!oauth) throw new Error(`No OAuth is set up for ${row.platform}`)
  try {
    const grant = await oauth.refresh(open(sealer, ctx, row).refreshToken)
    const due = oauth.renew !== undefined && renewalDue({ ...row, ...grant }, ctx.now.getTime())
    // Stored before the renewal: should its answer be lost, the access token still has its whole life to act in.
    const stored = await store(ctx, { sealer, sleep }, row, { grant, keepClaim: due })
    if (due && stored) await renew(ctx, { sealer, sleep, oauth }, stored, grant)
    return 'DONE'
  } catch (error) {
    return failed(ctx, row, error)
  }
}

/**
 * The second half of a claimed step. A renewal kills the refresh token that it is given, so one whose answer is lost
 * either did not happen, and is made later, or the platform refuses the old token at the next refresh.
 */
async function renew(
  ctx: Context,
  { oauth, ...deps }: Storing & { oauth: OAuth },
  row: AccountRow,
  grant: TokenGrant,
): Promise<void> {
  try {
    const renewed = await oauth.renew?.(grant.refreshToken)
    const renewals = row.renewals + (renewed ? 1 : (renewalsLeft(row) ?? 0))
    await store(ctx, deps, row, { grant: { ...grant, ...renewed }, renewals })
  } catch (error) {
    await failed(ctx, row, error)
  }
}

interface Storing {
  sealer: Sealer
  sleep: AccountDeps['sleep']
}
/** A database that restarts is back within this; on a rotating platform the pair in hand is the only one there is. */
const STORE_AGAIN = [200, 1000, 3000, 10_000, 30_000, 60_000]

/** Guarded by the generation alone: even if the claim has run out, the new pair must not be lost. */
async function store(
  ctx: Context,
  { sealer, sleep }: Storing,
  row: AccountRow,
  { grant, renewals = row.renewals, keepClaim = false }: NewPair,
): Promise<AccountRow | undefined> {
  const { id, platform, externalId, generation } = row
  const set = {
    tokens: seal(sealer, ctx, platform, externalId, grant),
    generation: generation + 1,
    ...lives(ctx, platform, grant, renewals),
    ...(keepClaim ? {} : FREE),
    lastError: null,
    lastErrorAt: null,
  }
  const guard = and(eq(account.id, id), eq(account.generation, generation))
  for (let attempt = 0; ; attempt++) {
    try {
      const [stored] = await write(ctx, (tx) => tx.update(account).set(set).where(guard).returning())
      return stored
    } catch (error) {
      const wait = STORE_AGAIN[attempt]
      if (!sleep || wait === undefined) throw error
      await sleep(wait)
    }
  }
}
interface NewPair {
  grant: TokenGrant
  renewals?: number
  keepClaim?: boolean
}
const FREE = { claim: null, claimedUntil: null }

/** Only the platform's own word on a token ends an account; a network blip is not such a word. `row` as we claimed it. */
async function failed(ctx: Context, row: AccountRow, error: unknown): Promise<Refreshed> {
  const failure = fetchError(error)
  const refused = failure.kind === 'auth'
  const outlives = refused && accessOutlives(inMs(row), ctx.now.getTime())
  const soon = new Date(ctx.now.getTime() + MINUTE)
  const ended = outlives
    ? { refreshExpiresAt: earlier(row.refreshExpiresAt, ctx.now), refreshAt: row.accessExpiresAt }
    : { refreshAt: earlier(row.refreshAt > soon ? row.refreshAt : soon, row.accessExpiresAt) }
  const state = refused && !outlives ? ('REAUTHORISE' as const) : ('ACTIVE' as const)
  const set = { ...FREE, ...ended, state, lastError: failure.message, lastErrorAt: ctx.now }
  const { id, generation } = row
  const held = and(
    eq(account.id, id),
    eq(account.generation, generation),
    eq(account.claim, row.claim as string),
  )
  await write(ctx, async (tx) => {
    await tx.update(account).set(set).where(held)
    // What this account saw may be seen by another one.
    if (state === 'REAUTHORISE') await chooseSources(tx, ctx.now)
  })
  return state === 'ACTIVE' ? 'FAILED' : 'REAUTHORISE'
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

const earlier = (a: Date, b: Date) => (a < b ? a : b)

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

function lives(
  ctx: Context,
  platform: string,
  { accessExpiresAt, refreshExpiresAt }: TokenGrant,
  renewals: number,
) {
  const due = refreshDue({ platform, accessExpiresAt, refreshExpiresAt, renewals }, ctx.now.getTime())
  return {
    accessExpiresAt: new Date(accessExpiresAt),
    refreshExpiresAt: new Date(refreshExpiresAt),
    refreshAt: new Date(due),
    renewals,
  }
}
function inMs({ platform, renewals, accessExpiresAt, refreshExpiresAt, refreshAt }: AccountRow) {
  return {
    platform,
    renewals,
    refreshAt: refreshAt.getTime(),
    accessExpiresAt: accessExpiresAt.getTime(),
    refreshExpiresAt: refreshExpiresAt.getTime(),
  }
}
