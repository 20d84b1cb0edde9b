import { currentSettings, setKillSwitch, setPromotionSettings } from '../flow/promotion-settings.ts'
import { CAP_SCOPES } from '../rules/guard-money.ts'
import type { GuardSettings } from '../rules/types.ts'
import { builder } from './builder.ts'
import { CHANGE } from './errors.ts'
import { ModeEnum } from './promotion-words.ts'

type Settings = Awaited<ReturnType<typeof currentSettings>>

const CAPS: Record<(typeof CAP_SCOPES)[number], string> = {
  ORDER: 'One order with all that is added to it',
  VIDEO: 'All orders of one video, ever',
  DAY: "All that is ordered on one business day of the workspace's zone",
  BRAND: "All that is ordered for one brand in a calendar month of the workspace's zone",
  WORKSPACE: "All that is ordered in a calendar month of the workspace's zone",
}
const nameOf = (scope: (typeof CAP_SCOPES)[number]) => `${scope.toLowerCase()}Fen`

const Caps = builder.objectRef<GuardSettings['capsFen']>('SpendCaps').implement({
  description: '花费上限, each in 分. What is ordered counts in whole until it is known what it spent.',
  fields: (t) =>
    Object.fromEntries(
      CAP_SCOPES.map((scope) => [
        nameOf(scope),
        t.field({
          type: 'BigInt',
          nullable: true,
          description: `${CAPS[scope]}; null: no cap.`,
          resolve: (caps) => caps[scope],
        }),
      ]),
    ),
})

const PromotionSettings = builder.objectRef<Settings>('PromotionSettings').implement({
  description: 'How the workspace spends on 投放.',
  fields: (t) => ({
    version: t.exposeInt('version', {
      description: 'Counts the changes; 0: the defaults, which spend nothing.',
    }),
    killed: t.exposeBoolean('killed', {
      description: '总开关: true: nothing new is spent. See setKillSwitch.',
    }),
    mode: t.field({ type: ModeEnum, description: 'Who decides.', resolve: ({ guard }) => guard.mode }),
    caps: t.field({ type: Caps, description: 'What may be spent.', resolve: ({ guard }) => guard.capsFen }),
    twoPersonsFromFen: t.field({
      type: 'BigInt',
      nullable: true,
      description: 'Orders of so much, 分, take two persons; null: none does.',
      resolve: ({ guard }) => guard.twoPersonsFromFen,
    }),
    quiet: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'No new money between `from` and `to`, minutes after midnight in the zone of the workspace; null: at any time.',
      resolve: ({ guard }) => guard.quiet,
    }),
    naturalOrders: t.int({
      description: '基础转化: orders without ads before the first yuan on a video; 0: none.',
      resolve: ({ guard }) => guard.naturalOrders,
    }),
    marks: t.field({
      type: 'JSON',
      description: "REFUSE, ASK or PASS for each of the platform's marks of a material.",
      resolve: ({ guard }) => guard.marks,
    }),
    costs: t.field({
      type: 'JSON',
      description:
        'grossMargin, commissionRate and returnRate, fractions of the price, for what a video itself does not say; null ' +
        'there: not known, and then nothing is tried.',
      resolve: ({ costs }) => costs,
    }),
    decide: t.field({
      type: 'JSON',
      description: 'Thresholds of the decisions; money in 分. trialFen and trialHours are those of a trial.',
      resolve: ({ decide: { version: _, ...decide } }) => decide,
    }),
    fatigue: t.field({
      type: 'JSON',
      description: 'Thresholds of 素材疲劳; money in 分, falls as fractions.',
      resolve: ({ fatigue: { version: _, ...fatigue } }) => fatigue,
    }),
  }),
})

builder.queryField('promotionSettings', (t) =>
  t.field({
    type: PromotionSettings,
    description: 'How the workspace spends on 投放 now.',
    resolve: (_root, _args, { db }) => currentSettings(db),
  }),
)

