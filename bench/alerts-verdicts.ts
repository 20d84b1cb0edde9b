/** What must be true after `npm run bench -- alerts`: the rows beside what the pure judge makes of the same looks. */

import type { ActiveRule } from '../rules/active-rule.ts'
import { type CloseReason, type Episode, moved } from '../rules/breakout.ts'
import { judge, type Watch } from '../rules/judge.ts'
import { GROUP_FROM } from '../rules/notify.ts'
import type { Definition } from '../rules/rule.ts'
import { HOUR, type Look } from '../rules/types.ts'
import type { AlertScene } from './alerts-scene.ts'
import { nthOf } from './alerts-scene.ts'
import { answerAt } from './alerts-world.ts'
import type { Verdict } from './faults-verdicts.ts'

export interface AlertsReport {
  looks: number
  evaluations: number
  /** Looks of open episodes that failed or had no interaction rate. */
  episodes: number
  fired: number
  released: number
  notifications: number
  groups: number
  largest: number
  verdicts: Verdict[]
}

/** Instants in ms; '' is null. */
interface Kept {
  videoId: number
  ruleId: number
  pendingAt: number
  firingAt: number | null
  belowAt: number | null
  coolingAt: number | null
  closedAt: number | null
  closeReason: CloseReason | null
  state: string
}

export async function alertVerdicts(scene: AlertScene): Promise<AlertsReport> {
  const [videos, rules, episodes, notifications] = await Promise.all([
    videosOf(scene),
    rulesOf(scene),
    episodesOf(scene),
    notificationsOf(scene),
  ])
  let looks = 0
  let invented = 0
  const expected: Kept[] = []
  const fallen = new Set<string>()
  for await (const { video, looks: seen } of looksOf(scene, videos)) {
    looks += seen.length
    invented += seen.filter((look) => !isOfWorld(video.nth, look)).length
    expected.push(...replay(video, seen, rules, fallen))
  }
  const kept = new Set(episodes.map(textOf))
  const wanted = new Set(expected.map(textOf))
  const told = new Map<number, number>()
  for (const { notificationId: id } of episodes) if (id !== null) told.set(id, (told.get(id) ?? 0) + 1)
  const fired = expected.filter(({ firingAt }) => firingAt !== null).length
  const released = episodes.flatMap((one) => [
    ...(one.coolingAt === null ? [] : [`${one.videoId} ${one.ruleId} ${one.coolingAt}`]),
  ])
  const groups = notifications.filter(({ openUntil }) => openUntil !== null)
  const sum = notifications.reduce((sum, { episodes }) => sum + episodes, 0)
  const none = (what: string, got: number): Verdict => ({ what, holds: got === 0, detail: String(got) })
  const equal = (what: string, got: number, want: number): Verdict => ({
    what,
    holds: got === want,
    detail: `${got} (${want})`,
  })
  const some = (what: string, got: number): Verdict => ({ what, holds: got > 0, detail: String(got) })
  return {
    looks,
    evaluations: looks * rules.length,
    episodes: episodes.length,
    fired,
    released: released.length,
    notifications: notifications.length,
    groups: groups.length,
    largest: Math.max(0, ...notifications.map(({ episodes }) => episodes)),
    verdicts: [
      equal(
        'looks are snapshots, each at an instant of its own',
        looks,
        [...videos.values()].reduce((sum, one) => sum + one.looks, 0),
      ),
      none('looks that the world never gave', invented),
      equal('episodes', episodes.length, expected.length),
      none(
        'episodes doubled or other than the judge has them',
        episodes.filter((one) => !wanted.has(textOf(one))).length,
      ),
      none('episodes lost', expected.filter((one) => !kept.has(textOf(one))).length),
      none('false releases', released.filter((key) => !fallen.has(key)).length),
      none(
        'fired episodes that nobody was told of',
        episodes.filter((one) => one.firingAt !== null && one.notificationId === null).length,
      ),
      none(
        'notifications of what never fired',
        episodes.filter((one) => one.firingAt === null && one.notificationId !== null).length,
      ),
      none(
        'notifications that tell of more or fewer than point at them',
        notifications.filter(({ id, episodes }) => told.get(id) !== episodes).length,
      ),
      equal('episodes told of', sum, fired),
      none('hours with too many single ones', crowded(notifications)),
      none('groups that were open beside another', overlapping(groups)),
      some('single ones', notifications.length - groups.length),
      some('groups', groups.length),
      some('releases', released.length),
    ],
  }
}

interface SeenVideo {
  nth: number
  videoId: number
  publishedAt: number
  looks: number
}

async function videosOf({ owner, workspaceId }: AlertScene): Promise<Map<number, SeenVideo>> {
  const found = await owner`
    select v.id, v.item_id, v.published_at, s.looks
    from video v join video_state s on s.workspace_id = v.workspace_id and s.video_id = v.id
    where v.workspace_id = ${workspaceId}`
  return new Map(
    found.map(({ id, item_id, published_at, looks }) => [
      Number(id),
      { nth: nthOf(item_id), videoId: Number(id), publishedAt: (published_at as Date).getTime(), looks },
    ]),
  )
}

async function rulesOf({ owner, workspaceId }: AlertScene): Promise<ActiveRule[]> {
  const found = await owner`
    select rule.id, rule.version, v.definition
    from rule join rule_version v on v.workspace_id = rule.workspace_id and v.rule_id = rule.id and v.version = rule.version
    where rule.workspace_id = ${workspaceId} and rule.enabled order by rule.id`
  return found.map(({ id, version, definition }) => ({
    ruleId: Number(id),
    version,
    definition: definition as Definition,
  }))
}

