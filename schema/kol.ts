import { createKol } from '../flow/kol.ts'
import { builder, KEY } from './builder.ts'
import { CHANGE } from './errors.ts'
import { one } from './ids.ts'
import { TierEnum } from './tier.ts'
import { VideoConnection } from './video.ts'

export const Kol = builder.drizzleNode('kol', {
  name: 'Kol',
  description: '达人: a creator.',
  id: { column: (kol) => kol.id },
  select: KEY,
  fields: (t) => ({
    accountId: t.exposeString('accountId', { nullable: true, description: 'The number of the 抖音号.' }),
    name: t.exposeString('name', { description: 'Name.' }),
    vertical: t.exposeString('vertical', { nullable: true, description: '垂类; null: not said.' }),
    tier: t.expose('tier', { type: TierEnum, nullable: true, description: '层级; null: not said.' }),
    followers: t.expose('followers', {
      type: 'BigInt',
      nullable: true,
      description: 'Followers as last known; null: not known.',
    }),
    videos: t.relatedConnection(
      'videos',
      { description: 'Their videos, newest first.', query: { orderBy: { id: 'desc' } } },
      VideoConnection,
    ),
  }),
})

export const KolConnection = builder.connectionObject(
  { type: Kol, name: 'KolConnection', description: 'A page of KOLs.' },
  { name: 'KolEdge', description: 'A KOL in a list.' },
)

builder.queryField('kols', (t) =>
  t.drizzleConnection(
    {
      type: 'kol',
      description: 'KOLs, newest first.',
      args: {
        tier: t.arg({ type: TierEnum, description: 'Only of this tier.' }),
        vertical: t.arg.string({ description: 'Only of this 垂类, to the letter.' }),
      },
      resolve: (query, _root, { tier, vertical }, { db }) => {
        const where = { ...(tier && { tier }), ...(vertical && { vertical }) }
        return db.query.kol.findMany(query({ where, orderBy: { id: 'desc' } }))
      },
    },
    KolConnection,
  ),
)

const CreateKolInput = builder.inputType('CreateKolInput', {
  description: 'A KOL to add.',
  fields: (t) => ({
    accountId: t.string({ required: true, description: 'The number of the 抖音号, up to 64 characters.' }),
    name: t.string({ required: true, description: 'Up to 200 characters.' }),
    vertical: t.string({ description: '垂类.' }),
    tier: t.field({ type: TierEnum, description: '层级.' }),
    followers: t.field({ type: 'BigInt', description: 'Followers now.' }),
  }),
})
builder.mutationField('createKol', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Kol,
    description: 'Adds a KOL to the pool. ConflictError: the account is already there.',
    args: { input: t.arg({ type: CreateKolInput, required: true, description: 'The KOL.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const { accountId, name, vertical, tier, followers } = input
      const known = {
        vertical: vertical ?? undefined,
        tier: tier ?? undefined,
        followers: followers ?? undefined,
      }
      const id = await run(createKol, { accountId, name, ...known })
      return one(await db.query.kol.findFirst(query({ where: { id } })))
    },
  }),
)
