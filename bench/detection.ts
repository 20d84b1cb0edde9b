/** How early and how surely rules flag: on public data, on worlds with planted breakouts, and where plays are bought. Counted, not timed. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Tally } from '../rules/score.ts'
import { HOUR } from '../rules/types.ts'
import type { BenchContext } from './bench.ts'
import type { Purchase } from './detection-bought.ts'
import { buyAll } from './detection-bought-scenes.ts'
import { type AtAge, atAge, errorOverAll, mixedAges, otherwise, SHIPPED } from './detection-public.ts'
import { CANDIDATES } from './detection-rules.ts'
import { type Covered, cover, readRows } from './detection-sets.ts'
import { scoreRule, walkWorlds } from './detection-worlds.ts'

const DATASETS = '../shared/datasets'
/** Hours at which each file is judged: where it has looks at all. */
const FILES: Readonly<Record<string, readonly number[]>> = {
  news_20min: [1, 7 / 3, 14 / 3, 12],
  reddit_hourly: [3, 4, 6, 9, 12],
  weibo_30min: [1, 2, 4.5, 12, 24],
  tiktok_days: [168, 336, 720, 1440],
}
/** Of news_20min: the least precision and recall by the file's own top, at the ages from the second on. */
const GOALS = [
  { hours: 7 / 3, precision: 0.61, recall: 0.51 },
  { hours: 14 / 3, precision: 0.67, recall: 0.6 },
  { hours: 12, precision: 0.88, recall: 0.7 },
]
const MIXED_GOAL = 0.76
const ERROR_GOAL = 0.05
const REPETITIONS = 20

const PROMISES = [0.24, 0.25, 0.26, 0.265, 0.27, 0.28, 0.29, 0.3]
const HOLDS = [0, 0.5]

const WORLDS = { worlds: 5, videos: 1500 }
const HISTORIES = [30, 6]
const BOUGHT_VIDEOS = 2000
const BOUGHT_RULES = ['starter', 'shipped', 'shipped, 30 min', 'shipped, answered 0.9 x, 30 min']

export async function detection({ args, now, say }: BenchContext): Promise<void> {
  const root = join(args[1] ?? DATASETS, 'observations')
  for (const [name, ages] of Object.entries(FILES)) {
    const path = join(root, `${name}.csv.gz`)
    if (existsSync(path)) sayFile(cover(name, await readRows(path), 'WORKSPACE'), ages, say)
    else say(`\n${name}: left out, there is no ${path}`)
  }
  for (const history of HISTORIES) sayWorlds(now.getTime(), history, say)
  sayBought(now.getTime(), say)
}

type Say = (line: string) => void
const two = (value: number | null) => (value === null ? '-' : value.toFixed(2))
const three = (value: number | null) => (value === null ? '-' : value.toFixed(3))
const both = ({ precision, recall }: Tally) => `${three(precision)} / ${three(recall)}`
const row = (cells: readonly string[]) => cells.map((cell) => cell.padStart(17)).join('')

function sayFile(covered: Covered, ages: readonly number[], say: Say): void {
  const { name, courses, looks, lessons, hits } = covered
  say(
    `\n${name}: ${looks} looks at ${courses.length} videos, ${lessons} lessons, ${hits.filter(Boolean).length} end in the top`,
  )
  say(
    row([
      'age h',
      'videos, top',
      'shipped P / R',
      'fired by then',
      'tuned P / R',
      'rolling P / R',
      'AP chance',
      'AP plays',
      'the same rolling',
      'ECE',
      'ECE rolling',
    ]),
  )
  const found = ages.map((hours) => atAge(covered, hours))
  for (const at of found) say(row(cellsOf(at)))
  const mixed = mixedAges(covered, ages, REPETITIONS)
  const error = errorOverAll(covered)
  say(
    `mixed ages: AP of the chance ${three(mixed.byChance)} (${two(mixed.least)} to ${two(mixed.most)} in ${REPETITIONS} draws), of plays ${three(mixed.byPlays)}; rolling ${three(mixed.byChanceRolling)} and ${three(mixed.byPlaysRolling)}`,
  )
  say(`ECE over all looks: ${three(error.global)}, by the rolling top ${three(error.rolling)}`)
  if (name === 'news_20min') sayGoals(found, mixed.byChance, say)
  const worst = Math.max(error.rolling, ...found.map(({ errorRolling }) => errorRolling))
  say(
    `goal ECE below ${ERROR_GOAL} by the rolling top: ${verdict(worst < ERROR_GOAL)}, ${three(worst)} at worst`,
  )
  saySharpness(covered, ages, say)
}

