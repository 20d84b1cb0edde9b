/** The videos of the KOLs of a batch, which are the baseline of each other. */
import type { Reads } from '../db/client.ts'
import { type KolSpan, loadPeers } from '../db/queries/watch.ts'
import type { Watch } from '../rules/judge.ts'
import { PEER_WINDOW, type Peer } from '../rules/metric.ts'

export interface Peers {
  /** Latest published first. */
  of(kolId: number): readonly Peer[]
  /** A look of this batch is part of the baseline of the looks behind it. */
  update(videoId: number, watch: Watch): void
}

/** One statement. */
export async function loadPeersOf(
  tx: Reads,
  videos: Iterable<{ kolId: number | null; publishedAt: number }>,
): Promise<Peers> {
  const spans = new Map<number, KolSpan>()
  for (const { kolId, publishedAt } of videos) {
    if (kolId === null) continue
    const span = spans.get(kolId) ?? { kolId, first: publishedAt, last: publishedAt }
    span.first = Math.min(span.first, publishedAt)
    span.last = Math.max(span.last, publishedAt)
    spans.set(kolId, span)
  }
  const byKol = new Map<number, Peer[]>()
  const byVideo = new Map<number, Peer>()
  for (const { kolId, ...peer } of await loadPeers(tx, [...spans.values()], PEER_WINDOW)) {
    byVideo.set(peer.videoId, peer)
    const list = byKol.get(kolId)
    if (list) list.push(peer)
    else byKol.set(kolId, [peer])
  }
  return {
    of: (kolId) => byKol.get(kolId) ?? [],
    update(videoId, { curve }) {
      const peer = byVideo.get(videoId)
      if (peer) peer.curve = curve
    },
  }
}
