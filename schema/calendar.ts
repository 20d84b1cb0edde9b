import {
  type CalendarSpan,
  collaborationsDue,
  occasionsOnDays,
  phasesOnDays,
  type VideoOnDay,
  videosOnDays,
} from '../db/queries/calendar.ts'
import { InvalidInputError } from '../flow/errors.ts'
import { addDays, countDays, dayOf, daysBetween, startOfDay } from '../rules/zone.ts'
import { builder } from './builder.ts'
import { Collaboration } from './collaboration.ts'
import type { ApiContext } from './context.ts'
import { one, optionalRowId } from './ids.ts'
import { Occasion } from './occasion.ts'
import { Phase } from './phase.ts'
import { Video } from './video.ts'

const MOST_DAYS = 100
/** Of one kind on one day. */
const MOST_VIDEOS = 100

interface Row {
  id: number
}
interface Day {
  day: string
  videos: VideoOnDay[]
  occasions: Row[]
  phases: Row[]
  due: { row: Row; late: boolean }[]
}

const CalendarVideo = builder.objectRef<VideoOnDay>('CalendarVideo').implement({
  description: 'A video on the day it is planned for, or went out on.',
  fields: (t) => ({
    video: t.field({ type: Video, description: 'The video.', resolve: ({ id }) => ({ id }) }),
    late: t.exposeBoolean('late', {
      description: 'Planned for an instant that has passed, and not published.',
    }),
  }),
})

const CalendarDue = builder.objectRef<Day['due'][number]>('CalendarDue').implement({
  description: 'A collaboration on the day it is due.',
  fields: (t) => ({
    collaboration: t.field({
      type: Collaboration,
      description: 'What is due.',
      resolve: ({ row }) => row,
    }),
    late: t.exposeBoolean('late', { description: 'The day is over, and its video is not out.' }),
  }),
})

const total = (videos: VideoOnDay[], planned: boolean, key: 'total' | 'lateTotal') =>
  videos.find((video) => video.planned === planned)?.[key] ?? 0
const CalendarDay = builder.objectRef<Day>('CalendarDay').implement({
  description: "What is on one business day of the workspace's zone.",
  fields: (t) => ({
    day: t.expose('day', { type: 'Date', description: 'The day.' }),
    videos: t.field({
      type: [CalendarVideo],
      description:
        `Planned for it, and published on it; by time, at most ${MOST_VIDEOS} of either. A published video is on the ` +
        'day it went out only.',
      resolve: ({ videos }) => videos,
    }),
    planned: t.int({
      description: 'Videos planned for it that are not out.',
      resolve: ({ videos }) => total(videos, true, 'total'),
    }),
    late: t.int({
      description: 'Those of them whose time has passed.',
      resolve: ({ videos }) => total(videos, true, 'lateTotal'),
    }),
    published: t.int({
      description: 'Videos that went out on it.',
      resolve: ({ videos }) => total(videos, false, 'total'),
    }),
    occasions: t.field({
      type: [Occasion],
      description: '大促 and festivals that it is part of, of all brands.',
      resolve: ({ occasions }) => occasions,
    }),
    phases: t.field({ type: [Phase], description: '阶段 that run on it.', resolve: ({ phases }) => phases }),
    due: t.field({
      type: [CalendarDue],
      description: 'Collaborations due on it, those that were dropped left out.',
      resolve: ({ due }) => due,
    }),
  }),
})

builder.queryField('calendar', (t) =>
  t.field({
    type: [CalendarDay],
    description: `The publishing calendar day by day, at most ${MOST_DAYS} days at a time.`,
    args: {
      brandId: t.arg.id({ description: 'Only videos, phases and collaborations of this brand.' }),
      from: t.arg({ type: 'Date', required: true, description: 'First day.' }),
      to: t.arg({ type: 'Date', required: true, description: 'Last day.' }),
    },
    resolve: async (_root, { from, to, ...args }, context) => {
      const brandId = optionalRowId('brandId', 'Brand', args.brandId)
      const count = countDays(from, to)
      if (count < 1) throw new InvalidInputError('to', 'to lies before from')
      if (count > MOST_DAYS) throw new InvalidInputError('to', `to is more than ${MOST_DAYS} days from from`)
      return readDays(daysBetween(from, to), brandId, context)
    },
  }),
)

async function readDays(days: string[], brandId: number | undefined, context: ApiContext): Promise<Day[]> {
  const { db, now, viewer } = context
  const home = await db.query.workspace.findFirst({
    columns: { zone: true },
    where: { id: viewer.workspaceId },
  })
  const { zone } = one(home)
  const starts = days.map((day) => startOfDay(day, zone))
  const until = startOfDay(addDays(days.at(-1) as string, 1), zone)
  const span: CalendarSpan = { brandId, days, starts, until }
  const [videos, occasions, phases, due] = await Promise.all([
    videosOnDays(db, span, now, MOST_VIDEOS),
    occasionsOnDays(db, span),
    phasesOnDays(db, span),
    collaborationsDue(db, span),
  ])
  const today = dayOf(now, zone)
  const running = (day: string) => (row: { startsOn: string; endsOn: string }) =>
    row.startsOn <= day && day <= row.endsOn
  return days.map((day) => ({
    day,
    videos: videos.filter((video) => video.day === day),
    occasions: occasions.filter(running(day)),
    phases: phases.filter(running(day)),
    due: due
      .filter((row) => row.day === day)
      .map(({ id, open }) => ({ row: { id }, late: open && day < today })),
  }))
}
