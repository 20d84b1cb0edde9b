/**
 * npm run bench -- profit [SEEDS [FIRST]]: what the demo's team earns by promoting, beside simpler ways of spending the same money,
 * over worlds of 20 seeds from 0 on unless said. The goal: twice the trade's rule of thumb.
 */
import type { DemoPromotion } from '../cli/demo-promotion.ts'
import { createRandom, type Random } from '../platforms/simulator/random.ts'
import type { Bench } from './bench.ts'
import { timing } from './measure.ts'
import { playSeason } from './profit-stage.ts'

const SEEDS = 20
/** Seasons that play side by side. */
const LANES = 3
const GOAL = 2
const DRAWS = 10_000
const BASELINES = [
  ['thumb', '100 yuan x 24 h for every new video, then by ROI'],
  ['thumbOnBreakouts', '100 yuan x 24 h for what was flagged, then by ROI'],
  ['equal', 'everything promoted equally'],
] as const

export const profit: Bench = async ({ args, database, now, ticks, say }) => {
  const count = Number(args[1] ?? SEEDS)
  const first = Number(args[2] ?? 0)
  const started = ticks()
  const seeds = Array.from({ length: count }, (_, nth) => `profit ${first + nth}`)
  const played = new Map<string, DemoPromotion>()
  const waiting = [...seeds]
  // From a midnight in Shanghai, within one month: caps are by calendar months.
  const startAt = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 8, 16)
  const lane = async () => {
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
      const season = await playSeason(database.db, seed, startAt)
      played.set(seed, season)
      say(tellSeason(seed, season))
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  const seasons = seeds.map((seed) => played.get(seed) as DemoPromotion)
  say(`${count} seasons in ${((ticks() - started) / 1000).toFixed(0)} s`)
  for (const line of tellAll(seasons)) say(line)
}

function tellSeason(seed: string, { profitFen, spendFen, roi, baselines, ...counts }: DemoPromotion): string {
  const { trials, stoppedEarly, losers, passed, scaled, scaledBy, spentBy } = counts
  const others = BASELINES.map(([name]) => `${name} ${yuan(baselines[name].profitFen)}`).join(', ')
  const did = `${trials} tried, ${stoppedEarly} stopped early (${losers.stoppedEarly} of ${losers.orders} on losers), ${passed} passed, ${scaled} scaled (${scaledBy.MATERIAL_BOOST} over 千川, ${scaledBy.SUIXINTUI_ORDER} over 随心推; plans spent ${yuan(spentBy.UNI_PLAN_ADD)})`
  return `${seed}: profit ${yuan(profitFen)} of ${yuan(spendFen)} spent, ROI ${roi}, ${did}; ${others}`
}

const yuan = (fen: number) => Math.round(fen / 100).toLocaleString('en')

function tellAll(seasons: readonly DemoPromotion[]): string[] {
  const ours = seasons.map(({ profitFen }) => profitFen)
  const lines = [`ours: ${tellProfits(ours, seasons)}`]
  for (const [name, what] of BASELINES) {
    const theirs = seasons.map(({ baselines }) => baselines[name].profitFen)
    const spent = seasons.map(({ baselines }) => baselines[name])
    const more = seasons.map((_, nth) => (ours[nth] ?? 0) - (theirs[nth] ?? 0))
    lines.push(`${name} (${what}): ${tellProfits(theirs, spent)}`)
    lines.push(`  ours is more by ${yuan(mean(more))} (90 % ${interval(more, mean).map(yuan).join(' to ')})`)
    lines.push(`  ${tellRatio(ours, theirs)}`)
  }
  return lines
}

function tellProfits(fen: readonly number[], spent: readonly { spendFen: number }[]): string {
  const spend = mean(spent.map(({ spendFen }) => spendFen))
  return `profit ${yuan(mean(fen))} (90 % ${interval(fen, mean).map(yuan).join(' to ')}), median ${yuan(timing(fen).median)}, of ${yuan(spend)} spent`
}

/** Of the sums over seeds: a single season's loss, or next to nothing, has no ratio. */
function tellRatio(ours: readonly number[], theirs: readonly number[]): string {
  const pairs = ours.map((fen, nth) => ({ ours: fen, theirs: theirs[nth] ?? 0 }))
  const single = pairs.filter((pair) => pair.theirs > 0).map((pair) => pair.ours / pair.theirs)
  const twice = pairs.filter((pair) => pair.ours >= GOAL * pair.theirs && pair.ours > 0).length
  const earning =
    single.length > 0
      ? `, median ratio of the ${single.length} in which it earned ${timing(single).median.toFixed(2)}`
      : ''
  const seasons = `${twice} of ${pairs.length} seasons at ${GOAL} times or more${earning}`
  if (mean(theirs) <= 0) return `it loses money, ours ${mean(ours) > 0 ? 'earns' : 'does too'}; ${seasons}`
  const [low = 0, high = 0] = interval(pairs, ratio)
  const goal = low >= GOAL ? 'reached' : ratio(pairs) >= GOAL ? 'reached, and not surely' : 'NOT reached'
  return `ratio ${ratio(pairs).toFixed(2)} (90 % ${low.toFixed(2)} to ${told(high)}), ${seasons}: goal of ${GOAL} ${goal}`
}

const told = (value: number) => (Number.isFinite(value) ? value.toFixed(2) : 'any')

/** Of sums; infinite where there is nothing to divide by. */
function ratio(pairs: readonly { ours: number; theirs: number }[]): number {
  const theirs = pairs.reduce((total, pair) => total + pair.theirs, 0)
  const ours = pairs.reduce((total, pair) => total + pair.ours, 0)
  return theirs > 0 ? ours / theirs : Number.POSITIVE_INFINITY
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

/** 90 %, by drawing seasons again with replacement; the same in every run. */
function interval<T>(values: readonly T[], of: (drawn: readonly T[]) => number): [number, number] {
  const random: Random = createRandom('bootstrap', values.length)
  const drawn = Array.from({ length: DRAWS }, () => of(values.map(() => random.pick(values))))
  const sorted = drawn.sort((a, b) => a - b)
  return [sorted[Math.floor(DRAWS * 0.05)] as number, sorted[Math.floor(DRAWS * 0.95)] as number]
}
