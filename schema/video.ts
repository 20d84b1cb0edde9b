import { planVideo } from '../flow/plan.ts'
import { publishVideo } from '../flow/publish.ts'
import { PURPOSES } from '../rules/types.ts'
import { Brand, one } from './brand.ts'
import { builder } from './builder.ts'
import { Element } from './element.ts'
import { REFUSALS } from './errors.ts'
import { optionalRowId, rowId } from './ids.ts'
import { Kol, TierEnum } from './kol.ts'
import { Matrix } from './matrix.ts'
import { Snapshot } from './snapshot.ts'

const PurposeEnum = builder.enumType('Purpose', {
  description: '种草 SEEDING, 带货 SELLING, 引流 TRAFFIC: what counts as success.',
  values: PURPOSES,
})
const VideoStageEnum = builder.enumType('VideoStage', {
  description: 'Where a video is in its life.',
  values: ['PLANNED', 'PUBLISHED', 'ARCHIVED'] as const,
})

const VideoState = builder.drizzleObject('videoState', {
  name: 'VideoState',
  description: 'The latest numbers of a published video. null is not 0: the source does not give it, or not yet.',
  fields: (t) => ({
    observedAt: t.expose('observedAt', { type: 'DateTime', nullable: true, description: 'null: not seen yet.' }),
    looks: t.exposeInt('looks', { description: 'Snapshots recorded.' }),
    plays: t.expose('plays', { type: 'BigInt', nullable: true, description: '播放量, cumulative.' }),
    likes: t.expose('likes', { type: 'BigInt', nullable: true, description: '点赞, cumulative.' }),
    comments: t.expose('comments', { type: 'BigInt', nullable: true, description: '评论, cumulative.' }),
    shares: t.expose('shares', { type: 'BigInt', nullable: true, description: '转发, cumulative.' }),
    saves: t.expose('saves', { type: 'BigInt', nullable: true, description: '收藏, cumulative.' }),
    interactionRate: t.exposeFloat('interactionRate', {
      nullable: true,
      description: '互动率: (likes + comments + shares) / plays, a ratio. null: one is not given, or plays are 0.',
    }),
    velocity: t.exposeFloat('velocity', {
      nullable: true,
      description: 'Plays per hour between the last two looks. null: first look, or plays were restated.',
    }),
    kolRatio: t.exposeFloat('kolRatio', {
      nullable: true,
      description: "Plays over the median of the KOL's earlier videos at the same age. null: fewer than 3 of them.",
    }),
    nextPollAt: t.expose('nextPollAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it is looked at next; null: no longer watched.',
    }),
    noDataSince: t.expose('noDataSince', {
      type: 'DateTime',
      nullable: true,
      description: 'Looks have failed since then; null: the last one worked.',
    }),
    noDataReason: t.exposeString('noDataReason', { nullable: true, description: 'Why the last look failed.' }),
  }),
})

export const Video = builder.drizzleNode('video', {
  name: 'Video',
  description: '视频: planned, then published. Its cell, element versions and tier are frozen at publication.',
  id: { column: (video) => video.id },
  fields: (t) => ({
    title: t.exposeString('title', { description: 'Title.' }),
    stage: t.expose('stage', { type: VideoStageEnum, description: 'Planned, published or archived.' }),
    purpose: t.expose('purpose', { type: PurposeEnum, description: 'What it is for.' }),
    itemId: t.exposeString('itemId', { nullable: true, description: 'Its number on Douyin; null: not published.' }),
    plannedFor: t.expose('plannedFor', { type: 'DateTime', nullable: true, description: 'Planned publication.' }),
    publishedAt: t.expose('publishedAt', { type: 'DateTime', nullable: true, description: 'null: not published.' }),
    tier: t.expose('tier', { type: TierEnum, nullable: true, description: "The KOL's tier at publication." }),
    brand: t.relation('brand', { description: 'Whose it is.' }),
    cell: t.relation('cell', { nullable: true, description: 'null: imported, not planned in a matrix.' }),
    kol: t.relation('kol', { nullable: true, description: 'null: not known.' }),
    state: t.relation('state', {
      type: VideoState,
      nullable: true,
      description: 'Latest numbers; null: not published.',
    }),
    snapshots: t.relatedConnection('snapshots', {
      type: Snapshot,
      description: 'Every look, latest first.',
      query: { orderBy: { observedAt: 'desc', source: 'asc', revision: 'desc' } },
    }),
    breakouts: t.relatedConnection('breakouts', {
      description: 'Episodes of this video, newest first; also those that never fired.',
      query: { orderBy: { id: 'desc' } },
    }),
  }),
})

