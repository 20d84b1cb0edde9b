import { loadKolFacts } from '../db/queries/kol-facts.ts'
import {
  type ANOMALY_KINDS,
  type Anomaly,
  FACT_WINDOW,
  type KolFacts as Facts,
  FEWEST,
  FINISHED,
  JUMP_FROM,
  kolFacts,
  type Offer,
  SHARE_WINDOW,
  USUAL,
  WEEKLY_JUMP,
} from '../rules/kol-facts.ts'
import { TIERS } from '../rules/types.ts'
import { batched } from './batch.ts'
import { builder } from './builder.ts'
import { PriceBandEnum } from './price-band.ts'

/** Facts of all KOLs that a request shows, in one statement. */
export const loadFacts = batched(async (ids, { db, now }) => {
  const before = (ms: number) => new Date(now.getTime() - ms)
  const window = { finishedBefore: before(FINISHED), finished: FACT_WINDOW, since: before(SHARE_WINDOW) }
  const records = await loadKolFacts(db, ids, now, window)
  return new Map(records.map((record) => [record.kolId, kolFacts(record)]))
})

const ranges = (of: 'playsPerFollower' | 'interactionRate') =>
  TIERS.map((tier) => `${tier} ${USUAL[tier][of].join(' to ')}`).join(', ')
const AnomalyKindEnum = builder.enumType('KolAnomalyKind', {
  description: 'What is unusual. The ranges are of public data and lean to hits: a reason to ask, no proof.',
  values: {
    PLAYS_PER_FOLLOWER: {
      description: `Median plays at 7 days over followers. Usual: ${ranges('playsPerFollower')}.`,
    },
    INTERACTION_RATE: { description: `Median 互动率. Usual: ${ranges('interactionRate')}.` },
    FOLLOWER_JUMP: {
      description: `Change of followers within a week of the last 90 days, from ${JUMP_FROM} on. Usual: within ${WEEKLY_JUMP}.`,
    },
  } satisfies Record<(typeof ANOMALY_KINDS)[number], object>,
})

const KolAnomaly = builder.objectRef<Anomaly>('KolAnomaly').implement({
  description: 'A number outside of what is usual for a KOL of that tier.',
  fields: (t) => ({
    kind: t.expose('kind', { type: AnomalyKindEnum, description: 'What is unusual.' }),
    value: t.exposeFloat('value', { description: 'The number: a ratio, 0.05 is 5 %.' }),
    low: t.exposeFloat('low', { description: 'Lower end of the usual.' }),
    high: t.exposeFloat('high', { description: 'Upper end of the usual.' }),
    text: t.exposeString('text', { description: 'The same for people, in Chinese.' }),
  }),
})

const KolOffer = builder.objectRef<Offer>('KolOffer').implement({
  description: 'The latest 报价 for a length of video, and what it buys by our own numbers.',
  fields: (t) => ({
    band: t.expose('band', { type: PriceBandEnum, description: 'Length of the video.' }),
    priceFen: t.expose('priceFen', { type: 'BigInt', description: '分 per video.' }),
    observedAt: t.field({
      type: 'DateTime',
      description: 'Since when it is known.',
      resolve: ({ observedAt }) => new Date(observedAt),
    }),
    cpm: t.exposeFloat('cpm', {
      nullable: true,
      description: 'CPM: 分 per 1000 plays, priceFen / medianPlays7d x 1000; null: the median is null or 0.',
    }),
    cpe: t.exposeFloat('cpe', {
      nullable: true,
      description:
        'CPE: 分 per interaction, priceFen / (medianPlays7d x interactionRate); null: one of them is null or 0.',
    }),
  }),
})

const FEW = `null: fewer than ${FEWEST} of the videos have it, too few to say`
export const KolFacts = builder.objectRef<Facts>('KolFacts').implement({
  description:
    `What our own looks say of a KOL, from the latest ${FACT_WINDOW} of their videos in this workspace that are ` +
    'finished (published 7 days ago or earlier) and were looked at. Not what a list or 星图 promises.',
  fields: (t) => ({
    videos: t.exposeInt('videos', { description: 'How many videos that is.' }),
    medianPlays24h: t.exposeFloat('medianPlays24h', {
      nullable: true,
      description: `Median of their plays 24 h after publication; ${FEW}.`,
    }),
    medianPlays7d: t.exposeFloat('medianPlays7d', {
      nullable: true,
      description: `Median of their plays 7 days after publication; ${FEW}.`,
    }),
    interactionRate: t.exposeFloat('interactionRate', {
      nullable: true,
      description: `互动率, the median of their latest: (likes + comments + shares) / plays; ${FEW}.`,
    }),
    breakoutShare90d: t.exposeFloat('breakoutShare90d', {
      nullable: true,
      description:
        'Share of the videos published in the last 90 days, finished or not, that any rule ever flagged; ' +
        `null: fewer than ${FEWEST} were published.`,
    }),
    offers: t.expose('offers', {
      type: [KolOffer],
      description: 'One for each length that has a price, shortest first.',
    }),
    anomalies: t.expose('anomalies', {
      type: [KolAnomaly],
      description: 'What is outside of the usual; empty: nothing, or too little is known.',
    }),
  }),
})
