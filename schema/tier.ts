import { setTierPolicy } from '../flow/tier.ts'
import { DEFAULT_TIER_POLICY } from '../rules/tier.ts'
import { TIERS } from '../rules/types.ts'
import { builder } from './builder.ts'
import { CHANGE } from './errors.ts'
import { one } from './ids.ts'

export const TierEnum = builder.enumType('Tier', {
  description: '头部 HEAD, 腰部 WAIST, 尾部 TAIL, 素人 KOC: size only; 垂类 is separate.',
  values: TIERS,
})

const TierPolicy = builder.drizzleObject('tierPolicy', {
  name: 'TierPolicy',
  select: { columns: { startsOn: true } },
  description: '层级 cut-offs from a business day on, in followers; below `tail` is KOC.',
  fields: (t) => ({
    startsOn: t.expose('startsOn', { type: 'Date', description: 'The first day on which it holds.' }),
    head: t.expose('head', { type: 'BigInt', description: 'Least followers of HEAD.' }),
    waist: t.expose('waist', { type: 'BigInt', description: 'Least followers of WAIST.' }),
    tail: t.expose('tail', { type: 'BigInt', description: 'Least followers of TAIL.' }),
  }),
})

const TierPolicyConnection = builder.connectionObject(
  { type: TierPolicy, name: 'TierPolicyConnection', description: 'A page of policies.' },
  { name: 'TierPolicyEdge', description: 'A policy in a list.' },
)

const { head, waist, tail } = DEFAULT_TIER_POLICY
builder.queryField('tierPolicies', (t) =>
  t.drizzleConnection(
    {
      type: 'tierPolicy',
      description:
        'Policies, the latest start first; the first that has started is in force. Before all of them, or without ' +
        `any, HEAD begins at ${head}, WAIST at ${waist}, TAIL at ${tail}: the wording of the trade, no standard.`,
      resolve: (query, _root, _args, { db }) =>
        db.query.tierPolicy.findMany(query({ orderBy: { startsOn: 'desc' } })),
    },
    TierPolicyConnection,
  ),
)

const SetTierPolicyInput = builder.inputType('SetTierPolicyInput', {
  description: 'Cut-offs in followers: head > waist > tail > 0.',
  fields: (t) => ({
    startsOn: t.field({ type: 'Date', required: true, description: 'The first day on which they hold.' }),
    head: t.field({ type: 'BigInt', required: true, description: 'Least followers of HEAD.' }),
    waist: t.field({ type: 'BigInt', required: true, description: 'Least followers of WAIST.' }),
    tail: t.field({ type: 'BigInt', required: true, description: 'Least followers of TAIL.' }),
  }),
})
builder.mutationField('setTierPolicy', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: TierPolicy,
    description:
      'Sets the cut-offs from a day on, in place of those of the same day, and gives every KOL without an override ' +
      'the tier of the policy in force today. Videos keep the tier of their publication.',
    args: { input: t.arg({ type: SetTierPolicyInput, required: true, description: 'The cut-offs.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const startsOn = await run(setTierPolicy, input)
      return one(await db.query.tierPolicy.findFirst(query({ where: { startsOn } })))
    },
  }),
)
