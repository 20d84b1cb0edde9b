import { createRandom, type Random } from './random.ts'
import { effectOf, type Nature, type WorldVideo } from './videos.ts'
import type { World } from './world.ts'

/** What money buys on a video: it follows from the video's planted quality, so a trial tells something true. */
export interface Yield {
  fenPerPlay: number
  /** GMV of orders paid per 分 spent, before it tires. */
  roi: number
  priceFen: number
  /** Share of the GMV that is refunded within 14 days. */
  refundRate: number
}

/** Money spent, and the same money weighed by how fresh the video still was. */
export interface Spent {
  fen: number
  worth: number
}

export interface Figures {
  spendFen: number
  plays: number
  shows: number
  clicks: number
  likes: number
  comments: number
  shares: number
  follows: number
  orders: number
  gmvFen: number
  /** Refunded in the end. */
  refundFen: number
}

const ROI: Record<Nature, number> = { hit: 2.8, weak_hit: 1.9, ordinary: 0.9, false_dawn: 0.5 }
const FEN_PER_PLAY: Record<Nature, number> = { hit: 2, weak_hit: 2.6, ordinary: 3.5, false_dawn: 4.5 }
const PURPOSE = { SELLING: 1.25, SEEDING: 0.85, TRAFFIC: 0.6 }
/** Bought audiences answer less than the ones a video finds by itself. */
const BOUGHT_INTERACTION = 0.7

export function yieldOf(world: World, video: WorldVideo): Yield {
  const random = createRandom(world.options.seed, 'yield', video.itemId)
  const price = createRandom(world.options.seed, 'price', productOf(world, video))
  return {
    fenPerPlay: FEN_PER_PLAY[video.nature] * random.factor(0.1),
    roi: ROI[video.nature] * effectOf(video.elements) ** 0.6 * PURPOSE[video.purpose] * random.factor(0.12),
    priceFen: price.int(39, 199) * 100 + 90,
    refundRate: random.between(0.12, 0.3),
  }
}

/** The shop's product behind a video's 货 element. */
export function productOf(world: World, video: WorldVideo): string {
  return shopProductOf(world, video.elements.find((element) => element.kind === 'PRODUCT')?.key ?? '')
}

/** 商品ID of a product, by the key of its element. */
export function shopProductOf({ options }: World, key: string): string {
  return createRandom(options.seed, 'product', key).digits(19)
}

export function materialOf(video: WorldVideo): string {
  return String(BigInt(video.itemId) - 1n)
}

export const itemOfMaterial = (materialId: string) => String(BigInt(materialId) + 1n)

/** `of`: the order, plan or task that spends; each has a luck of its own. */
export function figuresOf(world: World, video: WorldVideo, spent: Spent, of: string): Figures {
  const yields = yieldOf(world, video)
  const plays = Math.floor(spent.fen / yields.fenPerPlay)
  const answers = plays * video.fate.interactionRate * BOUGHT_INTERACTION
  const { commentPart, sharePart } = video.fate
  const expected = (spent.worth * yields.roi) / yields.priceFen
  const { seed, chance } = world.options
  const orders = chance
    ? arrivals(createRandom(seed, 'bought', video.itemId, of), expected)
    : Math.floor(expected)
  const gmvFen = orders * yields.priceFen
  return {
    spendFen: Math.floor(spent.fen + 1e-6),
    plays,
    shows: Math.floor(plays * 1.3),
    clicks: Math.floor(plays * 0.035),
    likes: Math.floor(answers * (1 - commentPart - sharePart)),
    comments: Math.floor(answers * commentPart),
    shares: Math.floor(answers * sharePart),
    follows: Math.floor(answers * 0.05),
    orders,
    gmvFen,
    refundFen: Math.round(gmvFen * yields.refundRate),
  }
}

/**
 * Buyers come one by one and by chance: a Poisson process over the worth of what was spent, the same at every look. 100 yuan
 * bring two or three of them, so an ROI after a day says little, and a trial needs a test.
 */
function arrivals(random: Random, expected: number): number {
  let count = 0
  for (let at = gap(random); at <= expected; at += gap(random)) count++
  return count
}

const gap = (random: Random) => -Math.log(1 - random.next())

export const NOTHING: Figures = {
  spendFen: 0,
  plays: 0,
  shows: 0,
  clicks: 0,
  likes: 0,
  comments: 0,
  shares: 0,
  follows: 0,
  orders: 0,
  gmvFen: 0,
  refundFen: 0,
}

export function plus(a: Figures, b: Figures, sign: 1 | -1 = 1): Figures {
  const names = Object.keys(NOTHING) as (keyof Figures)[]
  return Object.fromEntries(names.map((name) => [name, a[name] + sign * b[name]])) as unknown as Figures
}

/** As the platform shows it: two decimals, 0 where nothing was spent. */
export function roiOf({ gmvFen, spendFen }: { gmvFen: number; spendFen: number }): number {
  return spendFen === 0 ? 0 : Math.round((gmvFen / spendFen) * 100) / 100
}
