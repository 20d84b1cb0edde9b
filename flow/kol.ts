/** 达人 by hand; lists of them come in by flow/import-kol.ts. */
import { and, eq, sql } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import { kol, kolPrice, kolSnapshot } from '../db/tables.ts'
import type { PriceBand, Tier } from '../rules/types.ts'
import { type Context, write } from './context.ts'
import { ConflictError, conflictOn, found, InvalidInputError, text } from './errors.ts'
import { chooseSources } from './subject.ts'
import { refreshFollowers, retier } from './tier.ts'

/** What history that people typed is marked with. */
const MANUAL = 'manual'
const LABELS = ['showId', 'vertical', 'city', 'mcn'] as const
type Label = (typeof LABELS)[number]

export interface CreateKol extends Partial<Record<Label, string | undefined>> {
  /** The platform's id; left out: not known yet. */
  accountId?: string | undefined
  name: string
  /** Overrides the tier that followers and policy give. */
  tier?: Tier | undefined
  followers?: number | undefined
}

/** ConflictError: the account is there already. */
export async function createKol(ctx: Context, input: CreateKol): Promise<number> {
  const { tier, followers } = input
  const accountId = input.accountId === undefined ? undefined : text('accountId', input.accountId, 64)
  const name = text('name', input.name)
  const said = labels(input)
  checkFollowers(followers)
  return write(ctx, async (tx) => {
    const made = await tx
      .insert(kol)
      .values({ accountId, name, ...said, tier, tierOverride: tier, createdAt: ctx.now })
      .returning({ id: kol.id })
    const kolId = found(made[0], 'kol').id
    await seen(tx, ctx, kolId, followers)
    return kolId
  }).catch(conflictOn('kol_account', `A KOL with account ${accountId} is already there.`))
}

export interface ReviseKol extends Partial<Record<Label, string | null | undefined>> {
  kolId: number
  /** May be given or corrected, not taken away: lists are merged by it. */
  accountId?: string | undefined
  name?: string | undefined
  /** null clears the override: the tier is again by followers and policy. */
  tier?: Tier | null | undefined
  /** Followers now; becomes part of the history. */
  followers?: number | undefined
}

/** Changes what is given; null clears it, what is left out stays. ConflictError: another KOL has the account. */
export async function reviseKol(ctx: Context, input: ReviseKol): Promise<number> {
  const { kolId, tier, followers } = input
  const accountId = input.accountId === undefined ? undefined : text('accountId', input.accountId, 64)
  const name = input.name === undefined ? undefined : text('name', input.name)
  const said = labels(input)
  checkFollowers(followers)
  return write(ctx, async (tx) => {
    const [changed] = await tx
      .update(kol)
      // One column at least, or there is no statement.
      .set({ createdAt: sql`${kol.createdAt}`, accountId, name, ...said, ...overridden(tier) })
      .where(eq(kol.id, kolId))
      .returning({ id: kol.id })
    found(changed, 'kol')
    if (tier === null) await retier(tx, ctx.now, [kolId])
    if (accountId !== undefined) await chooseSources(tx, ctx.now)
    await seen(tx, ctx, kolId, followers)
    return kolId
  }).catch(conflictOn('kol_account', `A KOL with account ${accountId} is already there.`))
}

/** Puts a KOL away, or takes it back; its videos and history stay. Saying it twice changes nothing. */
export async function archiveKol(ctx: Context, input: { kolId: number; archived: boolean }): Promise<number> {
  const { kolId, archived } = input
  const archivedAt = archived ? sql`coalesce(${kol.archivedAt}, ${ctx.now.toISOString()})` : null
  return write(ctx, async (tx) => {
    const [changed] = await tx
      .update(kol)
      .set({ archivedAt })
      .where(eq(kol.id, kolId))
      .returning({ id: kol.id })
    return found(changed, 'kol').id
  })
}

export interface SetKolPrice {
  kolId: number
  band: PriceBand
  /** 分 per video. */
  priceFen: number
  /** Since when it is known; left out: now. */
  observedAt?: Date | undefined
}

/** Adds a 报价 to the history. Saying it twice changes nothing; ConflictError: another one is there for that instant. */
export async function setKolPrice(ctx: Context, input: SetKolPrice): Promise<number> {
  const { kolId, band, priceFen, observedAt = ctx.now } = input
  if (!Number.isSafeInteger(priceFen) || priceFen < 0) {
    throw new InvalidInputError('priceFen', 'priceFen must be whole 分, 0 or more')
  }
  if (observedAt > ctx.now) throw new InvalidInputError('observedAt', 'observedAt lies in the future')
  return write(ctx, async (tx) => {
    found((await tx.select({ id: kol.id }).from(kol).where(eq(kol.id, kolId)))[0], 'kol')
    const key = { kolId, band, observedAt, source: MANUAL }
    const added = await tx
      .insert(kolPrice)
      .values({ ...key, recordedAt: ctx.now, priceFen })
      .onConflictDoNothing()
      .returning({ kolId: kolPrice.kolId })
    if (added.length === 0) await samePrice(tx, key, priceFen)
    return kolId
  })
}

type PriceKey = { kolId: number; band: PriceBand; observedAt: Date; source: string }
async function samePrice(tx: Tx, key: PriceKey, priceFen: number): Promise<void> {
  const [there] = await tx
    .select({ priceFen: kolPrice.priceFen })
    .from(kolPrice)
    .where(
      and(
        eq(kolPrice.kolId, key.kolId),
        eq(kolPrice.band, key.band),
        eq(kolPrice.observedAt, key.observedAt),
        eq(kolPrice.source, key.source),
      ),
    )
  if (there?.priceFen === priceFen) return
  throw new ConflictError(
    `Another price (${there?.priceFen} 分) is there for that instant; give a later one.`,
  )
}

/** Followers go through the history: the latest of it is what the KOL has. */
async function seen(tx: Tx, ctx: Context, kolId: number, followers: number | undefined): Promise<void> {
  if (followers === undefined) return
  const look = { kolId, observedAt: ctx.now, recordedAt: ctx.now, source: MANUAL, followers }
  const added = await tx.insert(kolSnapshot).values(look).onConflictDoNothing().returning()
  const [there] =
    added.length > 0
      ? added
      : await tx
          .select()
          .from(kolSnapshot)
          .where(
            and(
              eq(kolSnapshot.kolId, kolId),
              eq(kolSnapshot.observedAt, ctx.now),
              eq(kolSnapshot.source, MANUAL),
            ),
          )
  if (there?.followers !== followers)
    throw new ConflictError('Other followers were set at this very instant.')
  await refreshFollowers(tx, ctx.now, [kolId])
}

function overridden(tier: Tier | null | undefined) {
  if (tier === undefined) return {}
  return tier === null ? { tierOverride: null } : { tierOverride: tier, tier }
}

function labels<Value extends string | null | undefined>(
  input: Partial<Record<Label, Value>>,
): Partial<Record<Label, string | Extract<Value, null>>> {
  const said: Partial<Record<Label, string | Extract<Value, null>>> = {}
  for (const field of LABELS) {
    const value = input[field]
    if (typeof value === 'string') said[field] = text(field, value)
    else if (value === null) said[field] = value as Extract<Value, null>
  }
  return said
}

function checkFollowers(followers: number | undefined): void {
  if (followers === undefined || (Number.isSafeInteger(followers) && followers >= 0)) return
  throw new InvalidInputError('followers', 'followers must be a whole number of 0 or more')
}
