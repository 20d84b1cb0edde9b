import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AGES } from '../../rules/curve.ts'
import { expectationOf, normalTop } from '../../rules/forecast-class.ts'
import { LEAST_EXAMPLES } from '../../rules/forecast-learn.ts'
import { SHIPPED } from '../../rules/forecast-model.ts'
import { classesOf, type Trace, teach } from '../../rules/lesson.ts'
import { quantile } from '../../rules/reference.ts'
import { DAY, HOUR } from '../../rules/types.ts'
import { FIRST, normal, randomOf } from './walk-world.ts'

/** A video of which a constant share was there at each age. */
function trace(n: number, final: number, kolId: string | null = null, tier: Trace['tier'] = null): Trace {
  const curve = AGES.map((age) =>
    age <= 8 * DAY ? Math.round(final * (1 - Math.exp(-age / (10 * HOUR)))) : null,
  )
  return {
    publishedAt: FIRST + n * HOUR,
    hour: n % 24,
    kolId,
    tier,
    vertical: null,
    cellId: null,
    curve,
    interactions: curve.map((plays) => (plays === null ? null : Math.round(plays / 25))),
    firstAge: 0,
    lastAge: 8 * DAY,
    lastPlays: Math.round(final),
  }
}
const traces = (count: number, seed: number, level = 8) => {
  const random = randomOf(seed)
  return Array.from({ length: count }, (_, n) => trace(n, Math.exp(level + normal(random)), `k${n % 12}`))
}
const usualIn = (all: readonly Trace[], top: number) => {
  const { model, classes } = teach(all, top, 'WORKSPACE')
  const nobody = { tier: null, vertical: null, cellId: null }
  return expectationOf(model, { tier: null, classes: classesOf(classes, nobody), finals: [] }, 'WORKSPACE')
}

test('nothing finished: the shipped model, with the top that is asked for', () => {
  const { model, classes } = teach([], 0.1, 'KOL')
  expect(model).toMatchObject({ videos: 0, top: 0.1, chance: SHIPPED.chance, fits: SHIPPED.fits })
  expect(model.excess.WORKSPACE).toBeCloseTo(1.5 * normalTop(0.1), 12)
  expect([...classes.values()].every((found) => found.size === 0)).toBe(true)
})

test('too few finished: the shipped lines, but the level and the cutoff of what there is', () => {
  const { model } = teach(traces(LEAST_EXAMPLES - 1, 2), 0.05, 'KOL')
  expect(model.videos).toBe(0)
  expect(model.fits).toEqual(SHIPPED.fits)
  expect(usualIn(traces(40, 2), 0.05).level).toBeCloseTo(8, 0)
})

test.each([0.05, 0.1, 0.25])('the cutoff of the top %f is that of the finished videos', (top) => {
  const all = traces(1500, 7)
  const { level, cutoff } = usualIn(all, top)
  const finals = all.map(({ lastPlays }) => Math.log1p(lastPlays)).sort((a, b) => a - b)
  expect(level).toBeCloseTo(8, 1)
  expect(cutoff).toBeCloseTo(quantile(finals, 1 - top), 1)
})

test('a lesson knows what is usual at an age, and how soon a video is where it ends', () => {
  const { model, classes } = teach(traces(500, 3), 0.05, 'KOL')
  expect(model.videos).toBe(500)
  const workspace = classes.get('WORKSPACE')?.get('')
  expect(workspace?.usual.plays[AGES.indexOf(DAY)]?.videos).toBe(500)
  expect(workspace?.usual.interactionRate[AGES.indexOf(DAY)]?.values[5]).toBeCloseTo(1 / 25, 3)
  expect(workspace?.usual.plays.at(-1)).toBeNull()
  // ln of 1 / (1 - exp(-1/10)): at one hour so much is still to come, whatever the video.
  const early = model.fits.final[AGES.indexOf(HOUR)]
  expect(early?.weights[1]).toBeGreaterThan(0.8)
  expect(early?.spread).toBeLessThan(0.2)
  const late = model.fits.final[AGES.indexOf(4 * DAY)]
  expect(late?.weights[1]).toBeCloseTo(1, 1)
  expect(late?.spread).toBeLessThan(0.05)
})

