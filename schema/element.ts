import { archiveElement, createElement, restoreElement, reviseElement } from '../flow/element.ts'
import { builder, KEY } from './builder.ts'
import {
  CrowdStepEnum,
  ElementKindEnum,
  ElementVersion,
  ElementVersionConnection,
} from './element-version.ts'
import { CHANGE } from './errors.ts'
import { one, rowId } from './ids.ts'

export { ElementKindEnum }

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
    current: t.relation('current', { type: ElementVersion, description: 'What it says now.' }),
    versions: t.relatedConnection(
      'versions',
      {
        type: ElementVersion,
        description: 'All versions, latest first.',
        query: { orderBy: { version: 'desc' } },
      },
      ElementVersionConnection,
    ),
  }),
})

export const ElementConnection = builder.connectionObject(
  { type: Element, name: 'ElementConnection', description: 'A page of elements.' },
  { name: 'ElementEdge', description: 'An element in a list.' },
)

const PersonaInput = builder.inputType('PersonaInput', {
  description: '人: what to say of a persona. Left out: as before; null: no longer said.',
  fields: (t) => ({
    fit: t.string({ description: '契合度: how they fit the brand; up to 1,000 characters.' }),
    expressiveness: t.string({ description: '表现力; up to 1,000 characters.' }),
    heat: t.int({ description: '自带热度: a score of 1 (unknown) to 5 (known to everybody).' }),
  }),
})
const ProductInput = builder.inputType('ProductInput', {
  description: '货: what to say of a product. Left out: as before; null: no longer said.',
  fields: (t) => ({
    shopProductId: t.string({
      description:
        '商品ID of 抖店, 1 to 20 digits, e.g. "3620889142579355421": by it 千川 knows which plan carries the product.',
    }),
    sellingPoints: t.stringList({
      description: '卖点: 1 to 20 of up to 200 characters, the strongest first.',
    }),
    benefit: t.string({ description: '利益点: what buyers get only here; up to 1,000 characters.' }),
    priceFen: t.field({ type: 'BigInt', description: 'Price in 分.' }),
    grossMargin: t.float({ description: '毛利率, a fraction of 0 to 1 of the price: 0.35 is 35 %.' }),
  }),
})
const SceneInput = builder.inputType('SceneInput', {
  description: '场: what to say of a scene. Left out: as before; null: no longer said.',
  fields: (t) => ({
    texture: t.string({ description: '质感; up to 1,000 characters.' }),
    plot: t.string({ description: '剧情; up to 1,000 characters.' }),
    topic: t.string({ description: '话题; up to 1,000 characters.' }),
  }),
})
const NeedInput = builder.inputType('NeedInput', {
  description: '需: what to say of a need. Left out: as before; null: no longer said.',
  fields: (t) => ({
    pain: t.string({ description: '痛点: the real one; up to 1,000 characters.' }),
    step: t.field({ type: CrowdStepEnum, description: 'The 5A step that it is meant to move people to.' }),
  }),
})

const NOTE = 'Up to 5,000 characters.'
const LINKS = 'Up to 20 http or https addresses of examples; replaces all of them.'

const CreateElementInput = builder.inputType('CreateElementInput', {
  description: 'An element to make, with the attributes of its kind.',
  fields: (t) => ({
    brandId: t.id({ required: true, description: 'Whose it is.' }),
    kind: t.field({ type: ElementKindEnum, required: true, description: 'Its axis.' }),
    name: t.string({ required: true, description: 'Up to 200 characters.' }),
    note: t.string({ description: NOTE }),
    links: t.stringList({ description: LINKS }),
    persona: t.field({ type: PersonaInput, description: 'Only of a PERSONA.' }),
    product: t.field({ type: ProductInput, description: 'Only of a PRODUCT.' }),
    scene: t.field({ type: SceneInput, description: 'Only of a SCENE.' }),
    need: t.field({ type: NeedInput, description: 'Only of a NEED.' }),
  }),
})
builder.mutationField('createElement', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Element,
    description:
      'Makes an element in its first version. InvalidInputError names the attribute at fault, e.g. ' +
      'product.grossMargin, or the attributes that are of another kind.',
    args: { input: t.arg({ type: CreateElementInput, required: true, description: 'The element.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const { kind, name, note, links, persona, product, scene, need } = input
      const brandId = rowId('brandId', 'Brand', input.brandId)
      const attributes = { persona, product, scene, need }
      const id = await run(createElement, { brandId, kind, name, note, links, attributes })
      return one(await db.query.element.findFirst(query({ where: { id } })))
    },
  }),
)

const ReviseElementInput = builder.inputType('ReviseElementInput', {
  description:
    'An edit of an element. What is left out stays; null takes it away, but for the name, which stays.',
  fields: (t) => ({
    elementId: t.id({ required: true, description: 'The element.' }),
    name: t.string({ description: 'Up to 200 characters.' }),
    note: t.string({ description: NOTE }),
    links: t.stringList({ description: LINKS }),
    persona: t.field({ type: PersonaInput, description: 'Only of a PERSONA.' }),
    product: t.field({ type: ProductInput, description: 'Only of a PRODUCT.' }),
    scene: t.field({ type: SceneInput, description: 'Only of a SCENE.' }),
    need: t.field({ type: NeedInput, description: 'Only of a NEED.' }),
  }),
})
builder.mutationField('reviseElement', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Element,
    description:
      'Edits an element: makes the next version. InvalidInputError as in createElement. ConflictError: it is archived.',
    args: { input: t.arg({ type: ReviseElementInput, required: true, description: 'The edit.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const { name, note, links, persona, product, scene, need } = input
      const elementId = rowId('elementId', 'Element', input.elementId)
      const attributes = { persona, product, scene, need }
      const id = await run(reviseElement, { elementId, name: name ?? undefined, note, links, attributes })
      return one(await db.query.element.findFirst(query({ where: { id } })))
    },
  }),
)

const ArchiveElementInput = builder.inputType('ArchiveElementInput', {
  description: 'An element to put away.',
  fields: (t) => ({ elementId: t.id({ required: true, description: 'The element.' }) }),
})
builder.mutationField('archiveElement', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Element,
    description:
      'Puts an element away: it can be neither planned nor chosen, and videos keep it. Pairs stay: what requires it ' +
      'cannot be planned until the pair is lifted. Saying it twice changes nothing.',
    args: { input: t.arg({ type: ArchiveElementInput, required: true, description: 'Which one.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const id = await run(archiveElement, { elementId: rowId('elementId', 'Element', input.elementId) })
      return one(await db.query.element.findFirst(query({ where: { id } })))
    },
  }),
)

const RestoreElementInput = builder.inputType('RestoreElementInput', {
  description: 'An archived element to take back into use.',
  fields: (t) => ({ elementId: t.id({ required: true, description: 'The element.' }) }),
})
builder.mutationField('restoreElement', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Element,
    description: 'Takes an archived element back into use. Saying it twice changes nothing.',
    args: { input: t.arg({ type: RestoreElementInput, required: true, description: 'Which one.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const id = await run(restoreElement, { elementId: rowId('elementId', 'Element', input.elementId) })
      return one(await db.query.element.findFirst(query({ where: { id } })))
    },
  }),
)
