import { publishVideo } from '../flow/publish.ts'
import { PURPOSES } from '../rules/types.ts'
import { BreakoutConnection } from './breakout.ts'
import { builder, KEY } from './builder.ts'
import { ElementVersion } from './element-version.ts'
import { CHANGE } from './errors.ts'
import { one, optionalRowId, rowId } from './ids.ts'
import { latestFirst, Snapshot, SnapshotConnection } from './snapshot.ts'
import { TierEnum } from './tier.ts'
import { VideoState } from './video-state.ts'

export const PurposeEnum = builder.enumType('Purpose', {
  description: '种草 SEEDING, 带货 SELLING, 引流 TRAFFIC: what counts as success.',
  values: PURPOSES,
})
const VideoStageEnum = builder.enumType('VideoStage', {
  description: 'Where a video is in its life.',
  values: {
    PLANNED: { description: 'Not out yet; it has no numbers.' },
    PUBLISHED: { description: 'Out, and watched.' },
    ARCHIVED: { description: 'Put away.' },
  } as const,
})

const AXES = ['persona', 'product', 'scene', 'need'] as const
const CURRENT = { columns: { id: true, version: true } } as const
const VERSION =
  "The version of the cell's element it was made with; null: not published, or the axis is empty."
export const Video = builder.drizzleNode('video', {
  name: 'Video',
  description:
    '视频: planned, then published. Its cell, element versions and tier are frozen at publication.',
  id: { column: (video) => video.id },
  select: KEY,
  fields: (t) => ({
    title: t.exposeString('title', { description: 'Title.' }),
    stage: t.expose('stage', { type: VideoStageEnum, description: 'Planned, published or archived.' }),
    purpose: t.expose('purpose', { type: PurposeEnum, description: 'What it is for.' }),
    itemId: t.exposeString('itemId', {
      nullable: true,
      description: 'Its number on Douyin; null: not published.',
    }),
    plannedFor: t.expose('plannedFor', {
      type: 'DateTime',
      nullable: true,
      description: 'Planned publication; null: not said.',
    }),
    publishedAt: t.expose('publishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it went out; null: it did not.',
    }),
    tier: t.expose('tier', {
      type: TierEnum,
      nullable: true,
      description: "The KOL's tier at publication; null: not published, or not said.",
    }),
    personaVersion: t.exposeInt('personaVersion', { nullable: true, description: VERSION }),
    productVersion: t.exposeInt('productVersion', { nullable: true, description: VERSION }),
    sceneVersion: t.exposeInt('sceneVersion', { nullable: true, description: VERSION }),
    needVersion: t.exposeInt('needVersion', { nullable: true, description: VERSION }),
    hook: t.exposeString('hook', {
      nullable: true,
      description: '开头钩子: how the first seconds hold; null: not said.',
    }),
    format: t.exposeString('format', {
      nullable: true,
      description: '形式: 口播, 剧情, 测评 …; null: not said.',
    }),
    programme: t.relation('programme', { nullable: true, description: 'Its 栏目; null: none.' }),
    phase: t.relation('phase', {
      nullable: true,
      description: 'The 阶段 of a campaign that it counts for; null: none.',
    }),
    elements: t.field({
      type: [ElementVersion],
      description:
        'What its 要素 say, in the order 人 货 场 需 without empty axes: in the versions it was made with, or in the ' +
        'current ones while it is not published. Empty: imported, not planned in a matrix.',
      select: {
        columns: { personaVersion: true, productVersion: true, sceneVersion: true, needVersion: true },
        with: {
          cell: { columns: {}, with: { persona: CURRENT, product: CURRENT, scene: CURRENT, need: CURRENT } },
        },
      },
      // A key is enough: the rest is loaded with what is selected of it, for all videos at once.
      resolve: ({ cell, ...video }) =>
        AXES.flatMap((axis) => {
          const element = cell?.[axis]
          if (!element) return []
          const version = video[`${axis}Version`] ?? element.version
          return [{ elementId: element.id, version } as typeof ElementVersion.$inferType]
        }),
    }),
    brand: t.relation('brand', { description: 'Whose it is.' }),
    cell: t.relation('cell', {
      nullable: true,
      description: 'Its 格; null: imported, not planned in a matrix.',
    }),
    kol: t.relation('kol', { nullable: true, description: 'Who made it; null: not known.' }),
    collaboration: t.relation('collaboration', {
      nullable: true,
      description: 'The 合作 that it came of; null: of none.',
    }),
    state: t.relation('state', {
      type: VideoState,
      nullable: true,
      description: 'Latest numbers; null: not published.',
    }),
    snapshots: t.relatedConnection(
      'snapshots',
      {
        type: Snapshot,
        description: 'Every look, latest first.',
        query: latestFirst,
      },
      SnapshotConnection,
    ),
    breakouts: t.relatedConnection(
      'breakouts',
      {
        description: 'Episodes of this video, newest first; also those that never fired.',
        query: { orderBy: { id: 'desc' } },
      },
      BreakoutConnection,
    ),
  }),
})

