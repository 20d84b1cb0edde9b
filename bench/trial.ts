/** The sequential test of a paid trial: wrong verdicts under unlimited looks, power, and spend beside a test of fixed size. */
import { seeded } from '../rules/cover-seed.ts'
import { restate } from '../rules/trial-settled.ts'
import {
  ALPHA,
  FEWEST_ORDERS,
  lookAtTrial,
  startTrial,
  type TrialState,
  WORTHWHILE,
} from '../rules/trial-test.ts'
import { afterHour, STARTS, type TrialHour, total } from '../rules/trial-wealth.ts'
import { HOUR, MINUTE } from '../rules/types.ts'
import type { BenchContext } from './bench.ts'
import { type FixedSize, fixedSize } from './trial-fixed.ts'
import { Course, PLAIN, termsOf, type World } from './trial-worlds.ts'

const TRIALS = 10_000
/** The longest that a video order of 随心推 runs. */
const LONGEST = 120 * HOUR
/** What is worth scaling, and has not failed by then, does not fail any more. */
const LONG = 48 * HOUR
const MULTIPLES = [0.3, 0.5, 0.7, 1, 1.2, 1.5, 2, 3]
const CAPS = [30_000, 100_000, 300_000, 1_000_000]

const WORLDS: World[] = [
  PLAIN,
  { ...PLAIN, name: 'Poisson, sigma 1', sigma: 1 },
  { ...PLAIN, name: 'a look every 5 minutes', every: 5 * MINUTE },
  { ...PLAIN, name: 'bursts in looks, cv 1', swing: 'LOOKS' },
  { ...PLAIN, name: 'hours swing, cv 0.5', swing: 'HOURS' },
  { ...PLAIN, name: 'returns 20 %', returnRate: 0.2 },
  { ...PLAIN, name: 'hours, sigma 1, returns', swing: 'HOURS', sigma: 1, returnRate: 0.2 },
  { ...PLAIN, name: '12.5 yuan an hour', paceFen: 1_250 },
  { ...PLAIN, name: '417 yuan an hour, hours swing', paceFen: 41_667, swing: 'HOURS' },
  { ...PLAIN, name: 'order value told 25 % low', told: 0.75 },
  { ...PLAIN, name: 'order value told 50 % high', told: 1.5 },
  { ...PLAIN, name: 'day curve of 40 %', swing: 'DAY' },
  { ...PLAIN, name: 'falls 1.5 to 0.5 in 24 h', swing: 'FATIGUE', fatigueHours: 24 },
  { ...PLAIN, name: 'falls 1.5 to 0.5 in 120 h', swing: 'FATIGUE' },
]

export async function trial({ args, say, ticks }: BenchContext): Promise<void> {
  const trials = Number(args[1] ?? TRIALS)
  const started = ticks()
  say(`${trials} trials a row; true ROI over break-even in the first column of figures`)
  sayWrong(trials, say)
  sayPower(trials, say)
  sayRelative(trials, say)
  sayRestatements(trials, say)
  say(`${((ticks() - started) / 1000).toFixed(0)} s`)
}

/** Neither stops for the other's verdict: whoever looks for ever and stops when it suits him is wrong as often as this. */
function sayWrong(trials: number, say: (line: string) => void): void {
  say('\nEver wrong at any look in          PASS at 1.0x   FAIL at 1.5x')
  say('                                          120 h           48 h')
  for (const world of WORLDS) {
    let passed = 0
    let failed = 0
    for (let i = 0; i < trials; i++) {
      if (everPasses(world, i)) passed++
      if (everFails(world, i)) failed++
    }
    say(`${world.name.padEnd(34)} ${percent(passed / trials)} ${percent(failed / trials).padStart(14)}`)
  }
}

/** At break-even. Only the players of PASS are followed, by the hour that is open: `lookAtTrial` in a tenth of the time. */
function everPasses(world: World, seed: number): boolean {
  const terms = termsOf(world)
  const course = new Course(world, 1, seeded(`${world.name} 1 ${seed}`))
  const before = { spendFen: 0, gmvFen: 0 }
  const open: TrialHour = { hour: 0, ripeFen: 0, orders: 0, paceFen: world.paceFen, ...before }
  let fortunes = STARTS
  while (course.look.at < LONGEST) {
    if (course.look.at >= (open.hour + 1) * HOUR) {
      fortunes = afterHour(fortunes, open, terms.breakEvenRoi, terms)
      before.spendFen = course.look.spendFen
      before.gmvFen = course.look.gmvFen
      if (open.hour > 0) open.paceFen = open.spendFen
      open.hour++
    }
    course.next()
    open.spendFen = course.look.spendFen - before.spendFen
    open.gmvFen = course.look.gmvFen - before.gmvFen
    const wealth = total(afterHour(fortunes, open, terms.breakEvenRoi, terms))
    if (wealth >= 1 / ALPHA && course.look.orders >= FEWEST_ORDERS) return true
  }
  return false
}

/** At what is worth scaling. */
function everFails(world: World, seed: number): boolean {
  const course = new Course(world, WORTHWHILE, seeded(`${world.name} ${WORTHWHILE} ${seed}`))
  let state = startTrial(termsOf(world))
  while (course.look.at < LONG && state.mostFailE < 1 / ALPHA) {
    course.next()
    state = lookAtTrial(state, course.look)
  }
  return state.mostFailE >= 1 / ALPHA
}

interface Ended {
  state: TrialState
  spendFen: number
  settledGmvFen: number
}

