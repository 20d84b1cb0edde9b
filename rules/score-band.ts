/** The same by age: a flag at 3 hours is worth more than one at 3 days, so each age is scored by itself. */
import { averagePrecision, type Tally, tally } from './score.ts'
import { DAY, HOUR } from './types.ts'

/** Where each band begins, ms of age; it ends where the next one begins. */
const STARTS = [0, 1, 2, 4, 8, 16, 32, 48, 168].map((hours) => hours * HOUR)
export const BANDS: readonly { from: number; to: number; name: string }[] = STARTS.map((from, i) => {
  const to = STARTS[i + 1] ?? Number.POSITIVE_INFINITY
  const name = to > 7 * DAY ? 'later' : to > 2 * DAY ? '2-7 d' : `${from / HOUR}-${to / HOUR} h`
  return { from, to, name }
})

/** `age` in ms, above 0; an age at an end counts to the band behind it. */
export function bandOf(age: number): number {
  let band = 0
  while (age >= (BANDS[band] as { to: number }).to) band++
  return band
}

/** What was known of one video at one look: its last one in a band. */
export interface BandLook {
  video: number
  band: number
  probability: number
  plays: number
  /** The condition of the rule was met at the look. */
  holds: boolean
  /** It had fired by then. */
  flagged: boolean
}

export interface BandScore {
  holds: Tally
  flagged: Tally
  /** Average precision of the chance, and of the plays as they stood; null: nothing came true. */
  byProbability: number | null
  byPlays: number | null
}

/** `hits` by video. */
export function scoreLooks(looks: readonly BandLook[], hits: ArrayLike<unknown>): BandScore {
  const came = looks.map(({ video }) => hits[video])
  return {
    holds: tally(
      looks.map(({ holds }) => holds),
      came,
    ),
    flagged: tally(
      looks.map(({ flagged }) => flagged),
      came,
    ),
    byProbability: averagePrecision(
      looks.map(({ probability }) => probability),
      came,
    ),
    byPlays: averagePrecision(
      looks.map(({ plays }) => plays),
      came,
    ),
  }
}

/** By BANDS. */
export function scoreBands(looks: readonly BandLook[], hits: ArrayLike<unknown>): BandScore[] {
  return BANDS.map((_, band) =>
    scoreLooks(
      looks.filter((look) => look.band === band),
      hits,
    ),
  )
}
