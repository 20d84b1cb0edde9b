/**
 * Looks a second: (a) COPY of the rows of the snapshots into a bare table of the same shape, the floor; (b) the real path,
 * flow/poll.ts with a connector in memory: lease, snapshots, state, metrics, rules, episodes and next look, committed.
 */
import { once } from 'node:events'
import type postgres from 'postgres'
import { poll } from '../flow/poll.ts'
import type { Connector } from '../platforms/connector.ts'
import { HOUR } from '../rules/types.ts'
import type { Bench, BenchContext } from './bench.ts'
import { type IngestData, plantSnapshots, plantWatched } from './ingest-data.ts'
import { timing } from './measure.ts'

const BATCH = 5000
/** Batches under way at a time: one computes while the database writes another. */
const ABREAST = 3
/** Most looks of one turn, and turns of a case; a video is looked at some 18 times before it is 30 days old. */
const TURN = 50_000
const TURNS = 5

export const ingest: Bench = async (context) => {
  const { owner, say, now, args } = context
  const sizes = args[1] === undefined ? [10_000, 1_000_000] : [Number(args[1])]
  const history = args[2] === undefined ? 20_000_000 : Number(args[2])
  await owner`select ensure_snapshot_partitions(${now.toISOString()}::timestamptz - interval '62 days', ${now.toISOString()}::timestamptz + interval '62 days')`
  await owner`create table bare (like snapshot including all)`
  for (const videos of sizes) {
    const data = await plantWatched(owner, now, videos)
    await measure(context, data, `${videos} videos`)
  }
  if (history > 0) {
    const videos = sizes.at(-1) as number
    const data = await plantWatched(owner, now, videos)
    await plantSnapshots(owner, now, history)
    await measure(context, data, `${videos} videos, ${history} snapshots`)
  }
  say('')
}

async function measure({ database, owner, ticks, say, now }: BenchContext, data: IngestData, name: string) {
  const connector = memory()
  const real: number[] = []
  const floor: number[] = []
  let at = now.getTime()
  for (let turn = -1; turn < TURNS; turn++) {
    const started = ticks()
    let looks = 0
    while (looks < Math.min(TURN, 2 * data.videos)) {
      const done = await Promise.all(
        Array.from({ length: ABREAST }, () =>
          poll(
            { db: database.db, workspaceId: data.workspaceId, now: new Date(at) },
            { connector, limit: BATCH },
          ),
        ),
      )
      const sum = done.reduce((all, one) => all + one.looks, 0)
      if (sum === 0) at += 12 * HOUR
      looks += sum
    }
    const ms = ticks() - started
    const copied = await copy(owner, looks, data.workspaceId, turn, ticks)
    if (turn < 0) continue
    real.push((looks / ms) * 1000)
    floor.push(copied)
  }
  const [fast, slow] = [timing(floor).median, timing(real).median]
  say(
    `${name.padEnd(40)} COPY ${Math.round(fast)} rows/s   looks ${Math.round(slow)}/s   ratio ${(slow / fast).toFixed(3)}`,
  )
}

/** Rows a second. The text is made beforehand. */
async function copy(
  owner: postgres.Sql,
  count: number,
  workspaceId: number,
  turn: number,
  ticks: () => number,
) {
  const pieces: string[] = []
  for (let from = 0; from < count; from += 1000) {
    let piece = ''
    for (let n = from; n < from + 1000; n++) {
      const at = new Date(Date.UTC(2026, 10, 11) + turn * 1000 + (n % 997)).toISOString()
      piece += `${workspaceId}\t${(n * 7919) % 1_000_003}\t${at}\tbench\t0\t${at}\t${n + 1000}\t${n}\t3\t4\t\\N\n`
    }
    pieces.push(piece)
  }
  await owner`truncate bare`
  const started = ticks()
  const into = await owner`copy bare from stdin`.writable()
  for (const piece of pieces) if (!into.write(piece)) await once(into, 'drain')
  into.end()
  await once(into, 'finish')
  return (count / (ticks() - started)) * 1000
}

/** Grows by a few percent a look; one video in fifty runs away. */
function memory(): Connector {
  const looks = new Map<string, number>()
  return {
    source: 'bench',
    capability: {
      gives: ['plays', 'likes', 'comments', 'shares'],
      freshnessMs: 0,
      batch: 50,
      callsPerSecond: null,
      callsPerDay: null,
      scope: 'app',
      costFen: 0,
    },
    fetchCounters: async (refs) =>
      refs.map(({ itemId }) => {
        const nth = (looks.get(itemId) ?? 0) + 1
        looks.set(itemId, nth)
        const digits = Number(itemId.slice(-7))
        const plays = Math.round(
          (1000 + (digits % 9000)) * (digits % 50 === 0 ? 2 ** Math.min(nth, 6) : 1 + nth / 20),
        )
        const counters = {
          plays,
          likes: Math.round(plays / 25),
          comments: Math.round(plays / 200),
          shares: Math.round(plays / 150),
          saves: null,
        }
        return { ok: true as const, itemId, counters }
      }),
  }
}
