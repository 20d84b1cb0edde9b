/** Paid trials whose true ROI is known: what the platform would report of them, look by look. */
import type { Random } from '../rules/cover-seed.ts'
import type { TrialLook } from '../rules/trial-test.ts'
import type { TrialTerms } from '../rules/trial-wealth.ts'
import { HOUR } from '../rules/types.ts'

export interface World {
  name: string
  orderValueFen: number
  breakEvenRoi: number
  /** Of the lognormal order values. */
  sigma: number
  /** Share of the orders that is returned after the trial; the true ROI is net of them. */
  returnRate: number
  paceFen: number
  /**
   * How the rate of orders swings about its mean. LOOKS, HOURS: drawn for each, gamma with coefficient of variation 1 and 1/2.
   * DAY: a sine of 40 % over 24 hours that begins anywhere. FATIGUE: falls from 1.5 to 0.5 in `fatigueHours`.
   */
  swing: 'NONE' | 'LOOKS' | 'HOURS' | 'DAY' | 'FATIGUE'
  fatigueHours: number
  /** The order value that the test is told, over the true one. */
  told: number
  /** ms between looks. */
  every: number
}

export const QUARTER = HOUR / 4
export const PLAIN: World = {
  name: 'Poisson, sigma 0.5',
  orderValueFen: 9_000,
  breakEvenRoi: 2,
  sigma: 0.5,
  returnRate: 0,
  paceFen: 12_500,
  swing: 'NONE',
  fatigueHours: 120,
  told: 1,
  every: QUARTER,
}

export const termsOf = (world: World): TrialTerms => ({
  breakEvenRoi: world.breakEvenRoi,
  returnRate: world.returnRate,
  orderValueFen: Math.round(world.orderValueFen * world.told),
  paceFen: world.paceFen,
})

/** Spend of a look varies by this sigma about the pace. */
const SPEND_SIGMA = 0.3

/** One trial that goes on; `look` is changed in place by `next`. */
export class Course {
  readonly look: Required<Omit<TrialLook, 'ripeFen'>> = { at: 0, spendFen: 0, orders: 0, gmvFen: 0 }
  /** Of the orders that will not be returned. */
  settledGmvFen = 0
  readonly #world: World
  readonly #random: Random
  /** Orders per 分 of spend, without swings. */
  readonly #rate: number
  readonly #phase: number
  #hour = -1
  #hourFactor = 1

  constructor(world: World, multiple: number, random: Random) {
    this.#world = world
    this.#random = random
    const paidRoi = (multiple * world.breakEvenRoi) / (1 - world.returnRate)
    this.#rate = paidRoi / world.orderValueFen
    this.#phase = random() * 2 * Math.PI
  }

  next(): void {
    const { look } = this
    const { paceFen, every, orderValueFen, sigma, returnRate } = this.#world
    const factor = this.#factor()
    look.at += every
    const spend = Math.round(((paceFen * every) / HOUR) * lognormal(this.#random, SPEND_SIGMA))
    const orders = poisson(this.#random, spend * this.#rate * factor)
    look.spendFen += spend
    look.orders += orders
    for (let i = 0; i < orders; i++) {
      const value = Math.round(orderValueFen * lognormal(this.#random, sigma))
      look.gmvFen += value
      if (this.#random() >= returnRate) this.settledGmvFen += value
    }
  }

  #factor(): number {
    const { swing, fatigueHours } = this.#world
    const hours = this.look.at / HOUR
    if (swing === 'LOOKS') return gamma(this.#random, 1)
    if (swing === 'DAY') return 1 + 0.4 * Math.sin(this.#phase + (2 * Math.PI * hours) / 24)
    if (swing === 'FATIGUE') return Math.max(0.5, 1.5 - hours / fatigueHours)
    if (swing === 'HOURS' && Math.floor(hours + 1e-9) > this.#hour) {
      this.#hour = Math.floor(hours + 1e-9)
      this.#hourFactor = gamma(this.#random, 4)
    }
    return this.#hourFactor
  }
}

/** Mean 1. */
function lognormal(random: Random, sigma: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  return Math.exp(sigma * normal - (sigma * sigma) / 2)
}

/** Mean 1, of a whole shape. */
function gamma(random: Random, shape: number): number {
  let sum = 0
  for (let i = 0; i < shape; i++) sum -= Math.log(1 - random())
  return sum / shape
}

function poisson(random: Random, mean: number): number {
  const uniform = random()
  let chance = Math.exp(-mean)
  let below = chance
  let count = 0
  while (uniform > below && chance > 0) {
    count++
    chance *= mean / count
    below += chance
  }
  return count
}
