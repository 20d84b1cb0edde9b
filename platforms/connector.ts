import type { Counters } from '../rules/types.ts'
import type { FetchError } from './errors.ts'

/** What a source gives and what it costs: the scheduler reads it, nobody guesses. */
export interface Capability {
  /** Counters this source fills; the others are null in every answer. */
  gives: (keyof Counters)[]
  /** How long the platform itself sits on a number before it moves, ms. Polling faster is waste. */
  freshnessMs: number
  /** Most videos in one call. */
  batch: number
  /** Calls per second the platform allows one account. */
  callsPerSecond: number
  /** Price of one call in 分; 0 for the platforms' own APIs. */
  costFen: number
}

/** A video as a platform knows it. */
export interface VideoRef {
  /** The plain 19-digit id (aweme_item_id); a string, it exceeds 2^53. */
  itemId: string
  /** The 抖音号 (aweme_id) that published it; a string for the same reason. */
  accountId: string
}

/** One answer per asked video; a failure of one call is the failure of just its videos. */
export type CounterAnswer =
  | { ok: true; itemId: string; counters: Counters }
  | { ok: false; itemId: string; error: FetchError }

/** An adapter to one vendor. Thin: units, envelopes and error codes end here. */
export interface Connector {
  /** Stored with every snapshot, e.g. 'qianchuan'. */
  readonly source: string
  readonly capability: Capability
  /** Counters of many videos; never throws a FetchError, answers one entry per ref, in any order. */
  fetchCounters(refs: readonly VideoRef[]): Promise<CounterAnswer[]>
}
