/** Figures over time, of a video and of a brand. */
import { loadBrandDays, loadDayMoney, loadLooks, loadPublished, type Made } from '../db/queries/series.ts'
import { InvalidInputError } from '../flow/errors.ts'
import {
  BRAND_METRICS,
  bucketsOf,
  countBuckets,
  fill,
  MONEY_METRICS,
  NO_SUMS,
  type Point,
  type RESOLUTIONS,
  type Resolution,
  readPoint,
  readSum,
  SERIES,
  SERIES_METRICS,
  type SeriesMetric,
  type Span,
  startsOf,
} from '../rules/series.ts'
import { DAY, HOUR } from '../rules/types.ts'
import { countDays, dayOf, daysBetween } from '../rules/zone.ts'
import { batchedWith } from './batch.ts'
import { Brand } from './brand.ts'
import { builder } from './builder.ts'
import type { ApiContext } from './context.ts'
import { NullReasonEnum } from './figure.ts'
import { one } from './ids.ts'
import { Video } from './video.ts'

/** Of one field, over all its metrics. */
const MOST_POINTS = 10_000
/** Of a page of videos or brands together. */
const MOST_ON_PAGE = 200_000

const ResolutionEnum = builder.enumType('SeriesResolution', {
  description: 'How looks are put together.',
  values: {
    RAW: { description: 'Not at all: a point for each look that is still kept (RAW_RETENTION_DAYS).' },
    HOUR: { description: 'The last look of each hour of UTC; older ones than HOUR_RETENTION_DAYS are gone.' },
    DAY: { description: 'The last look of each day; those of business days are kept for ever.' },
  } satisfies Record<(typeof RESOLUTIONS)[number], object>,
})
const SeriesPoint = builder.objectRef<Point>('SeriesPoint').implement({
  description: 'A metric at its time; a gap is a point without a value, never 0.',
  fields: (t) => ({
    at: t.field({
      type: 'DateTime',
      description: 'Beginning of the hour or day; of RAW the instant of the look.',
      resolve: ({ at }) => new Date(at),
    }),
    value: t.exposeFloat('value', {
      nullable: true,
      description: 'In the unit of the series; null: see reason.',
    }),
    reason: t.field({
      type: NullReasonEnum,
      nullable: true,
      description:
        'Why there is no value. NO_LOOK: nobody looked in that hour or day, or its looks are no longer kept; ' +
        'NO_EARLIER_LOOK: the first one, of a video that was not watched from its publication on. null: there is a value.',
      resolve: ({ reason }) => reason,
    }),
  }),
})
interface Series {
  metric: SeriesMetric
  points: Point[]
}
const SeriesType = builder.objectRef<Series>('Series').implement({
  description: 'One metric over time.',
  fields: (t) => ({
    metric: t.exposeString('metric', { description: 'Which one.' }),
    unit: t.string({
      description: 'Of the values: count, ratio (0.05 is 5 %), times (ROI 2 is 1:2), plays/h or 分.',
      resolve: ({ metric }) => SERIES[metric],
    }),
    points: t.expose('points', { type: [SeriesPoint], description: 'In time order.' }),
  }),
})

const GAINS =
  'gainedPlays, gainedLikes, gainedComments, gainedShares, gainedSaves (added since the last look before, so what a gap ' +
  'hid counts behind it; negative where a source corrected itself; a video first looked at on the day of its ' +
  'publication or the next one counts from 0 at publication)'
const MONEY = 'spend, gmv (分), orders, paidRoi (GMV of ads over spend), each of that business day alone'

interface Question {
  metrics: SeriesMetric[]
  span: Span
  /** The days are not those of the workspace. */
  foreign: boolean
  asOf: number | null
}

