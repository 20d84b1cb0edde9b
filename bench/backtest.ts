/** A backtest over 90 days of 10,000 videos: one rule, two beside each other, and one that reads a forecast at every look. */

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { loadReplayLooks, loadReplayVideos } from '../db/queries/replay.ts'
import { createReader } from '../db/reader.ts'
import { backtest as run } from '../flow/backtest.ts'
import { createRule } from '../flow/rule.ts'
import { STARTER_RULE } from '../rules/rule.ts'
import { DAY } from '../rules/types.ts'
import { DAYS, plant, VIDEOS } from './backtest-data.ts'
import type { BenchContext } from './bench.ts'

const PLAYS = { condition: { metric: 'plays', op: '>=', value: 20_000, windowMinutes: 720 }, holdMinutes: 30 }
const LIKELY = { condition: { metric: 'breakoutProbability', op: '>=', value: 0.7 }, holdMinutes: 30 }
const AMONG = { condition: { metric: 'plays', op: '>=', value: 0.95, of: 'KOL', by: 'PERCENTILE' } }
const ROUNDS = 3

export async function backtest({ database, owner, now, ticks, say }: BenchContext): Promise<void> {
  const started = ticks()
  const workspaceId = await plant(owner, now)
  say(`planted in ${((ticks() - started) / 1000).toFixed(1)} s`)
  const ctx = { db: database.db, workspaceId, now }
  const ruleId = await createRule(ctx, { name: 'bench', definition: STARTER_RULE.definition, enabled: true })
  const span = { from: new Date(now.getTime() - DAYS * DAY), to: now, now }
  const reader = createReader(database.pool, workspaceId)
  // Beside the time, which others may share: what this process itself computed.
  const measured = async (work: () => Promise<{ looks: number }>) => {
    const [before, cpu] = [ticks(), process.cpuUsage()]
    const loop = monitorEventLoopDelay({ resolution: 1 })
    loop.enable()
    const { looks } = await work()
    loop.disable()
    const { user, system } = process.cpuUsage(cpu)
    const [late, latest] = [loop.percentile(99) / 1e6, loop.max / 1e6]
    return { looks, ms: ticks() - before, cpuMs: (user + system) / 1000, late, latest }
  }
  const tasks: Record<string, () => Promise<{ looks: number }>> = {
    'floor: the same rows, read alone': () => readAlone(reader.db, span),
    'one rule': () => run(reader.db, { ...span, definition: STARTER_RULE.definition }),
    'two rules beside each other': () => run(reader.db, { ...span, ruleId, definition: PLAYS }),
    'a class at every look': () => run(reader.db, { ...span, definition: AMONG }),
    'a forecast at every look': () => run(reader.db, { ...span, definition: LIKELY }),
  }
  try {
    say(`\n${VIDEOS} videos, ${DAYS} days`)
    for (const [name, task] of Object.entries(tasks)) {
      const rounds = []
      for (let round = 0; round < ROUNDS; round++) rounds.push(await measured(task))
      const middle = rounds.sort((a, b) => a.ms - b.ms)[Math.floor(ROUNDS / 2)] as (typeof rounds)[number]
      const { looks, ms, cpuMs, late, latest } = middle
      say(
        `${name.padEnd(34)} median ${(ms / 1000).toFixed(2).padStart(5)} s, of it ${(cpuMs / 1000).toFixed(2)} s computed; ` +
          `${looks} looks, ${(looks / ms).toFixed(0)},000/s; event loop late by ${late.toFixed(0)} ms at p99, ${latest.toFixed(0)} ms at most`,
      )
    }
  } finally {
    await reader.close()
  }
}

async function readAlone(db: Parameters<typeof run>[0], { from, to }: { from: Date; to: Date }) {
  const span = { from: from.getTime(), to: to.getTime(), brandId: null }
  const ids = (await loadReplayVideos(db, span, 30)).map(({ videoId }) => videoId)
  let looks = 0
  for (let i = 0; i < ids.length; i += 750) {
    const read = await loadReplayLooks(db, ids.slice(i, i + 750), { to: span.to, fileSource: 'file' })
    looks += read.videoId.length
  }
  return { looks }
}
