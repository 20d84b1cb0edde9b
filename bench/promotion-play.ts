/**
 * One run of the promotion machine under faults: processes that die before and after every transaction and every call,
 * answers that are lost, late, halved or another's, workers that are paused for longer than their lease, jobs that come
 * twice, and two workers on one row. What came of it is compared with the simulator's own book.
 */
import { sql } from 'drizzle-orm'
import { type Db, rows } from '../db/client.ts'
import { type Context, write } from '../flow/context.ts'
import { stopPromotion } from '../flow/promotion.ts'
import { proposeFromBreakouts, proposePromotion } from '../flow/promotion-propose.ts'
import { setKillSwitch } from '../flow/promotion-settings.ts'
import { duePromotions, tendPromotion } from '../flow/promotion-tend.ts'
import type { PromotionChannel, PromotionChannels } from '../platforms/promotion.ts'
import { createRandom } from '../platforms/simulator/random.ts'
import { HOUR, MINUTE } from '../rules/types.ts'
import { person, promotionsOf, promotionTeam, type Team } from '../test/support/promotions.ts'
import { type Book, type PromotionStage, SPEND_CAPS } from './promotion-stage.ts'
import { type RunVerdict, verdictOf } from './promotion-verdicts.ts'

type Random = ReturnType<typeof createRandom>

/** A process was killed: nothing of it runs on. */
class Killed extends Error {
  override readonly name = 'Killed'
}

/** What goes wrong at the next points of a process: a number counts down to it. */
interface Fate {
  diesAt: number
  pausesAt: number
  pause: () => Promise<void>
  dead: boolean
  points: number
}

export async function playRun(stage: PromotionStage, seed: string): Promise<RunVerdict> {
  const random = createRandom('promotion', seed)
  const book = stage.open()
  const ctx = await stage.tenant()
  const { videos, caps, team } = drawTeam(stage, book, random)
  const made = await promotionTeam(ctx, stage.world, {
    ...team,
    itemIds: videos,
    advertiserId: book.advertiserId,
  })
  const standard = random.next() < STANDARD
  if (standard) await stage.pauseUni(book.advertiserId)
  if (random.next() < 0.6) await scaleByHand(ctx, made, random, standard)
  book.caps = caps
  stage.addFaults(random)
  const hands = drawHands(random)
  const started = stage.clock.now
  let kills = 0
  for (let step = 0; step < MOST_STEPS; step++) {
    const at = { ...ctx, now: new Date(stage.clock.now) }
    if (step % 5 === 0) await quietly(proposeFromBreakouts({ ...at, db: stage.db }))
    await interfere(at, hands, step, book)
    if (step % 5 === 4 && step > CALM_FROM) await takeOut(at)
    // In the end the world is calm: what is open must come to its end by itself.
    const calm = step > CALM_FROM
    if (calm) stage.simulator.faults.clear()
    kills += await tendAll(stage, ctx, book, calm ? null : random)
    if ((await isOver(ctx)) && step > 5) break
    const [least, most] = step < HASTY ? [2, 20] : calm ? [60, 240] : [15, 90]
    stage.clock.now += Math.round(random.between(least, most) * MINUTE)
  }
  stage.simulator.faults.clear()
  return verdictOf(stage, ctx, book, { kills, hours: (stage.clock.now - started) / HOUR })
}

/** Runs in which the brand has no 全域 plan, so that what is scaled by hand is a standard plan. */
const STANDARD = 0.3
const MOST_STEPS = 160
const CALM_FROM = 20
/** So many steps are close together: what was lost is settled in them. */
const HASTY = 10

function drawTeam(stage: PromotionStage, { advertiserId }: Book, random: Random) {
  // What earns is scaled: it is drawn more often than it is met.
  const pool = random.next() < 0.5 ? stage.hits : stage.itemIds
  const first = random.int(0, pool.length - 1)
  const videos = [pool[first], pool[(first + 1) % pool.length]].filter((id): id is string => id !== undefined)
  const quick = random.next() < 0.5
  const sold = random.next() < 0.85
  const day = random.next() < 0.5 ? 60_000 : 400_000
  const caps = { ...SPEND_CAPS, DAY: day }
  const team = {
    advertiserId,
    grossMargin: quick ? 1 : 0.6,
    sold,
    settings: {
      guard: { mode: 'AUTO' as const, twoPersonsFromFen: null, capsFen: caps },
      decide: { trialFen: 50_000, trialHours: quick ? 6 : 2, mostTrials: 2, mostTrialFen: 160_000 },
      costs: { commissionRate: 0, returnRate: quick ? 0 : 0.2 },
    },
  }
  return { videos, caps, team }
}

/** A person scales a video that nobody tried, while it is tried. */
async function scaleByHand(ctx: Context, { videos }: Team, random: Random, standard: boolean): Promise<void> {
  const [video] = videos.values()
  const scale = { videoId: video?.videoId ?? 0, aim: 'SCALE', by: await person(ctx) } as const
  const plan = { amountFen: random.pick([30_000, 50_000, 100_000]), hours: random.pick([24, 48]) }
  const boost = { amountFen: random.pick([10_000, 20_000, 50_000]), hours: random.pick([2, 6]) }
  if (standard) await quietly(proposePromotion(ctx, { ...scale, method: 'STANDARD_PLAN', ...plan }), NOT_SOLD)
  else await proposePromotion(ctx, { ...scale, method: 'MATERIAL_BOOST', ...boost })
}

/** Persons come between: one stops an order, or the switch is thrown. */
function drawHands(random: Random) {
  const drawn = random.next()
  return { stopAt: drawn < 0.25 ? random.int(1, 18) : -1, killAt: drawn > 0.85 ? random.int(1, 18) : -1 }
}

