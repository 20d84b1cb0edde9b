/** How plays are bought in the bench, how often each rule falls for it, and whether it sees the same growth where it is natural. */
import { HOUR } from '../rules/types.ts'
import { createWalk } from '../rules/walk.ts'
import { dudsOf, judgeBought, type Purchase, peersByKol } from './detection-bought.ts'
import type { Candidate } from './detection-rules.ts'
import { TOP } from './detection-sets.ts'
import { agesOfLooks, walkHistory, worldOf } from './detection-worlds.ts'

export interface BoughtScore {
  name: string
  purchase: Purchase
  videos: number
  /** By the order of the candidates. */
  flagged: number[]
}

const UNTIL = 48 * HOUR
const TIMES = 20
const LAGS = [0.25, 1, 6]
const STARTS = [0, 6]

function purchases(): { name: string; purchase: Purchase }[] {
  const bought = STARTS.flatMap((start) =>
    (['REPORTED', 'ESTIMATED'] as const).flatMap((by) =>
      LAGS.map((lag) => ({
        name: `bought from ${start} h, ${by === 'REPORTED' ? 'plays' : 'spend'} known after ${lag} h`,
        purchase: { from: start * HOUR, lag: lag * HOUR, by, ordered: false, times: TIMES },
      })),
    ),
  )
  const natural = STARTS.map((start) => ({
    name: `control: natural from ${start} h`,
    purchase: { from: start * HOUR, lag: 0, by: 'NOTHING' as const, ordered: false, times: TIMES },
  }))
  const none = { from: 0, lag: 0, by: 'NOTHING' as const, ordered: false, times: 0 }
  const ordered = STARTS.flatMap((start) =>
    LAGS.slice(1).map((lag) => ({
      name: `ordered by us from ${start} h, plays known after ${lag} h`,
      purchase: { from: start * HOUR, lag: lag * HOUR, by: 'REPORTED' as const, ordered: true, times: TIMES },
    })),
  )
  return [{ name: 'control: nothing bought', purchase: none }, ...natural, ...bought, ...ordered]
}

/** The same `videos` duds in every row; 30 earlier videos of each KOL taught the forecast. */
export function buyAll(startAt: number, videos: number, candidates: readonly Candidate[]): BoughtScore[] {
  const world = worldOf('detection bought', { startAt, videos: 3 * videos, history: 30 })
  const walk = createWalk({ rules: [], top: TOP, narrowest: 'KOL', offset: 8 * HOUR })
  walkHistory(walk, world)
  const scene = { world, lesson: walk.lesson, peersOf: peersByKol(world), candidates }
  const duds = dudsOf(world, videos)
  const ages = agesOfLooks().filter((age) => age <= UNTIL)
  return purchases().map(({ name, purchase }) => {
    const fired = duds.map((video) => judgeBought(scene, video, purchase, ages))
    const flagged = candidates.map(({ rule }) => fired.filter((ids) => ids.has(rule.ruleId)).length)
    return { name, purchase, videos: duds.length, flagged }
  })
}
