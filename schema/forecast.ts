/** What becomes of a video, as foreseen at its latest look. */
import { foreseeVideos, type VideoForecast } from '../flow/foresee.ts'
import type { REFERENCES } from '../rules/reference.ts'
import { batched } from './batch.ts'
import { builder } from './builder.ts'
import { Video } from './video.ts'

const ReferenceEnum = builder.enumType('ReferenceClass', {
  description: 'With which earlier videos a video is compared, from narrow to wide.',
  values: {
    KOL: { description: "The KOL's own, shrunk to its tier where few are finished." },
    CELL: { description: 'Those of its cell.' },
    VERTICAL: { description: 'Those of KOLs of its 垂类.' },
    TIER: { description: 'Those of its 层级.' },
    WORKSPACE: { description: 'All of the workspace.' },
  } satisfies Record<(typeof REFERENCES)[number], object>,
})

const ForecastWhy = builder.objectRef<VideoForecast['why']>('ForecastWhy').implement({
  description: 'A forecast in one sentence with its numbers, rounded.',
  fields: (t) => ({
    zh: t.exposeString('zh', { description: 'In Chinese.' }),
    en: t.exposeString('en', { description: 'In English.' }),
  }),
})

const Forecast = builder.objectRef<VideoForecast>('Forecast').implement({
  description:
    '预测 of natural plays as of the latest look, learned every day from the finished videos of the workspace; plays that ' +
    'were bought never raise it. These are the numbers that rules read (breakoutProbability, breakoutPromise, expectedPlays).',
  fields: (t) => ({
    observedAt: t.expose('observedAt', { type: 'DateTime', description: 'The look that it was made at.' }),
    probability: t.exposeFloat('probability', {
      description: '爆款概率: that it ends in the top 5 % of its class, 0 to 1.',
    }),
    promise: t.exposeFloat('promise', {
      description:
        '爆款前景: probability x the share of its plays that is still to come if it does: what acting now is worth, 0 to 1.',
    }),
    plays24h: t.expose('plays24h', {
      type: 'BigInt',
      nullable: true,
      description:
        'Plays at an age of 24 h: expected, or as seen once that is behind; null: nobody looked then, or there were ads.',
    }),
    plays7d: t.expose('plays7d', {
      type: 'BigInt',
      nullable: true,
      description: 'The same at 7 days; null: nobody looked then, or there were ads.',
    }),
    final: t.expose('final', { type: 'BigInt', description: 'Expected plays in the end.' }),
    low: t.expose('low', { type: 'BigInt', description: '1 in 10 videos like this ended below.' }),
    high: t.expose('high', { type: 'BigInt', description: '1 in 10 ended above.' }),
    cutoff: t.expose('cutoff', {
      type: 'BigInt',
      description: 'Plays from which on it is in the top 5 % of its class, as the class stands.',
    }),
    reference: t.expose('reference', {
      type: ReferenceEnum,
      description: 'The narrowest class of which anything is known.',
    }),
    referenceVideos: t.exposeInt('referenceVideos', {
      description: 'Finished videos of that class; 0: none yet.',
    }),
    learnedFrom: t.exposeInt('learnedFrom', {
      description:
        'Finished videos that the forecast was learned from; 0: too few yet, it is the shipped one.',
    }),
    why: t.expose('why', { type: ForecastWhy, description: 'All that in one sentence.' }),
  }),
})

const forecastOf = batched((ids, { db }) => foreseeVideos(db, ids))

builder.drizzleObjectField(Video, 'forecast', (t) =>
  t.field({
    type: Forecast,
    nullable: true,
    description:
      'What becomes of it; null: it was never looked at, or its plays are not known. At ages that no finished video was ' +
      'seen at the shipped priors hold, and why says so.',
    select: { columns: { id: true } },
    resolve: ({ id }, _args, context) => forecastOf(id, context).then((found) => found ?? null),
  }),
)
