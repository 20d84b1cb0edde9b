import type { Counters } from '../rules/types.ts'
import type { FetchError } from './errors.ts'

/** What a source gives and what it costs: the scheduler reads it, nobody guesses. */
export interface Capability {
  /** Counters this source fills; the others are null in every answer. None: it gives other things. */
  gives: (keyof Counters)[]
  /** How long the platform itself sits on a number before it moves, ms. Polling faster is waste. */
  freshnessMs: number
  /** Most videos in one call. */
  batch: number
  /** Calls that the platform allows; null: no number is known. */
  callsPerSecond: number | null
  callsPerDay: number | null
  /** What these limits count: all calls of our app, or those about one account (advertiser, user, shop). */
  scope: 'app' | 'account'
  /** Price of one call in 分; 0 for the platforms' own APIs. */
  costFen: number
}

/** A source as it stands in the registry. */
export interface SourceInfo {
  source: string
  capability: Capability
}

/** A video as a platform knows it. */
export interface VideoRef {
  /** The plain 19-digit id (aweme_item_id); a string, it exceeds 2^53. */
  itemId: string
  /** The 抖音号 (aweme_id) that published it; a string for the same reason. */
  accountId: string
  /** May use the part of a quota that is kept for what is hot. */
  urgent?: boolean
}

/** One answer per asked video; a failure of one call is the failure of just its videos. */
export type CounterAnswer = {
  itemId: string
  /** The subject that was asked; left out: none was. */
  subjectId?: number
} & ({ ok: true; counters: Counters } | { ok: false; error: FetchError })

/** An adapter to one vendor. Thin: units, envelopes and error codes end here. */
export interface Connector {
  /** Stored with every snapshot, e.g. 'qianchuan'. */
  readonly source: string
  readonly capability: Capability
  /** Counters of many videos; never throws a FetchError, answers one entry per ref, in any order. */
  fetchCounters(refs: readonly VideoRef[]): Promise<CounterAnswer[]>
}
