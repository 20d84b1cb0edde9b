import { eq } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { collaboration } from '../../db/tables.ts'
import { briefOf, setBriefTemplate } from '../../flow/brief.ts'
import { agreeCollaboration, briefCollaboration } from '../../flow/collaboration.ts'
import { type Context, write } from '../../flow/context.ts'
import { reviseElement } from '../../flow/element.ts'
import { NotFoundError } from '../../flow/errors.ts'
import { type Content, content } from '../support/content.ts'
import { testDatabase } from '../support/database.ts'
import { creator, proposed } from '../support/playbook.ts'

const t = testDatabase()
let ctx: Context
let on: Content
beforeAll(async () => {
  ctx = await t.tenant()
  on = await content(ctx)
})

const brief = (id: number, template?: string) => write(ctx, (tx) => briefOf(tx, id, template))

test('what elements say, in their current version', async () => {
  const { persona, product, need } = on.elementIds
  await reviseElement(ctx, { elementId: persona, attributes: { persona: { fit: '懂成分', heat: 4 } } })
  const said = {
    sellingPoints: ['控油', '不卡粉'],
    benefit: '妆不花',
    priceFen: 7_654_321,
    grossMargin: 0.6123,
  }
  await reviseElement(ctx, { elementId: product, attributes: { product: said } })
  await reviseElement(ctx, { elementId: need, attributes: { need: { pain: '脱妆', step: 'ASK' } } })
  const id = await proposed(ctx, on, { kolId: await creator(ctx), priceFen: 1_234_567, dueOn: '2026-11-20' })
  const text = await brief(id)
  expect(text).toContain('人设契合：懂成分')
  expect(text).toContain('核心利益：妆不花\n卖点：控油\n卖点：不卡粉')
  expect(text).toContain('痛点：脱妆\n决策阶段：问询')
  expect(text).toContain('交稿日期：2026-11-20')
  expect(text).not.toMatch(/表现力|质感|1234567|12345\.67|7654321|76543\.21|0\.6123/)
  expect(await brief(id, '{{heat}}|{{product}}')).toMatch(/^4\|PRODUCT /)
})

test("a brand's own template, until it is reset; a brief that was sent stays", async () => {
  const { brandId } = on
  const collaborationId = await proposed(ctx, on, { kolId: await creator(ctx), priceFen: 1 })
  await setBriefTemplate(ctx, { brandId, template: ' 给 {{kol}}：{{deliverables}}\n产品 {{product}} ' })
  await agreeCollaboration(ctx, { collaborationId, deliverables: '一条' })
  await briefCollaboration(ctx, { collaborationId })
  expect(await brief(collaborationId)).toMatch(/^给 kol .*：一条\n产品 PRODUCT/)
  await setBriefTemplate(ctx, { brandId, template: null })
  expect(await brief(collaborationId)).toMatch(/^【合作 brief】/)
  const [row] = await write(ctx, (tx) =>
    tx.select().from(collaboration).where(eq(collaboration.id, collaborationId)),
  )
  expect(row?.brief).toMatch(/^给 kol/)
})

test('a template that cannot be rendered is refused where it is wrong', async () => {
  const { brandId } = on
  const refused = (template: string) => expect(setBriefTemplate(ctx, { brandId, template })).rejects
  await refused('好\n价格 {{price}}').toMatchObject({
    field: 'template',
    message: expect.stringMatching(/^template at line 2, column 4: there is no placeholder \{\{price\}\}/),
  })
  await refused('{{#topic}}').toThrow('never closed')
  await refused(' ').toThrow('must not be blank')
  await refused('长'.repeat(10_001)).toThrow('more than 10000')
  await expect(setBriefTemplate(ctx, { brandId: 987_654, template: null })).rejects.toThrow(NotFoundError)
})
