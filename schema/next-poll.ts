/** When a video is looked at next, and why then. */
import { type Reason, told, type Why, type WhyKind } from '../rules/look-why.ts'
import { builder } from './builder.ts'
import { Video } from './video.ts'

const LookWhyKindEnum = builder.enumType('LookWhyKind', {
  description: 'What decided when a video is looked at next.',
  values: {
    WORTH: { description: 'What a look may change has grown to its price.' },
    FLOOR: { description: 'It is worth a look sooner, but the source has nothing newer.' },
    CEILING: { description: 'It is not worth a look, but no gap is longer at its age.' },
    HOLD: { description: 'A rule is met and must hold: the look when it has.' },
    KEEP_FIRING: {
      description: 'A rule is below its release level and keeps firing for a time: the look when that ends.',
    },
    GROWING: { description: 'It broke out and still grows fast: every hour at least.' },
    CYCLE: { description: '监测周期 set by hand, of the video, its phase or its matrix.' },
    RETRY: { description: 'The last look failed and is tried again.' },
    END: { description: 'It is no longer watched.' },
  } satisfies Record<WhyKind, object>,
})

const LookNumber = builder.objectRef<{ name: string; value: number }>('LookNumber').implement({
  description: 'A number behind a decision.',
  fields: (t) => ({
    name: t.exposeString('name', {
      description: 'As in the text: minutes, chance (0 to 1), costFen and delayFenPerHour (分), ruleId …',
    }),
    value: t.exposeFloat('value', { description: 'Unrounded.' }),
  }),
})
const LookWhy = builder.objectRef<Why>('LookWhy').implement({
  description: 'Why the next look is when it is.',
  fields: (t) => ({
    kind: t.expose('kind', { type: LookWhyKindEnum, description: 'What decided.' }),
    text: t.exposeString('text', { description: 'One sentence with the numbers, rounded.' }),
    numbers: t.field({
      type: [LookNumber],
      description: 'The numbers of the sentence.',
      resolve: ({ numbers }) => Object.entries(numbers).map(([name, value]) => ({ name, value })),
    }),
  }),
})

interface Next {
  nextPollAt: Date
  pollWhy: string | null
  cycleMinutes: number | null
  urgent: boolean
}
const NextPoll = builder.objectRef<Next>('NextPoll').implement({
  description: 'The next look at a video.',
  fields: (t) => ({
    at: t.expose('nextPollAt', { type: 'DateTime', description: 'When it is due; it may have passed.' }),
    why: t.field({
      type: LookWhy,
      nullable: true,
      description:
        'Why then; null: no look decided it: it is the first one, one that a quota of ours put off, or one that was ' +
        'brought forward because a rule has changed.',
      resolve: ({ pollWhy }) => (pollWhy === null ? null : told(JSON.parse(pollWhy) as Reason)),
    }),
    cycleMinutes: t.exposeInt('cycleMinutes', {
      nullable: true,
      description:
        "监测周期 that holds for it, minutes: its own, or else its phase's, or else its matrix's. null: none is set by hand.",
    }),
    urgent: t.exposeBoolean('urgent', {
      description: 'May use the part of a quota that is kept for what is hot.',
    }),
  }),
})

builder.drizzleObjectField(Video, 'nextPoll', (t) =>
  t.field({
    type: NextPoll,
    nullable: true,
    description:
      'The next look at it; null: it is not published, no account sees it, or it is no longer watched.',
    select: {
      with: { state: { columns: { nextPollAt: true, pollWhy: true, cycleMinutes: true, urgent: true } } },
    },
    resolve: ({ state }) => {
      const nextPollAt = state?.nextPollAt
      return nextPollAt ? { ...state, nextPollAt } : null
    },
  }),
)
