/** Looks against delay: hourly, decaying and value-of-information schedules on the simulator and on real observations. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { HOUR, MINUTE } from '../rules/types.ts'
import type { BenchContext } from './bench.ts'
import { decaying, every, holding, replay, type Schedule, valued, type Watched } from './polling-replay.ts'
import { observed, type Replayed, simulated } from './polling-worlds.ts'

const DATASETS = '../shared/datasets'
const FILES = ['news_20min', 'weibo_30min', 'reddit_hourly', 'tiktok_days']
/** 分 a look: the sweep; vendors ask about 10 for one play count, which is the price the goal is judged at. */
const PRICES = [0.01, 0.1, 1, 3, 10, 30, 100, 300]
const PRICE = 10
/** The observer whose first flag is when the delay of the others begins. */
const OBSERVER = every(20 * MINUTE)
/** Of the decaying schedule's. */
const MOST_LOOKS = 0.6

export async function polling({ args, now, say, ticks }: BenchContext): Promise<void> {
  const root = join(args[1] ?? DATASETS, 'observations')
  compare(simulated(now.getTime()), say, ticks)
  for (const name of FILES) {
    const path = join(root, `${name}.csv.gz`)
    if (existsSync(path)) compare(await observed(name, path), say, ticks)
    else say(`\n${name}: left out, there is no ${path}`)
  }
}

interface Score {
  /** A video. */
  looks: number
  /** Of what the observer flags. */
  detected: number
  /** Hours behind the observer over all that it flags, never where missed; negative where a schedule is earlier. */
  median: number
  p90: number
  /** Flagged here and not by the observer. */
  extra: number
}

function compare({ name, rule, groups }: Replayed, say: (line: string) => void, ticks: () => number): void {
  const started = ticks()
  const truth = replay(groups, rule, OBSERVER)
  const run = (schedule: Schedule) => scored(replay(groups, rule, schedule), truth)
  const flagged = truth.filter(({ firedAt }) => firedAt !== null).length
  say(`\n${name}: ${truth.length} videos, ${flagged} flagged by an observer every 20 min`)
  say(`${'schedule'.padEnd(24)}    looks  of decaying  detected  median h   p90 h  extra`)
  const base = run(decaying)
  const show = (what: string, score: Score) => say(line(what, score, base))
  show('hourly', run(every(HOUR)))
  show('decaying', base)
  show('decaying, and hold ends', run(holding))
  show('longest gaps alone', run(valued(Number.POSITIVE_INFINITY, rule)))
  const points = PRICES.map((price) => ({ price, score: run(valued(price, rule)) }))
  for (const { price, score } of points) show(`value, ${price} 分 a look`, score)
  const shipped = points.find(({ price }) => price === PRICE)?.score as Score
  const verdict = reaches(shipped, base) ? 'reached' : 'NOT reached'
  const good = points.filter(({ score }) => reaches(score, base)).map(({ price }) => price)
  say(
    `goal ${verdict} at ${PRICE} 分 (${percent(1 - shipped.looks / base.looks)} fewer looks); at: ${good.join(', ')} 分`,
  )
  say(`${((ticks() - started) / 1000).toFixed(1)} s`)
}

/** At least 40 % fewer looks, and no later in the median over all that was to be found. */
function reaches(score: Score, base: Score): boolean {
  return score.looks <= MOST_LOOKS * base.looks && score.median <= base.median
}

function scored(videos: readonly Watched[], truth: readonly Watched[]): Score {
  const delays: number[] = []
  let detected = 0
  let extra = 0
  for (const [i, { firedAt }] of videos.entries()) {
    const first = truth[i]?.firedAt ?? null
    if (first === null) extra += firedAt === null ? 0 : 1
    else delays.push(firedAt === null ? Number.POSITIVE_INFINITY : (firedAt - first) / HOUR)
    if (first !== null && firedAt !== null) detected++
  }
  delays.sort((a, b) => a - b)
  const at = (share: number) => delays[Math.ceil(delays.length * share) - 1] ?? Number.NaN
  const looks = videos.reduce((sum, video) => sum + video.looks, 0) / videos.length
  return { looks, detected: detected / delays.length, median: at(0.5), p90: at(0.9), extra }
}

const percent = (share: number) => `${(share * 100).toFixed(0)} %`
const hours = (value: number) => (Number.isFinite(value) ? value.toFixed(2) : 'never')

function line(what: string, { looks, detected, median, p90, extra }: Score, base: Score): string {
  return [
    what.padEnd(24),
    looks.toFixed(1).padStart(8),
    percent(looks / base.looks).padStart(12),
    percent(detected).padStart(9),
    hours(median).padStart(9),
    hours(p90).padStart(7),
    String(extra).padStart(6),
  ].join(' ')
}
