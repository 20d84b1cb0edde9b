/** What an element said at one time, its attributes typed by kind. */
import { sql } from 'drizzle-orm'
import type { elementVersion } from '../db/tables.ts'
import {
  breakEvenRoi,
  CROWD_STEPS,
  type NeedAttributes,
  type PersonaAttributes,
  type ProductAttributes,
  type SceneAttributes,
} from '../rules/element.ts'
import { ELEMENT_KINDS, type ElementKind } from '../rules/types.ts'
import { builder } from './builder.ts'

export const ElementKindEnum = builder.enumType('ElementKind', {
  description: '人 PERSONA, 货 PRODUCT, 场 SCENE, 需 NEED.',
  values: ELEMENT_KINDS,
})
export const CrowdStepEnum = builder.enumType('CrowdStep', {
  description: '5A: 了解 AWARE, 吸引 APPEAL, 问询 ASK, 行动 ACT, 拥护 ADVOCATE.',
  values: CROWD_STEPS,
})

const Persona = builder.objectRef<PersonaAttributes>('PersonaAttributes').implement({
  description: '人: what is said of a persona.',
  fields: (t) => ({
    fit: t.exposeString('fit', {
      nullable: true,
      description: '契合度: how they fit the brand; null: not said.',
    }),
    expressiveness: t.exposeString('expressiveness', {
      nullable: true,
      description: '表现力; null: not said.',
    }),
    heat: t.exposeInt('heat', {
      nullable: true,
      description:
        '自带热度: own popularity, a score of 1 (unknown) to 5 (known to everybody); null: not said.',
    }),
  }),
})
const Product = builder.objectRef<ProductAttributes>('ProductAttributes').implement({
  description: '货: what is said of a product.',
  fields: (t) => ({
    shopProductId: t.exposeString('shopProductId', {
      nullable: true,
      description: '商品ID of 抖店; null: not said.',
    }),
    sellingPoints: t.exposeStringList('sellingPoints', {
      nullable: true,
      description: '卖点, the strongest first; null: not said.',
    }),
    benefit: t.exposeString('benefit', {
      nullable: true,
      description: '利益点: what buyers get only here; null: not said.',
    }),
    priceFen: t.expose('priceFen', {
      type: 'BigInt',
      nullable: true,
      description: 'Price in 分; null: not said.',
    }),
    grossMargin: t.exposeFloat('grossMargin', {
      nullable: true,
      description: '毛利率, a fraction of the price: 0.35 is 35 %; null: not said.',
    }),
    breakEvenRoi: t.float({
      nullable: true,
      description:
        '保本 ROI: sales over spend at which the margin pays for the spend, 1 / grossMargin; null: the margin is ' +
        'not said, or is 0 and pays for none.',
      resolve: (product) => breakEvenRoi(product),
    }),
  }),
})
const Scene = builder.objectRef<SceneAttributes>('SceneAttributes').implement({
  description: '场: what is said of a scene.',
  fields: (t) => ({
    texture: t.exposeString('texture', { nullable: true, description: '质感; null: not said.' }),
    plot: t.exposeString('plot', { nullable: true, description: '剧情; null: not said.' }),
    topic: t.exposeString('topic', { nullable: true, description: '话题; null: not said.' }),
  }),
})
const Need = builder.objectRef<NeedAttributes>('NeedAttributes').implement({
  description: '需: what is said of a need.',
  fields: (t) => ({
    pain: t.exposeString('pain', { nullable: true, description: '痛点: the real one; null: not said.' }),
    step: t.expose('step', {
      type: CrowdStepEnum,
      nullable: true,
      description: 'The 5A step that it is meant to move people to; null: not said.',
    }),
  }),
})

/** The table of versions does not hold the kind; its element does, and has one for ever. */
const kind = (version: typeof elementVersion) => sql<ElementKind>`(
  select e.kind from element e where e.workspace_id = ${version.workspaceId} and e.id = ${version.elementId})`
const SAID = { columns: { attributes: true }, extras: { kind } } as const
interface Said {
  kind: ElementKind
  attributes: Record<string, unknown>
}
/** The attributes, if the element is of that kind: written through rules/element.ts, and so of its form. */
function of<T extends object>(wanted: ElementKind): (said: Said) => T | null {
  return ({ kind, attributes }) => (kind === wanted ? (attributes as T) : null)
}
const OTHER = 'null: it is of another kind.'

export const ElementVersion = builder.drizzleObject('elementVersion', {
  name: 'ElementVersion',
  select: { columns: { elementId: true, version: true } },
  description: 'What an element said at one time.',
  fields: (t) => ({
    kind: t.field({
      type: ElementKindEnum,
      description: 'Which axis it belongs to.',
      select: { extras: { kind } },
      resolve: (version) => version.kind,
    }),
    version: t.exposeInt('version', { description: 'Counted from 1.' }),
    name: t.exposeString('name', { description: 'Name in this version.' }),
    note: t.exposeString('note', {
      nullable: true,
      description: 'Note in this version; null: there is none.',
    }),
    links: t.exposeStringList('links', { description: 'Addresses of examples in this version.' }),
    persona: t.field({
      type: Persona,
      nullable: true,
      description: `What it says of 人; ${OTHER}`,
      select: SAID,
      resolve: of<PersonaAttributes>('PERSONA'),
    }),
    product: t.field({
      type: Product,
      nullable: true,
      description: `What it says of 货; ${OTHER}`,
      select: SAID,
      resolve: of<ProductAttributes>('PRODUCT'),
    }),
    scene: t.field({
      type: Scene,
      nullable: true,
      description: `What it says of 场; ${OTHER}`,
      select: SAID,
      resolve: of<SceneAttributes>('SCENE'),
    }),
    need: t.field({
      type: Need,
      nullable: true,
      description: `What it says of 需; ${OTHER}`,
      select: SAID,
      resolve: of<NeedAttributes>('NEED'),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When this version was made.' }),
  }),
})

export const ElementVersionConnection = builder.connectionObject(
  {
    type: ElementVersion,
    name: 'ElementVersionConnection',
    description: 'A page of versions of an element.',
  },
  { name: 'ElementVersionEdge', description: 'A version in a list.' },
)
