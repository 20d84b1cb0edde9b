/** What a lesson learns from: finished videos as they stood at each age. */
import { AGES } from './curve.ts'
import { type Expectation, featuresOf, type Stand } from './forecast.ts'
import { FEATURES, type Target } from './forecast-model.ts'

/** A finished video: how it stood at each of AGES, null where it was not seen, and what became of it. */
export interface Example extends Expectation {
  stands: readonly (Stand | null)[]
  /** ln(1 + plays) at each target; null: not known. */
  targets: Record<Target, number | null>
}

/** Of a row of features. */
export const WIDTH = FEATURES.length

/** The features of all examples at all ages, WIDTH each, age by age within an example: three targets and the chance read them. */
export interface Seen {
  features: Float64Array
  /** 1 where the example was seen at that age. */
  there: Uint8Array
}

export function seenOf(examples: readonly Example[]): Seen {
  const features = new Float64Array(examples.length * AGES.length * WIDTH)
  const there = new Uint8Array(examples.length * AGES.length)
  for (let n = 0; n < examples.length; n++) {
    const { stands, level } = examples[n] as Example
    for (let i = 0; i < AGES.length; i++) {
      const stand = stands[i]
      if (!stand) continue
      const at = n * AGES.length + i
      there[at] = 1
      features.set(featuresOf(stand, level), at * WIDTH)
    }
  }
  return { features, there }
}
