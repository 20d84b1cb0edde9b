/** 要素: what can be said of an element, by kind. Every attribute is optional; what is absent was not said. */
import { z } from 'zod'
import type { ElementKind } from './types.ts'

/** 5A: the step a person stands before, from hearing of the brand to speaking for it. */
export const CROWD_STEPS = ['AWARE', 'APPEAL', 'ASK', 'ACT', 'ADVOCATE'] as const
export type CrowdStep = (typeof CROWD_STEPS)[number]

const MOST_TEXT = 1000
const words = (most = MOST_TEXT) =>
  z
    .string('must be text')
    .trim()
    .min(1, 'must not be blank')
    .max(most, `has more than ${most} characters`)
    // PostgreSQL keeps neither.
    .refine(
      (said) => !/\p{Cs}/u.test(said) && !said.includes('\0'),
      'must hold neither NUL nor half a character',
    )

const persona = z.object({
  /** 契合度: how the person fits the brand. */
  fit: words(),
  /** 表现力. */
  expressiveness: words(),
  /** 自带热度, a score so that it sorts: 1 unknown, 5 known to everybody. */
  heat: z
    .int('must be a whole number')
    .min(1, 'must be a score of 1 to 5')
    .max(5, 'must be a score of 1 to 5'),
})
const product = z.object({
  /** 商品ID of the shop; more digits than a number holds. */
  shopProductId: z
    .string()
    .trim()
    .regex(/^[1-9]\d{0,19}$/, 'must be the 商品ID as 抖店 shows it, 1 to 20 digits'),
  /** 卖点. */
  sellingPoints: z
    .array(words(200))
    .min(1, 'must name at least one')
    .max(20, 'has more than 20 selling points'),
  /** 利益点: what buyers get here only. */
  benefit: words(),
  priceFen: z.int('must be a whole number of 分').min(0, 'must not be below 0'),
  /** Fraction of the price: 0.35 is 35 %. */
  grossMargin: z
    .number('must be a number')
    .min(0, 'must be a fraction of 0 to 1')
    .max(1, 'must be a fraction of 0 to 1: 0.35 is 35 %'),
})
const scene = z.object({ texture: words(), plot: words(), topic: words() })
const need = z.object({
  /** 痛点: the real one. */
  pain: words(),
  step: z.enum(CROWD_STEPS, `must be one of ${CROWD_STEPS.join(', ')}`),
})

const KINDS = {
  PERSONA: { field: 'persona', attributes: persona.partial() },
  PRODUCT: { field: 'product', attributes: product.partial() },
  SCENE: { field: 'scene', attributes: scene.partial() },
  NEED: { field: 'need', attributes: need.partial() },
} as const satisfies Record<ElementKind, { field: string; attributes: z.ZodType }>

export type PersonaAttributes = z.infer<typeof KINDS.PERSONA.attributes>
export type ProductAttributes = z.infer<typeof KINDS.PRODUCT.attributes>
export type SceneAttributes = z.infer<typeof KINDS.SCENE.attributes>
export type NeedAttributes = z.infer<typeof KINDS.NEED.attributes>

/** What to say of an element, under the name of its kind. Left out: as before. null: no longer said. */
type Change<T> = { [Key in keyof T]?: T[Key] | null | undefined } | null | undefined
export interface AttributeChange {
  persona?: Change<PersonaAttributes>
  product?: Change<ProductAttributes>
  scene?: Change<SceneAttributes>
  need?: Change<NeedAttributes>
}

export type ChangedAttributes =
  | { ok: true; attributes: Record<string, unknown> }
  /** `field`: the path of what is wrong, e.g. product.grossMargin. */
  | { ok: false; field: string; message: string }

/** The attributes after a change; refuses attributes of another kind and values out of their range. */
export function changeAttributes(
  kind: ElementKind,
  before: Record<string, unknown>,
  change: AttributeChange,
): ChangedAttributes {
  const { field, attributes } = KINDS[kind]
  const foreign = Object.entries(change).find(([name, said]) => name !== field && said != null)
  if (foreign) {
    const message = `${foreign[0]} cannot be said of a ${kind.toLowerCase()}: give ${field} instead`
    return { ok: false, field: foreign[0], message }
  }
  const merged = Object.entries({ ...before, ...change[field] }).filter(([, value]) => value != null)
  const parsed = attributes.safeParse(Object.fromEntries(merged))
  if (parsed.success) return { ok: true, attributes: parsed.data }
  const [issue] = parsed.error.issues
  const path = [field, ...(issue?.path ?? [])].join('.')
  return { ok: false, field: path, message: `${path} ${issue?.message}` }
}

/** 保本 ROI: sales over spend at which the gross margin pays for the spend; null: the margin is not known, or 0. */
export function breakEvenRoi({ grossMargin }: ProductAttributes): number | null {
  return grossMargin ? 1 / grossMargin : null
}
