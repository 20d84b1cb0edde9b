import { inArray } from 'drizzle-orm'
import { rule, ruleVersion } from '../db/tables.ts'
import { RULE_PACKS } from '../rules/rule-pack.ts'
import { type Context, write } from './context.ts'
import { found, InvalidInputError } from './errors.ts'
import { lookSoon } from './rule.ts'

/**
 * Makes the rules of a pack that are not there by name; the others stay as they are, changed, switched on or off. Answers
 * the ids of all of them, in the order of the pack. InvalidInputError: there is no such pack.
 */
export async function installRulePack(
  ctx: Context,
  { key, enabled }: { key: string; enabled: boolean },
): Promise<number[]> {
  const pack = RULE_PACKS.find((one) => one.key === key)
  if (pack === undefined) {
    const known = RULE_PACKS.map((one) => one.key).join(', ')
    throw new InvalidInputError('key', `There is no rule pack ${key}; there are ${known}`)
  }
  const names = pack.rules.map(({ name }) => name)
  return write(ctx, async (tx) => {
    const { now: createdAt } = ctx
    const made = await tx
      .insert(rule)
      .values(names.map((name) => ({ name, enabled, createdAt })))
      .onConflictDoNothing()
      .returning({ id: rule.id, name: rule.name })
    if (made.length > 0) {
      const idOf = new Map(made.map(({ id, name }) => [name, id]))
      const versions = pack.rules.flatMap(({ name, definition }) => {
        const ruleId = idOf.get(name)
        return ruleId === undefined ? [] : [{ ruleId, version: 1, definition, createdAt }]
      })
      await tx.insert(ruleVersion).values(versions)
      if (enabled) await lookSoon(tx, ctx.now)
    }
    const all = await tx.select({ id: rule.id, name: rule.name }).from(rule).where(inArray(rule.name, names))
    return names.map(
      (name) =>
        found(
          all.find((one) => one.name === name),
          'rule',
        ).id,
    )
  })
}
