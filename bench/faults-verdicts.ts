/** What must be true after `npm run bench -- faults`, by the rows and by the simulator's own count. */
import { FAULT_KINDS } from '../platforms/simulator/faults.ts'
import { QIANCHUAN_VIDEO_PATH } from '../platforms/simulator/qianchuan.ts'
import type { Played } from './faults-play.ts'
import { COST, type Scene } from './faults-scene.ts'

export interface Verdict {
  what: string
  holds: boolean
  detail: string
}

export async function verdicts(scene: Scene, played: Played) {
  const { simulator, input } = scene
  const { tally, meter, faults } = simulator
  const counted = await countRows(scene)
  const rate = meter.rates()[QIANCHUAN_VIDEO_PATH]?.app
  const { total: calls } = tally.calls()
  const { looks, snapshots } = counted
  const struck = faults.struck()
  const allowed = input.callsPerSecond
  const sums = { looks, snapshots, calls, peak: rate?.perSecond ?? 0, faults: struck }
  return {
    ...sums,
    verdicts: [
      ...ofLooks(played, counted, tally.answeredLooks()),
      ...ofGaps(played, counted, input.videos),
      ...ofCalls(played, counted, { calls, peak: sums.peak, allowed }),
      verdict('every kind of fault struck', UNUSED.length + Object.keys(struck).length, FAULT_KINDS.length),
      verdict('processes end in order', played.ends.filter((end) => end !== 0).length, 0),
    ],
  }
}

/** Those of tokens are another scene's. */
const UNUSED = ['expired_token']

function verdict(what: string, got: number, wanted: number, holds = got === wanted): Verdict {
  return { what, holds, detail: `${got} (${wanted})` }
}
const atMost = (what: string, got: number, most: number) => verdict(what, got, most, got <= most)
const atLeast = (what: string, got: number, least: number) => verdict(what, got, least, got >= least)

interface Counted {
  looks: number
  snapshots: number
  /** Videos whose looks are not their snapshots, each at an instant of its own. */
  doubled: number
  /** Videos with more looks than the simulator gave. */
  invented: number
  /** Snapshots that are dated outside the run. */
  misdated: number
  /** Videos that are NO_DATA at the end. */
  noData: number
  usedCalls: number
  costFen: number
}

function ofLooks({ leased }: Played, counted: Counted, answered: number): Verdict[] {
  const { looks, snapshots, doubled, invented, misdated } = counted
  return [
    verdict('videos with a look doubled', doubled, 0),
    verdict('looks are snapshots', looks, snapshots),
    verdict('videos with a look that was never answered', invented, 0),
    atMost('answered looks lost (at most those leased by the killed)', answered - snapshots, leased),
    verdict('looks dated by another clock', misdated, 0),
  ]
}

function ofGaps({ rounds }: Played, { noData }: Counted, videos: number): Verdict[] {
  const clear = rounds.at(-1)
  const silent = rounds.reduce((sum, round) => sum + (round.noData[''] ?? 0), 0)
  const seen = rounds.filter(({ noData }) => Object.keys(noData).length > 0)
  return [
    verdict('gaps that are not NO_DATA', silent, 0),
    verdict('rounds with gaps', seen.length, rounds.length - 1),
    verdict('videos looked at once all is clear', clear?.looked ?? 0, videos),
    verdict('videos still NO_DATA then', noData, 0),
  ]
}

function ofCalls(
  { rounds, left, leased }: Played,
  { usedCalls, costFen }: Counted,
  { calls, peak, allowed }: { calls: number; peak: number; allowed: number },
): Verdict[] {
  const of = (name: string) => rounds.find((round) => round.name === name)
  const quota = (name: string) => of(name)?.noData.quota ?? 0
  return [
    atMost('calls within a second', peak, allowed),
    atMost('calls under the cap', of('cap')?.calls ?? 0, left),
    atLeast('videos kept back by the cap', quota('cap'), 1),
    atMost("calls under the day's quota", of('day')?.calls ?? 0, left),
    atLeast("videos kept back by the day's quota", quota('day'), 1),
    // A process that was killed may have taken a call that it never sent.
    verdict(
      'calls are in the books',
      calls,
      usedCalls,
      leased > 0 ? calls <= usedCalls : calls === usedCalls,
    ),
    verdict('and so is their price', costFen, usedCalls * COST),
  ]
}

async function countRows(scene: Scene): Promise<Counted> {
  const { owner, workspaceId, simulator } = scene
  const videos = await owner`
    select v.item_id, s.looks, s.no_data_since is not null as no_data, count(n.observed_at)::int as snapshots,
      count(distinct n.observed_at)::int as instants
    from video_state s join video v on v.workspace_id = s.workspace_id and v.id = s.video_id
    left join snapshot n on n.workspace_id = s.workspace_id and n.video_id = s.video_id
    where s.workspace_id = ${workspaceId} group by 1, 2, 3`
  const [used] = await owner`
    select sum(calls)::int as calls, sum(cost_fen)::int as cost from call_use where workspace_id = ${workspaceId}`
  const [dated] = await owner`
    select count(*)::int as wrong from snapshot s, (select created_at from workspace where id = ${workspaceId}) w
    where s.workspace_id = ${workspaceId} and s.observed_at not between w.created_at and now()`
  return {
    looks: videos.reduce((sum, video) => sum + video.looks, 0),
    snapshots: videos.reduce((sum, video) => sum + video.snapshots, 0),
    doubled: videos.filter((v) => v.looks !== v.snapshots || v.looks !== v.instants).length,
    invented: videos.filter((v) => v.snapshots > (simulator.tally.seen(v.item_id)?.looks ?? 0)).length,
    misdated: dated?.wrong ?? 0,
    noData: videos.filter((v) => v.no_data).length,
    usedCalls: used?.calls ?? 0,
    costFen: used?.cost ?? 0,
  }
}
