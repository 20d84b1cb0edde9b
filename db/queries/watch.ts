/** Reads of the judging side: all of a batch in a fixed number of statements. */
import { and, eq, inArray, isNull, ne, or, sql } from 'drizzle-orm'
import type { Tx } from '../client.ts'
import { rows } from '../client.ts'
import { breakout, readCounts, rule, ruleVersion, video, videoState } from '../tables.ts'
import { unnest } from '../unnest.ts'

/** States of videos, locked in id order so that two batches cannot deadlock. */
export async function lockStates(tx: Tx, videoIds: readonly number[], claim?: string) {
  return tx
    .select({ state: videoState, purpose: video.purpose })
    .from(videoState)
    .innerJoin(video, and(eq(video.workspaceId, videoState.workspaceId), eq(video.id, videoState.videoId)))
    .where(
      and(
        inArray(videoState.videoId, [...videoIds]),
        claim === undefined ? undefined : eq(videoState.claim, claim),
      ),
    )
    .orderBy(videoState.videoId)
    .for('update', { of: videoState })
}

export interface KolSpan {
  kolId: number
  /** Publication of the KOL's first and last video of the batch, ms. */
  first: number
  last: number
}
export interface PeerRow {
  kolId: number
  videoId: number
  publishedAt: Date
  curve: (number | null)[]
}

/** Each KOL's videos that can be a baseline for the batch: up to `window` before its first, and those between. */
export async function loadPeers(tx: Tx, spans: readonly KolSpan[], window: number): Promise<PeerRow[]> {
  if (spans.length === 0) return []
  const found = await rows<{ kol_id: string; video_id: string; published_ms: string; curve: string[] }>(
    tx,
    sql`
      select p.kol_id, p.video_id, (extract(epoch from p.published_at) * 1000)::bigint as published_ms, p.curve
      from ${unnest(spans, 'span', { kolId: 'bigint', first: 'timestamptz', last: 'timestamptz' })}
      cross join lateral (
        select * from video_state s
        where s.workspace_id = current_workspace() and s.kol_id = span.kol_id and s.published_at < span.last
          and s.published_at >= coalesce((
            select e.published_at from video_state e
            where e.workspace_id = current_workspace() and e.kol_id = span.kol_id and e.published_at < span.first
            order by e.published_at desc offset ${window - 1} limit 1), '-infinity')
      ) p
      order by p.published_at desc, p.video_id desc`,
  )
  return found.map((row) => ({
    kolId: Number(row.kol_id),
    videoId: Number(row.video_id),
    publishedAt: new Date(Number(row.published_ms)),
    curve: readCounts(row.curve),
  }))
}

/** Rules that are switched on, in their current version. */
export function loadActiveRules(tx: Tx) {
  return tx
    .select({ ruleId: rule.id, version: rule.version, definition: ruleVersion.definition })
    .from(rule)
    .innerJoin(
      ruleVersion,
      and(
        eq(ruleVersion.workspaceId, rule.workspaceId),
        eq(ruleVersion.ruleId, rule.id),
        eq(ruleVersion.version, rule.version),
      ),
    )
    .where(eq(rule.enabled, true))
    .orderBy(rule.id)
}

/** Episodes that still matter: open ones, and those closed by hand that were not released since. */
export function loadEpisodes(tx: Tx, videoIds: readonly number[]) {
  return tx
    .select()
    .from(breakout)
    .where(
      and(
        inArray(breakout.videoId, [...videoIds]),
        or(
          ne(breakout.state, 'CLOSED'),
          and(eq(breakout.closeReason, 'MANUAL'), isNull(breakout.releasedAt)),
        ),
      ),
    )
    .orderBy(breakout.id)
}
