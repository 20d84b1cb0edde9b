/**
 * One season of `npm run bench -- profit`: the demo's world and team, promoted through the real flow on PostgreSQL and the
 * simulator's HTTP. Only watching is left out: rules/walk.ts says when a video fires, by the same rule and looks as dense.
 */
import { sql } from 'drizzle-orm'
import { boundToBrand } from '../cli/demo-platforms.ts'
import { type DemoPromotion, startPromoting, sumPromotion } from '../cli/demo-promotion.ts'
import { BRAND, MATRIX } from '../cli/demo-words.ts'
import { demoWorld, PUBLISH_DAYS, saidOf, WATCH_DAYS } from '../cli/demo-world.ts'
import { type Db, rows } from '../db/client.ts'
import { createBrand } from '../flow/brand.ts'
import { type Context, write } from '../flow/context.ts'
import { createElement } from '../flow/element.ts'
import { createKol } from '../flow/kol.ts'
import { createMatrix } from '../flow/matrix.ts'
import { planVideo } from '../flow/plan.ts'
import { proposeFromBreakouts } from '../flow/promotion-propose.ts'
import { duePromotions, tendPromotion } from '../flow/promotion-tend.ts'
import { publishVideo } from '../flow/publish.ts'
import { createWorkspace } from '../flow/workspace.ts'
import { createHttp } from '../platforms/http.ts'
import { createOceanengine } from '../platforms/oceanengine.ts'
import type { PromotionChannels } from '../platforms/promotion.ts'
import { createPromotionChannels } from '../platforms/promotion-channels.ts'
import { createSimulator, type Simulator } from '../platforms/simulator/server.ts'
import type { WorldVideo } from '../platforms/simulator/videos.ts'
import type { World } from '../platforms/simulator/world.ts'
import { completed, STARTER_RULE } from '../rules/rule.ts'
import { DAY, HOUR, MINUTE } from '../rules/types.ts'
import { createWalk } from '../rules/walk.ts'
import { connect } from '../test/support/promotions.ts'
import { agesOfLooks, walkHistory } from './detection-worlds.ts'

/** Between two sweeps. */
const STEP = 20 * MINUTE
/** The test sets its stakes by the hour: the program's quarter of an hour finds next to nothing more. */
const LOOK_EVERY = HOUR

/** A change of an episode. */
interface Moved {
  video: WorldVideo
  at: number
  to: string
}

export async function playSeason(db: Db, seed: string, startAt: number): Promise<DemoPromotion> {
  const world = demoWorld(seed, startAt)
  const clock = { now: startAt }
  const bound = boundToBrand(world)
  const simulator = await createSimulator({ world, now: () => clock.now, bound, tokenLifeS: 1e9 })
  try {
    const workspaceId = await createWorkspace(db, new Date(startAt), { name: `profit ${seed}` })
    const ctx = () => ({ db, workspaceId, now: new Date(clock.now) })
    await startPromoting(ctx())
    const endAt = startAt + (PUBLISH_DAYS + WATCH_DAYS) * DAY
    const moves = walkWorld(world, endAt)
    const videos = await plant(ctx(), world, new Set(moves.map(({ video }) => video)))
    const kols = new Set(moves.map(({ video }) => video.kol.awemeId))
    await connect(ctx(), simulator.advertiserId, [...kols].filter(bound))
    const channels = channelsOf(simulator, () => clock.now)
    for (let next = 0; clock.now < endAt; clock.now += STEP) {
      for (; (moves[next]?.at ?? endAt) <= clock.now; next++)
        await change(ctx(), videos, moves[next] as Moved)
      await proposeFromBreakouts(ctx())
      for (const { workspaceId: of, promotionId } of await duePromotions({ db, now: new Date(clock.now) })) {
        if (of !== workspaceId) continue
        const at = () => new Date(clock.now)
        await tendPromotion(ctx(), { promotionId, channels, clock: at, lookEvery: LOOK_EVERY })
      }
    }
    clock.now = endAt
    return await sumPromotion(ctx(), { world, url: simulator.url, bound })
  } finally {
    await simulator.close()
  }
}