const ms = (at: Date | null) => at?.getTime() ?? null

async function episodesOf({
  owner,
  workspaceId,
}: AlertScene): Promise<(Kept & { notificationId: number | null })[]> {
  const found = await owner`select * from breakout where workspace_id = ${workspaceId}`
  return found.map((row) => ({
    videoId: Number(row.video_id),
    ruleId: Number(row.rule_id),
    pendingAt: ms(row.pending_at) as number,
    firingAt: ms(row.firing_at),
    belowAt: ms(row.below_at),
    coolingAt: ms(row.cooling_at),
    closedAt: ms(row.closed_at),
    closeReason: row.close_reason,
    state: row.state,
    notificationId: row.notification_id === null ? null : Number(row.notification_id),
  }))
}

interface KeptNotification {
  id: number
  /** Of its brand and rule. */
  key: string
  episodes: number
  createdAt: number
  openUntil: number | null
}

async function notificationsOf({ owner, workspaceId }: AlertScene): Promise<KeptNotification[]> {
  const found =
    await owner`select * from notification where workspace_id = ${workspaceId} order by created_at, id`
  return found.map((row) => ({
    id: Number(row.id),
    key: `${row.brand_id} ${row.rule_id}`,
    episodes: row.episodes,
    createdAt: ms(row.created_at) as number,
    openUntil: ms(row.open_until),
  }))
}

/** Video by video, in time order; all at once they would not fit. */
async function* looksOf({ owner, workspaceId }: AlertScene, videos: ReadonlyMap<number, SeenVideo>) {
  let looks: Look[] = []
  let video: SeenVideo | undefined
  const rows = owner`
    select video_id, observed_at, plays, likes, comments, shares, saves from snapshot
    where workspace_id = ${workspaceId} order by video_id, observed_at`.cursor(5000)
  for await (const batch of rows) {
    for (const row of batch) {
      const videoId = Number(row.video_id)
      if (videoId !== video?.videoId) {
        if (video) yield { video, looks }
        video = videos.get(videoId) as SeenVideo
        looks = []
      }
      const count = (given: string | null) => (given === null ? null : Number(given))
      const { observed_at, plays, likes, comments, shares, saves } = row
      const counters = {
        plays: count(plays),
        likes: count(likes),
        comments: count(comments),
        shares: count(shares),
      }
      looks.push({ observedAt: (observed_at as Date).getTime(), ...counters, saves: count(saves) })
    }
  }
  if (video) yield { video, looks }
}

function isOfWorld(nth: number, { observedAt, plays, likes }: Look): boolean {
  const given = answerAt(nth, observedAt)
  return typeof given !== 'string' && given.plays === plays && given.likes === likes
}

interface Open {
  kept: Kept
  episode: Episode
}

/** The pure judge over a video's looks; what fell below the release level, and when, is added to `fallen`. */
function replay(
  video: SeenVideo,
  looks: readonly Look[],
  rules: readonly ActiveRule[],
  fallen: Set<string>,
): Kept[] {
  const { videoId, publishedAt } = video
  const all: Kept[] = []
  const open = new Map<number, Open>()
  const episodeOf = (ruleId: number) => open.get(ruleId)?.episode ?? null
  let watch: Watch = { videoId, publishedAt, purpose: 'SEEDING', last: null, velocity: null, curve: [] }
  for (const look of looks) {
    const verdict = judge({ watch, look, kol: null, rules, episodeOf })
    watch = verdict.watch
    const at = look.observedAt
    for (const { rule, step } of verdict.moves) {
      const { ruleId } = rule
      const { kept, episode } = open.get(ruleId) ?? begin(all, videoId, ruleId, at)
      if (step.to === 'FIRING') kept.firingAt ??= at
      if (step.to === 'COOLING') fallen.add(`${videoId} ${ruleId} ${at}`)
      if (step.to === 'CLOSED')
        Object.assign(kept, { state: 'CLOSED', belowAt: null, closedAt: at, closeReason: step.reason })
      const next = moved(episode, step, at)
      if (next === null) open.delete(ruleId)
      else {
        Object.assign(kept, next)
        open.set(ruleId, { kept, episode: next })
      }
    }
  }
  return all
}

function begin(all: Kept[], videoId: number, ruleId: number, at: number): { kept: Kept; episode: null } {
  const none = { firingAt: null, belowAt: null, coolingAt: null, closedAt: null, closeReason: null }
  const kept: Kept = { videoId, ruleId, pendingAt: at, state: 'PENDING', ...none }
  all.push(kept)
  return { kept, episode: null }
}

const textOf = (one: Kept): string =>
  [
    one.videoId,
    one.ruleId,
    one.state,
    one.pendingAt,
    one.firingAt,
    one.belowAt,
    one.coolingAt,
    one.closedAt,
    one.closeReason,
  ].join(' ')

/** Single notifications that have more than may be within the hour from their own on. */
function crowded(notifications: readonly KeptNotification[]): number {
  const single = new Map<string, number[]>()
  for (const { key, createdAt, openUntil } of notifications) {
    if (openUntil !== null) continue
    const instants = single.get(key) ?? []
    single.set(key, instants)
    instants.push(createdAt)
  }
  return [...single.values()].flatMap((instants) =>
    instants.filter((at, i) => (instants[i + GROUP_FROM] ?? Number.POSITIVE_INFINITY) - at < HOUR),
  ).length
}

function overlapping(groups: readonly KeptNotification[]): number {
  const until = new Map<string, number>()
  let found = 0
  for (const { key, createdAt, openUntil } of groups) {
    if (createdAt < (until.get(key) ?? 0)) found++
    until.set(key, openUntil ?? 0)
  }
  return found
}
