import { DAY, ELEMENT_KINDS, HOUR, MINUTE, type Purpose, type Tier } from '../../rules/types.ts'
import type { WorldElement, WorldKol } from './cast.ts'
import { type Growth, SHANGHAI_OFFSET } from './curve.ts'
import { createRandom, type Random } from './random.ts'

/** What was planted: a false dawn spikes early and dies with little interaction; a weak hit is easy to miss. */
export type Nature = 'ordinary' | 'hit' | 'weak_hit' | 'false_dawn'

export interface WorldVideo {
  /** Plain 19-digit id, beyond 2^53. */
  itemId: string
  kol: WorldKol
  /** Four choices in the order of ELEMENT_KINDS: 人货场需. */
  elements: readonly WorldElement[]
  purpose: Purpose
  title: string
  publishedAt: number
  /** Planted 爆款. */
  hit: boolean
  nature: Nature
  fate: Fate
  /** Made private or deleted by its author at an instant; null for all but the share of WorldOptions.gone. */
  gone: Gone | null
}

export interface Gone {
  at: number
  how: 'private' | 'deleted'
}

/** Everything that later decides a counter, drawn once. */
export interface Fate {
  /** Plays at the end of time, before any clean-up. */
  finalPlays: number
  growth: Growth
  /** (likes + comments + shares) / plays at the end. */
  interactionRate: number
  commentPart: number
  sharePart: number
  savesPerInteraction: number
  /** The platform serves the numbers of this long ago. */
  lagMs: number
  /** Fraud clean-up: from this instant on, plays are lower by `drop`. */
  restatedAt: number | null
  drop: number
}

export interface VideoPlan {
  key: string
  kol: WorldKol
  publishedAt: number
  nature: Nature
  elements: readonly WorldElement[]
}

const PURPOSES: { purpose: Purpose; share: number; interaction: number }[] = [
  { purpose: 'SEEDING', share: 0.5, interaction: 1.1 },
  { purpose: 'SELLING', share: 0.35, interaction: 0.8 },
  { purpose: 'TRAFFIC', share: 0.15, interaction: 0.9 },
]
/** The larger the following, the less of it answers. */
const INTERACTION: Record<Tier, number> = { HEAD: 0.03, WAIST: 0.036, TAIL: 0.042, KOC: 0.05 }
const RESTATED_SHARE = 0.02
const NOISE = 0.36

export function pickElements(elements: readonly WorldElement[], random: Random): WorldElement[] {
  return ELEMENT_KINDS.map((kind) => random.pick(elements.filter((element) => element.kind === kind)))
}

export function effectOf(elements: readonly WorldElement[]): number {
  return elements.reduce((product, element) => product * element.effect, 1)
}

/** An instant on a Shanghai day (counted from `dayStart`): mostly around the KOL's habit, rarely any time. */
export function publishInstant(dayStart: number, kol: WorldKol, random: Random): number {
  const hour = random.next() < 0.85 ? kol.habitHour + random.normal() * 0.9 : random.between(8, 23.5)
  return dayStart + Math.round((hour * HOUR) / 1000) * 1000
}

export function shanghaiMidnight(at: number): number {
  return Math.floor((at + SHANGHAI_OFFSET) / DAY) * DAY - SHANGHAI_OFFSET
}

export function createVideo(
  seed: string | number,
  plan: VideoPlan,
  taken: Set<string>,
  goneShare = 0,
): WorldVideo {
  const random = createRandom(seed, plan.key)
  const purpose = PURPOSES[random.weighted(PURPOSES.map((each) => each.share))] as (typeof PURPOSES)[number]
  return {
    itemId: freeItemId(plan.publishedAt, random, taken),
    kol: plan.kol,
    elements: plan.elements,
    purpose: purpose.purpose,
    title: titleOf(plan.elements, random),
    publishedAt: plan.publishedAt,
    hit: plan.nature === 'hit' || plan.nature === 'weak_hit',
    nature: plan.nature,
    fate: drawFate(plan, purpose.interaction, random),
    gone: drawGone(seed, plan, goneShare),
  }
}

