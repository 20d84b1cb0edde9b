import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Episode, type Evidence, moved } from '../../rules/breakout.ts'
import { AGES } from '../../rules/curve.ts'
import type { Forecast } from '../../rules/forecast.ts'
import { type ActiveRule, type JudgeInput, judge, type Verdict, type Watch } from '../../rules/judge.ts'
import type { Peer } from '../../rules/metric.ts'
import type { StandingOf } from '../../rules/reference.ts'
import { completed, type Definition, metricsOf, type Place, type Scope } from '../../rules/rule.ts'
import { EVERYWHERE } from '../../rules/scope.ts'
import { DAY, HOUR, MINUTE, type Purpose } from '../../rules/types.ts'
import { definitions } from './rule-world.ts'
import { lookOf, series } from './series.ts'

const PUBLISHED = Date.UTC(2026, 5, 1)
const TEN = 10 * MINUTE

const watch = (purpose: Purpose = 'SEEDING'): Watch => ({
  videoId: 7,
  publishedAt: PUBLISHED,
  purpose,
  last: null,
  velocity: null,
  curve: [],
})
/** Plays of 1000 raise, below 500 lets go; held 30 minutes, cooled down in 60. */
const RULE = completed({
  condition: { metric: 'plays', op: '>=', value: 1000, release: 500 },
  holdMinutes: 30,
  cooldownMinutes: 60,
})
const active = (more: Partial<Definition> = {}, ruleId = 1): ActiveRule => ({
  ruleId,
  version: 3,
  definition: { ...RULE, ...more },
})

test.each<[string, (number | null | '_')[]]>([
  ['0 100', [0, 100]],
  ['300+50x3', [300, 350, 400, 450]],
  ['300-50x1', [300, 250]],
  ['0 100 300+50x3 _ 900', [0, 100, 300, 350, 400, 450, '_', 900]],
  ['? _x2 ?x2 7', [null, '_', '_', null, null, 7]],
])('the notation %s', (text, expected) => {
  const looks = series(text, PUBLISHED, TEN)
  expect(looks.map((look) => (look === null ? '_' : look.plays))).toEqual(expected)
  for (const [i, look] of looks.entries()) if (look) expect(look.observedAt).toBe(PUBLISHED + i * TEN)
})

test.each(['x', '1+', '1+2', '_2', '1x3', '-5'])('%s is no notation', (text) => {
  expect(() => series(text, PUBLISHED, TEN)).toThrow('is no word of a series')
})

const SIGN = { PENDING: 'p', FIRING: 'F', COOLING: 'c', CLOSED: 'h' }

/**
 * Judges the looks, one each ten minutes from ten minutes on. One letter each for what is there afterwards: `-` no
 * episode, `p` pending, `F` firing, `b` firing below the release level, `c` cooling, `h` closed by hand, `_` nobody looked. `byHand`: after that many
 * looks a person closes the episode.
 */
function run(text: string, definition: Partial<Definition> = {}, byHand = -1): string {
  let state = watch()
  let episode: Episode | null = null
  const seen = series(text, PUBLISHED + TEN, TEN).map((look, i) => {
    if (look !== null) {
      const before: Episode | null = episode
      const input: JudgeInput = {
        watch: state,
        look,
        kol: null,
        rules: [active(definition)],
        episodeOf: () => before,
      }
      const verdict: Verdict = judge(input)
      state = verdict.watch
      for (const { step } of verdict.moves) episode = moved(episode, step, look.observedAt)
    }
    if (i === byHand && episode !== null) episode = { ...(episode as Episode), state: 'CLOSED' }
    const now = episode as Episode | null
    return look === null ? '_' : now === null ? '-' : now.belowAt !== null ? 'b' : SIGN[now.state]
  })
  return seen.join(' ')
}

