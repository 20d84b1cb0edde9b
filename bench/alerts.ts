/**
 * Evaluations of rules while workers die at every step: the wire to the database is cut before and after each
 * statement, the answer to a commit included, and processes are killed with -9. Counts, not times: it ends with an error
 * when an episode or a notification is doubled, lost or released by a gap.
 */
import { type AlertsPlayed, playAlerts } from './alerts-play.ts'
import { type AlertsReport, alertVerdicts } from './alerts-verdicts.ts'
import type { BenchContext } from './bench.ts'

const EVALUATIONS = 1_000_000
const VIDEOS = 1000
const KILLS = 30

export async function alerts({ args, url, now, ticks, say }: BenchContext): Promise<void> {
  const from = ticks()
  const played = await playAlerts({
    databaseUrl: url,
    from: now.getTime(),
    videos: VIDEOS,
    limit: 100,
    workers: 3,
    evaluations: Number(args[1] ?? EVALUATIONS),
    kills: Number(args[2] ?? KILLS),
  })
  try {
    const report = await alertVerdicts(played.scene)
    say(`alerts: ${Math.round((ticks() - from) / 1000)} s`)
    tell(played, report, say)
    const broken = report.verdicts.filter(({ holds }) => !holds).length
    if (broken > 0) throw new Error(`${broken} verdicts do not hold`)
  } finally {
    await played.scene.close()
  }
}

function tell(played: AlertsPlayed, report: AlertsReport, say: (line: string) => void): void {
  const cuts = [...played.cuts.values()]
  const { evaluations, looks, episodes, fired, released, notifications, groups, largest } = report
  say(`  ${evaluations} evaluations in ${looks} looks, ${played.rounds} rounds and ${played.polls} polls`)
  say(
    `  ${cuts.reduce((sum, n) => sum + n, 0)} cuts: each of ${played.steps} statements before and after, ${Math.min(...cuts)} to ${Math.max(...cuts)} times`,
  )
  say(`  ${played.kills} processes killed with -9`)
  say(
    `  ${episodes} episodes, ${fired} fired, ${released} released; ${notifications} notifications, ${groups} of them groups, up to ${largest} episodes in one`,
  )
  for (const { what, holds, detail } of report.verdicts)
    say(`  ${holds ? 'holds ' : 'BROKEN'} ${what}: ${detail}`)
}
