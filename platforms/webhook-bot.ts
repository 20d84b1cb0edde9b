/** What the bots have in common: a code that says what became of a message, and markdown that a title must not write. */
import type { Answer, Verdict } from './webhook.ts'

export interface BotCodes {
  isBusy: (code: number) => boolean
  /** How long it is to be left alone then. */
  busyMs: number
  /** Faults of their own, which pass. */
  lost: ReadonlySet<number>
}

/** 0 is taken. Another code that is not known is a refusal: all that the guides list are mended by a person only. */
export function botVerdict(code: unknown, said: unknown, { isBusy, busyMs, lost }: BotCodes): Verdict {
  if (code === 0) return { outcome: 'TAKEN', code: 0, problem: null }
  // A page in between answered, and not the bot.
  if (typeof code !== 'number')
    return { outcome: 'LOST', code: null, problem: 'the answer is not one of a bot' }
  const problem = `${code}: ${String(said)}`
  if (isBusy(code)) return { outcome: 'BUSY', code, problem, retryAfterMs: busyMs }
  return { outcome: lost.has(code) ? 'LOST' : 'REFUSED', code, problem }
}

/** 钉钉 and 企业微信 answer alike. */
export function errcodeVerdict(
  busy: ReadonlySet<number>,
  busyMs: number,
  lost: ReadonlySet<number>,
): (answer: Answer) => Verdict {
  const codes: BotCodes = { isBusy: (code) => busy.has(code), busyMs, lost }
  return ({ body }) => {
    const { errcode, errmsg } = (body ?? {}) as { errcode?: unknown; errmsg?: unknown }
    return botVerdict(errcode, errmsg, codes)
  }
}

/** Marks that start something in the markdown of a bot (bold, code, link, heading, mention, quote) become full-width ones. */
export function markdownSafe(text: string): string {
  return text.replaceAll(/[*_`[\]<>#~|\\@]/g, (mark) =>
    String.fromCodePoint((mark.codePointAt(0) as number) + 0xfee0),
  )
}