test.each<[string, string, Partial<Definition>, string]>([
  ['never met', '0 100 300+50x3 _ 900', {}, '- - - - - - _ -'],
  ['met for 30 minutes: fires on the look that completes them', '900 1000+100x3', {}, '- p p p F'],
  ['pending, firing', '0 100 1000+100x4', {}, '- - p p p F F'],
  [
    'lapses on one look below the value, although above the release',
    '1000 1000 999 1000+1x3',
    {},
    'p p - p p p F',
  ],
  ['a missing look neither fires nor lapses', '1000 _ _ 1003', {}, 'p _ _ F'],
  ['looks without plays neither fire nor lapse', '1000 ?x4 1005', {}, 'p p p p p F'],
  ['fires at once without a hold', '999 1000', { holdMinutes: 0 }, '- F'],
  ['held between the levels', '1000 999 500', { holdMinutes: 0 }, 'F F F'],
  ['firing, cooling, closed after 60 minutes', '1000 499 400+0x5 0', { holdMinutes: 0 }, 'F c c c c c c - -'],
  [
    'cooling, back to firing, and the cooldown anew',
    '1000 499 1000 499+0x6',
    { holdMinutes: 0 },
    'F c F c c c c c c -',
  ],
  [
    'between the levels a cooled-down episode closes',
    '1000 499 600+0x5',
    { holdMinutes: 0 },
    'F c c c c c c -',
  ],
  [
    'missing looks while cooling: closes at the next look',
    '1000 499 _x7 499',
    { holdMinutes: 0 },
    'F c _ _ _ _ _ _ _ -',
  ],
  [
    'looks without plays while cooling close nothing',
    '1000 499 ?x7 499',
    { holdMinutes: 0 },
    'F c c c c c c c c -',
  ],
  [
    'closes at once without a cooldown, and a new one fires',
    '1000 499 1000',
    { holdMinutes: 0, cooldownMinutes: 0 },
    'F - F',
  ],
  ['the whole way', '0 500 1000+200x4 300 200 _x5 200 0', {}, '- - p p p F F c c _ _ _ _ _ - -'],
])('%s', (_name, text, definition, expected) => {
  expect(run(text, definition)).toBe(expected)
})

test.each<[string, string, number, string]>([
  ['stays closed while the rule is met', '1000+100x5', 2, 'F F h h h h'],
  ['stays closed between the levels', '1000 1000 600 1000', 1, 'F h h h'],
  ['begins anew after a release', '1000 1000 400 1000', 1, 'F h - F'],
  ['is not begun anew by looks without plays', '1000 1000 ? _ 1000', 1, 'F h h _ h'],
  ['closed while cooling: forgotten at the next release', '1000 400 400 1000', 1, 'F h - F'],
])('closed by hand: %s', (_name, text, byHand, expected) => {
  expect(run(text, { holdMinutes: 0 }, byHand)).toBe(expected)
})

const HIT = lookOf(PUBLISHED + HOUR, 5000)
const given = (more: Partial<JudgeInput> = {}): JudgeInput => ({
  watch: watch(),
  look: HIT,
  kol: null,
  rules: [active({ holdMinutes: 0 })],
  episodeOf: () => null,
  ...more,
})

test.each<[Purpose[], Purpose, boolean]>([
  [[], 'SEEDING', true],
  [[], 'TRAFFIC', true],
  [['SEEDING'], 'SEEDING', true],
  [['SEEDING'], 'SELLING', false],
  [['SELLING', 'TRAFFIC'], 'TRAFFIC', true],
  [['SELLING', 'TRAFFIC'], 'SEEDING', false],
])('a rule for %j judges a %s video: %s', (purposes, purpose, judged) => {
  const rules = [active({ holdMinutes: 0, purposes })]
  expect(judge(given({ watch: watch(purpose), rules })).moves).toHaveLength(judged ? 1 : 0)
})

test('each rule moves its own episode, and only rules that move are in the verdict', () => {
  const open: Record<number, Episode> = {
    1: { state: 'PENDING', pendingAt: HIT.observedAt - 30 * MINUTE, belowAt: null, coolingAt: null },
    2: { state: 'FIRING', pendingAt: PUBLISHED, belowAt: null, coolingAt: null },
  }
  const rules = [active({}, 1), active({}, 2), active({}, 3), active({ purposes: ['SELLING'] }, 4)]
  const { moves } = judge(given({ rules, episodeOf: (ruleId) => open[ruleId] ?? null }))
  expect(moves.map(({ rule, step }) => [rule.ruleId, step.to])).toEqual([
    [1, 'FIRING'],
    [3, 'PENDING'],
  ])
})

test('the evidence holds what the rule read, plays, interaction rate and age', () => {
  const condition = { any: [{ metric: 'saves', op: '>=', value: 10 } as const, RULE.condition] }
  const { moves } = judge(given({ rules: [active({ condition })] }))
  expect(moves[0]?.evidence).toEqual<Evidence>({
    observedAt: '2026-06-01T01:00:00.000Z',
    condition: 'saves >= 10 or plays >= 1000',
    readings: {
      saves: { value: null, reason: 'NOT_GIVEN' },
      plays: { value: 5000 },
      interactionRate: { value: 0.1 },
      ageHours: { value: 1 },
    },
  })
})

