import { createElement, reviseElement } from '../flow/element.ts'
import { InvalidInputError } from '../flow/errors.ts'
import { ELEMENT_KINDS } from '../rules/types.ts'
import { builder, KEY } from './builder.ts'
import { CHANGE } from './errors.ts'
import { one, rowId } from './ids.ts'

export const ElementKindEnum = builder.enumType('ElementKind', {
  description: '人 PERSONA, 货 PRODUCT, 场 SCENE, 需 NEED.',
  values: ELEMENT_KINDS,
})

const ElementVersion = builder.drizzleObject('elementVersion', {
  name: 'ElementVersion',
  select: { columns: { elementId: true, version: true } },
  description: 'What an element said at one time.',
  fields: (t) => ({
    version: t.exposeInt('version', { description: 'Counted from 1.' }),
    name: t.exposeString('name', { description: 'Name in this version.' }),
    attributes: t.expose('attributes', { type: 'JSON', description: 'Attributes in this version.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When this version was made.' }),
  }),
})

export const Element = builder.drizzleNode('element', {
  name: 'Element',
  description: '要素: one person, product, scene or need of a brand. An edit makes a new version.',
  id: { column: (element) => element.id },
  select: KEY,
  fields: (t) => ({
    kind: t.expose('kind', { type: ElementKindEnum, description: 'Which axis it belongs to.' }),
    name: t.exposeString('name', { description: 'Name in the current version.' }),
    version: t.exposeInt('version', { description: 'The current version.' }),
    archivedAt: t.expose('archivedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was put away; null: in use.',
    }),
    brand: t.relation('brand', { description: 'Whose it is.' }),
    versions: t.relation('versions', {
      type: ElementVersion,
      description: 'All versions, latest first.',
      query: { orderBy: { version: 'desc' } },
    }),
  }),
})

export const ElementConnection = builder.connectionObject(
  { type: Element, name: 'ElementConnection', description: 'A page of elements.' },
  { name: 'ElementEdge', description: 'An element in a list.' },
)

const CreateElementInput = builder.inputType('CreateElementInput', {
  description: 'An element to make.',
  fields: (t) => ({
    brandId: t.id({ required: true, description: 'Whose it is.' }),
    kind: t.field({ type: ElementKindEnum, required: true, description: 'Its axis.' }),
    name: t.string({ required: true, description: 'Up to 200 characters.' }),
    attributes: t.field({ type: 'JSON', description: 'An object; what it holds depends on the kind.' }),
  }),
})
builder.mutationField('createElement', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Element,
    description: 'Makes an element in its first version.',
    args: { input: t.arg({ type: CreateElementInput, required: true, description: 'The element.' }) },
    resolve: async (query, _root, { input: { kind, name, ...input } }, { run, db }) => {
      const brandId = rowId('brandId', 'Brand', input.brandId)
      const attributes = object(input.attributes) ?? {}
      const id = await run(createElement, { brandId, kind, name, attributes })
      return one(await db.query.element.findFirst(query({ where: { id } })))
    },
  }),
)

const ReviseElementInput = builder.inputType('ReviseElementInput', {
  description: 'An edit of an element. What is left out, or null, stays.',
  fields: (t) => ({
    elementId: t.id({ required: true, description: 'The element.' }),
    name: t.string({ description: 'Up to 200 characters.' }),
    attributes: t.field({ type: 'JSON', description: 'An object; replaces all attributes.' }),
  }),
})
builder.mutationField('reviseElement', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Element,
    description: 'Edits an element: makes the next version.',
    args: { input: t.arg({ type: ReviseElementInput, required: true, description: 'The edit.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const elementId = rowId('elementId', 'Element', input.elementId)
      const change = { name: input.name ?? undefined, attributes: object(input.attributes) }
      const id = await run(reviseElement, { elementId, ...change })
      return one(await db.query.element.findFirst(query({ where: { id } })))
    },
  }),
)

function object(given: unknown): Record<string, unknown> | undefined {
  if (given === null || given === undefined) return undefined
  if (typeof given === 'object' && !Array.isArray(given)) return given as Record<string, unknown>
  throw new InvalidInputError('attributes', 'attributes must be an object')
}
