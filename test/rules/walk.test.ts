import fc from 'fast-check'
import { expect, test } from 'vitest'
import { completed } from '../../rules/rule.ts'
import { SHIPPED_RULE } from '../../rules/rule-pack.ts'
import { HOUR } from '../../rules/types.ts'
import { FIRST, walked, world } from './walk-world.ts'

const shipped = { ruleId: 1, version: 1, definition: SHIPPED_RULE.definition }

test('an empty walk has learned nothing and knows no video', () => {
  const { walk } = walked([])
  expect(walk.lessons).toBe(0)
  expect(walk.lesson.model.videos).toBe(0)
  expect(walk.usualOf('v1')).toBeNull()
})

test('it learns as it goes', () => {
  const { walk, told } = walked(world(1, 300, 20))
  expect(walk.lessons).toBeGreaterThan(5)
  expect(walk.lesson.model.videos).toBeGreaterThan(150)
  expect(walk.usualOf('v1')).not.toBeNull()
  for (const { forecast } of told) {
    if (!forecast) continue
    expect(forecast.probability >= 0 && forecast.probability <= 1).toBe(true)
    expect(forecast.low <= forecast.final && forecast.final <= forecast.high).toBe(true)
  }
})

test('nothing is read ahead: what follows an instant changes nothing of what was said before it', () => {
  fc.assert(
    fc.property(fc.integer(), fc.double({ min: 0, max: 1, noNaN: true }), (seed, share) => {
      const looks = world(seed, 120, 12)
      const kept = Math.floor(share * looks.length)
      const other = world(seed + 1, 120, 12).filter(
        ({ look }) => look.observedAt > (looks[kept]?.look.observedAt ?? FIRST),
      )
      const whole = walked(looks, { rules: [shipped] }).told.slice(0, kept)
      expect(walked(looks.slice(0, kept), { rules: [shipped] }).told).toEqual(whole)
      const elsewhere = [...looks.slice(0, kept), ...other]
      expect(walked(elsewhere, { rules: [shipped] }).told.slice(0, kept)).toEqual(whole)
    }),
    { numRuns: 8 },
  )
})

test('a look without plays foresees nothing, and a video whose last look has none keeps what it had', () => {
  const looks = world(3, 200, 12)
  const { told } = walked(looks)
  for (const [i, { forecast }] of told.entries())
    expect(forecast === null).toBe(looks[i]?.look.plays === null)
  const blind = looks.map((each) => {
    const last = each.look.observedAt - each.video.publishedAt === 72 * HOUR
    return last ? { ...each, look: { ...each.look, plays: null } } : each
  })
  const { level } = walked(blind).walk.usualOf('v0') ?? {}
  expect(level).toBeCloseTo(walked(looks).walk.usualOf('v0')?.level as number, 0)
})

test('a rule fires once in an episode, goes below its level, comes back and cools', () => {
  const definition = completed({
    condition: { metric: 'plays', op: '>=', value: 100, release: 50 },
    holdMinutes: 60,
    keepFiringMinutes: 120,
    cooldownMinutes: 60,
  })
  const video = { id: 'a', publishedAt: FIRST, kolId: null, tier: null }
  const looks = [10, 200, 200, 20, 200, 20, 20, 20, 20].map((plays, n) => ({
    video,
    look: {
      observedAt: FIRST + (n + 1) * HOUR,
      plays,
      likes: null,
      comments: null,
      shares: null,
      saves: null,
    },
    followers: null,
  }))
  const { told } = walked(looks, { rules: [{ ruleId: 1, version: 1, definition }] })
  expect(told.map(({ verdict }) => verdict.moves.map(({ step }) => step.to).join())).toEqual([
    '',
    'PENDING',
    'FIRING',
    'BELOW',
    'ABOVE',
    'BELOW',
    '',
    'COOLING',
    'CLOSED',
  ])
})

test('a rule may compare with the class at the same age, once there is one', () => {
  const definition = completed({
    condition: { metric: 'plays', of: 'WORKSPACE', by: 'RATIO', op: '>=', value: 3 },
  })
  const looks = world(5, 200, 12)
  const { told } = walked(looks, { rules: [{ ruleId: 1, version: 1, definition }] })
  const fired = told.flatMap(({ verdict }) => verdict.moves).filter(({ step }) => step.to === 'FIRING')
  expect(fired.length).toBeGreaterThan(5)
  expect(fired[0]?.evidence.readings['plays / WORKSPACE median']?.value).toBeGreaterThanOrEqual(3)
})