builder.queryField('videos', (t) =>
  t.drizzleConnection({
    type: 'video',
    description: 'Videos, newest first.',
    args: {
      brandId: t.arg.globalID({ for: Brand, description: 'Only of this brand.' }),
      kolId: t.arg.globalID({ for: Kol, description: 'Only of this KOL.' }),
      stage: t.arg({ type: VideoStageEnum, description: 'Only in this stage.' }),
      noData: t.arg.boolean({ description: 'true: only those whose looks fail.' }),
    },
    resolve: (query, _root, { brandId, kolId, stage, noData }, { db }) =>
      db.query.video.findMany(
        query({
          where: {
            ...(brandId && { brandId: rowId('brandId', 'Brand', brandId) }),
            ...(kolId && { kolId: rowId('kolId', 'Kol', kolId) }),
            ...(stage && { stage }),
            ...(noData && { state: { noDataSince: { isNotNull: true } } }),
          },
          orderBy: { id: 'desc' },
        }),
      ),
  }),
)

builder.mutationField('planVideo', (t) =>
  t.drizzleField({
    type: Video,
    description: 'Plans a video in a cell of a matrix.',
    errors: REFUSALS,
    args: {
      matrixId: t.arg.globalID({ required: true, for: Matrix, description: 'The matrix.' }),
      elementIds: t.arg.globalIDList({
        required: true,
        for: Element,
        description: 'The cell: elements of the matrix, at most one of each kind.',
      }),
      kolId: t.arg.globalID({ for: Kol, description: 'Who makes it.' }),
      purpose: t.arg({ type: PurposeEnum, required: true, description: 'What it is for.' }),
      title: t.arg.string({ required: true, description: 'Up to 200 characters.' }),
      plannedFor: t.arg({ type: 'DateTime', description: 'Planned publication.' }),
    },
    resolve: async (query, _root, args, { run, db }) => {
      const id = await run(planVideo, {
        matrixId: rowId('matrixId', 'Matrix', args.matrixId),
        elementIds: args.elementIds.map((given) => rowId('elementIds', 'Element', given)),
        kolId: optionalRowId('kolId', 'Kol', args.kolId),
        purpose: args.purpose,
        title: args.title,
        plannedFor: args.plannedFor ?? undefined,
      })
      return one(await db.query.video.findFirst(query({ where: { id } })))
    },
  }),
)

builder.mutationField('publishVideo', (t) =>
  t.drizzleField({
    type: Video,
    description:
      'Marks a planned video as published and puts it under watch. Saying it twice changes nothing. ' +
      'ConflictError: it is published as another item, or the item is taken.',
    errors: REFUSALS,
    args: {
      videoId: t.arg.globalID({ required: true, for: Video, description: 'The planned video.' }),
      itemId: t.arg.string({ required: true, description: 'Its number on Douyin, digits only.' }),
      publishedAt: t.arg({ type: 'DateTime', description: 'When it went out; left out: now.' }),
    },
    resolve: async (query, _root, args, { run, db, now }) => {
      const id = await run(publishVideo, {
        videoId: rowId('videoId', 'Video', args.videoId),
        itemId: args.itemId,
        publishedAt: args.publishedAt ?? now,
        source: 'qianchuan',
      })
      return one(await db.query.video.findFirst(query({ where: { id } })))
    },
  }),
)
