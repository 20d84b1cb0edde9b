/** 三步走 after a breakout: who to ask next. */
import { type AcceptedRollout, acceptRollout, type ProposedRollout, proposeRollout } from '../flow/rollout.ts'
import { BASES, LEFT_OUT, playsPerYuan, type RolloutLeftOut, type RolloutLine } from '../rules/rollout.ts'
import { Breakout } from './breakout.ts'
import { builder } from './builder.ts'
import { Collaboration, PlaybookStepEnum, TERMS, terms } from './collaboration.ts'
import { CHANGE } from './errors.ts'
import { optionalRowId, rowId } from './ids.ts'
import { Kol } from './kol.ts'
import { PriceBandEnum } from './price-band.ts'

const BasisEnum = builder.enumType('RolloutBasis', {
  description:
    'What expected plays rest on: own 7-day results on the cell, own ones anywhere, else the median of KOLs of the ' +
    'same tier and 垂类, else of the tier.',
  values: BASES,
})
const LeftOutEnum = builder.enumType('RolloutLeftOutReason', {
  description:
    'ALREADY_IN: made the origin or was asked before. AT_WORK: has an open 合作 on the cell. OTHER_VERTICAL: another ' +
    '垂类, in a TEST. NO_PRICE: no 报价 in the band. NO_ESTIMATE: nothing says what to expect. OVER_BUDGET.',
  values: LEFT_OUT,
})

/** A key is enough: the rest is loaded with what is selected of it. */
const kolOf = ({ kolId }: { kolId: number }) => ({ id: kolId }) as typeof Kol.$inferType

const Line = builder.objectRef<RolloutLine>('RolloutLine').implement({
  description: 'A KOL to ask.',
  fields: (t) => ({
    kol: t.field({ type: Kol, description: 'Who.', resolve: kolOf }),
    priceFen: t.expose('priceFen', { type: 'BigInt', description: 'Latest 报价 in the band, 分.' }),
    expectedPlays: t.expose('expectedPlays', {
      type: 'BigInt',
      description: 'Plays to expect at 7 days; of another 垂类 counted at half.',
    }),
    playsPerYuan: t.float({
      nullable: true,
      description: 'Expected plays over the price in yuan; null: the price is 0.',
      resolve: playsPerYuan,
    }),
    basis: t.expose('basis', { type: BasisEnum, description: 'What that rests on.' }),
    sameVertical: t.exposeBoolean('sameVertical', {
      description: 'Of the 垂类 of the KOL whose video broke out; true also where that is not known.',
    }),
    why: t.exposeString('why', { description: 'The numbers in one line, for people.' }),
  }),
})
const LeftOut = builder.objectRef<RolloutLeftOut>('RolloutLeftOut').implement({
  description: 'A KOL of the tiers who is not among the lines.',
  fields: (t) => ({
    kol: t.field({ type: Kol, description: 'Who.', resolve: kolOf }),
    reason: t.expose('reason', { type: LeftOutEnum, description: 'Why not.' }),
    why: t.exposeString('why', { description: 'The same in one line, for people.' }),
  }),
})
const Rollout = builder.objectRef<ProposedRollout>('Rollout').implement({
  description: 'Whom to ask to repeat a breakout; a proposal, nothing is kept.',
  fields: (t) => ({
    step: t.expose('step', { type: PlaybookStepEnum, description: 'The step that it is for.' }),
    band: t.expose('band', { type: PriceBandEnum, description: 'The 报价 that it reckons with.' }),
    lines: t.field({
      type: [Line],
      description: 'Most expected plays per yuan first.',
      resolve: ({ lines }) => lines,
    }),
    leftOut: t.field({
      type: [LeftOut],
      description: 'Everybody else of these tiers, the oldest KOL first.',
      resolve: ({ leftOut }) => leftOut,
    }),
    spendFen: t.expose('spendFen', { type: 'BigInt', description: 'Prices of the lines together, 分.' }),
    expectedPlays: t.expose('expectedPlays', { type: 'BigInt', description: 'Of the lines together.' }),
  }),
})