async function interfere(
  ctx: Context,
  { stopAt, killAt }: ReturnType<typeof drawHands>,
  step: number,
  book: Book,
): Promise<void> {
  if (step === stopAt) {
    const { promotions } = await promotionsOf(ctx)
    const [first] = promotions
    if (first) await quietly(stopPromotion(ctx, { promotionId: first.id }))
  }
  if (step === killAt) {
    await setKillSwitch(ctx, { killed: true, by: null })
    book.killed = true
  }
}

/** What is in a plan stays there for as long as it earns: where nothing else is left, a person takes it out. */
async function takeOut(ctx: Context): Promise<void> {
  const { promotions } = await promotionsOf(ctx)
  const open = promotions.filter(({ dueAt }) => dueAt !== null)
  if (open.some(({ method, orderStand }) => method !== 'UNI_PLAN_ADD' || orderStand === 'OVER')) return
  for (const { id } of open) await quietly(stopPromotion(ctx, { promotionId: id }))
}

/** Of a video whose product nobody knows no plan can be made. */
const NOT_SOLD = 'InvalidInputError'

/** What is refused here is the story's own; what dies is meant to. */
async function quietly(work: Promise<unknown>, ...more: string[]): Promise<void> {
  await work.catch((error: Error) => {
    if (!['ConflictError', 'Killed', ...more].includes(error.name)) throw error
  })
}

/** All that is due, each by one worker or by two at once. Answers how many were killed. */
async function tendAll(
  stage: PromotionStage,
  ctx: Context,
  book: Book,
  random: Random | null,
): Promise<number> {
  const now = new Date(stage.clock.now)
  const due = (await duePromotions({ db: stage.db, now })).filter(
    ({ workspaceId }) => workspaceId === ctx.workspaceId,
  )
  const jobs = due.flatMap(({ promotionId }) =>
    random && random.next() < 0.4 ? [promotionId, promotionId] : [promotionId],
  )
  const ends = await Promise.all(jobs.map((promotionId) => tendOnce(stage, ctx, book, promotionId, random)))
  return ends.filter((killed) => killed).length
}

async function tendOnce(
  stage: PromotionStage,
  ctx: Context,
  book: Book,
  promotionId: number,
  random: Random | null,
): Promise<boolean> {
  const clock = () => new Date(stage.clock.now)
  const fate = random ? drawFate(stage, ctx, book, random) : NEVER()
  const db = mortalDb(stage.db, fate)
  const channels = mortalChannels(stage.channels(book.advertiserId), fate)
  try {
    await tendPromotion({ ...ctx, db, now: clock() }, { promotionId, channels, clock })
    return false
  } catch (error) {
    // A killed process says nothing; what it leaves behind is for the others. The same order told of twice is refused by the row.
    if (fate.dead || isTaken(error)) return true
    throw error
  }
}

function isTaken(error: unknown): boolean {
  const cause = (error as { cause?: { constraint_name?: string } }).cause
  return cause?.constraint_name === 'promotion_order'
}

const NEVER = (): Fate => ({ diesAt: -1, pausesAt: -1, pause: async () => {}, dead: false, points: 0 })

/** A pause is longer than a lease: meanwhile another worker does everything that is due. */
function drawFate(stage: PromotionStage, ctx: Context, book: Book, random: Random): Fate {
  const drawn = random.next()
  const fate = NEVER()
  if (drawn < 0.35) fate.diesAt = random.int(0, 30)
  else if (drawn < 0.45) fate.pausesAt = random.int(0, 30)
  fate.pause = async () => {
    stage.clock.now += Math.round(random.between(3, 25) * MINUTE)
    await tendAll(stage, ctx, book, null)
  }
  return fate
}

/** A place where a process may end. */
async function point(fate: Fate): Promise<void> {
  if (fate.dead) throw new Killed()
  const at = fate.points++
  if (at === fate.diesAt) {
    fate.dead = true
    throw new Killed()
  }
  if (at === fate.pausesAt) await fate.pause()
}

/** Dies before a transaction, before its commit and after it. */
function mortalDb(db: Db, fate: Fate): Db {
  return new Proxy(db, {
    get(target, name, receiver) {
      if (name !== 'transaction') return Reflect.get(target, name, receiver)
      return async (work: (tx: unknown) => Promise<unknown>) => {
        await point(fate)
        const done = await target.transaction(async (tx) => {
          const result = await work(tx)
          // Not a pause: the others would wait for its locks, as they do for a process that stands still.
          if (fate.dead || fate.points === fate.diesAt) {
            fate.dead = true
            throw new Killed()
          }
          fate.points++
          return result
        })
        await point(fate)
        return done
      }
    },
  })
}

/** Dies before a call, and after its effect. */
function mortalChannels(channels: PromotionChannels, fate: Fate): PromotionChannels {
  const wrap = (channel: PromotionChannel) =>
    new Proxy(channel, {
      get(target, name) {
        const call = Reflect.get(target, name) as ((...args: unknown[]) => Promise<unknown>) | undefined
        // What asks nobody, or is not there.
        if (call === undefined || name === 'orderIdOf') return call
        return async (...args: unknown[]) => {
          await point(fate)
          const answer = await call.apply(target, args)
          await point(fate)
          return answer
        }
      },
    })
  return Object.fromEntries(
    Object.entries(channels).map(([method, channel]) => [method, wrap(channel as PromotionChannel)]),
  )
}

async function isOver(ctx: Context): Promise<boolean> {
  const [found] = await write(ctx, (tx) =>
    rows<{ open: string; made: string }>(
      tx,
      sql`select count(*) as made, count(*) filter (where due_at is not null and state <> 'ASKING') as open
        from promotion where workspace_id = current_workspace()`,
    ),
  )
  return Number(found?.made) > 0 && Number(found?.open) === 0
}