/** As the program has them; a busy machine must lose no answer, or seasons would differ. */
function channelsOf(simulator: Simulator, now: () => number): PromotionChannels {
  const http = createHttp({
    ...{ now, sleep: async () => {}, random: () => 0.5 },
    ...{ timeoutMs: 60_000, attempts: 2, concurrencyPerAccount: 4 },
  })
  const accessToken = () => simulator.tokens.current().accessToken
  const oceanengine = createOceanengine({ baseUrl: simulator.url, accessToken, http })
  return createPromotionChannels({ oceanengine, advertiserId: simulator.advertiserId, now })
}

/** When the rule that every workspace starts with fires for the demo's videos, and when its episodes end. */
function walkWorld(world: World, endAt: number): Moved[] {
  const rule = { ruleId: 1, version: 1, definition: completed(STARTER_RULE.definition) }
  const walk = createWalk({ rules: [rule], top: 0.05, narrowest: 'KOL', offset: 8 * HOUR })
  walkHistory(walk, world)
  const looks = world.videos.flatMap((video) =>
    agesOfLooks().map((age) => ({ video, observedAt: video.publishedAt + age })),
  )
  return looks
    .filter(({ observedAt }) => observedAt < endAt)
    .sort((a, b) => a.observedAt - b.observedAt)
    .flatMap(({ video, observedAt }) => {
      const { itemId, publishedAt, kol } = video
      const counters = world.counters(itemId, observedAt)
      if (!counters) return []
      const walker = { id: itemId, publishedAt, kolId: kol.awemeId, tier: kol.tier }
      const { moves } = walk.look(walker, { observedAt, ...counters }, kol.followers).verdict
      return moves.map(({ step }) => ({ video, at: observedAt, to: step.to }))
    })
    .filter(({ to }) => to === 'FIRING' || to === 'COOLING' || to === 'CLOSED')
}

/** The videos that will fire, by the verbs of the demo's team. Answers their ids by item. */
async function plant(
  ctx: Context,
  world: World,
  chosen: ReadonlySet<WorldVideo>,
): Promise<Map<WorldVideo, number>> {
  const brandId = await createBrand(ctx, { name: BRAND })
  const elements = new Map<string, number>()
  for (const { key, kind, name } of world.elements)
    elements.set(key, await createElement(ctx, { brandId, kind, name, attributes: saidOf(world, key) }))
  const matrixId = await createMatrix(ctx, { brandId, name: MATRIX, elementIds: [...elements.values()] })
  const kols = new Map<string, number>()
  const videos = new Map<WorldVideo, number>()
  for (const video of chosen) {
    const { kol, purpose, title } = video
    const { awemeId: accountId, nickname: name, followers, tier } = kol
    const kolId = kols.get(accountId) ?? (await createKol(ctx, { accountId, name, followers, tier }))
    kols.set(accountId, kolId)
    const elementIds = video.elements.map(({ key }) => elements.get(key) as number)
    videos.set(video, await planVideo(ctx, { matrixId, elementIds, kolId, purpose, title }))
  }
  return videos
}

/** Writes what the walk said, with the counters of that instant: as a look would. */
async function change(
  ctx: Context,
  videos: ReadonlyMap<WorldVideo, number>,
  { video, to, at }: Moved,
): Promise<void> {
  const videoId = videos.get(video) as number
  const { itemId, publishedAt } = video
  // Nobody asks for it before it fires; said again it changes nothing.
  await publishVideo(ctx, { videoId, itemId, publishedAt: new Date(publishedAt) })
  const now = new Date(at).toISOString()
  await write(ctx, async (tx) => {
    if (to !== 'FIRING') {
      await tx.execute(
        sql`update breakout set state = ${to} where video_id = ${videoId} and state in ('FIRING', 'COOLING')`,
      )
      return
    }
    const again = await rows(
      tx,
      sql`update breakout set state = 'FIRING' where video_id = ${videoId} and state = 'COOLING' returning id`,
    )
    if (again.length > 0) return
    await tx.execute(
      sql`insert into breakout (video_id, rule_id, rule_version, state, pending_at, firing_at, evidence)
        select ${videoId}, id, version, 'FIRING', ${now}, ${now}, '{}' from rule where name = ${STARTER_RULE.name}`,
    )
  })
}
