/** Anything by its global id. */
import { resolveNodes } from '@pothos/plugin-relay'
import { InvalidInputError } from '../flow/errors.ts'
import { builder, MAX_PAGE } from './builder.ts'
import { decodeId } from './ids.ts'

builder.queryField('node', (t) =>
  t.field({
    type: builder.nodeInterfaceRef(),
    nullable: true,
    description: 'The thing of that id; null: there is none in this workspace.',
    args: { id: t.arg.id({ required: true, description: 'A global id.' }) },
    resolve: (_root, { id }, context, info) =>
      orNull(resolveNodes(builder, context, info, [decodeId('id', String(id))])),
  }),
)

builder.queryField('nodes', (t) =>
  t.field({
    type: [builder.nodeInterfaceRef()],
    nullable: { list: false, items: true },
    description: 'The things of these ids, in their order; null: there is none in this workspace.',
    args: { ids: t.arg.idList({ required: true, description: `Global ids, at most ${MAX_PAGE}.` }) },
    resolve(_root, { ids }, context, info) {
      if (ids.length > MAX_PAGE) throw new InvalidInputError('ids', `ids holds more than ${MAX_PAGE}`)
      const decoded = ids.map((id) => decodeId('ids', String(id)))
      // One by one, or one that is missing takes the others with it; the loader makes them one statement again.
      return decoded.map((id) => orNull(resolveNodes(builder, context, info, [id])))
    },
  }),
)

/** The plugin's loader rejects for a row that is not there. */
async function orNull(found: Promise<unknown[]>): Promise<unknown> {
  try {
    return await (await found)[0]
  } catch (error) {
    if (error instanceof Error && /^Model \w+\(\d+\) not found$/.test(error.message)) return null
    throw error
  }
}
