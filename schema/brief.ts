import { briefOf, checkedTemplate, setBriefTemplate } from '../flow/brief.ts'
import { PLACEHOLDERS } from '../rules/brief.ts'
import { Brand } from './brand.ts'
import { builder } from './builder.ts'
import { CHANGE } from './errors.ts'
import { one, rowId } from './ids.ts'

const TEMPLATE =
  'Up to 10,000 characters. {{name}} is a value, {{#sellingPoints}}…{{.}}…{{/sellingPoints}} is said for each of a list; ' +
  `a line with a value that is not known is left out. Names: ${PLACEHOLDERS.join(', ')}.`

builder.queryField('briefPreview', (t) =>
  t.string({
    description: 'The brief of a collaboration as it would be sent now; nothing is kept.',
    args: {
      collaborationId: t.arg.id({ required: true, description: 'The collaboration.' }),
      template: t.arg.string({ description: `To try it out; left out: that of the brand. ${TEMPLATE}` }),
    },
    resolve: (_root, { collaborationId, template }, { db }) =>
      briefOf(
        db,
        rowId('collaborationId', 'Collaboration', collaborationId),
        template == null ? undefined : checkedTemplate('template', template),
      ),
  }),
)

const SetBriefTemplateInput = builder.inputType('SetBriefTemplateInput', {
  description: 'The template of the briefs of a brand.',
  fields: (t) => ({
    brandId: t.id({ required: true, description: 'The brand.' }),
    template: t.string({ description: `${TEMPLATE} null: the one that is shipped.` }),
  }),
})
builder.mutationField('setBriefTemplate', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Brand,
    description:
      'Sets what the briefs of a brand are rendered from; those that were sent stay. InvalidInputError: names the ' +
      'placeholder that is unknown, with its line and column.',
    args: { input: t.arg({ type: SetBriefTemplateInput, required: true, description: 'The template.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const brandId = rowId('brandId', 'Brand', input.brandId)
      const id = await run(setBriefTemplate, { brandId, template: input.template ?? null })
      return one(await db.query.brand.findFirst(query({ where: { id } })))
    },
  }),
)