const loadSeries = batchedWith(async (ids, args: SeriesArgs, context) => {
  const { db } = context
  const [{ zone, interactionCounters }, videos] = await Promise.all([
    workspaceOf(context),
    loadPublished(db, ids),
  ])
  const { metrics, span, foreign, asOf } = questionOf(args, zone)
  const { starts, since, until } = bucketsOf(span)
  checkPoints(starts.length * metrics.length * ids.length, MOST_ON_PAGE)
  // How many looks there are is known only when they are read: each video has its share of the page.
  const most = Math.floor(Math.min(MOST_POINTS, MOST_ON_PAGE / ids.length))
  const limit = span.resolution === 'RAW' ? Math.floor(most / metrics.length) + 1 : null
  const made = madeOf(span.resolution, starts, foreign, asOf)
  const days = { from: dayOf(new Date(since), zone), to: dayOf(new Date(until - 1), zone) }
  const [looks, money] = await Promise.all([
    loadLooks(db, videos, { since, until, made, zone, asOf, limit }),
    metrics.some(isMoney) ? loadDayMoney(db, videos, days) : null,
  ])
  const published = new Map(videos.map(({ videoId, publishedAt }) => [videoId, publishedAt]))
  const seriesOf = (id: number): Series[] => {
    const publishedAt = published.get(id) ?? 0
    const history = { looks: looks.get(id) ?? [], publishedAt, zone, money: money?.get(id) ?? new Map() }
    const buckets = fill(span, starts, history)
    checkPoints(buckets.length * metrics.length, most)
    return metrics.map((metric) => ({
      metric,
      points: buckets.map((bucket) => readPoint(metric, bucket, interactionCounters)),
    }))
  }
  return new Map(ids.map((id) => [id, seriesOf(id)]))
})

async function workspaceOf({ db, viewer }: ApiContext) {
  const columns = { zone: true, interactionCounters: true } as const
  return one(await db.query.workspace.findFirst({ columns, where: { id: viewer.workspaceId } }))
}

const isMoney = (metric: SeriesMetric) => MONEY_METRICS.includes(metric)

/** What was known once is in snapshots alone; and so are days of a zone that does not begin them with an hour. */
function madeOf(
  resolution: Resolution,
  starts: readonly number[],
  foreign: boolean,
  asOf: number | null,
): Made {
  if (asOf !== null || resolution === 'RAW') return 'snapshot'
  if (resolution === 'DAY' && !foreign) return 'video_day'
  return starts.every((at) => at % HOUR === 0) ? 'video_hour' : 'snapshot'
}

function checkPoints(points: number, most: number): void {
  if (points <= most) return
  const why = `from and to span more than ${most} points: ask for less time, fewer metrics or a coarser resolution`
  throw new InvalidInputError('to', why)
}

/** As asked for, each once. */
function metricsOf(given: readonly string[], offered: readonly SeriesMetric[]): SeriesMetric[] {
  const metrics = [...new Set(given)]
  const unknown = metrics.find((name) => !offered.some((metric) => metric === name))
  if (unknown === undefined && metrics.length > 0) return metrics as SeriesMetric[]
  const said = unknown === undefined ? 'metrics is empty' : `metrics has ${unknown}`
  throw new InvalidInputError('metrics', `${said}; there are ${offered.join(', ')}`)
}

interface SeriesArgs {
  metrics: string[]
  resolution: Resolution
  from: Date
  to: Date
  zone?: string | null | undefined
  asOf?: Date | null | undefined
}

function questionOf({ resolution, ...args }: SeriesArgs, home: string): Question {
  const metrics = metricsOf(args.metrics, SERIES_METRICS)
  const zone = checkZone(args.zone ?? home)
  const span = { resolution, from: args.from.getTime(), to: args.to.getTime(), zone }
  if (span.from >= span.to) throw new InvalidInputError('to', 'to must be later than from')
  checkPoints(countBuckets(span) * metrics.length, MOST_POINTS)
  const asOf = args.asOf?.getTime() ?? null
  const foreign = zone !== home
  const money = metrics.find(isMoney)
  if (money && (resolution !== 'DAY' || foreign || asOf !== null)) {
    const why = `${money} is known by business day of the workspace and as of now: ask DAY without zone and asOf`
    throw new InvalidInputError('metrics', why)
  }
  return { metrics, span, foreign, asOf }
}

