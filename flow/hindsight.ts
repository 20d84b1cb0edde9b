/** What became of replayed videos, by all that was known at the end of the span. */
import { endedOnTop, isFinished, type Truth } from '../rules/backtest.ts'
import { classesOf, type Lesson } from '../rules/lesson.ts'
import { naturalPlays } from '../rules/natural.ts'
import { kinFinals, type Track } from '../rules/replay.ts'
import { halfAt } from '../rules/score.ts'
import type { ReplayedBatch } from './replay.ts'

export interface Became {
  truth: Truth
  /** The first look that saw half of its final natural plays, ms; null: it is OPEN. */
  halfAt: number | null
}

/** Of each judged video that was looked at within the span; `today`: what is known of its class now. */
export function hindsight(
  { replay, looks, fresh, natural, known }: ReplayedBatch,
  { from, to }: { from: number; to: number },
  today: Lesson,
): Map<number, Became> {
  const seen = new Map<number, Course>()
  for (let i = 0; i < fresh.length; i++) {
    if (fresh[i] === 0) continue
    const videoId = looks.videoId[i] as number
    const course = seen.get(videoId) ?? { instants: [], plays: [], natural: [], within: false }
    seen.set(videoId, course)
    course.within ||= (looks.observedAt[i] as number) >= from
    course.instants.push(looks.observedAt[i] as number)
    course.plays.push(looks.plays[i] as number)
    course.natural.push(natural[i] as number)
  }
  const became = new Map<number, Became>()
  for (const track of replay.all()) {
    const { videoId, judged } = track.video
    const course = seen.get(videoId)
    if (!judged || !course?.within) continue
    const last = course.plays.findLast((plays) => !Number.isNaN(plays)) ?? null
    const final = naturalPlays(last, known.figures(videoId, to).boughtPlays)
    const truth = truthOf(track, final, to, today)
    const half = truth === 'OPEN' || final === null ? null : halfAt(course.instants, course.natural, final)
    became.set(videoId, { truth, halfAt: half })
  }
  return became
}

/** Looks at a video in time order; NaN: plays are not known. Natural ones as known then. */
interface Course {
  instants: number[]
  plays: number[]
  natural: number[]
  /** One of them lies within the span. */
  within: boolean
}

/** A video whose plays no source gives stays open. */
function truthOf(track: Track, plays: number | null, to: number, { model, classes }: Lesson): Truth {
  const { video, watch } = track
  if (plays === null || watch.last === null || !isFinished(video.publishedAt, watch.last.observedAt, to)) {
    return 'OPEN'
  }
  const { tier } = video
  const ended = { tier, classes: classesOf(classes, video), finals: kinFinals(track), plays }
  return endedOnTop(model, ended) ? 'HIT' : 'ORDINARY'
}
