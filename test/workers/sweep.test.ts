/** What a sweep hands to the queue, and in which order. */
import { expect, test } from 'vitest'
import { lookPrice } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { runLookPrice } from '../../workers/look-price.ts'
import { NO_PLATFORMS } from '../../workers/platforms.ts'
import { runSweep } from '../../workers/sweep.ts'
import { testConnector } from '../support/connector.ts'
import { content, published } from '../support/content.ts'
import { NOW, testDatabase } from '../support/database.ts'

const t = testDatabase()

/** Videos without a KOL lie in a shard each. */
async function watched(ctx: Context, videos: number): Promise<void> {
  const matrix = await content(ctx)
  for (let nth = 0; nth < videos; nth++) await published(ctx, matrix)
}

test('batches of workspaces take turns, and a scarce source gets its price', async () => {
  const [large, small] = [await t.tenant(), await t.tenant()]
  await watched(large, 90)
  await watched(small, 70)
  const connector = testConnector(() => 'network')
  const capability = { ...connector.capability, callsPerDay: 10 }
  const asked: { workspaceId: number; slot: number }[] = []
  const priced: unknown[] = []
  const platforms = {
    ...NO_PLATFORMS,
    sources: () => [{ source: 'test', capability }],
    connectors: () => new Map([['test', connector]]),
  }
  const deps = {
    db: t.database.db,
    clock: () => NOW,
    platforms,
    retention: { rawDays: 0, hourDays: 0 },
    queue: {
      async enqueue(name: string, payload: unknown, key?: string) {
        if (name === 'poll') asked.push(payload as { workspaceId: number; slot: number })
        if (name === 'lookPrice') priced.push([payload, key])
      },
    },
  }
  await runSweep(deps)
  expect(asked.map(({ slot }) => slot)).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5])
  expect(asked.filter(({ workspaceId }) => workspaceId === large.workspaceId)).toHaveLength(6)
  // Not by the sweep itself: that would hold up all that it is to find next.
  const pricesOf = (ctx: Context) => write(ctx, (tx) => tx.select().from(lookPrice))
  for (const ctx of [large, small]) {
    const { workspaceId } = ctx
    expect(priced).toContainEqual([{ workspaceId }, `look-price-${workspaceId}`])
    expect(await pricesOf(ctx)).toEqual([])
    await runLookPrice(deps, { workspaceId })
    expect(await pricesOf(ctx)).toMatchObject([{ source: 'test', decidedAt: NOW }])
  }
  expect(priced).toHaveLength(2)
  await runSweep({ ...deps, platforms: { ...platforms, sources: () => [connector] } })
  expect(priced).toHaveLength(2)
})
