/** 自评: how often each rule was right, week by week, once it is known what became of the week's videos. */
import { and, gte, inArray, sql } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import { loadKnownFigures, loadReplayLooks } from '../db/queries/replay.ts'
import { type EndedRow, loadEnded, loadVersions } from '../db/queries/rule-score.ts'
import { loadCounting } from '../db/queries/watch.ts'
import { ruleScore } from '../db/tables.ts'
import { applies, readyOf } from '../rules/active-rule.ts'
import { type Case, endedOnTop, isFinished, scoresOf } from '../rules/backtest.ts'
import { finalsBefore } from '../rules/forecast-video.ts'
import { classesOf } from '../rules/lesson.ts'
import { naturalPlays } from '../rules/natural.ts'
import { completed } from '../rules/rule.ts'
import { stintIn, stintsOf, type Version } from '../rules/rule-stint.ts'
import { halfAt } from '../rules/score.ts'
import { addDays, dayOf, startOfDay } from '../rules/zone.ts'
import { type Context, write } from './context.ts'
import { loadLearned } from './forecast.ts'
import { FILE_SOURCE } from './import.ts'
import { KnownThen } from './known.ts'
import { loadPeersOf } from './peers.ts'

/** Weeks that are looked back on: one that has not finished by then never will. */
const WEEKS = 12

/**
 * Scores what can be scored and is not yet, of the rules that are switched on; answers how many weeks of rules were added.
 * Again changes nothing. A fixed number of statements for each week that lacks a score.
 */
export function score(ctx: Context): Promise<number> {
  return write(ctx, async (tx) => {
    const { zone } = await loadCounting(tx)
    const weeks = weeksBefore(ctx.now, zone)
    const rules = await loadRules(tx)
    const there = await scored(tx, rules, weeks)
    let added = 0
    for (const week of weeks) {
      const missing = rules.filter(({ ruleId }) => !there.has(keyOf(ruleId, week.from)))
      if (missing.length > 0) added += await scoreWeek(tx, ctx.now, week, missing)
    }
    return added
  })
}

interface Week {
  /** Monday 00:00 in the workspace's zone. */
  from: Date
  to: Date
}

/** The weeks that are over, latest first. */
function weeksBefore(now: Date, zone: string): Week[] {
  const today = dayOf(now, zone)
  const sinceMonday = (new Date(`${today}T00:00:00Z`).getUTCDay() + 6) % 7
  const monday = addDays(today, -sinceMonday)
  return Array.from({ length: WEEKS }, (_, nth) => ({
    from: startOfDay(addDays(monday, -7 * (nth + 1)), zone),
    to: startOfDay(addDays(monday, -7 * nth), zone),
  }))
}

interface Scored {
  ruleId: number
  /** Versions that judged since it was switched on, latest first. */
  stints: Version[]
}

async function loadRules(tx: Tx): Promise<Scored[]> {
  return [...(await loadVersions(tx))].map(([ruleId, versions]) => ({
    ruleId,
    stints: stintsOf(versions).map((one) => ({ ...one, definition: completed(one.definition) })),
  }))
}

const keyOf = (ruleId: number, weekAt: Date) => `${ruleId} ${weekAt.getTime()}`

async function scored(tx: Tx, rules: readonly Scored[], weeks: readonly Week[]): Promise<Set<string>> {
  const ids = rules.map(({ ruleId }) => ruleId)
  const since = (weeks.at(-1) as Week).from
  const found = await tx
    .select({ ruleId: ruleScore.ruleId, weekAt: ruleScore.weekAt })
    .from(ruleScore)
    .where(and(inArray(ruleScore.ruleId, ids), gte(ruleScore.weekAt, since)))
  return new Set(found.map(({ ruleId, weekAt }) => keyOf(ruleId, weekAt)))
}

async function scoreWeek(tx: Tx, now: Date, week: Week, rules: readonly Scored[]): Promise<number> {
  const videos = await loadEnded(tx, week)
  // Nothing is said of a week before all of it is known: one score is never written over by another.
  const known = videos.every(({ publishedAt, observedAt }) =>
    isFinished(publishedAt, observedAt, now.getTime()),
  )
  if (videos.length === 0 || !known) return 0
  const tops = await topsOf(tx, now, videos)
  const halves = await halvesOf(
    tx,
    now,
    videos.filter(({ videoId, firings }) => firings.length > 0 && tops.has(videoId)),
  )
  const next = rules.flatMap(({ ruleId, stints }) => {
    const active = stintIn(stints, week.from.getTime(), week.to.getTime())
    const cases = active ? casesOf(ruleId, active, videos, tops, halves) : []
    if (!active || cases.length === 0) return []
    const { hits: hit, wrong, missed, medianLeadHours: leadHours } = scoresOf(cases)
    const ruleVersion = active.version.version
    return [{ ruleId, ruleVersion, weekAt: week.from, hit, wrong, missed, leadHours, createdAt: now }]
  })
  if (next.length > 0) await store(tx, next)
  return next.length
}

