/** 自然 and bought plays: what our own promotions delivered is no breakout. */

/** What one source says of one channel of ads; null: it does not say. */
export interface Delivery {
  spendFen: number | null
  plays: number | null
}

/**
 * 分 per bought play where neither the channel nor the workspace shows a price: a CPM of 20 yuan, the most that the trade
 * passes for cheap goods (platform-apis.md 6.2; a play is a show at most). Cheap on purpose: it takes more plays away.
 */
export const COST_PER_PLAY_FEN = 2

/** So many videos with reported plays, of the workspace's latest, make its own median price. */
export const PRICED_VIDEOS = 5

export interface Bought {
  plays: number
  /** ESTIMATED: at least one channel says what it cost and not what it delivered. */
  by: 'REPORTED' | 'ESTIMATED'
}

/**
 * Bought plays over all channels, of each what its sources say in the order of trust; null: no source speaks of ads. Where
 * the first that speaks gives no plays, they are its spend at the price that another one of the channel shows, else at
 * `costPerPlayFen`.
 */
export function boughtPlays(
  channels: readonly (readonly Delivery[])[],
  costPerPlayFen: number,
): Bought | null {
  const parts = channels.flatMap((said) => deliveredBy(said, costPerPlayFen) ?? [])
  if (parts.length === 0) return null
  const plays = parts.reduce((sum, part) => sum + part.plays, 0)
  return { plays, by: parts.some(({ by }) => by === 'ESTIMATED') ? 'ESTIMATED' : 'REPORTED' }
}

function deliveredBy(said: readonly Delivery[], costPerPlayFen: number): Bought | null {
  const first = said.find(({ spendFen, plays }) => spendFen !== null || plays !== null)
  if (!first) return null
  const { spendFen, plays } = first
  if (plays !== null) return { plays, by: 'REPORTED' }
  // Nothing was bought: that is known.
  if (!spendFen) return { plays: 0, by: 'REPORTED' }
  const shown = said.flatMap((one) => (one.plays && one.spendFen ? one.spendFen / one.plays : []))
  return { plays: Math.round(spendFen / (shown[0] ?? costPerPlayFen)), by: 'ESTIMATED' }
}

/**
 * 自然播放: plays without the bought ones, never below 0: a report may run ahead of the counter. null: plays are not known.
 * Where no source speaks of ads all plays count as natural.
 */
export function naturalPlays(plays: number | null, bought: number | null): number | null {
  return plays === null ? null : Math.max(0, plays - (bought ?? 0))
}
