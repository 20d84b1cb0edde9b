/** Plays a simulated world through the chain: publishes on time, lets the workers do what is due, moves the clock. */
import { sql } from 'drizzle-orm'
import { inWorkspace, rows } from '../db/client.ts'
import type { Context } from '../flow/context.ts'
import { dueLedgers } from '../flow/ledger.ts'
import type { World } from '../platforms/simulator/world.ts'
import { DAY, MINUTE } from '../rules/types.ts'
import type { Workers } from '../workers/workers.ts'
import type { Playbook } from './demo-playbook.ts'

const STEP = 30 * MINUTE
/** After the story simulated time goes on, one step per second, so that there is something to watch. */
const PACE = 1000

interface PlayerDeps extends Pick<Playbook, 'publish'> {
  ctx: () => Context
  world: World
  /** Ids of planned videos by item id. */
  planned: ReadonlyMap<string, number>
  time: { now: number }
  workers: Workers
  totals: { looks: number; fired: number }
  sleep: (ms: number) => Promise<void>
}

export function createPlayer({ ctx, world, planned, publish, time, workers, totals, sleep }: PlayerDeps) {
  let next = 0
  let learnAt = 0

  /** Publishes what is due, then lets the workers do all that is due, and once a day what they learn. */
  async function act(): Promise<void> {
    for (; next < world.videos.length; next++) {
      const video = world.videos[next]
      if (!video || video.publishedAt > time.now) break
      const { itemId, publishedAt } = video
      const videoId = planned.get(itemId)
      if (videoId === undefined) throw new Error(`video ${itemId} was not planned`)
      await publish(ctx(), { videoId, itemId, publishedAt: new Date(publishedAt) })
    }
    await workers.run('sweep', {})
    if (time.now < learnAt) return
    await workers.run('learn', {})
    learnAt = time.now + DAY
  }

  /** The next step of the clock at which a video is published or a look is due. */
  async function nextInstant(): Promise<number> {
    const [due] = await inWorkspace(ctx().db, ctx().workspaceId, (tx) =>
      rows<{ at: string | null }>(
        tx,
        sql`select (extract(epoch from min(next_poll_at)) * 1000)::bigint as at from video_state where source is not null`,
      ),
    )
    const publication = world.videos[next]?.publishedAt ?? Number.POSITIVE_INFINITY
    const earliest = Math.min(due?.at == null ? Number.POSITIVE_INFINITY : Number(due.at), publication)
    return Math.max(time.now + STEP, Math.ceil(earliest / STEP) * STEP)
  }

  /** What was sold and spent up to this very instant. */
  async function readLedgers(): Promise<void> {
    const { db, now } = ctx()
    for (const { workspaceId, subjectId } of await dueLedgers({ db, now, every: 0 })) {
      if (workspaceId === ctx().workspaceId) await workers.run('sales', { workspaceId, subjectId })
    }
  }

  return {
    async playTo(end: number, progress: (line: string) => void): Promise<void> {
      const start = time.now
      while (time.now < end) {
        await act()
        time.now = Math.min(end, await nextInstant())
        const days = ((time.now - start) / DAY).toFixed(1)
        progress(`day ${days}: ${next} videos published, ${totals.looks} looks, ${totals.fired} flagged`)
      }
      await readLedgers()
      await workers.run('rollup', {})
    },
    async keepPlaying(signal: AbortSignal): Promise<void> {
      const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      while (!signal.aborted) {
        await act()
        await workers.run('rollup', {})
        time.now += STEP
        await Promise.race([sleep(PACE), aborted])
      }
    },
  }
}
