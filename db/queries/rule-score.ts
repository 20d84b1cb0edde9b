/** How rules did week by week, and what that is told from. */
import { sql } from 'drizzle-orm'
import type { Version } from '../../rules/types.ts'
import { among } from '../among.ts'
import { type Reads, rows } from '../client.ts'
import type { ReplayVideoRow } from './replay.ts'

export interface RuleScoreRow {
  ruleId: number
  ruleVersion: number
  /** ms. */
  weekAt: number
  hit: number
  wrong: number
  missed: number
  leadHours: number | null
}

/** The latest `last` weeks of each of these rules, latest first. One statement. */
export async function loadRuleScores(
  db: Pick<Reads, 'execute'>,
  ruleIds: readonly number[],
  last: number,
): Promise<Map<number, RuleScoreRow[]>> {
  const found = await rows<{ score: RuleScoreRow }>(
    db,
    sql`select json_build_object('ruleId', r.id, 'ruleVersion', s.rule_version,
        'weekAt', (extract(epoch from s.week_at) * 1000)::bigint, 'hit', s.hit, 'wrong', s.wrong, 'missed', s.missed,
        'leadHours', s.lead_hours) as score
      from rule r
      cross join lateral (
        select * from rule_score s where s.workspace_id = r.workspace_id and s.rule_id = r.id
        order by s.week_at desc limit ${last}
      ) s
      where r.workspace_id = current_workspace() and ${among(sql`r.id`, ruleIds)}
      order by r.id, s.week_at desc`,
  )
  const byRule = new Map<number, RuleScoreRow[]>(ruleIds.map((id) => [id, []]))
  for (const { score } of found) byRule.get(score.ruleId)?.push(score)
  return byRule
}

/** Every version of the rules that are switched on, by rule and in order. One statement. */
export async function loadVersions(db: Pick<Reads, 'execute'>): Promise<Map<number, Version[]>> {
  const found = await rows<{ version: Version & { ruleId: number } }>(
    db,
    sql`select json_build_object('ruleId', r.id, 'version', v.version, 'definition', v.definition,
        'createdAt', (extract(epoch from v.created_at) * 1000)::bigint) as version
      from rule r join rule_version v on v.workspace_id = r.workspace_id and v.rule_id = r.id
      where r.workspace_id = current_workspace() and r.enabled order by r.id, v.version`,
  )
  const byRule = new Map<number, Version[]>()
  for (const { version } of found) {
    const { ruleId, ...one } = version
    const versions = byRule.get(ruleId)
    if (versions) versions.push(one)
    else byRule.set(ruleId, [one])
  }
  return byRule
}

/** A video as it stands, for what became of it. Instants in ms. */
export interface EndedRow
  extends Pick<
    ReplayVideoRow,
    | 'videoId'
    | 'brandId'
    | 'kolId'
    | 'cellId'
    | 'matrixId'
    | 'phaseId'
    | 'tier'
    | 'vertical'
    | 'purpose'
    | 'publishedAt'
  > {
  observedAt: number
  plays: number | null
  boughtPlays: number | null
  /** Of each rule that ever fired on it: when it first did, and in which version. */
  firings: { ruleId: number; version: number; at: number }[]
}

/** The videos that were published from `from` on and before `to`, and looked at since. */
export async function loadEnded(
  db: Pick<Reads, 'execute'>,
  { from, to }: { from: Date; to: Date },
): Promise<EndedRow[]> {
  const found = await rows<{ video: EndedRow }>(
    db,
    sql`select json_build_object('videoId', s.video_id, 'brandId', v.brand_id, 'kolId', s.kol_id, 'cellId', s.cell_id,
        'matrixId', cell.matrix_id, 'phaseId', s.phase_id, 'tier', v.tier, 'vertical', kol.vertical, 'purpose', v.purpose,
        'publishedAt', (extract(epoch from s.published_at) * 1000)::bigint,
        'observedAt', (extract(epoch from s.observed_at) * 1000)::bigint,
        'plays', s.plays, 'boughtPlays', s.bought_plays,
        'firings', coalesce((
          select json_agg(json_build_object('ruleId', rule_id, 'version', rule_version, 'at', at)) from (
            select distinct on (rule_id) rule_id, rule_version, (extract(epoch from firing_at) * 1000)::bigint as at
            from breakout b
            where b.workspace_id = s.workspace_id and b.video_id = s.video_id and b.firing_at is not null
            order by rule_id, firing_at, id
          ) first), '[]')) as video
      from video_state s
      join video v on v.workspace_id = s.workspace_id and v.id = s.video_id
      left join kol on kol.workspace_id = s.workspace_id and kol.id = s.kol_id
      left join cell on cell.workspace_id = s.workspace_id and cell.id = s.cell_id
      where s.workspace_id = current_workspace() and s.observed_at is not null
        and v.published_at >= ${from.toISOString()}::timestamptz and v.published_at < ${to.toISOString()}::timestamptz
      order by s.video_id`,
  )
  return found.map(({ video }) => video)
}
