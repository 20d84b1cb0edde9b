/** The rounds of `npm run bench -- faults`: in each, every video is due once, and something is wrong. */
import type { Fault } from '../platforms/simulator/faults.ts'
import { QIANCHUAN_VIDEO_PATH } from '../platforms/simulator/qianchuan.ts'
import { MINUTE } from '../rules/types.ts'
import { COST, type FaultsInput, type Scene, setScene } from './faults-scene.ts'
import { type Verdict, verdicts } from './faults-verdicts.ts'

export interface Round {
  name: string
  /** On the clock of this process, ms. */
  from: number
  to: number
  /** By the simulator's count. */
  calls: number
  /** Videos that were looked at. */
  looked: number
  /** Videos that were not, by reason; '' is a gap that nobody sees. */
  noData: Record<string, number>
}

export interface Played {
  rounds: Round[]
  /** Calls that were left of the day's money when the round `cap` began, and of the day's calls when `day` did. */
  left: number
  /** Videos that were leased when a process was killed: looks at them may be lost. 0: none was. */
  leased: number
  /** How the processes ended that were told to. */
  ends: (number | string)[]
}

export interface FaultsReport {
  ms: number
  rounds: Round[]
  looks: number
  snapshots: number
  calls: number
  /** The most calls within a second. */
  peak: number
  faults: Record<string, number>
  verdicts: Verdict[]
  /** What the processes printed. */
  output: string[]
}

const SKEW = 5 * MINUTE
/** A round in which nothing moves for so long is over in vain. */
const STUCK = 2 * MINUTE

/** One of each first, then a chance for every call. */
const FAULTS: Omit<Fault, 'path'>[] = [
  { kind: 'hang', probability: 0.003 },
  { kind: 'http_429', probability: 0.004, retryAfterS: 1 },
  { kind: 'rate_limit', probability: 0.004, retryAfterS: 1 },
  { kind: 'http_500', probability: 0.05 },
  { kind: 'busy', probability: 0.02 },
  { kind: 'cut', probability: 0.02 },
  { kind: 'cut_after', probability: 0.02 },
  { kind: 'partial_body', probability: 0.03 },
  { kind: 'wrong_type', probability: 0.02 },
  { kind: 'doubled', probability: 0.05 },
  { kind: 'reversed', probability: 0.05 },
  { kind: 'late', probability: 0.03 },
  { kind: 'strayed', probability: 0.02 },
]
/** Share of a round's calls that an outage takes; it outlasts the attempts of some of them. */
const OUTAGE = 0.03

export async function playFaults(input: FaultsInput): Promise<FaultsReport> {
  const started = Date.now()
  const scene = await setScene(input)
  try {
    await Promise.all(scene.processes.map((each) => each.prints(/workers are running/)))
    const played = await play(scene)
    const report = await verdicts(scene, played)
    const output = scene.processes.map((each) => each.output())
    return { ...report, ms: Date.now() - started, rounds: played.rounds, output }
  } finally {
    await scene.close()
  }
}

async function play(scene: Scene): Promise<Played> {
  const { simulator, owner, workspaceId, processes, callsPerDay } = scene
  const { faults } = simulator
  const calls = Math.ceil(scene.input.videos / 50)
  const half = Math.ceil(calls / 2)
  const rounds: Round[] = []
  addFaults(scene, calls)
  faults.add([{ kind: 'clock_skew', skewMs: SKEW }])
  const victim = scene.input.kill ? killer(scene) : null
  rounds.push(await round(scene, 'faults', victim?.at))
  faults.add([{ kind: 'clock_skew', skewMs: -SKEW }])
  await owner`
    update workspace set look_cap_fen = ${half * COST} + (select coalesce(sum(cost_fen), 0) from call_use
      where workspace_id = ${workspaceId}) where id = ${workspaceId}`
  rounds.push(await round(scene, 'cap'))
  await owner`update workspace set look_cap_fen = null where id = ${workspaceId}`
  // As if others had used the app's day all but for so many calls; the last part of a day is for what is urgent.
  await owner`update call_quota set calls = ${callsPerDay - half}`
  await owner`update video_state set urgent = true where workspace_id = ${workspaceId}`
  rounds.push(await round(scene, 'day'))
  faults.clear()
  await owner`update call_quota set calls = 0`
  rounds.push(await round(scene, 'clear'))
  const alive = processes.filter((each) => each !== victim?.process)
  for (const each of alive) each.kill('SIGTERM')
  const ends = await Promise.all(alive.map(({ ended }) => ended))
  return {
    rounds,
    left: half,
    leased: victim?.leased() ?? 0,
    ends,
  }
}

