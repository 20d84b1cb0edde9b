import { plain } from '../flow/errors.ts'
import { builder, KEY } from './builder.ts'
import { CollaborationConnection } from './collaboration.ts'
import { KolFacts, loadFacts } from './kol-facts.ts'
import {
  followersLatestFirst,
  KolPriceConnection,
  KolSnapshotConnection,
  pricesLatestFirst,
} from './kol-history.ts'
import { TierEnum } from './tier.ts'
import { VideoConnection } from './video.ts'

export const Kol = builder.drizzleNode('kol', {
  name: 'Kol',
  description: '达人: a creator.',
  id: { column: (kol) => kol.id },
  select: KEY,
  fields: (t) => ({
    accountId: t.exposeString('accountId', {
      nullable: true,
      description: "The platform's number of the account; null: only the name is known.",
    }),
    showId: t.exposeString('showId', {
      nullable: true,
      description: '抖音号 as users see it; null: not said.',
    }),
    name: t.exposeString('name', { description: 'Name.' }),
    vertical: t.exposeString('vertical', { nullable: true, description: '垂类; null: not said.' }),
    city: t.exposeString('city', { nullable: true, description: '城市; null: not said.' }),
    mcn: t.exposeString('mcn', { nullable: true, description: 'Who represents them; null: not said.' }),
    tier: t.expose('tier', {
      type: TierEnum,
      nullable: true,
      description:
        '层级: the override, else by followers and the policy in force (`tierPolicies`); ' +
        'null: followers are not known and nobody said.',
    }),
    tierOverride: t.expose('tierOverride', {
      type: TierEnum,
      nullable: true,
      description: 'The tier that somebody set by hand; null: it is by followers.',
    }),
    followers: t.expose('followers', {
      type: 'BigInt',
      nullable: true,
      description: 'Followers as last known; null: not known.',
    }),
    archivedAt: t.expose('archivedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was put away; null: in use.',
    }),
    facts: t.field({
      type: KolFacts,
      description: 'What our own looks at their videos say. All KOLs of a request are one statement.',
      resolve: async ({ id }, _args, context) => {
        const facts = await loadFacts(id, context)
        if (!facts) throw new Error('a KOL that was just read is there')
        return facts
      },
    }),
    followerHistory: t.relatedConnection(
      'snapshots',
      { description: 'Follower counts, latest first.', query: followersLatestFirst },
      KolSnapshotConnection,
    ),
    priceHistory: t.relatedConnection(
      'prices',
      { description: '报价, latest first.', query: pricesLatestFirst },
      KolPriceConnection,
    ),
    collaborations: t.relatedConnection(
      'collaborations',
      { description: 'Their 合作, newest first.', query: { orderBy: { id: 'desc' } } },
      CollaborationConnection,
    ),
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
        name: t.arg.string({ description: 'Only those whose name holds this, in upper or lower case.' }),
        minFollowers: t.arg({
          type: 'BigInt',
          description: 'Only with so many followers or more, known ones.',
        }),
        maxFollowers: t.arg({
          type: 'BigInt',
          description: 'Only with so many followers or fewer, known ones.',
        }),
        archived: t.arg.boolean({
          description: 'true: only those put away; false: only those in use; left out: both.',
        }),
      },
      resolve: (query, _root, { tier, vertical, name, minFollowers, maxFollowers, archived }, { db }) => {
        const followers = {
          ...(minFollowers != null && { gte: minFollowers }),
          ...(maxFollowers != null && { lte: maxFollowers }),
        }
        const where = {
          ...(tier && { tier }),
          ...(vertical && { vertical: plain('vertical', vertical) }),
          ...(name && { name: { ilike: `%${plain('name', name).replaceAll(/[\\%_]/g, '\\$&')}%` } }),
          ...(Object.keys(followers).length > 0 && { followers }),
          ...(archived != null && {
            archivedAt: archived ? { isNotNull: true as const } : { isNull: true as const },
          }),
        }
        return db.query.kol.findMany(query({ where, orderBy: { id: 'desc' } }))
      },
    },
    KolConnection,
  ),
)
