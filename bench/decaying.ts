/** The schedule to beat: often while a video can still break out, then less and less. 85 looks in 30 days. */
import { DAY, HOUR, MINUTE } from '../rules/types.ts'

/** Up to `age`, look every `every`. */
const STEPS: readonly { age: number; every: number }[] = [
  { age: 2 * HOUR, every: 10 * MINUTE },
  { age: 6 * HOUR, every: 30 * MINUTE },
  { age: DAY, every: HOUR },
  { age: 7 * DAY, every: 6 * HOUR },
  { age: 30 * DAY, every: DAY },
]

/** The age of the look after one at `age`, ms; null: the video is no longer watched. */
export function nextAge(age: number): number | null {
  const every = STEPS.find((step) => age < step.age)?.every
  return every === undefined ? null : Math.floor(age / every) * every + every
}