function cellsOf(at: AtAge): string[] {
  return [
    two(at.hours),
    `${at.videos}, ${at.hits}`,
    both(at.shipped),
    both(at.fired),
    both(at.tuned),
    both(at.rolling),
    three(at.byChance),
    three(at.byPlays),
    `${three(at.byChanceRolling)} / ${three(at.byPlaysRolling)}`,
    three(at.error),
    three(at.errorRolling),
  ]
}

const verdict = (reached: boolean) => (reached ? 'reached' : 'NOT reached')
const atLeast = (value: number | null, goal: number) => value !== null && value >= goal

function sayGoals(found: readonly AtAge[], mixed: number, say: Say): void {
  for (const { hours, precision, recall } of GOALS) {
    const shipped = found.find((at) => at.hours === hours)?.shipped
    const reached = shipped && atLeast(shipped.precision, precision) && atLeast(shipped.recall, recall)
    say(`goal ${two(precision)} / ${two(recall)} at ${two(hours)} h: ${verdict(reached === true)}`)
  }
  say(`goal mixed AP ${MIXED_GOAL}: ${verdict(atLeast(mixed, MIXED_GOAL))}`)
}

function saySharpness(covered: Covered, ages: readonly number[], say: Say): void {
  say(row(['hold h, promise', ...ages.map((hours) => `${two(hours)} h P / R`)]))
  for (const hold of HOLDS) {
    for (const promise of PROMISES) {
      const cells = ages.map((hours) => both(otherwise(covered, hours, { ...SHIPPED, promise, hold })))
      say(row([`${hold}, ${promise}`, ...cells]))
    }
  }
}

function sayWorlds(startAt: number, history: number, say: Say): void {
  const flagged = walkWorlds({ ...WORLDS, startAt, history }, CANDIDATES)
  const planted = flagged.filter(({ truth }) => truth.hit).length
  say(
    `\nsimulator: ${WORLDS.worlds} worlds of ${WORLDS.videos} videos, ${history} earlier ones of each KOL, ${planted} planted`,
  )
  say(
    `${'rule'.padEnd(44)}${row(['all P / R', '6 h ahead P / R', 'lead h: 25 %', 'median', 'false dawns', 'ordinary', 'in top, of all'])}`,
  )
  for (const { name, rule } of CANDIDATES) {
    const { all, early, lead, falseDawns, ordinary, inTop } = scoreRule(flagged, rule.ruleId)
    const leads = lead ? [lead.lower.toFixed(1), lead.median.toFixed(1)] : ['-', '-']
    say(
      name.padEnd(44) +
        row([
          both(all),
          both(early),
          ...leads,
          String(falseDawns),
          String(ordinary),
          `${inTop} of ${all.flagged}`,
        ]),
    )
  }
}

function sayBought(startAt: number, say: Say): void {
  const candidates = CANDIDATES.filter(({ name }) => BOUGHT_RULES.includes(name))
  const scores = buyAll(startAt, BOUGHT_VIDEOS, candidates)
  say(
    `\nbought: the same ${scores[0]?.videos} duds in every row, up to 20 times their natural plays bought over 24 h; flagged by`,
  )
  say(`${''.padEnd(50)}${candidates.map(({ name }) => name.padStart(34)).join('')}`)
  for (const { name, flagged } of scores) {
    say(name.padEnd(50) + flagged.map((count) => String(count).padStart(34)).join(''))
  }
  const wrong = (nth: number, those: (purchase: Purchase) => boolean) =>
    scores.reduce((sum, { purchase, flagged }) => sum + (those(purchase) ? (flagged[nth] as number) : 0), 0)
  for (const [i, { name }] of candidates.entries()) {
    const own = wrong(i, ({ ordered, lag }) => ordered && lag <= HOUR)
    const soon = wrong(i, ({ by, lag, ordered }) => by === 'REPORTED' && !ordered && lag <= HOUR)
    const spend = wrong(i, ({ by, lag }) => by === 'ESTIMATED' && lag <= HOUR)
    const late = wrong(i, ({ by, lag }) => by !== 'NOTHING' && lag > HOUR)
    say(
      `goal none bought flagged, ${name}: plays known within 1 h ${verdict(soon === 0)} (${soon}), spend within 1 h ${verdict(spend === 0)} (${spend}), our own orders ${verdict(own === 0)} (${own}), later ${verdict(late === 0)} (${late})`,
    )
  }
}