/** From a generator of its own, so that asking for it changes no counter. */
function drawGone(seed: string | number, plan: VideoPlan, share: number): Gone | null {
  if (share === 0) return null
  const random = createRandom(seed, 'gone', plan.key)
  if (random.next() >= share) return null
  const at = plan.publishedAt + Math.round(random.between(6 * HOUR, 96 * HOUR))
  return { at, how: random.next() < 0.5 ? 'private' : 'deleted' }
}

/** To whoever is not its author a private video is as gone as a deleted one. */
export function isPublic({ publishedAt, gone }: WorldVideo, now: number): boolean {
  return publishedAt <= now && (gone === null || now < gone.at)
}

/** Its author sees it until it is deleted. */
export function isThere(video: WorldVideo, now: number): boolean {
  return video.publishedAt <= now && (isPublic(video, now) || video.gone?.how === 'private')
}

function drawFate(plan: VideoPlan, purposeInteraction: number, random: Random): Fate {
  const luck = effectOf(plan.elements) * random.factor(NOISE)
  const restated = random.next() < RESTATED_SHARE
  const restatedAt = plan.publishedAt + Math.round(random.between(8 * HOUR, 72 * HOUR))
  return {
    finalPlays: plan.kol.basePlays * luck * boost(plan.nature, random),
    growth: growthOf(plan.nature, random),
    interactionRate: interactionOf(plan, luck, purposeInteraction, random),
    commentPart: random.between(0.05, 0.12),
    sharePart: random.between(0.08, 0.18),
    savesPerInteraction: random.between(0.1, 0.4),
    lagMs: Math.round(random.between(0, 20 * MINUTE)),
    restatedAt: restated ? restatedAt : null,
    drop: restated ? random.between(0.03, 0.06) : 0,
  }
}

function boost(nature: Nature, random: Random): number {
  if (nature === 'hit') return 6 * (20 / 6) ** random.next()
  if (nature === 'weak_hit') return random.between(3, 5.5)
  return nature === 'false_dawn' ? random.between(2.5, 3.5) : 1
}

function growthOf(nature: Nature, random: Random): Growth {
  if (nature === 'hit' || nature === 'weak_hit') {
    return { tauHours: random.between(18, 36), shape: random.between(1, 1.25) }
  }
  if (nature === 'false_dawn') return { tauHours: random.between(2, 4), shape: random.between(0.85, 1) }
  return { tauHours: 10 * random.factor(0.15), shape: random.between(0.8, 0.95) }
}

/**
 * Mere luck brings strangers who answer less, so a lucky ordinary video has a lower rate than usual;
 * a hit is one that strangers answer as well.
 */
function interactionOf(plan: VideoPlan, luck: number, purposeInteraction: number, random: Random): number {
  if (plan.nature === 'hit') return random.between(0.05, 0.12)
  if (plan.nature === 'weak_hit') return random.between(0.028, 0.05)
  if (plan.nature === 'false_dawn') return random.between(0.016, 0.029)
  const usual = INTERACTION[plan.kol.tier] * purposeInteraction * random.factor(0.2)
  return Math.min(0.08, Math.max(0.02, usual * luck ** -0.9))
}

/** Real ids carry their second of publication in the upper 32 bits, which is what makes them 19 digits long. */
function freeItemId(publishedAt: number, random: Random, taken: Set<string>): string {
  const id = String((BigInt(Math.floor(publishedAt / 1000)) << 32n) | BigInt(random.int(0, 0xffffffff)))
  if (taken.has(id)) return freeItemId(publishedAt, random, taken)
  taken.add(id)
  return id
}

function titleOf(elements: readonly WorldElement[], random: Random): string {
  const [persona = '', product = '', scene = '', need = ''] = elements.map((element) => element.name)
  return random.pick([
    `${need}别乱买！${persona}在${scene}只用${product}`,
    `${scene}｜${persona}的${product}空瓶记，${need}真的有用`,
    `${persona}实测：${product}一周，${need}前后对比`,
    `跟着${persona}，${scene}三分钟搞定${need} #${product}`,
  ])
}
