/** What was known of a KOL and when: followers and 报价. Never changed. */
import { builder } from './builder.ts'
import { checkCursors } from './cursor.ts'
import { PriceBandEnum } from './price-band.ts'

const SOURCE = 'Who said so: `list`, `manual`, or `file` for observations.'

const KolSnapshot = builder.drizzleObject('kolSnapshot', {
  name: 'KolSnapshot',
  select: { columns: { kolId: true, observedAt: true, source: true } },
  description: 'Followers of a KOL as seen at an instant.',
  fields: (t) => ({
    observedAt: t.expose('observedAt', { type: 'DateTime', description: 'When they were seen.' }),
    recordedAt: t.expose('recordedAt', { type: 'DateTime', description: 'When we learned it.' }),
    source: t.exposeString('source', { description: SOURCE }),
    followers: t.expose('followers', { type: 'BigInt', description: '粉丝数.' }),
  }),
})

export const KolSnapshotConnection = builder.connectionObject(
  { type: KolSnapshot, name: 'KolSnapshotConnection', description: 'A page of follower counts.' },
  { name: 'KolSnapshotEdge', description: 'A follower count in a list.' },
)

const KolPrice = builder.drizzleObject('kolPrice', {
  name: 'KolPrice',
  select: { columns: { kolId: true, band: true, observedAt: true, source: true } },
  description: '报价 of a KOL as known from an instant on; the latest one of a band counts.',
  fields: (t) => ({
    band: t.expose('band', { type: PriceBandEnum, description: 'Length of the video.' }),
    priceFen: t.expose('priceFen', { type: 'BigInt', description: '分 per video.' }),
    observedAt: t.expose('observedAt', { type: 'DateTime', description: 'Since when it is known.' }),
    recordedAt: t.expose('recordedAt', { type: 'DateTime', description: 'When we learned it.' }),
    source: t.exposeString('source', { description: SOURCE }),
  }),
})

export const KolPriceConnection = builder.connectionObject(
  { type: KolPrice, name: 'KolPriceConnection', description: 'A page of prices.' },
  { name: 'KolPriceEdge', description: 'A price in a list.' },
)

type Page = Parameters<typeof checkCursors>[0]
/** What of the key is not in the order, kolId, stands at the end of a cursor. */
const REST = 1

export function followersLatestFirst(page: Page) {
  checkCursors(page, 2 + REST)
  return { orderBy: { observedAt: 'desc', source: 'asc' } } as const
}

export function pricesLatestFirst(page: Page) {
  checkCursors(page, 3 + REST)
  return { orderBy: { observedAt: 'desc', band: 'asc', source: 'asc' } } as const
}
