/** A team's content up to the breakouts, made by flow: for tests that only read. */
import { sql } from 'drizzle-orm'
import { rows } from '../../db/client.ts'
import { type Context, write } from '../../flow/context.ts'
import { poll } from '../../flow/poll.ts'
import { createRule } from '../../flow/rule.ts'
import { MINUTE } from '../../rules/types.ts'
import { counters, testConnector } from '../support/connector.ts'
import { type Content, content, kol, published } from '../support/content.ts'
import { unique } from '../support/database.ts'

export interface World {
  content: Content
  kolId: number
  ruleId: number
  videoIds: number[]
  breakoutIds: number[]
}

/** `videos` videos of one KOL in one cell, each looked at `looks` times a minute and fired at the first. */
export async function world(ctx: Context, { videos = 1, looks = 1 } = {}): Promise<World> {
  const source = unique('source')
  const made = await content(ctx)
  const kolId = await kol(ctx)
  const definition = { condition: { metric: 'plays', op: '>=', value: 1 } }
  const ruleId = await createRule(ctx, { name: unique('rule'), definition, enabled: true })
  const videoIds: number[] = []
  for (let n = 0; n < videos; n++) videoIds.push((await published(ctx, made, { kolId, source })).videoId)
  await ctx.db.execute(sql`select ensure_snapshot_partitions('2026-11-01Z', '2026-12-31Z')`)
  const connector = testConnector((_item, times) => counters({ plays: 1000 * times }), source)
  for (let look = 0; look < looks; look++) {
    await write(ctx, (tx) => tx.execute(sql`update video_state set next_poll_at = ${ctx.now.toISOString()}`))
    await poll({ ...ctx, now: new Date(ctx.now.getTime() + look * MINUTE) }, { connector })
  }
  const found = await write(ctx, (tx) =>
    rows<{ id: string }>(tx, sql`select id from breakout where rule_id = ${ruleId} order by id`),
  )
  return { content: made, kolId, ruleId, videoIds, breakoutIds: found.map(({ id }) => Number(id)) }
}
