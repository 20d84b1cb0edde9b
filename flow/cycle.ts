/** 监测周期 set by hand: a video's own, or else its phase's, or else its matrix's. */
import { eq, type SQL, sql } from 'drizzle-orm'
import { among } from '../db/among.ts'
import { rows, type Tx } from '../db/client.ts'
import { matrix, phase, video } from '../db/tables.ts'
import { type Context, write } from './context.ts'
import { ConflictError, found, InvalidInputError, NotFoundError } from './errors.ts'
import { checkCount } from './plan.ts'
import { holdShards, wakeShards } from './shard.ts'

/** As the shortest gap of rules/look-worth.ts; and a video is watched for 30 days. */
export const SHORTEST_CYCLE = 5
export const LONGEST_CYCLE = 43_200

/** `minutes` null: not set by hand any more. */
interface Cycle {
  minutes: number | null
}

/** Of 1 to 2,000 videos, planned or published; all or none. ConflictError: one is archived. */
export async function setVideoCycle(
  ctx: Context,
  { videoIds, minutes }: Cycle & { videoIds: readonly number[] },
): Promise<number[]> {
  checkCount('videoIds', videoIds)
  checkMinutes(minutes)
  const wanted = [...new Set(videoIds)]
  return write(ctx, async (tx) => {
    const there = await tx
      .select({ stage: video.stage })
      .from(video)
      .where(among(video.id, wanted))
      .orderBy(video.id)
      .for('no key update')
    if (there.length < wanted.length) throw new NotFoundError('video')
    if (there.some(({ stage }) => stage === 'ARCHIVED')) {
      throw new ConflictError('An archived video is not watched: leave it out.')
    }
    await tx.update(video).set({ cycleMinutes: minutes }).where(among(video.id, wanted))
    await refreshCycles(tx, ctx.now, { videoIds: wanted })
    return wanted
  })
}

/** Of the videos in the cells of a matrix that neither have one of their own nor of their phase. */
export async function setMatrixCycle(
  ctx: Context,
  { matrixId, minutes }: Cycle & { matrixId: number },
): Promise<number> {
  checkMinutes(minutes)
  return write(ctx, async (tx) => {
    const set = tx.update(matrix).set({ cycleMinutes: minutes }).where(eq(matrix.id, matrixId))
    found((await set.returning({ id: matrix.id }))[0], 'matrix')
    await refreshCycles(tx, ctx.now, { matrixId })
    return matrixId
  })
}

/** Of the videos assigned to a phase that have none of their own. */
export async function setPhaseCycle(
  ctx: Context,
  { phaseId, minutes }: Cycle & { phaseId: number },
): Promise<number> {
  checkMinutes(minutes)
  return write(ctx, async (tx) => {
    const set = tx.update(phase).set({ cycleMinutes: minutes }).where(eq(phase.id, phaseId))
    found((await set.returning({ id: phase.id }))[0], 'phase')
    await refreshCycles(tx, ctx.now, { phaseId })
    return phaseId
  })
}

export type CycleOf = { videoIds: readonly number[] } | { matrixId: number } | { phaseId: number }

/** Published videos, and the cycle that holds for each. */
const EFFECTIVE = sql`video_state state
  join video on video.workspace_id = state.workspace_id and video.id = state.video_id
  left join phase on phase.workspace_id = video.workspace_id and phase.id = video.phase_id
  left join cell on cell.workspace_id = video.workspace_id and cell.id = video.cell_id
  left join matrix on matrix.workspace_id = cell.workspace_id and matrix.id = cell.matrix_id
  where state.workspace_id = current_workspace()`
const MINUTES = sql`coalesce(video.cycle_minutes, phase.cycle_minutes, matrix.cycle_minutes)`
const WHY = sql`json_build_object('kind', 'CYCLE', 'minutes', cycle.minutes)::text`

/**
 * To be called whenever a video's own cycle, its phase or its matrix, or the cycle of one of those, was set: writes which
 * one holds for the published videos concerned, and brings their next look forward to where it asks for one, though not
 * into the past. A look is not put off: the next one decides. A video that was never seen, fails, or is not watched keeps
 * its next look. Holds the shards of what changes: call it before anything else locks the state of a published video.
 */
export async function refreshCycles(tx: Tx, now: Date, of: CycleOf): Promise<void> {
  const changed = await rows<{ video_id: string }>(
    tx,
    sql`select state.video_id from ${EFFECTIVE} and ${concerned(of)}
      and state.cycle_minutes is distinct from ${MINUTES}`,
  )
  if (changed.length === 0) return
  const videoIds = changed.map((row) => Number(row.video_id))
  await holdShards(tx, videoIds)
  await tx.execute(sql`
    with asked as (
      select state.video_id, ${MINUTES} as minutes, state.observed_at + ${MINUTES} * interval '1 minute' as at
      from ${EFFECTIVE} and ${among(sql`state.video_id`, videoIds)}
    ), cycle as (
      select *, greatest(at, ${now.toISOString()}::timestamptz) as soonest from asked
    )
    update video_state state set cycle_minutes = cycle.minutes,
      next_poll_at = case when ${SOONER} then cycle.soonest else state.next_poll_at end,
      poll_why = case when ${SOONER} then ${WHY} else state.poll_why end
    from cycle where state.workspace_id = current_workspace() and state.video_id = cycle.video_id`)
  await wakeShards(tx, videoIds)
}
const SOONER = sql`cycle.at is not null and state.misses = 0 and state.next_poll_at > cycle.soonest`

function concerned(of: CycleOf): SQL {
  if ('videoIds' in of) return among(sql`state.video_id`, of.videoIds)
  if ('matrixId' in of) return sql`cell.matrix_id = ${of.matrixId}`
  return sql`video.phase_id = ${of.phaseId}`
}

function checkMinutes(minutes: number | null): void {
  if (minutes === null) return
  if (Number.isInteger(minutes) && minutes >= SHORTEST_CYCLE && minutes <= LONGEST_CYCLE) return
  throw new InvalidInputError(
    'cycleMinutes',
    `cycleMinutes is ${SHORTEST_CYCLE} to ${LONGEST_CYCLE} minutes, and null for none`,
  )
}
