/** When a video is looked at next: often while it can still break out, then less and less. */
import { DAY, HOUR, MINUTE } from './types.ts'

/**
 * Up to `age`, look every `every`. 85 looks in 30 days where the slots fall on the publication, up to 90 elsewhere:
 * each interval then ends with one look more.
 */
const CADENCE: readonly { age: number; every: number }[] = [
  { age: 2 * HOUR, every: 10 * MINUTE },
  { age: 6 * HOUR, every: 30 * MINUTE },
  { age: DAY, every: HOUR },
  { age: 7 * DAY, every: 6 * HOUR },
  { age: 30 * DAY, every: DAY },
]

const FIRST_RETRY = MINUTE

export interface Watched {
  publishedAt: number
  /** Videos of one group are looked at together: the KOL's number, or the video's own when it has no KOL. */
  group: number
  /** Failed looks in a row. */
  misses: number
}

/** The instant of the next look, ms; null: the video is no longer watched. */
export function nextPoll({ publishedAt, group, misses }: Watched, now: number): number | null {
  const every = CADENCE.find(({ age }) => now - publishedAt < age)?.every
  if (every === undefined) return null
  const regular = nextSlot(now, every, group)
  return misses === 0 ? regular : Math.min(regular, now + FIRST_RETRY * 2 ** Math.min(misses - 1, 10))
}

/** Looks of one group share slots, so that they share calls; groups are spread over the interval. */
function nextSlot(now: number, every: number, group: number): number {
  const offset = ((group * 7919) % (every / MINUTE)) * MINUTE
  return Math.floor((now - offset) / every) * every + every + offset
}
