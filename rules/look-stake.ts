/** What a video has at stake: the comparisons of its rules beside what its latest look read. */
import { type Course, courseOf, lead, readingOf, type Sight } from './look-growth.ts'
import type { Level, Turn } from './look-rules.ts'
import type { NullReason } from './metric.ts'
import type { Operand } from './operand.ts'

export interface Glance {
  publishedAt: number
  /** null: never looked at. */
  last: Sight | null
  before: Sight | null
}

/** What lies ahead of one video, and how far into it `lookAhead` has gone. */
export interface Outlook extends Glance {
  /** At the latest look or at publication, and at the instant that is weighed, ms. */
  age: number
  to: number
  /** One for each operand that is compared, so that rules share them. */
  courses: Course[]
  /** A stake waits for a value nobody could read yet, and its log-odds. */
  waiting: boolean
  unseen: number
}

/** A comparison beside what is known of the video. */
export interface Stake {
  level: Level
  /** null: nothing was read yet. */
  value: number | null
  /** It moves with its operand, goes with the age of the video, is certain, or waits for a first value. */
  how: 'MOVES' | 'AGES' | 'FIXED' | 'WAITS'
  /** 1: to be above the bound, or to be read at all; -1: below. */
  sign: 1 | -1
  course: Course | null
  /** MOVES: lead over the bound; FIXED: log-odds. */
  ahead: number
  /** By which it was compared last: log-odds or a chance. */
  rank: number
}

/** What no later look of this video will read: it decides nothing. */
const NEVER_READ: ReadonlySet<NullReason> = new Set([
  'NOT_GIVEN',
  'NO_KOL',
  'NO_FOLLOWERS',
  'NO_MONEY',
  'ZERO_SPEND',
  'ZERO_SHOWS',
  'NO_PRICE',
  'NO_MARGIN',
])
export const CERTAIN = Number.POSITIVE_INFINITY

export function outlookOf({ publishedAt, last, before }: Glance): Outlook {
  const age = (last?.observedAt ?? publishedAt) - publishedAt
  return { publishedAt, last, before, age, to: age, courses: [], waiting: false, unseen: -CERTAIN }
}

/** The stakes of a condition for this video, as they are nested and in a row. */
export interface Stakes {
  turn: Turn<Stake>
  row: Stake[]
}

export function stakesOf(turn: Turn<Level>, outlook: Outlook): Stakes {
  const row: Stake[] = []
  return { turn: placed(turn, outlook, row), row }
}

function placed(turn: Turn<Level>, outlook: Outlook, row: Stake[]): Turn<Stake> {
  if ('parts' in turn) {
    return { takes: turn.takes, parts: turn.parts.map((part) => placed(part, outlook, row)) }
  }
  const made = stake(turn, outlook)
  row.push(made)
  return made
}

function stake(level: Level, outlook: Outlook): Stake {
  const { operand, op, bound } = level
  const sign = op === '>=' ? 1 : -1
  const reading = outlook.last && readingOf(outlook.last, operand)
  const value = reading?.value ?? null
  const made: Stake = { level, value, how: 'FIXED', sign, course: null, ahead: -CERTAIN, rank: 0 }
  if (outlook.last === null || value === null) {
    if (reading?.value === null && NEVER_READ.has(reading.reason)) return made
    outlook.waiting = true
    made.how = 'WAITS'
    made.sign = 1
  } else if (operand.key === 'ageHours') {
    made.how = 'AGES'
  } else if (bound <= 0) {
    made.ahead = value >= bound ? sign * CERTAIN : -sign * CERTAIN
  } else {
    made.how = 'MOVES'
    made.course = courseIn(outlook, outlook.last, operand)
    made.ahead = lead(value, bound)
  }
  return made
}

function courseIn({ courses, publishedAt, before }: Outlook, last: Sight, operand: Operand): Course {
  for (const course of courses) if (course.key === operand.key) return course
  const course = courseOf(operand, publishedAt, last, before)
  courses.push(course)
  return course
}
