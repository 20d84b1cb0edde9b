/** Changes of KOLs by hand. */
import { archiveKol, createKol, reviseKol, setKolPrice } from '../flow/kol.ts'
import { builder } from './builder.ts'
import { CHANGE } from './errors.ts'
import { one, rowId } from './ids.ts'
import { Kol } from './kol.ts'
import { PriceBandEnum } from './price-band.ts'
import { TierEnum } from './tier.ts'

const CreateKolInput = builder.inputType('CreateKolInput', {
  description: 'A KOL to add.',
  fields: (t) => ({
    accountId: t.string({
      description: "The platform's number of the account, up to 64 characters; left out: not known yet.",
    }),
    name: t.string({ required: true, description: 'Up to 200 characters.' }),
    showId: t.string({ description: '抖音号.' }),
    vertical: t.string({ description: '垂类.' }),
    city: t.string({ description: '城市.' }),
    mcn: t.string({ description: 'Who represents them.' }),
    tier: t.field({
      type: TierEnum,
      description: 'Overrides the 层级 that followers and policy give; left out: no override.',
    }),
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
      const id = await run(createKol, {
        accountId: input.accountId ?? undefined,
        name: input.name,
        showId: input.showId ?? undefined,
        vertical: input.vertical ?? undefined,
        city: input.city ?? undefined,
        mcn: input.mcn ?? undefined,
        tier: input.tier ?? undefined,
        followers: input.followers ?? undefined,
      })
      return one(await db.query.kol.findFirst(query({ where: { id } })))
    },
  }),
)

const ReviseKolInput = builder.inputType('ReviseKolInput', {
  description: 'What is to change; what is left out stays, and null clears it where that is said.',
  fields: (t) => ({
    kolId: t.id({ required: true, description: 'The KOL.' }),
    accountId: t.string({ description: "The platform's number, to fill in or correct; cannot be cleared." }),
    name: t.string({ description: 'Up to 200 characters; cannot be cleared.' }),
    showId: t.string({ description: '抖音号; null clears it.' }),
    vertical: t.string({ description: '垂类; null clears it.' }),
    city: t.string({ description: '城市; null clears it.' }),
    mcn: t.string({ description: 'Who represents them; null clears it.' }),
    tier: t.field({
      type: TierEnum,
      description: 'Overrides the 层级; null clears the override: it is again by followers and policy.',
    }),
    followers: t.field({ type: 'BigInt', description: 'Followers now; becomes part of the history.' }),
  }),
})
builder.mutationField('reviseKol', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Kol,
    description: 'Changes a KOL. ConflictError: another KOL has the account.',
    args: { input: t.arg({ type: ReviseKolInput, required: true, description: 'The changes.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const { showId, vertical, city, mcn, tier } = input
      const id = await run(reviseKol, {
        kolId: rowId('kolId', 'Kol', input.kolId),
        accountId: input.accountId ?? undefined,
        name: input.name ?? undefined,
        followers: input.followers ?? undefined,
        ...{ showId, vertical, city, mcn, tier },
      })
      return one(await db.query.kol.findFirst(query({ where: { id } })))
    },
  }),
)

const ArchiveKolInput = builder.inputType('ArchiveKolInput', {
  description: 'A KOL to put away or to take back.',
  fields: (t) => ({
    kolId: t.id({ required: true, description: 'The KOL.' }),
    archived: t.boolean({ defaultValue: true, description: 'false takes it back.' }),
  }),
})
builder.mutationField('archiveKol', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Kol,
    description: 'Puts a KOL away; its videos and history stay. Saying it twice changes nothing.',
    args: { input: t.arg({ type: ArchiveKolInput, required: true, description: 'The KOL.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const kolId = rowId('kolId', 'Kol', input.kolId)
      const id = await run(archiveKol, { kolId, archived: input.archived ?? true })
      return one(await db.query.kol.findFirst(query({ where: { id } })))
    },
  }),
)

const SetKolPriceInput = builder.inputType('SetKolPriceInput', {
  description: 'A 报价 to add to the history.',
  fields: (t) => ({
    kolId: t.id({ required: true, description: 'The KOL.' }),
    band: t.field({ type: PriceBandEnum, required: true, description: 'Length of the video.' }),
    priceFen: t.field({ type: 'BigInt', required: true, description: '分 per video, 0 or more.' }),
    observedAt: t.field({ type: 'DateTime', description: 'Since when it is known; left out: now.' }),
  }),
})
builder.mutationField('setKolPrice', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Kol,
    description:
      'Adds a price; the latest of a band counts. Saying it twice changes nothing. ' +
      'ConflictError: another price is there for that instant.',
    args: { input: t.arg({ type: SetKolPriceInput, required: true, description: 'The price.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const id = await run(setKolPrice, {
        kolId: rowId('kolId', 'Kol', input.kolId),
        band: input.band,
        priceFen: input.priceFen,
        observedAt: input.observedAt ?? undefined,
      })
      return one(await db.query.kol.findFirst(query({ where: { id } })))
    },
  }),
)
