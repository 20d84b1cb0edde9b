/** What a backtest says in the end: who was right how often, at which age, and how far chances can be believed. */
import { quantile } from '../rules/reference.ts'
import { alertsPerDay, type Calibration, calibrate, type Leads, spreadOf, tally } from '../rules/score.ts'
import { BANDS, type BandLook, type BandScore, scoreBands, scoreLooks } from '../rules/score-band.ts'
import type { Rows } from './backtest-rows.ts'
import { type ByVideo, bandLooks, leadHours, observedAt, type Told } from './backtest-walk.ts'

export interface Reported {
  file: string
  rule: string
  className: string
  top: number
  notes: readonly string[]
  rows: Rows
  told: Told
  of: ByVideo
  took: { readMs: number; walkMs: number }
}

export function report(given: Reported): string[] {
  const { rows, told, of, top, className } = given
  const looks = bandLooks(rows, told, of)
  const judged = told.videos.filter((video) => !Number.isNaN(told.final[video]))
  const walked = Uint8Array.from(told.final, (plays, v) =>
    Math.log1p(plays) >= (told.cutoff[v] as number) ? 1 : 0,
  )
  const cutoff = quantile(Float64Array.from(judged, (video) => told.final[video] as number).sort(), 1 - top)
  const whole = Uint8Array.from(told.final, (plays) => (plays > cutoff ? 1 : 0))
  const percent = `${Number((100 * top).toFixed(2))} %`
  return [
    ...heading(given, judged.length),
    '',
    `A. Top ${percent} of the class (${className}) as the walk knew it: ended at or above the cutoff of the lesson that held at the video's last look.`,
    ...truth(given, looks, judged, walked),
    '',
    `B. Top ${percent} of the whole file, known afterwards: ended above ${Math.round(cutoff)} plays.`,
    ...truth(given, looks, judged, whole),
    '',
    ...calibrationTable(given, looks, walked, whole),
  ]
}

function heading({ file, rule, className, notes, rows, told, took }: Reported, judged: number): string[] {
  const { walk, videos } = told
  const { refused, restated, order } = rows
  const from = instant(observedAt(rows, 0))
  const to = instant(observedAt(rows, order.length - 1))
  const left = videos.length - judged
  const model = walk.lesson.model.videos
  const seconds = (took.walkMs / 1000).toFixed(1)
  const rate = Math.round(order.length / Math.max(took.walkMs / 1000, 0.001))
  return [
    `${file}: ${order.length} looks at ${videos.length} videos, ${from} to ${to}; ${refused} rows refused, ${restated} replaced by a later row of the same instant`,
    `Rule (规则) ${rule}`,
    `Class (参照) ${className}. ${walk.lessons} lessons, the last one's forecast on ${model === 0 ? 'no finished video: it is the shipped one' : `${model} finished videos`}; nothing is read ahead.`,
    `A video that was still unfinished at the end of the file counts by its last look${left > 0 ? `; ${left} without any plays count nowhere` : ''}.`,
    ...notes,
    `Read in ${(took.readMs / 1000).toFixed(1)} s, judged in ${seconds} s: ${rate} looks/s`,
  ]
}

/** Both by video. */
function truth(
  { rows, told, of }: Reported,
  looks: readonly BandLook[],
  judged: readonly number[],
  hits: Uint8Array,
): string[] {
  const flags = judged.map((video) => (told.flag[video] as number) >= 0)
  const all = tally(
    flags,
    judged.map((video) => hits[video]),
  )
  const [from, to] = [observedAt(rows, 0), observedAt(rows, rows.order.length - 1)]
  const perDay = alertsPerDay(all.flagged, from, to)
  const leads = leadHours(rows, told, of, hits)
  const early = leads.filter((hours) => hours > 0).length
  return [
    ...bandTable(scoreBands(looks, hits), scoreLooks(looks, hits)),
    `Videos: ${all.videos}, ${all.hits} ended in the top; ${all.flagged} flagged, ${all.right} of them right.`,
    `Precision (准确率) ${share(all.precision)}, recall (召回率) ${share(all.recall)}, F1 ${share(all.f1)}; alerts per day (每天提醒) ${perDay === null ? '-' : perDay.toFixed(2)}`,
    `Lead (提前量) before half of the final plays, of the right flags: ${leadLine(spreadOf(leads), early)}`,
  ]
}

