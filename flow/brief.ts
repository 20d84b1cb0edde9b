/** The brief of a collaboration, and the template of a brand that it is rendered from. */
import { eq, sql } from 'drizzle-orm'
import { rows, type Tx } from '../db/client.ts'
import { brand } from '../db/tables.ts'
import { type BriefValues, checkTemplate, DEFAULT_BRIEF, renderBrief } from '../rules/brief.ts'
import type { CrowdStep } from '../rules/element.ts'
import type { ElementKind } from '../rules/types.ts'
import { type Context, write } from './context.ts'
import { found, InvalidInputError, text } from './errors.ts'

const MOST_TEMPLATE = 10_000

/** A template that can be rendered, without blanks around it; InvalidInputError says where it cannot. */
export function checkedTemplate(field: string, given: string): string {
  const template = text(field, given, MOST_TEMPLATE)
  const problem = checkTemplate(template)
  if (!problem) return template
  const { line, column, message } = problem
  throw new InvalidInputError(field, `${field} at line ${line}, column ${column}: ${message}`)
}

/** null: briefs of the brand are rendered from the template that is shipped, again. Briefs that were sent stay. */
export async function setBriefTemplate(
  ctx: Context,
  input: { brandId: number; template: string | null },
): Promise<number> {
  const briefTemplate = input.template === null ? null : checkedTemplate('template', input.template)
  return write(ctx, async (tx) => {
    const [changed] = await tx
      .update(brand)
      .set({ briefTemplate })
      .where(eq(brand.id, input.brandId))
      .returning({ id: brand.id })
    return found(changed, 'brand').id
  })
}

interface BriefRow {
  brand: string
  template: string | null
  kol: string
  deliverables: string | null
  due_on: string | null
  elements: Partial<Record<ElementKind, { name: string; attributes: Record<string, unknown> }>>
}

/**
 * The brief of a collaboration as it would be sent now, from `template` or else the brand's or the one that is
 * shipped; elements as they are in their current version. NotFoundError: there is no such collaboration.
 */
export async function briefOf(
  db: Pick<Tx, 'execute'>,
  collaborationId: number,
  template?: string,
): Promise<string> {
  const [row] = await rows<BriefRow>(
    db,
    sql`
      select brand.name as brand, brand.brief_template as template, kol.name as kol, c.deliverables,
        c.due_on::text as due_on, (
          select coalesce(jsonb_object_agg(e.kind, jsonb_build_object('name', v.name, 'attributes', v.attributes)), '{}')
          from element e
          join element_version v on v.workspace_id = e.workspace_id and v.element_id = e.id and v.version = e.version
          where e.workspace_id = c.workspace_id
            and e.id in (cell.persona_id, cell.product_id, cell.scene_id, cell.need_id)
        ) as elements
      from collaboration c
      join brand on brand.workspace_id = c.workspace_id and brand.id = c.brand_id
      join kol on kol.workspace_id = c.workspace_id and kol.id = c.kol_id
      join cell on cell.workspace_id = c.workspace_id and cell.id = c.cell_id
      where c.id = ${collaborationId}`,
  )
  const said = found(row, 'collaboration')
  return renderBrief(template ?? said.template ?? DEFAULT_BRIEF, valuesOf(said))
}

/** 5A as the trade says it. */
const CROWD_STEP_NAMES: Readonly<Record<CrowdStep, string>> = {
  AWARE: '了解',
  APPEAL: '吸引',
  ASK: '问询',
  ACT: '行动',
  ADVOCATE: '拥护',
}

function valuesOf({ brand, kol, deliverables, due_on, elements }: BriefRow): BriefValues {
  const { PERSONA: persona, PRODUCT: product, SCENE: scene, NEED: need } = elements
  const word = (value: unknown) => (value == null ? null : String(value))
  const step = word(need?.attributes.step)
  return {
    brand,
    kol,
    persona: word(persona?.name),
    fit: word(persona?.attributes.fit),
    expressiveness: word(persona?.attributes.expressiveness),
    heat: word(persona?.attributes.heat),
    product: word(product?.name),
    sellingPoints: [product?.attributes.sellingPoints ?? []].flat().map(String),
    benefit: word(product?.attributes.benefit),
    scene: word(scene?.name),
    texture: word(scene?.attributes.texture),
    plot: word(scene?.attributes.plot),
    topic: word(scene?.attributes.topic),
    need: word(need?.name),
    pain: word(need?.attributes.pain),
    needStep: step === null ? null : (CROWD_STEP_NAMES[step as CrowdStep] ?? step),
    deliverables,
    dueOn: due_on,
  }
}
