/** Videos as `rules/look-value.ts` is asked about them: a table's, and arbitrary ones. */
import fc from 'fast-check'
import type { Episode } from '../../rules/breakout.ts'
import type { Sight } from '../../rules/look-growth.ts'
import { prepareRules } from '../../rules/look-rules.ts'
import { type LookInput, nextLook } from '../../rules/look-value.ts'
import { told as said, type Why } from '../../rules/look-why.ts'
import {
  METRIC_KEYS,
  type MetricKey,
  type NullReason,
  type Reading,
  type Readings,
} from '../../rules/metric.ts'
import { type Condition, completed, type Definition, STARTER_RULE } from '../../rules/rule.ts'
import { DAY, HOUR, MINUTE, PHASES } from '../../rules/types.ts'

export const PUBLISHED = Date.UTC(2026, 5, 1, 12)

/** A number, or why there is none. */
export type Told = Partial<Record<MetricKey, number | NullReason>>

export function sight(age: number, told: Told): Sight {
  const read = (key: MetricKey): Reading => {
    const one = told[key] ?? 'NOT_GIVEN'
    return typeof one === 'number' ? { value: one } : { value: null, reason: one }
  }
  const readings = Object.fromEntries(METRIC_KEYS.map((key) => [key, read(key)])) as Readings
  return { observedAt: PUBLISHED + age, readings: { ...readings, ageHours: { value: age / HOUR } } }
}

export const ruled = (condition: Condition, episode: Episode | null = null, ruleId = 1) => ({
  ruleId,
  definition: completed({ condition, holdMinutes: 30 }),
  episode,
})

/** What `nextLook` is asked, each rule beside its episode. */
export interface Video extends Omit<LookInput, 'rules' | 'episodeOf'> {
  rules: readonly { ruleId: number; definition: Definition; episode: Episode | null }[]
}

export const asked = ({ rules, ...rest }: Video): LookInput => ({
  ...rest,
  rules: prepareRules(rules),
  episodeOf: (id) => rules.find(({ ruleId }) => ruleId === id)?.episode ?? null,
})

/** The next look, and what a reader is told about it. */
export function soon(one: Video, now = nowOf(one)): { at: number | null; why: Why } {
  const { at, why } = nextLook(asked(one), now)
  return { at, why: said(why) }
}

export const input = (more: Partial<Video> = {}): Video => ({
  publishedAt: PUBLISHED,
  purpose: 'SEEDING',
  last: null,
  before: null,
  rules: [{ ruleId: 1, definition: STARTER_RULE.definition, episode: null }],
  source: { freshnessMs: 10 * MINUTE, costFen: 10 },
  delayFenPerHour: 600,
  trial: false,
  phase: null,
  cycleMs: null,
  misses: 0,
  ...more,
})

const reading = (most: number) =>
  fc.oneof(
    { weight: 5, arbitrary: fc.double({ min: 0, max: most, noNaN: true }) },
    { weight: 1, arbitrary: fc.constantFrom<NullReason>('TOO_FEW_PEERS', 'NOT_GIVEN', 'NO_KOL', 'RESTATED') },
  )
const told: fc.Arbitrary<Told> = fc.record({
  plays: reading(1e6),
  kolRatio: reading(6),
  interactionRate: reading(0.1),
  velocity: reading(1e5),
  playsPerFollower: reading(3),
})
const comparison: fc.Arbitrary<Condition> = fc.oneof(
  fc.integer({ min: 1, max: 1_000_000 }).map((value) => ({ metric: 'plays', op: '>=', value }) as const),
  fc.constantFrom<Condition>(
    { metric: 'kolRatio', op: '>=', value: 3, release: 2 },
    { metric: 'interactionRate', op: '>=', value: 0.03, release: 0.025 },
    { metric: 'velocity', op: '<=', value: 500, release: 800 },
    { metric: 'ageHours', op: '>=', value: 6 },
    { metric: 'plays', op: '>=', value: 0 },
  ),
)
const condition: fc.Arbitrary<Condition> = fc.oneof(
  comparison,
  fc.array(comparison, { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
  fc.array(comparison, { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
)

export const episodeIn = (state: Episode['state'], at: number, belowAt: number | null = null): Episode => ({
  state,
  pendingAt: at,
  belowAt,
  coolingAt: at,
})

/** Any video at the instant of its latest look, or of its publication; no look has failed, no cycle is set. */
export const video: fc.Arbitrary<Video> = fc
  .record({
    ages: fc.option(fc.tuple(fc.integer({ min: 0, max: 31 * DAY }), fc.integer({ min: 1, max: 3 * DAY }))),
    told: fc.tuple(told, told),
    conditions: fc.array(
      fc.tuple(condition, fc.constantFrom(null, 'PENDING', 'FIRING', 'COOLING', 'CLOSED')),
      {
        maxLength: 3,
      },
    ),
    freshnessMs: fc.integer({ min: 0, max: DAY }),
    costFen: fc.double({ min: 0, max: 1e4, noNaN: true }),
    delayFenPerHour: fc.double({ min: 1, max: 1e5, noNaN: true }),
    trial: fc.boolean(),
    phase: fc.constantFrom(null, ...PHASES),
  })
  .map(({ ages, told, conditions, freshnessMs, costFen, ...rest }) => {
    const [age, gap] = ages ?? [0, 0]
    const last = ages && sight(age, told[0])
    const before = last && age > gap ? sight(age - gap, told[1]) : null
    const rules = conditions.map(([condition, state], i) =>
      ruled(condition, state && episodeIn(state, PUBLISHED + age), i + 1),
    )
    return input({ last, before, rules, source: { freshnessMs, costFen }, ...rest })
  })

/** The instant at which the next look is decided: right after the last. */
export const nowOf = ({ last, publishedAt }: Video): number => last?.observedAt ?? publishedAt