test('a look is judged against the looks before it, and carried on', () => {
  const first = judge(given({ rules: [] }))
  expect(first.readings.velocity).toEqual({ value: null, reason: 'NO_EARLIER_LOOK' })
  expect(first.watch.last).toBe(HIT)
  const second = judge(given({ watch: first.watch, look: lookOf(HIT.observedAt + HOUR, 8000), rules: [] }))
  expect(second.readings.velocity).toEqual({ value: 3000 })
  expect([1, 3].map((i) => second.watch.curve[i])).toEqual([5000, 8000])
})

test('a rule on the KOL baseline reads the peers at the age of the look', () => {
  const peer = (i: number): Peer => ({
    videoId: i,
    publishedAt: PUBLISHED - i * DAY,
    curve: AGES.map((age) => age / MINUTE),
  })
  const rules = [active({ condition: { metric: 'kolRatio', op: '>=', value: 80 }, holdMinutes: 0 })]
  const kol = (count: number) => ({ followers: null, peers: [1, 2, 3].slice(0, count).map(peer) })
  const hit = judge(given({ rules, kol: kol(3) }))
  expect(hit.readings.kolRatio).toEqual({ value: 5000 / 60 })
  expect(hit.moves.map(({ step }) => step.to)).toEqual(['FIRING'])
  const unknown = judge(given({ rules, kol: kol(2) }))
  expect(unknown.readings.kolRatio).toEqual({ value: null, reason: 'TOO_FEW_PEERS' })
  expect(unknown.moves).toEqual([])
})

test.each<[string, Partial<Definition>, string]>([
  ['keeps firing for 20 minutes below, then cools', { keepFiringMinutes: 20 }, 'F b b c c'],
  ['keeps firing until it is back at the release level, then anew', { keepFiringMinutes: 20 }, 'F b F b b c'],
  ['looks without plays end nothing', { keepFiringMinutes: 20 }, 'F b b b c'],
  [
    'without a cooldown it closes when the time is over',
    { keepFiringMinutes: 10, cooldownMinutes: 0 },
    'F b -',
  ],
])('keep firing: %s', (name, more, expected) => {
  const plays: Record<string, string> = {
    'F b b c c': '1000 400+0x3',
    'F b F b b c': '1000 400 500 400+0x2',
    'F b b b c': '1000 400 ?x2 400',
    'F b -': '1000 400 400',
  }
  expect(run(plays[expected] as string, { holdMinutes: 0, ...more }), name).toBe(expected)
})

const HERE: Place = { brandId: 1, matrixId: 2, phaseId: 3, tier: 'HEAD' }
test.each<[string, Partial<Scope>, Place | null | undefined, boolean]>([
  ['no scope, nothing known of the video', {}, undefined, true],
  ['no scope, a video that belongs nowhere', {}, null, true],
  ['its brand', { brandIds: [7, 1] }, HERE, true],
  ['another brand', { brandIds: [7] }, HERE, false],
  ['its matrix', { matrixIds: [2] }, HERE, true],
  ['another matrix', { matrixIds: [1] }, HERE, false],
  ['its phase', { phaseIds: [3] }, HERE, true],
  ['a phase, and the video has none', { phaseIds: [3] }, { ...HERE, phaseId: null }, false],
  ['its tier', { tiers: ['WAIST', 'HEAD'] }, HERE, true],
  ['a tier, and its KOL has none', { tiers: ['HEAD'] }, { ...HERE, tier: null }, false],
  ['all four', { brandIds: [1], matrixIds: [2], phaseIds: [3], tiers: ['HEAD'] }, HERE, true],
  ['three of four', { brandIds: [1], matrixIds: [2], phaseIds: [3], tiers: ['KOC'] }, HERE, false],
  ['any scope, nothing known of the video', { brandIds: [1] }, undefined, false],
  ['any scope, a video that belongs nowhere', { tiers: ['KOC'] }, null, false],
])('scope: %s', (_name, scope, place, judged) => {
  const rules = [active({ holdMinutes: 0, scope: { ...EVERYWHERE, ...scope } })]
  const placed = { ...watch(), ...(place !== undefined && { place }) }
  expect(judge(given({ watch: placed, rules })).moves).toHaveLength(judged ? 1 : 0)
})

