/**
 * The test of fixed size as the yardstick: all is spent, then ROI is compared with one limit, once. It is given what no real one has: the
 * limit is the quantile of the very world it is used in, by simulation.
 */
import { seeded } from '../rules/cover-seed.ts'
import { Course, type World } from './trial-worlds.ts'

/** Grid of sizes, 分. */
const STEP = 5_000
const MOST = 1_500_000

export interface FixedSize {
  /** 分; null: more than MOST. */
  sizeFor(wrongPass: number, power: number): number | null
}

export function fixedSize(world: World, multiple: number, trials: number): FixedSize {
  const even = gmvBySize(world, 1, trials)
  const good = gmvBySize(world, multiple, trials)
  const power = (size: number, wrongPass: number) => {
    const column = (even[size] as Float64Array).toSorted()
    const limit = column[Math.min(trials - 1, Math.ceil(trials * (1 - wrongPass)))] as number
    return (good[size] as Float64Array).filter((gmv) => gmv >= limit).length / trials
  }
  return {
    sizeFor(wrongPass, wanted) {
      let low = 0
      let high = even.length - 1
      if (power(high, wrongPass) < wanted) return null
      while (high - low > 1) {
        const middle = (low + high) >> 1
        if (power(middle, wrongPass) >= wanted) high = middle
        else low = middle
      }
      return (high + 1) * STEP
    },
  }
}

/** By size, the GMV of every trial when so much was spent. */
function gmvBySize(world: World, multiple: number, trials: number): Float64Array[] {
  const columns = Array.from({ length: MOST / STEP }, () => new Float64Array(trials))
  for (let trial = 0; trial < trials; trial++) {
    const course = new Course(world, multiple, seeded(`fixed ${world.name} ${multiple} ${trial}`))
    for (let size = 0; size < columns.length; size++) {
      while (course.look.spendFen < (size + 1) * STEP) course.next()
      const column = columns[size] as Float64Array
      // GMV grows with the spend of the look that goes past the size: brought back to it.
      column[trial] = (course.look.gmvFen * (size + 1) * STEP) / course.look.spendFen
    }
  }
  return columns
}