const CapsInput = builder.inputType('SpendCapsInput', {
  description: '花费上限 to change, 分. Left out: as before; null: no cap.',
  fields: (t) =>
    Object.fromEntries(
      CAP_SCOPES.map((scope) => [nameOf(scope), t.field({ type: 'BigInt', description: `${CAPS[scope]}.` })]),
    ),
})
const AS_BEFORE = 'Left out: as before.'
const SetPromotionSettingsInput = builder.inputType('SetPromotionSettingsInput', {
  description: 'What is to change; what is left out stays.',
  fields: (t) => ({
    mode: t.field({ type: ModeEnum, description: `Who decides. ${AS_BEFORE}` }),
    caps: t.field({ type: CapsInput, description: `What may be spent. ${AS_BEFORE}` }),
    twoPersonsFromFen: t.field({ type: 'BigInt', description: `分; null: no order takes two. ${AS_BEFORE}` }),
    quiet: t.field({
      type: 'JSON',
      description: `{ from, to } in minutes after midnight, 0 to 1439; null: none. ${AS_BEFORE}`,
    }),
    naturalOrders: t.int({ description: `Orders without ads before the first yuan. ${AS_BEFORE}` }),
    marks: t.field({ type: 'JSON', description: `By mark REFUSE, ASK or PASS. ${AS_BEFORE}` }),
    costs: t.field({ type: 'JSON', description: `grossMargin, commissionRate, returnRate. ${AS_BEFORE}` }),
    decide: t.field({ type: 'JSON', description: `By name, as promotionSettings shows them. ${AS_BEFORE}` }),
    fatigue: t.field({ type: 'JSON', description: `By name, as promotionSettings shows them. ${AS_BEFORE}` }),
  }),
})
builder.mutationField('setPromotionSettings', (t) =>
  t.field({
    ...CHANGE,
    type: PromotionSettings,
    authScopes: { admin: true },
    description:
      'Changes how the workspace spends, from the next write to a platform on; what is ordered stays. Only for the role ADMIN. ' +
      'InvalidInputError names every value that is out of its range, or that there is none of.',
    args: { input: t.arg({ type: SetPromotionSettingsInput, required: true, description: 'The change.' }) },
    resolve: async (_root, { input }, { run, db, viewer }) => {
      const { costs, decide, fatigue } = input
      await run(setPromotionSettings, {
        guard: guardOf(input),
        ...objects({ costs, decide, fatigue }),
        by: viewer.tokenId,
      })
      return currentSettings(db)
    },
  }),
)

type Given = Record<string, unknown>
const GUARD = ['mode', 'twoPersonsFromFen', 'quiet', 'naturalOrders', 'marks'] as const

/** Checked whole, name by name, by the verb: a client may send anything. */
function guardOf(input: Given): Given {
  const given = Object.fromEntries(
    GUARD.flatMap((name) => (input[name] === undefined ? [] : [[name, input[name]]])),
  )
  const caps = (input.caps ?? {}) as Given
  const capsFen = CAP_SCOPES.flatMap((scope) => {
    const cap = caps[nameOf(scope)]
    return cap === undefined ? [] : [[scope, cap]]
  })
  return { ...given, capsFen: Object.fromEntries(capsFen) }
}

const objects = (given: Given) =>
  Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined && value !== null),
  ) as Given

const SetKillSwitchInput = builder.inputType('SetKillSwitchInput', {
  description: '总开关.',
  fields: (t) => ({
    killed: t.boolean({ required: true, description: 'true: stop all spending.' }),
  }),
})
const KillSwitch = builder.objectRef<{ killed: boolean; stopped: number }>('KillSwitch').implement({
  description: '总开关 as it stands now.',
  fields: (t) => ({
    killed: t.exposeBoolean('killed', { description: 'Whether it is on.' }),
    stopped: t.exposeInt('stopped', { description: 'Promotions that this change cancelled or told to end.' }),
  }),
})
builder.mutationField('setKillSwitch', (t) =>
  t.field({
    ...CHANGE,
    type: KillSwitch,
    description:
      'On: nothing new is claimed or sent from now on, what was proposed is cancelled, and all orders that run are told to end, ' +
      'out of the small quota of ends a day that the platform gives. Off: new proposals may spend again.',
    args: { input: t.arg({ type: SetKillSwitchInput, required: true, description: 'Which way.' }) },
    resolve: async (_root, { input: { killed } }, { run, viewer }) => ({
      killed,
      stopped: await run(setKillSwitch, { killed, by: viewer.tokenId }),
    }),
  }),
)