export const VideoConnection = builder.connectionObject(
  { type: Video, name: 'VideoConnection', description: 'A page of videos.' },
  { name: 'VideoEdge', description: 'A video in a list.' },
)

builder.queryField('videos', (t) =>
  t.drizzleConnection(
    {
      type: 'video',
      description: 'Videos, newest first.',
      args: {
        brandId: t.arg.id({ description: 'Only of this brand.' }),
        kolId: t.arg.id({ description: 'Only of this KOL.' }),
        programmeId: t.arg.id({ description: 'Only of this 栏目.' }),
        phaseId: t.arg.id({ description: 'Only of this 阶段.' }),
        stage: t.arg({ type: VideoStageEnum, description: 'Only in this stage.' }),
        purpose: t.arg({ type: PurposeEnum, description: 'Only for this purpose.' }),
        noData: t.arg.boolean({ description: 'true: only those whose looks fail; false: only the others.' }),
      },
      resolve: (query, _root, { stage, purpose, noData, ...args }, { db }) => {
        const brandId = optionalRowId('brandId', 'Brand', args.brandId)
        const kolId = optionalRowId('kolId', 'Kol', args.kolId)
        const programmeId = optionalRowId('programmeId', 'Programme', args.programmeId)
        const phaseId = optionalRowId('phaseId', 'Phase', args.phaseId)
        const where = {
          ...(programmeId && { programmeId }),
          ...(phaseId && { phaseId }),
          ...(brandId && { brandId }),
          ...(kolId && { kolId }),
          ...(stage && { stage }),
          ...(purpose && { purpose }),
          ...(noData === true && FAILING),
          ...(noData === false && { NOT: FAILING }),
        }
        return db.query.video.findMany(query({ where, orderBy: { id: 'desc' } }))
      },
    },
    VideoConnection,
  ),
)
const FAILING = { state: { noDataSince: { isNotNull: true } } } as const

const PublishVideoInput = builder.inputType('PublishVideoInput', {
  description: 'The publication of a planned video.',
  fields: (t) => ({
    videoId: t.id({ required: true, description: 'The planned video.' }),
    itemId: t.string({ required: true, description: 'Its number on Douyin, digits only.' }),
    publishedAt: t.field({ type: 'DateTime', description: 'When it went out; left out: now.' }),
  }),
})
builder.mutationField('publishVideo', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Video,
    description:
      'Marks a planned video as published and puts it under watch. Saying it twice changes nothing. ' +
      'ConflictError: it is published as another item, or the item is taken.',
    args: { input: t.arg({ type: PublishVideoInput, required: true, description: 'The publication.' }) },
    resolve: async (query, _root, { input }, { run, db, now }) => {
      const id = await run(publishVideo, {
        videoId: rowId('videoId', 'Video', input.videoId),
        itemId: input.itemId,
        publishedAt: input.publishedAt ?? now,
      })
      return one(await db.query.video.findFirst(query({ where: { id } })))
    },
  }),
)
