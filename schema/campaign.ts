import { archiveCampaign, createCampaign, reviseCampaign } from '../flow/campaign.ts'
import { LEVEL_NAMES } from '../rules/campaign.ts'
import { CAMPAIGN_LEVELS } from '../rules/types.ts'
import { builder, KEY } from './builder.ts'
import { CHANGE } from './errors.ts'
import { one, optionalRowId, rowId } from './ids.ts'
import { Phase, PhaseInput, phasePlan } from './phase.ts'

export const CampaignLevelEnum = builder.enumType('CampaignLevel', {
  description: 'How the trade grades a marketing period.',
  values: Object.fromEntries(
    CAMPAIGN_LEVELS.map((level) => [level, { description: LEVEL_NAMES[level] }]),
  ) as Record<(typeof CAMPAIGN_LEVELS)[number], object>,
})

export const Campaign = builder.drizzleNode('campaign', {
  name: 'Campaign',
  description: '大促: a marketing period of a brand with up to four phases.',
  id: { column: (campaign) => campaign.id },
  select: KEY,
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name, unique in the brand.' }),
    level: t.expose('level', { type: CampaignLevelEnum, description: 'Its grade.' }),
    startsOn: t.expose('startsOn', { type: 'Date', description: 'First day.' }),
    endsOn: t.expose('endsOn', { type: 'Date', description: 'Last day.' }),
    archivedAt: t.expose('archivedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was put away; null: it is in use.',
    }),
    brand: t.relation('brand', { description: 'Whose it is.' }),
    phases: t.relation('phases', {
      type: Phase,
      description: 'Its 阶段 by their days.',
      query: { orderBy: { startsOn: 'asc', id: 'asc' } },
    }),
  }),
})

export const CampaignConnection = builder.connectionObject(
  { type: Campaign, name: 'CampaignConnection', description: 'A page of campaigns.' },
  { name: 'CampaignEdge', description: 'A campaign in a list.' },
)

interface CampaignFilter {
  from?: string | null | undefined
  to?: string | null | undefined
  level?: (typeof CAMPAIGN_LEVELS)[number] | null | undefined
  archived?: boolean | null | undefined
}
/** The query of every list of campaigns. */
export function campaignsWhere({ from, to, level, archived }: CampaignFilter) {
  const where = {
    ...(from != null && { endsOn: { gte: from } }),
    ...(to != null && { startsOn: { lte: to } }),
    ...(level && { level }),
    ...(!archived && { archivedAt: { isNull: true as const } }),
  }
  return { where, orderBy: { startsOn: 'desc', id: 'desc' } } as const
}

builder.queryField('campaigns', (t) =>
  t.drizzleConnection(
    {
      type: 'campaign',
      description:
        'Campaigns, the one that begins last first. The same day as from and to: those that run on it.',
      args: {
        brandId: t.arg.id({ description: 'Only of this brand.' }),
        from: t.arg({ type: 'Date', description: 'Only those that run on this day or later.' }),
        to: t.arg({ type: 'Date', description: 'Only those that run on this day or earlier.' }),
        level: t.arg({ type: CampaignLevelEnum, description: 'Only of this level.' }),
        archived: t.arg.boolean({ description: 'true: also those that were put away.' }),
      },
      resolve: (query, _root, args, { db }) => {
        const brandId = optionalRowId('brandId', 'Brand', args.brandId)
        const { where, orderBy } = campaignsWhere(args)
        return db.query.campaign.findMany(
          query({ where: { ...where, ...(brandId && { brandId }) }, orderBy }),
        )
      },
    },
    CampaignConnection,
  ),
)

const PHASES = 'At most one of each kind, in their order, not overlapping, within the days of the campaign.'
const PROBLEMS = 'InvalidInputError tells all problems and names the first field, e.g. phases.1.endsOn.'

const CreateCampaignInput = builder.inputType('CreateCampaignInput', {
  description: 'A campaign to plan.',
  fields: (t) => ({
    brandId: t.id({ required: true, description: 'Whose it is.' }),
    name: t.string({ required: true, description: 'Up to 200 characters, unique in the brand.' }),
    level: t.field({ type: CampaignLevelEnum, required: true, description: 'Its grade.' }),
    startsOn: t.field({ type: 'Date', description: 'First day; left out: of the occasion.' }),
    endsOn: t.field({ type: 'Date', description: 'Last day; left out: of the occasion.' }),
    occasionId: t.id({ description: 'Gives days that are left out, once: it is not followed.' }),
    phases: t.field({ type: [PhaseInput], required: true, defaultValue: [], description: PHASES }),
  }),
})
builder.mutationField('createCampaign', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Campaign,
    description: `Plans a campaign. ${PROBLEMS} ConflictError: the name is taken.`,
    args: { input: t.arg({ type: CreateCampaignInput, required: true, description: 'The campaign.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const id = await run(createCampaign, {
        brandId: rowId('brandId', 'Brand', input.brandId),
        name: input.name,
        level: input.level,
        startsOn: input.startsOn ?? undefined,
        endsOn: input.endsOn ?? undefined,
        occasionId: optionalRowId('occasionId', 'Occasion', input.occasionId),
        phases: input.phases.map(phasePlan),
      })
      return one(await db.query.campaign.findFirst(query({ where: { id } })))
    },
  }),
)

const ReviseCampaignInput = builder.inputType('ReviseCampaignInput', {
  description: 'What is to change of a campaign; what is left out stays.',
  fields: (t) => ({
    campaignId: t.id({ required: true, description: 'The campaign.' }),
    name: t.string({ description: 'Up to 200 characters, unique in the brand.' }),
    level: t.field({ type: CampaignLevelEnum, description: 'Its grade.' }),
    startsOn: t.field({ type: 'Date', description: 'First day.' }),
    endsOn: t.field({ type: 'Date', description: 'Last day.' }),
    phases: t.field({ type: [PhaseInput], description: `All phases, those it has included. ${PHASES}` }),
  }),
})
builder.mutationField('reviseCampaign', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Campaign,
    description:
      `Changes a campaign; videos stay in the phase they are assigned to. ${PROBLEMS} ` +
      'ConflictError: the name is taken, or it is archived.',
    args: { input: t.arg({ type: ReviseCampaignInput, required: true, description: 'The change.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const id = await run(reviseCampaign, {
        campaignId: rowId('campaignId', 'Campaign', input.campaignId),
        name: input.name ?? undefined,
        level: input.level ?? undefined,
        startsOn: input.startsOn ?? undefined,
        endsOn: input.endsOn ?? undefined,
        phases: input.phases?.map(phasePlan),
      })
      return one(await db.query.campaign.findFirst(query({ where: { id } })))
    },
  }),
)

const ArchiveCampaignInput = builder.inputType('ArchiveCampaignInput', {
  description: 'A campaign to put away.',
  fields: (t) => ({ campaignId: t.id({ required: true, description: 'The campaign.' }) }),
})
builder.mutationField('archiveCampaign', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Campaign,
    description: 'Takes a campaign out of the lists; its videos keep their phase. Twice changes nothing.',
    args: { input: t.arg({ type: ArchiveCampaignInput, required: true, description: 'Which.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const id = await run(archiveCampaign, { campaignId: rowId('campaignId', 'Campaign', input.campaignId) })
      return one(await db.query.campaign.findFirst(query({ where: { id } })))
    },
  }),
)