function addFaults({ simulator }: Scene, calls: number): void {
  const path = QIANCHUAN_VIDEO_PATH
  const once = FAULTS.map(({ probability: _, ...fault }) => ({ ...fault, path, times: 1 }))
  const outage = { kind: 'http_500' as const, path, times: 6 + Math.ceil(calls * OUTAGE) }
  simulator.faults.add([...once, outage, ...FAULTS.map((fault) => ({ ...fault, path }))])
}

/** When half of the videos are done: kill -9 of the last process; the leases of that instant run out. */
function killer({ processes, owner, workspaceId, input }: Scene) {
  const process = processes.at(-1)
  let leased: number | null = null
  return {
    process,
    leased: () => leased ?? 0,
    async at(open: number) {
      if (leased !== null || open > input.videos / 2) return
      process?.kill('SIGKILL')
      await process?.ended
      const [found] = await owner`
        with ended as (
          update poll_shard set claimed_until = now() - interval '1 hour'
          where workspace_id = ${workspaceId} and claim is not null returning source, shard
        )
        select count(*)::int as videos from ended join video_state s using (source, shard)
        where s.workspace_id = ${workspaceId}`
      leased = found?.videos ?? 0
    },
  }
}

async function round(scene: Scene, name: string, at?: (open: number) => Promise<void>): Promise<Round> {
  const { simulator, owner, workspaceId } = scene
  const callsBefore = simulator.tally.calls().total
  const from = Date.now()
  const due = new Date(from).toISOString()
  await owner`drop table if exists before`
  await owner.begin(async (tx) => {
    await tx`select from poll_shard where workspace_id = ${workspaceId} order by source, shard for update`
    await tx`create temp table before as select video_id, looks from video_state where workspace_id = ${workspaceId}`
    await tx`update video_state set next_poll_at = ${due} where workspace_id = ${workspaceId}`
    await tx`
      insert into poll_shard (workspace_id, source, shard, due_at)
      select distinct workspace_id, source, shard, ${due}::timestamptz from video_state
      where workspace_id = ${workspaceId}
      on conflict (workspace_id, source, shard) do update set due_at = excluded.due_at`
  })
  await settled(scene, due, name, at)
  const ends = await owner`
    select case when s.looks > b.looks then 'looked' when s.no_data_since is null then ''
      else coalesce(s.no_data_reason, '') end as how, count(*)::int as videos
    from video_state s join before b on b.video_id = s.video_id
    where s.workspace_id = ${workspaceId} group by 1`
  const by = Object.fromEntries(ends.map(({ how, videos }) => [how, videos]))
  const { looked = 0, ...noData } = by
  return { name, from, to: Date.now(), calls: simulator.tally.calls().total - callsBefore, looked, noData }
}

/** Every video was looked at or failed: either gives it another instant. */
async function settled(
  { owner, workspaceId, processes }: Scene,
  due: string,
  name: string,
  at?: (open: number) => Promise<void>,
): Promise<void> {
  let last = { open: Number.NaN, since: Date.now() }
  for (;;) {
    const [found] = await owner`
      select count(*)::int as open from video_state
      where workspace_id = ${workspaceId} and next_poll_at = ${due}`
    const open: number = found?.open ?? 0
    if (open === 0) return
    if (open !== last.open) last = { open, since: Date.now() }
    if (Date.now() - last.since > STUCK) {
      const said = processes.map((each) => each.output()).join('\n')
      throw new Error(`round ${name}: ${open} videos are neither looked at nor NO_DATA\n${said}`)
    }
    await at?.(open)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