/** Those that ended in the top of their class, as it is known now. */
async function topsOf(tx: Tx, now: Date, videos: readonly EndedRow[]): Promise<Set<number>> {
  const learned = (await loadLearned(tx, { from: now, to: now })).at(now.getTime())
  const peers = await loadPeersOf(tx, videos)
  const tops = videos.filter((video) => {
    const plays = naturalPlays(video.plays, video.boughtPlays)
    if (plays === null) return false
    const finals = video.kolId === null ? [] : finalsBefore(peers.of(video.kolId), video.publishedAt)
    const classes = classesOf(learned.classes, video)
    return endedOnTop(learned.model, { tier: video.tier, classes, finals, plays })
  })
  return new Set(tops.map(({ videoId }) => videoId))
}

/** When each had half of its final natural plays, by the ads that were known at each look, ms. */
async function halvesOf(tx: Tx, now: Date, videos: readonly EndedRow[]): Promise<Map<number, number | null>> {
  if (videos.length === 0) return new Map()
  const ids = videos.map(({ videoId }) => videoId)
  const to = now.getTime()
  const looks = await loadReplayLooks(tx, ids, { to, fileSource: FILE_SOURCE })
  const known = new KnownThen(
    ids.map((videoId) => ({ videoId, priceFen: null, grossMargin: null, adsSince: null })),
    await loadKnownFigures(tx, ids, to),
    [],
  )
  const seen = new Map<number, { instants: number[]; natural: number[] }>(
    ids.map((id) => [id, { instants: [], natural: [] }]),
  )
  for (const [i, videoId] of looks.videoId.entries()) {
    const course = seen.get(videoId)
    const at = looks.observedAt[i] as number
    const { boughtPlays } = known.figures(videoId, looks.recordedAt[i] as number)
    if (!course || at <= (course.instants.at(-1) ?? Number.NEGATIVE_INFINITY)) continue
    course.instants.push(at)
    // NaN stays NaN: plays were not given.
    course.natural.push((looks.plays[i] as number) - (boughtPlays ?? 0))
  }
  return new Map(
    videos.map(({ videoId, plays, boughtPlays }) => {
      const course = seen.get(videoId)
      const final = naturalPlays(plays, boughtPlays)
      return [videoId, course && final !== null ? halfAt(course.instants, course.natural, final) : null]
    }),
  )
}

/**
 * The videos of the week that were published while the version judged. One that another version flagged first counts for neither:
 * nobody knows what this one would have said later.
 */
function casesOf(
  ruleId: number,
  { version: { version, definition }, from }: { version: Version; from: number },
  videos: readonly EndedRow[],
  tops: ReadonlySet<number>,
  halves: ReadonlyMap<number, number | null>,
): Case[] {
  const ready = readyOf({ ruleId, version, definition })
  const cases: Case[] = []
  for (const video of videos) {
    const { videoId, publishedAt, plays, firings } = video
    if (publishedAt < from || !applies(ready, video.purpose, video)) continue
    const flag = firings.find((firing) => firing.ruleId === ruleId) ?? null
    if (flag !== null && flag.version !== version) continue
    // Nobody knows what became of a video whose plays are not given.
    const truth = plays === null ? 'OPEN' : tops.has(videoId) ? 'HIT' : 'ORDINARY'
    cases.push({ truth, flaggedAt: flag?.at ?? null, probability: null, halfAt: halves.get(videoId) ?? null })
  }
  return cases
}

async function store(tx: Tx, next: (typeof ruleScore.$inferInsert)[]): Promise<void> {
  await tx
    .insert(ruleScore)
    .values(next)
    .onConflictDoUpdate({
      target: [ruleScore.workspaceId, ruleScore.ruleId, ruleScore.weekAt],
      set: {
        ruleVersion: sql`excluded.rule_version`,
        hit: sql`excluded.hit`,
        wrong: sql`excluded.wrong`,
        missed: sql`excluded.missed`,
        leadHours: sql`excluded.lead_hours`,
      },
    })
}
