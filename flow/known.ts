/** What was known of videos besides their looks, as time goes on: asked in the order in which looks became known. */
import type { KnownFigures, KnownFollowers, ReplayVideoRow } from '../db/queries/replay.ts'
import { type Figures, UNKNOWN } from '../rules/metric.ts'
import type { Known } from '../rules/replay.ts'
import type { Look } from '../rules/types.ts'
import { FILE_SOURCE } from './import.ts'

interface Told {
  now: Figures
  /** Latest first. */
  coming: { knownAt: number; figures: Figures }[]
}
interface Followed {
  now: KnownFollowers | null
  /** As files said, by the instant that they spoke of. */
  filed: Map<number, number>
  /** The one that became known last first. */
  coming: KnownFollowers[]
}

export class KnownThen {
  private readonly told = new Map<number, Told>()
  private readonly followed = new Map<number, Followed>()

  /** Figures and followers in the order in which they became known. */
  constructor(
    rows: readonly Pick<ReplayVideoRow, 'videoId' | 'priceFen' | 'grossMargin' | 'adsSince'>[],
    figures: readonly KnownFigures[],
    followers: readonly KnownFollowers[],
  ) {
    // Price and margin have no history: those of now. An order counts from when it was sent, whenever it is asked.
    for (const { videoId, priceFen, grossMargin, adsSince } of rows) {
      this.told.set(videoId, { now: { ...UNKNOWN, priceFen, grossMargin, adsSince }, coming: [] })
    }
    for (const { videoId, knownAt, figures: said } of figures.toReversed()) {
      const told = this.told.get(videoId)
      if (!told) continue
      const { priceFen, grossMargin, adsSince = null } = told.now
      told.coming.push({ knownAt, figures: { ...told.now, ...said, priceFen, grossMargin, adsSince } })
    }
    for (const one of followers.toReversed()) {
      const followed: Followed = this.followed.get(one.kolId) ?? { now: null, filed: new Map(), coming: [] }
      this.followed.set(one.kolId, followed)
      followed.coming.push(one)
    }
  }

  at(
    video: { videoId: number; kolId: number | null },
    look: Look,
    recordedAt: number,
    polled: boolean,
  ): Known {
    return {
      recordedAt,
      followers: video.kolId === null ? null : this.followers(video.kolId, look, recordedAt, polled),
      figures: polled ? this.figures(video.videoId, recordedAt) : null,
    }
  }

  /** When reports said first that a video has ads, and when none any more, in turn; asked before all else, ms. */
  adsTurns(videoId: number): number[] {
    const turns: number[] = []
    for (const { knownAt, figures } of (this.told.get(videoId)?.coming ?? []).toReversed()) {
      const ads = Boolean(figures.boughtPlays || figures.spendFen)
      if (ads !== (turns.length % 2 === 1)) turns.push(knownAt)
    }
    return turns
  }

  /** Of a video by an instant that is no earlier than those asked before. */
  figures(videoId: number, at: number): Figures {
    const told = this.told.get(videoId)
    if (!told) return UNKNOWN
    for (let next = told.coming.at(-1); next && next.knownAt <= at; next = told.coming.at(-1)) {
      told.now = next.figures
      told.coming.pop()
    }
    return told.now
  }

  /** A file's look has the followers that the file gives with it. */
  private followers(kolId: number, look: Look, at: number, polled: boolean): number | null {
    const followed = this.followed.get(kolId)
    if (!followed) return null
    for (let next = followed.coming.at(-1); next && next.recordedAt <= at; next = followed.coming.at(-1)) {
      followed.coming.pop()
      if (followed.now === null || isLatest(next, followed.now)) followed.now = next
      if (next.source === FILE_SOURCE) followed.filed.set(next.observedAt, next.followers)
    }
    const filed = polled ? undefined : followed.filed.get(look.observedAt)
    return filed ?? followed.now?.followers ?? null
  }
}

/** In the order of refreshFollowers in flow/tier.ts. */
function isLatest(one: KnownFollowers, than: KnownFollowers): boolean {
  if (one.observedAt !== than.observedAt) return one.observedAt > than.observedAt
  if (one.recordedAt !== than.recordedAt) return one.recordedAt > than.recordedAt
  return one.source < than.source
}