function leadLine(leads: Leads | null, early: number): string {
  if (leads === null) return '-'
  const [lower, median, upper] = [leads.lower, leads.median, leads.upper].map((hours) => hours.toFixed(1))
  return `median ${median} h, half of them ${lower} to ${upper} h; ${early} of ${leads.count} came before it`
}

const HEAD = ['age', 'videos', 'top', 'met P', 'met R', 'flag P', 'flag R', 'AP chance', 'AP plays']

/** One look of each video in each band, its last one. */
function bandTable(bands: readonly BandScore[], mixed: BandScore): string[] {
  const rows = bands.map((score, i) => row(BANDS[i]?.name ?? '', score))
  const filled = rows.filter((_, i) => (bands[i] as BandScore).holds.videos > 0)
  return [
    'The last look of each video in each band. met: the rule was met at that look; flag: flagged by then; P, R: precision, recall; AP: average precision.',
    ...table([HEAD, ...filled, row('mixed', mixed)]),
  ]
}

function row(name: string, { holds, flagged, byProbability, byPlays }: BandScore): string[] {
  const shares = [holds.precision, holds.recall, flagged.precision, flagged.recall, byProbability, byPlays]
  return [name, String(holds.videos), String(holds.hits), ...shares.map(share)]
}

/**
 * Every look counts once. `own`: against the cutoff that held at the look, which is what the chance spoke of; where the
 * class drifts, that is another one than the cutoff in the end.
 */
function calibrationTable(
  { rows, told }: Reported,
  looks: readonly BandLook[],
  walked: Uint8Array,
  whole: Uint8Array,
): string[] {
  const places = told.probability.map((_, k) => k).filter((k) => !Number.isNaN(told.probability[k]))
  const chances = Float64Array.from(places, (k) => told.probability[k] as number)
  const videos = Uint32Array.from(places, (k) => rows.video[rows.order[k] as number] as number)
  const finals = Float64Array.from(videos, (video) => Math.log1p(told.final[video] as number))
  const own = calibrate(
    chances,
    finals.map((final, i) => (final >= (told.bar[places[i] as number] as number) ? 1 : 0)),
  )
  const [a, b] = [walked, whole].map((hits) =>
    calibrate(
      chances,
      videos.map((video) => hits[video] as number),
    ),
  ) as [Calibration, Calibration]
  const bins = own.bins.map((bin, i) => [
    `${bin.from.toFixed(1)}-${bin.to.toFixed(1)}`,
    String(bin.count),
    ...[bin.said, bin.came, a.bins[i]?.came ?? null, b.bins[i]?.came ?? null].map(share),
  ])
  const errors = [own, a, b].map(({ error }) => fine(error))
  const mixed = [walked, whole].map((hits) => fine(mixedError(looks, hits)))
  return [
    'Calibration (校准) of the chance, every look counted: of the looks at which it was said, so many ended in the top: own, by the cutoff that held at the look; A and B as above.',
    ...table([['chance', 'looks', 'said', 'own', 'A', 'B'], ...bins]),
    `Expected calibration error: own ${errors[0]}, A ${errors[1]}, B ${errors[2]}; one look per video and band: A ${mixed[0]}, B ${mixed[1]}`,
  ]
}

function mixedError(looks: readonly BandLook[], hits: Uint8Array): number | null {
  const chances = looks.map(({ probability }) => probability)
  const came = looks.map(({ video }) => hits[video])
  return calibrate(chances, came).error
}

function table(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, k) => Math.max(...rows.map((cells) => (cells[k] ?? '').length)))
  return rows.map((cells) =>
    cells
      .map((cell, k) => (k === 0 ? cell.padEnd(widths[k] ?? 0) : cell.padStart(widths[k] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}

const share = (value: number | null) => (value === null ? '-' : value.toFixed(3))
const fine = (value: number | null) => (value === null ? '-' : value.toFixed(4))
const instant = (at: number) => new Date(at).toISOString().slice(0, 16)
