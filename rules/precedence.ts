/** Which source is believed when several speak of one figure of a video; nothing that another says is dropped. */

export const FIGURE_KEYS = [
  'spendFen',
  'paidGmvFen',
  'gmvFen',
  'orders',
  'settled7Fen',
  'settled14Fen',
  'adShows',
  'boughtPlays',
  'completionRate',
  'fiveSecondRate',
] as const
export type FigureKey = (typeof FIGURE_KEYS)[number]

/** The sums that money_by_day gives by day. */
export const DAILY_FIGURES = ['spendFen', 'paidGmvFen', 'gmvFen', 'orders'] as const satisfies FigureKey[]

export interface Order {
  /** Parts that add up; within one the first that says something counts. */
  channels: readonly (readonly string[])[]
  /** Counts where no channel says anything. */
  instead: readonly string[]
  why: string
}

/** 随心推 and 千川 sell different ads of one video. An API before a file: it restates itself, a file is as old as its export. */
const ADS = [
  ['suixintui', 'order'],
  ['qianchuan', 'material', 'plan'],
] as const
const SOLD: Order = {
  channels: [['sale', 'compass', 'task']],
  instead: [],
  why: 'Single orders can be checked and restated; 罗盘 gives sums of days; 星图 only what its task brought.',
}
const SETTLED: Order = {
  channels: [['sale']],
  instead: [],
  why: 'Only single orders say when a refund came.',
}
const RATE: Order = {
  channels: [['compass', 'task']],
  instead: ['material', 'plan', 'order'],
  why: '罗盘 and 星图 rate all plays, ads only those that they bought.',
}
const BOUGHT: Order = {
  channels: ADS,
  instead: [],
  why: 'Each channel counts what it delivered; an API before a file that is as old as its export.',
}

export const ORDER_OF_SOURCES: Readonly<Record<FigureKey, Order>> = {
  spendFen: {
    channels: ADS,
    instead: ['compass'],
    why: `${BOUGHT.why} 罗盘 repeats the spend a day later.`,
  },
  paidGmvFen: BOUGHT,
  gmvFen: SOLD,
  orders: SOLD,
  settled7Fen: SETTLED,
  settled14Fen: SETTLED,
  adShows: BOUGHT,
  boughtPlays: BOUGHT,
  completionRate: RATE,
  fiveSecondRate: RATE,
}

/** Of plays, likes, comments, shares and saves: one video is counted once, so nothing adds up. */
export const COUNTED: Order = {
  channels: [['qianchuan', 'douyin', 'xingtu', 'file']],
  instead: [],
  why: '千川 counts on the spot; 抖音 and 星图 may be a day behind; a file is as old as its export.',
}

/** More than this apart, relative to what is believed, is a disagreement: below it lie rounding and the minutes between reads. */
const TOLERANCE = 0.01

export interface Said {
  source: string
  value: number
}

export interface Preferred {
  value: number
  /** Where channels add up, their names joined by `+`. */
  source: string
  /** What else was said and does not count, in the order of trust. */
  others: Said[]
  disagrees: boolean
}

/**
 * The value to believe; null: nobody says anything. A source that is not declared, of a user's own mapping, counts only
 * where no declared one speaks. Each other is compared with what stands in its place: its channel, or the whole.
 */
export function prefer(figure: FigureKey, told: readonly Said[]): Preferred | null {
  return preferIn(ORDER_OF_SOURCES[figure], told)
}

/** The same of a counter, over looks of about one instant. */
export function preferCounter(told: readonly Said[]): Preferred | null {
  return preferIn(COUNTED, told)
}

function preferIn({ channels, instead }: Order, told: readonly Said[]): Preferred | null {
  const bySource = new Map(told.map((said) => [said.source, said]))
  const pick = (names: readonly string[]) => names.flatMap((name) => bySource.get(name) ?? [])
  const declared = new Set([...channels.flat(), ...instead])
  const unknown = told
    .filter(({ source }) => !declared.has(source))
    .sort((a, b) => (a.source < b.source ? -1 : 1))
  const parts = channels.map(pick).filter((said) => said.length > 0)
  const rest = [...pick(instead), ...unknown]
  if (parts.length === 0) parts.push(rest.splice(0))
  const chosen = parts.flatMap(([first]) => first ?? [])
  if (chosen.length === 0) return null
  const value = chosen.reduce((sum, said) => sum + said.value, 0)
  const apart = (expected: number, others: readonly Said[]) =>
    others.some((other) => Math.abs(other.value - expected) > TOLERANCE * Math.abs(expected))
  return {
    value,
    source: chosen.map(({ source }) => source).join('+'),
    others: [...parts.flatMap((said) => said.slice(1)), ...rest],
    disagrees: parts.some(([first, ...others]) => apart(first?.value ?? 0, others)) || apart(value, rest),
  }
}