builder.queryField('proposeRollout', (t) =>
  t.field({
    type: Rollout,
    description:
      'Whom to ask next to repeat a breakout that fired: 头部 after a TEST, 腰尾部 after a REUSE or a RADIATE; most ' +
      'expected plays within the budget.',
    args: {
      breakoutId: t.arg.id({ required: true, description: 'The breakout.' }),
      budgetFen: t.arg({ type: 'BigInt', required: true, description: 'Most to spend on prices, 分.' }),
      step: t.arg({ type: PlaybookStepEnum, description: 'Left out: the one after that of its video.' }),
      band: t.arg({ type: PriceBandEnum, description: 'The 报价 to reckon with; left out: 21-60s.' }),
    },
    resolve: (_root, { breakoutId, budgetFen, step, band }, { db, now }) =>
      proposeRollout(db, now, {
        breakoutId: rowId('breakoutId', 'Breakout', breakoutId),
        budgetFen,
        step: step ?? undefined,
        band: band ?? undefined,
      }),
  }),
)

const Accepted = builder.objectRef<AcceptedRollout>('AcceptedRollout').implement({
  description: 'The collaborations of an accepted rollout.',
  fields: (t) => ({
    breakout: t.field({
      type: Breakout,
      description: 'What they repeat.',
      resolve: ({ breakoutId }) => ({ id: breakoutId }) as typeof Breakout.$inferType,
    }),
    collaborations: t.field({
      type: [Collaboration],
      description: 'In the order of the lines.',
      resolve: ({ collaborationIds }) =>
        collaborationIds.map((id) => ({ id }) as typeof Collaboration.$inferType),
    }),
    created: t.exposeInt('created', { description: 'How many of them are new; the others were there.' }),
  }),
})
const RolloutLineInput = builder.inputType('RolloutLineInput', {
  description: 'A KOL to ask, and what to offer.',
  fields: (t) => ({
    kolId: t.id({ required: true, description: 'Who; each once.' }),
    priceFen: t.field({ type: 'BigInt', description: TERMS.priceFen }),
    band: t.field({ type: PriceBandEnum, description: TERMS.band }),
    commissionBp: t.int({ description: TERMS.commissionBp }),
    deliverables: t.string({ description: TERMS.deliverables }),
    dueOn: t.field({ type: 'Date', description: TERMS.dueOn }),
  }),
})
const AcceptRolloutInput = builder.inputType('AcceptRolloutInput', {
  description: 'Whom to ask to repeat a breakout.',
  fields: (t) => ({
    breakoutId: t.id({ required: true, description: 'The breakout; it must have fired.' }),
    step: t.field({
      type: PlaybookStepEnum,
      description: 'Left out: the one after that of its video.',
    }),
    phaseId: t.id({ description: 'The 阶段 that they count for, of a campaign of the brand.' }),
    lines: t.field({ type: [RolloutLineInput], required: true, description: '1 to 200 KOLs.' }),
  }),
})
builder.mutationField('acceptRollout', (t) =>
  t.field({
    ...CHANGE,
    type: Accepted,
    description:
      'Proposes collaborations that repeat a breakout. A KOL who was asked to repeat it before keeps that collaboration, ' +
      'whatever became of it: saying it twice makes nothing new. ConflictError: it has not fired, or a KOL has an ' +
      'open collaboration on the cell for something else.',
    args: { input: t.arg({ type: AcceptRolloutInput, required: true, description: 'The lines.' }) },
    resolve: (_root, { input }, { run }) =>
      run(acceptRollout, {
        breakoutId: rowId('breakoutId', 'Breakout', input.breakoutId),
        step: input.step ?? undefined,
        phaseId: optionalRowId('phaseId', 'Phase', input.phaseId),
        lines: input.lines.map((line, n) => ({
          ...terms(line),
          kolId: rowId(`lines.${n}.kolId`, 'Kol', line.kolId),
        })),
      }),
  }),
)
