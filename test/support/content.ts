/** Factories for what a team plans; every key is unique. */
import { eq } from 'drizzle-orm'
import { subject } from '../../db/tables.ts'
import { connectAccount } from '../../flow/account.ts'
import { createBrand } from '../../flow/brand.ts'
import { type Context, write } from '../../flow/context.ts'
import { createElement } from '../../flow/element.ts'
import { storeSubjects } from '../../flow/explore.ts'
import { createKol } from '../../flow/kol.ts'
import { createMatrix } from '../../flow/matrix.ts'
import { planVideo } from '../../flow/plan.ts'
import { publishVideo } from '../../flow/publish.ts'
import { createSealer } from '../../flow/seal.ts'
import { DAY } from '../../rules/types.ts'
import { unique } from './database.ts'

let item = 7_400_000_000_000_000_000n
/** A 19-digit id beyond 2^53, as Douyin's are. */
export function itemId(): string {
  item += 1n + BigInt(process.pid) * 100_000n
  return String(item)
}

export interface Content {
  brandId: number
  matrixId: number
  elementIds: { persona: number; product: number; scene: number; need: number }
}

/** A brand with a matrix of one element per axis. */
export async function content(ctx: Context): Promise<Content> {
  const brandId = await createBrand(ctx, { name: unique('brand') })
  const make = (kind: 'PERSONA' | 'PRODUCT' | 'SCENE' | 'NEED') =>
    createElement(ctx, { brandId, kind, name: unique(kind), attributes: {} })
  const elementIds = {
    persona: await make('PERSONA'),
    product: await make('PRODUCT'),
    scene: await make('SCENE'),
    need: await make('NEED'),
  }
  const matrixId = await createMatrix(ctx, {
    brandId,
    name: unique('matrix'),
    elementIds: Object.values(elementIds),
  })
  return { brandId, matrixId, elementIds }
}

export function kol(ctx: Context, followers = 50_000): Promise<number> {
  return createKol(ctx, {
    accountId: itemId(),
    name: unique('kol'),
    vertical: '美妆',
    tier: 'TAIL',
    followers,
  })
}

export interface PublishedVideo {
  videoId: number
  itemId: string
}

/** An account from which the videos of these 抖音号 are seen. */
export async function seen(ctx: Context, source: string, kolAccountIds: string[]): Promise<void> {
  await connected(ctx, source, kolAccountIds)
}

/** A subject whose sales or reports can be read; its number. */
export async function ledger(ctx: Context, source: 'doudian' | 'qianchuan'): Promise<number> {
  const accountId = await connected(ctx, source, [])
  const [row] = await write(ctx, (tx) =>
    tx.select({ id: subject.id }).from(subject).where(eq(subject.accountId, accountId)),
  )
  return row?.id ?? 0
}

async function connected(ctx: Context, source: string, kolAccountIds: string[]): Promise<number> {
  const grant = {
    accessToken: 'access',
    refreshToken: 'refresh',
    accessExpiresAt: ctx.now.getTime() + DAY,
    refreshExpiresAt: ctx.now.getTime() + 30 * DAY,
  }
  const sealer = createSealer([{ id: 'test', key: Buffer.alloc(32) }])
  const authorised = { platform: 'test', externalId: unique('account'), name: 'test', grant }
  const accountId = await connectAccount(ctx, { sealer }, authorised)
  const seen = { source, externalId: unique('subject'), name: 'test', kolAccountIds }
  await write(ctx, (tx) => storeSubjects(tx, ctx.now, accountId, { subjects: [seen], complete: true }))
  return accountId
}

export function planned(
  ctx: Context,
  { matrixId, elementIds }: Content,
  { kolId }: { kolId?: number | undefined } = {},
): Promise<number> {
  return planVideo(ctx, {
    matrixId,
    elementIds: Object.values(elementIds),
    kolId,
    purpose: 'SEEDING',
    title: unique('video'),
  })
}

/** A video that is planned and published at once, due for its first look now. */
export async function published(
  ctx: Context,
  matrix: Content,
  over: { kolId?: number; publishedAt?: Date; source?: string; itemId?: string } = {},
): Promise<PublishedVideo> {
  const videoId = await planned(ctx, matrix, over)
  const id = over.itemId ?? itemId()
  const publishedAt = over.publishedAt ?? ctx.now
  await publishVideo(ctx, { videoId, itemId: id, publishedAt, source: over.source ?? 'test' })
  return { videoId, itemId: id }
}