/** As it would be run: until it is decided or the cap is spent. */
function run(world: World, multiple: number, capFen: number, seed: number): Ended {
  const course = new Course(world, multiple, seeded(`${world.name} ${multiple} ${seed}`))
  let state = startTrial(termsOf(world))
  while (state.verdict === 'HOLD' && course.look.spendFen < capFen) {
    course.next()
    state = lookAtTrial(state, course.look)
  }
  return { state, spendFen: course.look.spendFen, settledGmvFen: course.settledGmvFen }
}

interface Outcome {
  pass: number
  fail: number
  /** 分. */
  median: number
  mean: number
}

function outcome(world: World, multiple: number, capFen: number, trials: number): Outcome {
  const spends = new Float64Array(trials)
  let pass = 0
  let fail = 0
  for (let i = 0; i < trials; i++) {
    const { state, spendFen } = run(world, multiple, capFen, i)
    spends[i] = spendFen
    if (state.verdict === 'PASS') pass++
    if (state.verdict === 'FAIL') fail++
  }
  const mean = spends.reduce((sum, spend) => sum + spend, 0) / trials
  return { pass: pass / trials, fail: fail / trials, median: spends.toSorted()[trials >> 1] as number, mean }
}

function sayPower(trials: number, say: (line: string) => void): void {
  for (const capFen of CAPS) {
    // A day for the cap; the largest goes on at the pace of the one before, until it is decided.
    const world = { ...PLAIN, paceFen: Math.min(capFen, 300_000) / 24 }
    say(`\n${PLAIN.name}, cap ${yuan(capFen)} yuan at ${yuan(world.paceFen)} an hour`)
    say('true ROI     PASS     FAIL     HOLD   median yuan   mean yuan')
    for (const multiple of MULTIPLES) {
      const { pass, fail, median, mean } = outcome(world, multiple, capFen, trials)
      const shares = [pass, fail, Math.max(0, 1 - pass - fail)].map(percent).join(' ')
      say(`${`${multiple}x`.padEnd(7)} ${shares} ${yuan(median).padStart(13)} ${yuan(mean).padStart(11)}`)
    }
  }
}

/** Where a cap of a day ends it before, and where it is run to the end. */
function sayRelative(trials: number, say: (line: string) => void): void {
  const worlds: World[] = [0.5, 1].flatMap((sigma) => [
    { ...PLAIN, sigma, orderValueFen: 6_000, breakEvenRoi: 2.5 },
    { ...PLAIN, sigma },
    { ...PLAIN, sigma, orderValueFen: 12_000, breakEvenRoi: 1.5 },
  ])
  worlds.push({ ...PLAIN, paceFen: 1_250 }, { ...PLAIN, paceFen: 41_667 }, { ...PLAIN, swing: 'HOURS' })
  say('\nAt 1.5x beside the fixed size with the same power and a wrong PASS in 5 %, or as rarely as measured')
  say(
    'order  break-even  sigma    pace     cap  swing    wrong    power  median  fixed 5 %    ratio  fixed same    ratio',
  )
  for (const world of worlds) {
    const fixed = fixedSize(world, WORTHWHILE, trials)
    for (const capFen of [world.paceFen * 24, 1_000_000]) say(relative(world, capFen, fixed, trials))
  }
}

function relative(world: World, capFen: number, fixed: FixedSize, trials: number): string {
  const even = outcome(world, 1, capFen, trials)
  const good = outcome(world, WORTHWHILE, capFen, trials)
  const [asked, same] = [ALPHA, even.pass].map((wrong) => {
    const size = fixed.sizeFor(wrong, good.pass)
    return {
      size: size === null ? 'over' : yuan(size),
      ratio: size === null ? '' : percent(good.median / size),
    }
  }) as [{ size: string; ratio: string }, { size: string; ratio: string }]
  const setting = [yuan(world.orderValueFen).padStart(5), String(world.breakEvenRoi).padStart(11)]
  setting.push(String(world.sigma).padStart(6), yuan(world.paceFen).padStart(7), yuan(capFen).padStart(7))
  const found = [
    world.swing.padStart(6),
    percent(even.pass),
    percent(good.pass),
    yuan(good.median).padStart(7),
  ]
  const beside = [
    asked.size.padStart(10),
    asked.ratio.padStart(8),
    same.size.padStart(11),
    same.ratio.padStart(8),
  ]
  return [...setting, ...found, ...beside].join(' ')
}

/** Verdicts that settled figures overturn, where returns are as expected and where they are not. */
function sayRestatements(trials: number, say: (line: string) => void): void {
  const world = { ...PLAIN, returnRate: 0.2 }
  say('\nOverturned when settled, cap 10000 yuan, returns of 20 % expected   PASS that fall   FAIL that rise')
  for (const actual of [0.2, 0.4]) {
    for (const multiple of MULTIPLES) {
      const counts = { PASS: 0, FAIL: 0, HOLD: 0 }
      const overturned = { PASS: 0, FAIL: 0 }
      for (let i = 0; i < trials; i++) {
        const { state, spendFen, settledGmvFen } = run(world, multiple, 1_000_000, i)
        counts[state.verdict]++
        if (state.verdict === 'HOLD') continue
        const settled = {
          days: 14 as const,
          spendFen,
          paidGmvFen: state.last?.gmvFen ?? 0,
          settledGmvFen: (settledGmvFen * (1 - actual)) / (1 - world.returnRate),
        }
        if (restate(state.verdict, world, settled).standing === 'OVERTURNED') overturned[state.verdict]++
      }
      const told = (verdict: 'PASS' | 'FAIL') => `${overturned[verdict]} of ${counts[verdict]}`.padStart(16)
      say(
        `${percent(actual)} are returned, true ROI as paid ${`${multiple}x`.padEnd(28)} ${told('PASS')} ${told('FAIL')}`,
      )
    }
  }
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`.padStart(8)
const yuan = (fen: number) => (fen / 100).toFixed(0)
