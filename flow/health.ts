/** 连接状态: what the answers of a batch say of the subjects that were asked; rules/health.ts judges it. */
import { sql } from 'drizzle-orm'
import { among } from '../db/among.ts'
import type { Tx } from '../db/client.ts'
import { unnest } from '../db/unnest.ts'
import type { FetchError, FetchErrorKind } from '../platforms/errors.ts'
import { MINUTE } from '../rules/types.ts'

/** Any answer of a platform with the subject that gave it; a look's CounterAnswer is one. */
export type Answer = { subjectId?: number } & ({ ok: true } | { ok: false; error: FetchError })

/** An answer is told apart from one this much earlier; in between, the row is left alone. */
const GRAIN = MINUTE
/** Most characters of the platform's words that are kept. */
const MOST_WORDS = 300

/** A video that is gone, or a number that is none, says nothing of the connection that was asked for it. */
const OF_CONNECTION = new Set<FetchErrorKind>([
  'auth',
  'forbidden',
  'rate_limited',
  'network',
  'timeout',
  'parse',
])
const ofConnection = ({ kind, code }: FetchError) =>
  OF_CONNECTION.has(kind) || (kind === 'rejected' && code !== null)

/**
 * One statement for a batch. A subject that answered at least once has answered; one of which every call failed for a
 * reason of the connection fails, since the first such batch after its last answer. Answers without a subject are left
 * out, and so is a subject that another batch writes at the same instant: it says the same, or the next one will.
 */
export async function recordAnswers(tx: Tx, now: Date, answers: readonly Answer[]): Promise<void> {
  const verdicts = [...bySubject(answers)].flatMap(([subjectId, all]) => verdict(subjectId, all) ?? [])
  if (verdicts.length === 0) return
  const ids = verdicts.map(({ subjectId }) => subjectId)
  const at = sql`${now.toISOString()}::timestamptz`
  const grain = sql`${new Date(now.getTime() - GRAIN).toISOString()}::timestamptz`
  await tx.execute(sql`
    with free as (
      select id, failed_at > coalesce(answered_at, '-infinity') as failing from subject
      where workspace_id = current_workspace() and ${among(sql`id`, ids)}
      for no key update skip locked
    )
    update subject set
      answered_at = case when said.kind is null then greatest(subject.answered_at, ${at}) else subject.answered_at end,
      failed_at = case when said.kind is null or free.failing then subject.failed_at else ${at} end,
      failure_kind = coalesce(said.kind, subject.failure_kind),
      failure_text = coalesce(said.words, subject.failure_text)
    from free, ${unnest(verdicts, 'said', { subjectId: 'bigint', kind: 'text', words: 'text' })}
    where subject.workspace_id = current_workspace() and subject.id = free.id and said.subject_id = free.id
      and case when said.kind is null
        then free.failing is true or subject.answered_at is null or subject.answered_at <= ${grain}
        else free.failing is not true or subject.failure_kind is distinct from said.kind end`)
}

interface Verdict {
  subjectId: number
  /** null: it answered. */
  kind: FetchErrorKind | null
  words: string | null
}

/** null: nothing is said of the connection. */
function verdict(subjectId: number, answers: readonly Answer[]): Verdict | null {
  if (answers.some(({ ok }) => ok)) return { subjectId, kind: null, words: null }
  // What our own quota kept back was not asked.
  const errors = answers.flatMap((answer) => (answer.ok || answer.error.kind === 'quota' ? [] : answer.error))
  const [first] = errors
  if (!first || !errors.every(ofConnection)) return null
  return { subjectId, kind: first.kind, words: [...first.message].slice(0, MOST_WORDS).join('') }
}

function bySubject(answers: readonly Answer[]): Map<number, Answer[]> {
  const found = new Map<number, Answer[]>()
  for (const answer of answers) {
    if (answer.subjectId === undefined) continue
    const all = found.get(answer.subjectId)
    if (all) all.push(answer)
    else found.set(answer.subjectId, [answer])
  }
  return found
}
