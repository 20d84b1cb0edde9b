/** Moves the episodes of a batch in memory, look by look, and writes those that moved in two statements. */
import { sql } from 'drizzle-orm'
import { rows, type Tx } from '../db/client.ts'
import type { loadEpisodes } from '../db/queries/watch.ts'
import { unnest } from '../db/unnest.ts'
import { type CloseReason, type Episode, type Evidence, moved } from '../rules/breakout.ts'
import type { ActiveRule, Verdict } from '../rules/judge.ts'
import type { VideoLook } from './judge.ts'

/** An episode being moved; `id` null: it began in this batch. */
interface Draft extends Episode {
  id: number | null
  videoId: number
  ruleId: number
  ruleVersion: number
  firingAt: number | null
  closedAt: number | null
  closeReason: CloseReason | null
  releasedAt: number | null
  evidence: Evidence
  /** For the first time, in this batch. */
  fired: boolean
  moved: boolean
}

export class Episodes {
  private readonly drafts: Draft[] = []
  /** Of each video, one per rule at most. */
  private readonly current = new Map<number, Draft[]>()

  constructor(found: Awaited<ReturnType<typeof loadEpisodes>>) {
    for (const row of found) {
      this.add({
        ...row,
        pendingAt: row.pendingAt.getTime(),
        firingAt: row.firingAt?.getTime() ?? null,
        belowAt: row.belowAt?.getTime() ?? null,
        coolingAt: row.coolingAt?.getTime() ?? null,
        closedAt: row.closedAt?.getTime() ?? null,
        releasedAt: null,
        fired: false,
        moved: false,
      })
    }
  }

  of(videoId: number, ruleId: number): Episode | null {
    return this.draftOf(videoId, ruleId)
  }

  moved(): Draft[] {
    return this.drafts.filter((draft) => draft.moved)
  }

  /** Applies a verdict; answers how many episodes fired for the first time. */
  move({ videoId, observedAt: at }: VideoLook, { moves }: Verdict): number {
    let fired = 0
    for (const { rule, step, evidence } of moves) {
      const draft = this.draftOf(videoId, rule.ruleId) ?? this.begin(videoId, rule, at, evidence)
      Object.assign(draft, moved(draft, step, at) ?? { belowAt: null }, { moved: true })
      if (step.to === 'FIRING' && draft.firingAt === null) {
        Object.assign(draft, { firingAt: at, evidence, ruleVersion: rule.version, fired: true })
        fired++
      }
      if (step.to === 'FORGOTTEN') draft.releasedAt = at
      if (step.to === 'CLOSED')
        Object.assign(draft, { state: step.to, closedAt: at, closeReason: step.reason })
      if (step.to === 'CLOSED' || step.to === 'FORGOTTEN') this.forget(draft)
    }
    return fired
  }

  private draftOf(videoId: number, ruleId: number): Draft | null {
    return this.current.get(videoId)?.find((draft) => draft.ruleId === ruleId) ?? null
  }

  private begin(videoId: number, rule: ActiveRule, at: number, evidence: Evidence): Draft {
    const none = {
      firingAt: null,
      belowAt: null,
      coolingAt: null,
      closedAt: null,
      closeReason: null,
      releasedAt: null,
      fired: false,
    }
    const which = { id: null, videoId, ruleId: rule.ruleId, ruleVersion: rule.version }
    return this.add({ ...which, ...none, state: 'PENDING', pendingAt: at, evidence, moved: true })
  }

  private add(draft: Draft): Draft {
    this.drafts.push(draft)
    const open = this.current.get(draft.videoId)
    if (open) open.push(draft)
    else this.current.set(draft.videoId, [draft])
    return draft
  }

  private forget(draft: Draft): void {
    const open = this.current.get(draft.videoId) ?? []
    this.current.set(
      draft.videoId,
      open.filter((one) => one !== draft),
    )
  }
}

/** Answers the ids of those that fired for the first time in this batch. */
export async function writeEpisodes(tx: Tx, drafts: Draft[]): Promise<number[]> {
  const columns = {
    id: 'bigint',
    videoId: 'bigint',
    ruleId: 'bigint',
    ruleVersion: 'int',
    state: 'text',
    pendingAt: 'timestamptz',
    firingAt: 'timestamptz',
    belowAt: 'timestamptz',
    coolingAt: 'timestamptz',
    closedAt: 'timestamptz',
    closeReason: 'text',
    releasedAt: 'timestamptz',
    evidence: 'jsonb',
  } as const
  const begun = drafts.filter((draft) => draft.id === null)
  const known = drafts.filter((draft) => draft.id !== null)
  const fired: number[] = []
  // Known ones first: an episode that closes makes room for one that begins.
  if (known.length > 0) {
    const written = await rows<{ id: string }>(
      tx,
      sql`
      update breakout b set state = next.state, rule_version = next.rule_version, firing_at = next.firing_at,
        below_at = next.below_at, cooling_at = next.cooling_at, closed_at = next.closed_at, close_reason = next.close_reason,
        released_at = next.released_at, evidence = next.evidence
      from ${unnest(known, 'next', columns)}
      where b.workspace_id = current_workspace() and b.id = next.id
        -- A person who closed it meanwhile is not overruled.
        and (b.state <> 'CLOSED' or next.close_reason = 'MANUAL')
      returning b.id`,
    )
    const kept = new Set(written.map(({ id }) => Number(id)))
    for (const { id, fired: now } of known) if (id !== null && now && kept.has(id)) fired.push(id)
  }
  if (begun.length > 0) {
    const made = await rows<{ id: string; fired: boolean }>(
      tx,
      sql`
      insert into breakout (video_id, rule_id, rule_version, state, pending_at, firing_at, below_at, cooling_at, closed_at,
        close_reason, released_at, evidence)
      select video_id, rule_id, rule_version, state, pending_at, firing_at, below_at, cooling_at, closed_at,
        close_reason, released_at, evidence
      from ${unnest(begun, 'next', columns)}
      returning id, firing_at is not null as fired`,
    )
    for (const { id, fired: now } of made) if (now) fired.push(Number(id))
  }
  return fired
}
