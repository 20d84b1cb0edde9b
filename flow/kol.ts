import { kol, kolSnapshot } from '../db/tables.ts'
import type { Tier } from '../rules/types.ts'
import { type Context, write } from './context.ts'
import { conflictOn, found, InvalidInputError, text } from './errors.ts'

export interface CreateKol {
  accountId: string
  name: string
  vertical?: string | undefined
  tier?: Tier | undefined
  followers?: number | undefined
}

export async function createKol(ctx: Context, input: CreateKol): Promise<number> {
  const { tier, followers } = input
  const accountId = text('accountId', input.accountId, 64)
  const name = text('name', input.name)
  const vertical = input.vertical === undefined ? undefined : text('vertical', input.vertical)
  if (followers !== undefined && (!Number.isSafeInteger(followers) || followers < 0)) {
    throw new InvalidInputError('followers', 'followers must be a whole number of 0 or more')
  }
  return write(ctx, async (tx) => {
    const made = await tx
      .insert(kol)
      .values({ accountId, name, vertical, tier, followers, createdAt: ctx.now })
      .returning({ id: kol.id })
    const kolId = found(made[0], 'kol').id
    if (followers !== undefined) {
      const seen = { observedAt: ctx.now, recordedAt: ctx.now, source: 'manual', followers }
      await tx.insert(kolSnapshot).values({ kolId, ...seen })
    }
    return kolId
  }).catch(conflictOn('kol_account', `A KOL with account ${accountId} is already there.`))
}