function checkZone(zone: string): string {
  try {
    dayOf(new Date(0), zone)
    return zone
  } catch {
    throw new InvalidInputError(
      'zone',
      `zone must be an IANA time zone such as Asia/Shanghai, and ${zone} is none`,
    )
  }
}

builder.drizzleObjectField(Video, 'series', (t) =>
  t.field({
    type: [SeriesType],
    description:
      'Its metrics over time, the last minutes included. ' +
      `InvalidInputError: a metric is not offered, to is not later than from, or more than ${MOST_POINTS} points ` +
      `(${MOST_ON_PAGE} on a page; of RAW no video may have more than its equal share of them).`,
    args: {
      metrics: t.arg.stringList({
        required: true,
        description:
          'plays, likes, comments, shares, saves (as the last look of the hour or day counts); ' +
          `${GAINS}; interactionRate (互动率: what the workspace counts as interaction over plays); velocity (plays ` +
          `added since the last look before, over the hours between the two looks); ${MONEY}, of DAY alone.`,
      }),
      resolution: t.arg({ type: ResolutionEnum, required: true, description: 'How looks are put together.' }),
      from: t.arg({
        type: 'DateTime',
        description: 'From this instant, its hour or day whole; left out: 30 days before `to`.',
      }),
      to: t.arg({
        type: 'DateTime',
        description: 'Up to before this instant, its hour or day whole; left out: now.',
      }),
      zone: t.arg.string({
        description:
          "IANA zone of the days; left out: the workspace's. Others are kept as long as hours are.",
      }),
      asOf: t.arg({
        type: 'DateTime',
        description: 'Only what was known by then, as long as single looks are kept; left out: all.',
      }),
    },
    resolve: async ({ id }, args, context) => {
      const to = args.to ?? context.now
      const from = args.from ?? new Date(to.getTime() - 30 * DAY)
      return (await loadSeries(id, { ...args, from, to }, context)) ?? []
    },
  }),
)

interface BrandQuestion {
  metrics: SeriesMetric[]
  from: string
  to: string
}

const loadBrandSeries = batchedWith(async (ids, { metrics, from, to }: BrandQuestion, context) => {
  const [{ zone }, found] = await Promise.all([
    workspaceOf(context),
    loadBrandDays(context.db, ids, { from, to }),
  ])
  checkPoints(countDays(from, to) * metrics.length * ids.length, MOST_ON_PAGE)
  const names = daysBetween(from, to)
  const starts = startsOf(names, zone)
  const days = names.map((day, nth) => ({ day, at: starts[nth] as number }))
  const seriesOf = (id: number): Series[] => {
    const sums = new Map(found.get(id)?.map((row) => [row.day, row]))
    const point =
      (metric: SeriesMetric) =>
      ({ day, at }: (typeof days)[number]): Point => ({
        at,
        ...readSum(metric, sums.get(day) ?? NO_SUMS),
      })
    return metrics.map((metric) => ({ metric, points: days.map(point(metric)) }))
  }
  return new Map(ids.map((id) => [id, seriesOf(id)]))
})

builder.drizzleObjectField(Brand, 'series', (t) =>
  t.field({
    type: [SeriesType],
    description:
      'Sums over its videos by business day, about a minute behind. A video counts on the days on which it is known. ' +
      `InvalidInputError: a metric is not offered, to lies before from, or more than ${MOST_POINTS} points (${MOST_ON_PAGE} on a page).`,
    args: {
      metrics: t.arg.stringList({ required: true, description: `${GAINS}; ${MONEY}.` }),
      from: t.arg({ type: 'Date', required: true, description: 'First day.' }),
      to: t.arg({ type: 'Date', required: true, description: 'Last day.' }),
    },
    resolve: async ({ id }, args, context) => {
      const { from, to } = args
      const metrics = metricsOf(args.metrics, BRAND_METRICS)
      if (countDays(from, to) < 1) throw new InvalidInputError('to', 'to lies before from')
      checkPoints(countDays(from, to) * metrics.length, MOST_POINTS)
      return (await loadBrandSeries(id, { metrics, from, to }, context)) ?? []
    },
  }),
)
