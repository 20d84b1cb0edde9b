/** 连接状态: whether numbers still come through an account and what it sees, and until when they will. */
import { type AccountHealth, accountWarning, stopsAt } from './account.ts'
import { ENDED, type Failure, failureOf, LOST, passes, refused } from './failure.ts'
import { DAY, MINUTE } from './types.ts'

/** From the best to the worst. */
export const HEALTH_STATES = ['OK', 'STALE', 'ENDING', 'FAILING', 'STOPPED'] as const
export type HealthState = (typeof HEALTH_STATES)[number]

/** What a subject answered; instants in ms. */
export interface SubjectAnswers {
  source: string
  /** null: the platform names it. */
  lostAt: number | null
  /** Its last good answer; null: none yet. */
  answeredAt: number | null
  /** Since when it fails, if that is after its last good answer; null: it never failed. */
  failedAt: number | null
  failureKind: string | null
  failureText: string | null
  /** When the first of the videos watched through it is due; null: none is watched. */
  dueAt: number | null
}

export interface Health {
  state: HealthState
  /** Since when nothing comes through it, ms; null: it does, or it never did. */
  staleSince: number | null
  /** Days until it stops unless a person authorises again, rounded up; null: no end is known. */
  stopsInDays: number | null
  /** null: no failure stands. */
  error: Failure | null
}

/**
 * A failure that passes is no news before: a look that fails is tried again after 1, 2, 4, 8 and 16 minutes, so that by
 * then five tries in a row have failed. One that does not pass is news at once, unless something was answered as lately:
 * then it may be of one 抖音号 among many.
 */
export const PATIENCE = 30 * MINUTE
/**
 * A look that is this late will not be explained by a busy minute: the sweep comes every few seconds, and six of the
 * shortest cycles that can be set have passed.
 */
export const LATE_LOOK = 30 * MINUTE

/** Of one subject of an account. What the account alone met with, like a list that could not be read, is not its own. */
export function connectionHealth(account: AccountHealth, subject: SubjectAnswers, now: number): Health {
  return worst([ofAccount(account, subject.answeredAt, now), ofSubject(account, subject, now)])
}

/** Of an account: the worst of what it sees. Subjects that are lost count only where no other is left. */
export function accountHealth(
  account: AccountHealth,
  subjects: readonly SubjectAnswers[],
  now: number,
): Health {
  const live = subjects.filter(({ lostAt }) => lostAt === null)
  const answers = subjects.flatMap(({ answeredAt }) => answeredAt ?? [])
  const own = ofAccount(account, answers.length > 0 ? Math.max(...answers) : null, now)
  const error =
    own.error ?? (account.lastError === null ? null : failureOf(account.platform, null, account.lastError))
  const state = own.state === 'STOPPED' || error === null || passes(error) ? own.state : 'FAILING'
  const seen = live.length > 0 ? live : subjects
  return worst([{ ...own, error, state }, ...seen.map((subject) => ofSubject(account, subject, now))])
}

/** As its tokens say. */
function ofAccount(account: AccountHealth, answeredAt: number | null, now: number): Health {
  const end = stopsAt(account, now)
  const gone = { state: 'STOPPED', staleSince: answeredAt, stopsInDays: 0 } as const
  if (account.state === 'REAUTHORISE') return { ...gone, error: refused(account.platform, account.lastError) }
  if (end !== null && end <= now) return { ...gone, error: ENDED }
  const stopsInDays = end === null ? null : Math.ceil((end - now) / DAY)
  const state = accountWarning(account, now) === null ? 'OK' : 'ENDING'
  return { state, staleSince: null, stopsInDays, error: null }
}

function ofSubject(account: AccountHealth, subject: SubjectAnswers, now: number): Health {
  const { lostAt, answeredAt, failedAt, dueAt } = subject
  const end = ofAccount(account, answeredAt, now).stopsInDays
  const said = (state: HealthState, staleSince: number | null, error: Failure | null): Health => {
    return { state, staleSince, stopsInDays: end, error }
  }
  if (lostAt !== null) return said('STOPPED', answeredAt, LOST)
  if (failedAt !== null && failedAt > (answeredAt ?? Number.NEGATIVE_INFINITY)) {
    const error = failureOf(subject.source, subject.failureKind, subject.failureText)
    const lately = now - failedAt < PATIENCE
    const blip = lately && (passes(error) || (answeredAt !== null && now - answeredAt < PATIENCE))
    return blip ? said('OK', null, error) : said('FAILING', answeredAt, error)
  }
  if (dueAt !== null && now - dueAt >= LATE_LOOK) return said('STALE', dueAt, null)
  return said('OK', null, null)
}

/** The worst state; of two alike the one that a failure explains, then the one that is stale for longer. */
function worst(healths: readonly [Health, ...Health[]]): Health {
  const rank = ({ state, error }: Health) => HEALTH_STATES.indexOf(state) * 2 + Number(error !== null)
  const since = ({ staleSince }: Health) => staleSince ?? Number.POSITIVE_INFINITY
  return healths.reduce((a, b) => (rank(b) > rank(a) || (rank(b) === rank(a) && since(b) < since(a)) ? b : a))
}
