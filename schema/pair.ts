import { PairError } from '../flow/errors.ts'
import { createPair, liftPair } from '../flow/pair.ts'
import { builder, KEY } from './builder.ts'
import { CHANGE, ErrorInterface } from './errors.ts'
import { one, rowId } from './ids.ts'

const PairKindEnum = builder.enumType('PairKind', {
  description: 'What two elements are to each other.',
  values: {
    FORBIDDEN: { description: 'They never meet in a cell.' },
    REQUIRED: { description: 'A cell with the element has the other one; not the other way round.' },
  } as const,
})

export const Pair = builder.drizzleNode('pair', {
  name: 'Pair',
  description:
    '品牌契合: two elements of a brand that never meet in a cell, or of which one needs the other.',
  id: { column: (pair) => pair.id },
  select: KEY,
  fields: (t) => ({
    kind: t.expose('kind', { type: PairKindEnum, description: 'Forbidden or required.' }),
    element: t.relation('element', { description: 'The one; REQUIRED: the one that needs the other.' }),
    other: t.relation('other', { description: 'The other; REQUIRED: the one that is needed.' }),
    reason: t.exposeString('reason', { description: 'Why, for those who plan.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    liftedAt: t.expose('liftedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was lifted; null: it holds.',
    }),
  }),
})

export const PairConnection = builder.connectionObject(
  { type: Pair, name: 'PairConnection', description: 'A page of pairs.' },
  { name: 'PairEdge', description: 'A pair in a list.' },
)

builder.objectType(PairError, {
  name: 'PairError',
  description: 'The cell breaks pairs of its brand.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    pairs: t.field({
      type: [Pair],
      description: 'Those that it breaks, oldest first; at least one.',
      // A key is enough: the rest is loaded with what is selected of it.
      resolve: ({ pairs }) => pairs.map(({ pairId }) => ({ id: pairId }) as typeof Pair.$inferType),
    }),
  }),
})

/** Options of a mutation that plans in a cell. */
export const CELL_CHANGE: typeof CHANGE = {
  ...CHANGE,
  errors: { types: [...CHANGE.errors.types, PairError] },
}

const CreatePairInput = builder.inputType('CreatePairInput', {
  description: 'A pair to make.',
  fields: (t) => ({
    kind: t.field({ type: PairKindEnum, required: true, description: 'Forbidden or required.' }),
    elementId: t.id({ required: true, description: 'The one; REQUIRED: the one that needs the other.' }),
    otherId: t.id({ required: true, description: 'The other, of the same brand and of another kind.' }),
    reason: t.string({ required: true, description: 'Why, up to 500 characters.' }),
  }),
})
builder.mutationField('createPair', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Pair,
    description:
      'Forbids or requires two elements to be in one cell, from now on: what is planned stays. A forbidden pair is the ' +
      'same either way round. ConflictError: it is there already, or with other pairs it leaves an element no cell.',
    args: { input: t.arg({ type: CreatePairInput, required: true, description: 'The pair.' }) },
    resolve: async (query, _root, { input: { kind, reason, ...input } }, { run, db }) => {
      const elementId = rowId('elementId', 'Element', input.elementId)
      const otherId = rowId('otherId', 'Element', input.otherId)
      const id = await run(createPair, { kind, elementId, otherId, reason })
      return one(await db.query.pair.findFirst(query({ where: { id } })))
    },
  }),
)

const LiftPairInput = builder.inputType('LiftPairInput', {
  description: 'A pair to lift.',
  fields: (t) => ({ pairId: t.id({ required: true, description: 'The pair.' }) }),
})
builder.mutationField('liftPair', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Pair,
    description: 'Lifts a pair: it no longer holds and stays to be read. Saying it twice changes nothing.',
    args: { input: t.arg({ type: LiftPairInput, required: true, description: 'Which one.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const id = await run(liftPair, { pairId: rowId('pairId', 'Pair', input.pairId) })
      return one(await db.query.pair.findFirst(query({ where: { id } })))
    },
  }),
)
