import { createElement, reviseElement } from '../flow/element.ts'
import { InvalidInputError } from '../flow/errors.ts'
import { ELEMENT_KINDS } from '../rules/types.ts'
import { Brand, one } from './brand.ts'
import { builder } from './builder.ts'
import { REFUSALS } from './errors.ts'
import { rowId } from './ids.ts'

export const ElementKindEnum = builder.enumType('ElementKind', {
  description: '人 PERSONA, 货 PRODUCT, 场 SCENE, 需 NEED.',
  values: ELEMENT_KINDS,
})

const ElementVersion = builder.drizzleObject('elementVersion', {
  name: 'ElementVersion',
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
  fields: (t) => ({
    kind: t.expose('kind', { type: ElementKindEnum, description: 'Which axis it belongs to.' }),
    name: t.exposeString('name', { description: 'Name in the current version.' }),
    version: t.exposeInt('version', { description: 'The current version.' }),
    archivedAt: t.expose('archivedAt', { type: 'DateTime', nullable: true, description: 'null: in use.' }),
    brand: t.relation('brand', { description: 'Whose it is.' }),
    versions: t.relation('versions', {
      type: ElementVersion,
      description: 'All versions, latest first.',
      query: { orderBy: { version: 'desc' } },
    }),
  }),
})

builder.mutationField('createElement', (t) =>
  t.drizzleField({
    type: Element,
    description: 'Makes an element in its first version.',
    errors: REFUSALS,
    args: {
      brandId: t.arg.globalID({ required: true, for: Brand, description: 'Whose it is.' }),
      kind: t.arg({ type: ElementKindEnum, required: true, description: 'Its axis.' }),
      name: t.arg.string({ required: true, description: 'Up to 200 characters.' }),
      attributes: t.arg({ type: 'JSON', description: 'An object; what it holds depends on the kind.' }),
    },
    resolve: async (query, _root, { brandId, kind, name, attributes }, { run, db }) => {
      const owner = rowId('brandId', 'Brand', brandId)
      const id = await run(createElement, { brandId: owner, kind, name, attributes: object(attributes) ?? {} })
      return one(await db.query.element.findFirst(query({ where: { id } })))
    },
  }),
)

builder.mutationField('reviseElement', (t) =>
  t.drizzleField({
    type: Element,
    description: 'Edits an element: makes the next version. What is left out stays.',
    errors: REFUSALS,
    args: {
      elementId: t.arg.globalID({ required: true, for: Element, description: 'The element.' }),
      name: t.arg.string({ description: 'Up to 200 characters.' }),
      attributes: t.arg({ type: 'JSON', description: 'Replaces all attributes.' }),
    },
    resolve: async (query, _root, { elementId, name, attributes }, { run, db }) => {
      const which = rowId('elementId', 'Element', elementId)
      const change = { elementId: which, name: name ?? undefined, attributes: object(attributes) }
      const id = await run(reviseElement, change)
      return one(await db.query.element.findFirst(query({ where: { id } })))
    },
  }),
)

function object(given: unknown): Record<string, unknown> | undefined {
  if (given === null || given === undefined) return undefined
  if (typeof given === 'object' && !Array.isArray(given)) return given as Record<string, unknown>
  throw new InvalidInputError('attributes', 'attributes must be an object')
}
