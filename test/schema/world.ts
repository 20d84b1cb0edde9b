/** A team's content up to the breakouts, made by flow: for tests that only read. */
import { sql } from 'drizzle-orm'
import { rows } from '../../db/client.ts'
import { createCampaign } from '../../flow/campaign.ts'
import { type Context, write } from '../../flow/context.ts'
import { createPair, liftPair } from '../../flow/pair.ts'
import { poll } from '../../flow/poll.ts'
import { createProgramme } from '../../flow/programme.ts'
import { proposeCollaboration } from '../../flow/propose-collaboration.ts'
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
  programmeId: number
  /** Repeats the first breakout. */
  collaborationId: number
  /** Lifted, so that it binds no test. */
  pairId: number
  campaignId: number
  phaseId: number
  /** One of those that the workspace began with. */
  occasionId: number
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
  const breakoutIds = found.map(({ id }) => Number(id))
  return {
    content: made,
    kolId,
    ruleId,
    videoIds,
    breakoutIds,
    collaborationId: await repeated(ctx, made, kolId, breakoutIds[0]),
    ...(await campaign(ctx, made.brandId)),
    ...(await brandFit(ctx, made)),
  }
}

function repeated(ctx: Context, { matrixId, elementIds }: Content, kolId: number, originBreakoutId?: number) {
  const cell = { matrixId, elementIds: Object.values(elementIds) }
  return proposeCollaboration(ctx, { ...cell, kolId, originBreakoutId, priceFen: 100 })
}

/** 双11 of the brand with one phase. */
async function campaign(ctx: Context, brandId: number) {
  const days = { startsOn: '2026-11-01', endsOn: '2026-11-11' }
  const event = { kind: 'EVENT', ...days, budgetFen: null, goal: {}, threshold: {} } as const
  const input = { brandId, name: unique('campaign'), level: 'S', ...days } as const
  const campaignId = await createCampaign(ctx, { ...input, phases: [event] })
  const [ids] = await write(ctx, (tx) =>
    rows<{ phase: string; occasion: string }>(
      tx,
      sql`select (select id from phase where campaign_id = ${campaignId}) as phase, (select min(id) from occasion) as occasion`,
    ),
  )
  return { campaignId, phaseId: Number(ids?.phase), occasionId: Number(ids?.occasion) }
}

/** A 栏目 and a pair. */
async function brandFit(ctx: Context, { brandId, elementIds: { persona, need } }: Content) {
  const pair = { kind: 'FORBIDDEN', elementId: persona, otherId: need, reason: '不搭' } as const
  const pairId = await liftPair(ctx, { pairId: await createPair(ctx, pair) })
  return { pairId, programmeId: await createProgramme(ctx, { brandId, name: unique('programme') }) }
}