test('what is compared beyond the catalogue is read once, judged by, kept as evidence and carried in the readings', () => {
  let asked = 0
  const standingOf: StandingOf = (reference, of, age, value) => {
    asked++
    expect([reference, of, age, value]).toEqual(['TIER', 'plays', HOUR, 5000])
    return { ratio: 4, percentile: 0.9, videos: 12 }
  }
  const beside = { metric: 'plays', of: 'TIER', by: 'RATIO', op: '>=', value: 3 } as const
  const over = { metric: 'plays', windowMinutes: 30, op: '>=', value: 1000 } as const
  const rules = [
    active({ holdMinutes: 0, condition: { all: [beside, { not: { ...over, value: 4000 } }] } }, 1),
    active({ holdMinutes: 0, condition: beside }, 2),
    active({ holdMinutes: 0, condition: { metric: 'breakoutProbability', op: '>=', value: 0.7 } }, 3),
  ]
  const last = lookOf(PUBLISHED + 30 * MINUTE, 3000)
  const forecast = { probability: 0.8, plays24h: 1e4, plays7d: 2e4, final: 3e4 } as Forecast
  const { moves, readings } = judge(
    given({ watch: { ...watch(), last }, rules, standingOf, foresee: () => forecast }),
  )
  expect(asked).toBe(1)
  expect(moves.map(({ step }) => step.to)).toEqual(['FIRING', 'FIRING', 'FIRING'])
  const kept = { 'plays / TIER median': { value: 4 }, 'plays over 30 min': { value: 2000 } }
  expect(readings).toMatchObject(kept)
  expect(moves[0]?.evidence).toMatchObject({
    condition: 'plays / TIER median >= 3 and not (plays over 30 min >= 4000)',
    readings: { ...kept, plays: { value: 5000 } },
  })
  expect(moves[2]?.evidence.readings).toMatchObject({ breakoutProbability: { value: 0.8 } })
})

test('without a forecast or a reference nothing moves', () => {
  const parts = [
    { metric: 'plays', of: 'KOL', by: 'PERCENTILE', op: '>=', value: 0 },
    { metric: 'breakoutProbability', op: '>=', value: 0 },
  ] as const
  const rules = parts.map((condition, i) => active({ holdMinutes: 0, condition }, i))
  const { moves, readings } = judge(given({ rules }))
  expect(moves).toEqual([])
  expect(readings).toMatchObject({
    'plays percentile of KOL': { value: null, reason: 'TOO_FEW_PEERS' },
    breakoutProbability: { value: null, reason: 'NOT_FORESEEN' },
  })
})

test('a definition of before judges as its whole one does', () => {
  const { condition, purposes, holdMinutes, cooldownMinutes } = RULE
  const old = { condition, purposes, holdMinutes: 0 * holdMinutes, cooldownMinutes } as Definition
  const rules = [{ ruleId: 1, version: 1, definition: old }]
  expect(judge(given({ rules })).moves.map(({ step }) => step.to)).toEqual(['FIRING'])
})

test('any rule may be asked of any look: nothing is thrown, and no look without numbers moves an episode', () => {
  const standing = fc.option(fc.record({ ratio: fc.nat(5), percentile: fc.nat(1), videos: fc.nat(9) }))
  const episode = fc.option(
    fc.record({
      state: fc.constantFrom<Episode['state'][]>('PENDING', 'FIRING', 'COOLING', 'CLOSED'),
      pendingAt: fc.constant(PUBLISHED),
      belowAt: fc.constantFrom(null, PUBLISHED),
      coolingAt: fc.constant(PUBLISHED),
    }),
  )
  fc.assert(
    // Without its age nothing is known of such a look, and no class speaks of what is not known.
    fc.property(fc.array(definitions, { maxLength: 3 }), standing, episode, (all, standing, episode) => {
      const rules = all.map((d, i) => active({ ...d, purposes: [], scope: EVERYWHERE }, i))
      const input = given({ rules, standingOf: () => standing, episodeOf: () => episode })
      judge(input)
      const nothing = { plays: null, likes: null, comments: null, shares: null, saves: null }
      const blind = judge({ ...input, look: { observedAt: HIT.observedAt, ...nothing } })
      for (const { rule } of blind.moves) {
        expect(metricsOf(rule.definition.condition)).toContain('ageHours')
      }
    }),
    { numRuns: 500 },
  )
})

test('judging changes nothing it is given, and answers the same twice', () => {
  const frozen = <T>(part: T): T => {
    if (part !== null && typeof part === 'object') for (const inner of Object.values(part)) frozen(inner)
    return Object.freeze(part)
  }
  const peers = [1, 2, 3].map((i) => ({ videoId: i, publishedAt: PUBLISHED - i, curve: AGES.map(() => 100) }))
  const input = frozen(given({ kol: { followers: 10, peers } }))
  expect(judge(input)).toEqual(judge(input))
})
