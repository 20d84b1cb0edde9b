import { brand } from '../db/tables.ts'
import { type Context, write } from './context.ts'
import { conflictOn, found, text } from './errors.ts'

export async function createBrand(ctx: Context, input: { name: string }): Promise<number> {
  const name = text('name', input.name)
  return write(ctx, async (tx) => {
    const made = await tx.insert(brand).values({ name, createdAt: ctx.now }).returning({ id: brand.id })
    return found(made[0], 'brand').id
  }).catch(conflictOn('brand_name', `A brand named ${name} is already there.`))
}
