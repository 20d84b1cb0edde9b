import { and, eq, ne } from 'drizzle-orm'
import { breakout } from '../db/tables.ts'
import { type Context, write } from './context.ts'
import { found } from './errors.ts'

/** Closes an episode by hand. The rule stays quiet on the video until it was once below the release level. */
export async function closeBreakout(ctx: Context, input: { breakoutId: number }): Promise<number> {
  return write(ctx, async (tx) => {
    const [closed] = await tx
      .update(breakout)
      .set({ state: 'CLOSED', closedAt: ctx.now, closeReason: 'MANUAL' })
      .where(and(eq(breakout.id, input.breakoutId), ne(breakout.state, 'CLOSED')))
      .returning({ id: breakout.id })
    if (closed) return closed.id
    const [there] = await tx
      .select({ id: breakout.id })
      .from(breakout)
      .where(eq(breakout.id, input.breakoutId))
    return found(there, 'breakout').id
  })
}
