/** Worlds with planted breakouts, walked under a decaying schedule of looks: what each rule flagged, and when. */
import { createWorld, type TruthOfVideo, type World } from '../platforms/simulator/world.ts'
import { spreadOf, type Tally, tally } from '../rules/score.ts'
import { DEFAULT_TIER_POLICY, tierOf } from '../rules/tier.ts'
import { HOUR, type Look } from '../rules/types.ts'
import { createWalk, type Walk } from '../rules/walk.ts'
import { nextAge } from './decaying.ts'
import type { Candidate } from './detection-rules.ts'
import { TOP } from './detection-sets.ts'

export interface WorldsOptions {
  startAt: number
  worlds: number
  /** Of each world. */
  videos: number
  /** Earlier videos of each KOL. */
  history: number
}

/** One planted or ordinary video, and when each rule flagged it first, by ruleId; ms. */
export interface Flagged {
  truth: TruthOfVideo
  /** It ended in the top share of its KOL's videos, by what was known of them at its first look. */
  top: boolean
  at: Map<number, number>
}

const KOLS = 300
const HIT_SHARE = 0.06
const PUBLISH_DAYS = 14

export function worldOf(seed: string, { startAt, videos, history }: Omit<WorldsOptions, 'worlds'>): World {
  return createWorld({
    seed,
    startAt,
    kols: KOLS,
    videos,
    hitShare: HIT_SHARE,
    publishDays: PUBLISH_DAYS,
    history,
  })
}

export function walkWorlds(options: WorldsOptions, candidates: readonly Candidate[]): Flagged[] {
  return Array.from({ length: options.worlds }, (_, i) =>
    walkWorld(worldOf(`detection ${i}`, options), candidates),
  ).flat()
}

function walkWorld(world: World, candidates: readonly Candidate[]): Flagged[] {
  const rules = candidates.map(({ rule }) => rule)
  const walk = createWalk({ rules, top: TOP, narrowest: 'KOL', offset: 8 * HOUR })
  walkHistory(walk, world)
  const flagged = new Map<string, Flagged>(
    world.truth().map((truth) => [truth.itemId, { truth, top: false, at: new Map() }]),
  )
  for (const { video, observedAt } of looksOf(world)) {
    const { itemId, publishedAt, kol } = video
    const counters = world.counters(itemId, observedAt)
    if (counters === null) continue
    const walker = { id: itemId, publishedAt, kolId: kol.awemeId, tier: kol.tier }
    const first = walk.usualOf(itemId) === null
    const { verdict, usual } = walk.look(walker, { observedAt, ...counters }, kol.followers)
    const one = flagged.get(itemId) as Flagged
    if (first) one.top = Math.log1p(one.truth.finalPlays) >= usual.cutoff
    const { at } = one
    for (const { rule, step } of verdict.moves) {
      if (step.to === 'FIRING' && !at.has(rule.ruleId)) at.set(rule.ruleId, observedAt)
    }
  }
  return [...flagged.values()]
}

export function walkHistory(walk: Walk, world: World): void {
  for (const { itemId, publishedAt, kolId, observedAt, counters, followers } of world.historyObservations()) {
    const look: Look = { observedAt, ...counters }
    const tier = tierOf(followers, DEFAULT_TIER_POLICY, null)
    walk.look({ id: itemId, publishedAt, kolId, tier }, look, followers)
  }
}

function looksOf(world: World) {
  const looks = world.videos.flatMap((video) =>
    agesOfLooks().map((age) => ({ video, observedAt: video.publishedAt + age })),
  )
  return looks.sort((a, b) => a.observedAt - b.observedAt)
}

/** Of the decaying schedule, ms. */
export function agesOfLooks(): number[] {
  const ages: number[] = []
  for (let age = nextAge(0); age !== null; age = nextAge(age)) ages.push(age)
  return ages
}

/** A flag so long before half of the final plays was in time. */
const IN_TIME = 6 * HOUR

export interface RuleScore {
  all: Tally
  /** Only flags in time count; hits are all that were planted. */
  early: Tally
  /** Hours before half of the final plays, of the right flags. */
  lead: ReturnType<typeof spreadOf>
  /** Wrong flags: those that spiked early, and ordinary ones. */
  falseDawns: number
  ordinary: number
  /** Of all flags, those that ended in the top of their class, planted or not. */
  inTop: number
}

export function scoreRule(flagged: readonly Flagged[], ruleId: number): RuleScore {
  const hits = flagged.map(({ truth }) => truth.hit)
  const leads = flagged.map(({ truth, at }) => {
    const firedAt = at.get(ruleId)
    return firedAt === undefined ? null : truth.halfAt - firedAt
  })
  const wrong = flagged.filter(({ truth, at }) => !truth.hit && at.has(ruleId))
  return {
    all: tally(
      leads.map((lead) => lead !== null),
      hits,
    ),
    early: tally(
      leads.map((lead) => lead !== null && lead >= IN_TIME),
      hits,
    ),
    lead: spreadOf(leads.flatMap((lead, i) => (lead !== null && hits[i] ? [lead / HOUR] : []))),
    falseDawns: wrong.filter(({ truth }) => truth.nature === 'false_dawn').length,
    ordinary: wrong.filter(({ truth }) => truth.nature === 'ordinary').length,
    inTop: flagged.filter(({ top, at }) => top && at.has(ruleId)).length,
  }
}
