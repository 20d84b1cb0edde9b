/** What a workspace decides of the metrics. */
import { eq } from 'drizzle-orm'
import { workspace } from '../db/tables.ts'
import { type Counter, INTERACTIONS } from '../rules/metric.ts'
import { type Context, write } from './context.ts'
import { InvalidInputError } from './errors.ts'

/**
 * Which counters count as interaction. Looks are judged by them from then on; what was judged stays. InvalidInputError:
 * none is named, which would leave every rate without a value.
 */
export async function setInteractionCounters(
  ctx: Context,
  { counters }: { counters: readonly Counter[] },
): Promise<readonly Counter[]> {
  const interactionCounters = INTERACTIONS.filter((counter) => counters.includes(counter))
  if (interactionCounters.length === 0) {
    throw new InvalidInputError(
      'counters',
      'counters must name at least one counter that counts as interaction',
    )
  }
  await write(ctx, (tx) =>
    tx.update(workspace).set({ interactionCounters }).where(eq(workspace.id, ctx.workspaceId)),
  )
  return interactionCounters
}