test("a KOL's own earlier videos move what is expected, the more of them the further", () => {
  const random = randomOf(9)
  const all = Array.from({ length: 600 }, (_, n) => {
    const kol = n % 20
    return trace(n, Math.exp(6 + (kol / 20) * 4 + 0.5 * normal(random)), `k${kol}`)
  })
  const { model, classes } = teach(all, 0.05, 'KOL')
  const of = (finals: number[]) =>
    expectationOf(
      model,
      { tier: null, classes: classesOf(classes, { tier: null, vertical: null, cellId: null }), finals },
      'KOL',
    )
  expect(model.pull.KOL).toBeLessThan(2)
  expect(of([]).level).toBeLessThan(of([10]).level)
  expect(of([10]).level).toBeLessThan(of([10, 10, 10]).level)
  expect(of([10, 10, 10]).level).toBeLessThan(10)
  // Within a KOL the top lies nearer to the middle than among all.
  expect(model.excess.KOL).toBeLessThan(model.excess.WORKSPACE)
})

test('all zeros, and all the same, teach finite numbers', () => {
  fc.assert(
    fc.property(fc.constantFrom(0, 1, 1000, 1e12), fc.integer({ min: 0, max: 120 }), (final, count) => {
      const { model } = teach(
        Array.from({ length: count }, (_, n) => trace(n, final)),
        0.05,
        'TIER',
      )
      expect(JSON.stringify(model)).not.toContain('null')
      expect(Object.values(model.excess).every(Number.isFinite)).toBe(true)
    }),
    { numRuns: 30 },
  )
})

test('a tier is a class of its own', () => {
  const all = [...traces(60, 4, 5), ...traces(60, 5, 9)].map((one, n) => ({
    ...one,
    tier: n < 60 ? ('KOC' as const) : ('HEAD' as const),
  }))
  const { model, classes } = teach(all, 0.05, 'TIER')
  const levelOf = (tier: 'KOC' | 'HEAD') =>
    expectationOf(
      model,
      { tier, classes: classesOf(classes, { tier, vertical: null, cellId: null }), finals: [] },
      'TIER',
    ).level
  expect(levelOf('KOC')).toBeCloseTo(5, 0)
  expect(levelOf('HEAD')).toBeCloseTo(9, 0)
})

test('ages before the first look teach nothing: a curve stands there for plays of later', () => {
  const late = (firstAge: number | null) =>
    traces(60, 8).map((one) => ({
      ...one,
      firstAge,
      curve: one.curve.map((plays, i) => {
        const age = AGES[i] as number
        return age < 5 * DAY || age > 10 * DAY ? null : (plays ?? one.lastPlays)
      }),
      interactions: one.interactions,
      lastAge: 20 * DAY,
    }))
  const seenAt = (firstAge: number | null) => {
    const { classes } = teach(late(firstAge), 0.05, 'WORKSPACE')
    const usual = classes.get('WORKSPACE')?.get('')?.usual.plays ?? []
    return AGES.filter((_, i) => usual[i]).map((age) => age / DAY)
  }
  expect(seenAt(5 * DAY)).toEqual([5, 7, 10])
  expect(seenAt(7.1 * DAY)).toEqual([7, 10])
  expect(seenAt(10 * DAY)).toEqual([10])
  expect(teach(late(10 * DAY), 0.05, 'WORKSPACE').model.from).toBe(10 * DAY)
})

test('of looks that are no longer kept, ages with the plays of a later one teach nothing either', () => {
  const one = traces(60, 8).map((each) => ({
    ...each,
    firstAge: null,
    curve: each.curve.map((_, i) =>
      (AGES[i] as number) >= 5 * DAY && (AGES[i] as number) <= 10 * DAY ? each.lastPlays : null,
    ),
    lastAge: 20 * DAY,
  }))
  expect(teach(one, 0.05, 'WORKSPACE').model.from).toBe(10 * DAY)
})
