import { ELEMENT_KINDS, type ElementKind, type Tier } from '../../rules/types.ts'
import { createRandom, type Random } from './random.ts'

/** Who and what a world is made of: its 达人 and the 要素 of one beauty brand. */
export interface WorldKol {
  /** 抖音号 as the platform's numeric id, 12-19 digits. */
  awemeId: string
  nickname: string
  /** 垂类 */
  vertical: string
  tier: Tier
  followers: number
  /** Final plays of this KOL's median video. */
  basePlays: number
  /** Hour of the Shanghai day at which this KOL likes to publish. */
  habitHour: number
}

export interface WorldElement {
  /** Stable within a world, e.g. `persona-2`. */
  key: string
  kind: ElementKind
  name: string
  /** Planted multiplier on plays: what an analysis of lift should find again. */
  effect: number
}

const NAMES: Record<ElementKind, readonly string[]> = {
  PERSONA: ['成分党闺蜜', '熬夜加班白领', '新手宝妈', '宿舍学姐'],
  PRODUCT: ['玻尿酸精华', '氨基酸洁面', '清透防晒乳'],
  SCENE: ['浴室镜前', '通勤路上', '深夜宿舍', '办公室午休'],
  NEED: ['换季补水', '敏感肌修护', '提亮去黄', '平价替代'],
}
const EFFECTS: Record<number, readonly number[]> = { 3: [0.85, 1, 1.2], 4: [0.82, 0.94, 1.06, 1.24] }

const VERTICALS = ['美妆', '护肤', '穿搭', '母婴', '生活', '测评', '美食', '健身']
const FIRST = ['小鹿', '阿圆', '林间', '七七', '桃子', '橘猫', '南风', '木木', '可可', '晚晚', '安然', '苏打']
const LAST = [
  '爱护肤',
  '的化妆台',
  '测评室',
  '日记',
  '穿搭记',
  '同学',
  '妈妈说',
  '的小店',
  '不熬夜',
  '慢生活',
]

/** Cut-offs follow the wording in the trade; shares lean to the tail as a brand's KOL matrix does. */
const TIERS: { tier: Tier; share: number; low: number; high: number; playsPerFollower: number }[] = [
  { tier: 'HEAD', share: 0.06, low: 1_000_000, high: 8_000_000, playsPerFollower: 0.08 },
  { tier: 'WAIST', share: 0.2, low: 100_000, high: 999_999, playsPerFollower: 0.12 },
  { tier: 'TAIL', share: 0.48, low: 10_000, high: 99_999, playsPerFollower: 0.3 },
  { tier: 'KOC', share: 0.26, low: 1_500, high: 9_999, playsPerFollower: 0.8 },
]

export function createElements(seed: string | number): WorldElement[] {
  return ELEMENT_KINDS.flatMap((kind) => {
    const names = NAMES[kind]
    const effects = shuffled(EFFECTS[names.length] ?? names.map(() => 1), createRandom(seed, 'effects', kind))
    return names.map((name, i) => ({
      key: `${kind.toLowerCase()}-${i + 1}`,
      kind,
      name,
      effect: effects[i] ?? 1,
    }))
  })
}

export function createKols(seed: string | number, count: number): WorldKol[] {
  const taken = new Set<string>()
  return Array.from({ length: count }, (_, index) =>
    createKol(createRandom(seed, 'kol', index), index, taken),
  )
}

function createKol(random: Random, index: number, taken: Set<string>): WorldKol {
  const band = TIERS[random.weighted(TIERS.map((tier) => tier.share))] as (typeof TIERS)[number]
  // Log-uniform: inside a tier, too, small accounts outnumber large ones.
  const followers = Math.floor(band.low * (band.high / band.low) ** random.next())
  return {
    awemeId: freeId(random, taken),
    nickname: nickname(index),
    vertical: random.pick(VERTICALS),
    tier: band.tier,
    followers,
    basePlays: Math.max(800, followers * band.playsPerFollower * random.factor(0.5)),
    habitHour: random.pick([12, 17, 18, 19, 19, 20, 20, 21, 21, 22]),
  }
}

function freeId(random: Random, taken: Set<string>): string {
  const id = random.digits(random.int(12, 19))
  if (taken.has(id)) return freeId(random, taken)
  taken.add(id)
  return id
}

/** Every pair once before a number is added, so that small worlds read naturally. */
function nickname(index: number): string {
  const first = FIRST[index % FIRST.length] ?? ''
  const last = LAST[(index + Math.floor(index / FIRST.length)) % LAST.length] ?? ''
  const round = Math.floor(index / (FIRST.length * LAST.length))
  return round === 0 ? `${first}${last}` : `${first}${last}${round + 1}`
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  return list
    .map((value) => ({ value, order: random.next() }))
    .sort((a, b) => a.order - b.order)
    .map(({ value }) => value)
}
