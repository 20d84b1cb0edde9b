/** 合作: proposed, then taken step by step through the machine of rules/collaboration.ts. */
import { and, eq, sql } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import { cell, collaboration, video } from '../db/tables.ts'
import { advance, type CollaborationAction } from '../rules/collaboration.ts'
import type { Purpose } from '../rules/types.ts'
import { briefOf } from './brief.ts'
import { type Context, write } from './context.ts'
import { ConflictError, conflictOn, found, InvalidInputError, text } from './errors.ts'
import { planVideo } from './plan.ts'
import { checkTerms, type Terms } from './propose-collaboration.ts'
import { publishVideo } from './publish.ts'

type Row = typeof collaboration.$inferSelect
type Change = { [Key in keyof Row]?: Row[Key] | undefined }

export interface Act {
  collaborationId: number
  /** For the record, up to 1,000 characters. */
  note?: string | undefined
}
interface Effect {
  /** What the input says of the row; saying it again must say the same. */
  said?: Change
  /** What else follows where the action is taken and not said again. */
  follow?: (tx: Tx, row: Row) => Promise<Change>
  /** Refuses an action that is said again with something else. */
  again?: (tx: Tx, row: Row) => Promise<void>
}

/**
 * Takes one step and records it. The row is held from the look at its state on, so that of two who take the same step
 * at once the second one finds it taken: it changes nothing, or is a ConflictError where it says something else.
 */
async function act(
  ctx: Context,
  action: CollaborationAction,
  input: Act,
  { said = {}, follow, again }: Effect = {},
): Promise<number> {
  const note = input.note === undefined ? null : text('note', input.note, 1000)
  return write(ctx, async (tx) => {
    const [held] = await tx
      .select()
      .from(collaboration)
      .where(eq(collaboration.id, input.collaborationId))
      .for('update')
    const row = found(held, 'collaboration')
    const next = advance(row.state, action)
    if (next.kind === 'REFUSED') throw new ConflictError(next.why)
    if (next.kind === 'AGAIN') {
      const other = Object.entries(said).find(
        ([key, value]) => value !== undefined && value !== row[key as keyof Row],
      )
      if (other) throw new ConflictError(`It is already ${row.state}, with another ${other[0]}.`)
      await again?.(tx, row)
      return row.id
    }
    const followed = await follow?.(tx, { ...row, ...defined(said) })
    const { state } = next
    await tx
      .update(collaboration)
      .set({ ...said, ...followed, state })
      .where(and(eq(collaboration.id, row.id), eq(collaboration.state, row.state)))
    await recordStep(tx, ctx.now, row.id, state, note)
    return row.id
  })
}

const defined = (change: Change) =>
  Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))

/** The row of the collaboration is held: nobody else counts at the same time. */
function recordStep(tx: Tx, now: Date, collaborationId: number, state: Row['state'], note: string | null) {
  return tx.execute(sql`
    insert into collaboration_step (collaboration_id, seq, state, note, created_at)
    select ${collaborationId}::bigint, count(*) + 1, ${state}::text, ${note}::text, ${now.toISOString()}::timestamptz
    from collaboration_step where collaboration_id = ${collaborationId}::bigint`)
}

/** PROPOSED -> AGREED: the price is agreed, now or as it was proposed; 0 is 置换. */
export async function agreeCollaboration(ctx: Context, input: Act & Terms): Promise<number> {
  const said = checkTerms(input)
  const follow = async (_tx: Tx, { priceFen }: Row) => {
    if (priceFen !== null) return {}
    throw new InvalidInputError(
      'priceFen',
      'to agree needs a price in 分; 0 says that goods are given (置换)',
    )
  }
  return act(ctx, 'AGREE', input, { said, follow })
}

/** AGREED -> BRIEFED: renders the brief and keeps it as it is sent. */
export function briefCollaboration(ctx: Context, input: Act): Promise<number> {
  return act(ctx, 'BRIEF', input, { follow: async (tx, { id }) => ({ brief: await briefOf(tx, id) }) })
}

/** BRIEFED -> DRAFT: the KOL sent a draft; without a link it came another way. */
export async function submitDraft(
  ctx: Context,
  input: Act & { draftLink?: string | undefined },
): Promise<number> {
  const draftLink = input.draftLink === undefined ? null : address('draftLink', input.draftLink)
  return act(ctx, 'SUBMIT_DRAFT', input, { said: { draftLink } })
}

/** DRAFT -> BRIEFED: the draft is to be revised; the note says how. */
export function refuseDraft(ctx: Context, input: Act & { note: string }): Promise<number> {
  return act(ctx, 'REFUSE_DRAFT', input)
}

/** PUBLISHED -> SETTLED: paid. A price here replaces the agreed one: what was paid in the end, 分. */
export async function settleCollaboration(
  ctx: Context,
  input: Act & { priceFen?: number | undefined },
): Promise<number> {
  const { priceFen } = checkTerms({ priceFen: input.priceFen })
  return act(ctx, 'SETTLE', input, { said: { priceFen } })
}

/** Ends it before it is settled. A video that is out stays linked; nothing is paid for it. */
export function dropCollaboration(ctx: Context, input: Act): Promise<number> {
  return act(ctx, 'DROP', input)
}

export interface PublishCollaboration extends Act {
  /** A video of the same KOL in the same cell; left out: one is planned, which needs a purpose and a title. */
  videoId?: number | undefined
  purpose?: Purpose | undefined
  title?: string | undefined
  /** Its number on Douyin; left out: the video is published already. */
  itemId?: string | undefined
  /** Left out: now. */
  publishedAt?: Date | undefined
  /** As in publishVideo. */
  source?: string | undefined
}

/** DRAFT -> PUBLISHED: links the video that came of it, after planning and publishing it where it is not. */
export function publishCollaboration(ctx: Context, input: PublishCollaboration): Promise<number> {
  const { videoId, itemId } = input
  return act(ctx, 'PUBLISH', input, {
    said: { videoId },
    follow: (tx, row) => publishFor(ctx, tx, row, input),
    async again(tx, row) {
      const [linked] = await tx
        .select()
        .from(video)
        .where(eq(video.id, row.videoId ?? 0))
      if (itemId === undefined || linked?.itemId === itemId) return
      throw new ConflictError(`It is already PUBLISHED as ${linked?.itemId}.`)
    },
  }).catch(conflictOn('collaboration_video', 'The video came of another collaboration.'))
}

async function publishFor(ctx: Context, tx: Tx, row: Row, input: PublishCollaboration): Promise<Change> {
  // The verbs run as a part of this transaction: a video is not planned without its link.
  const within: Context = { ...ctx, db: tx as unknown as Context['db'] }
  const videoId = input.videoId ?? (await planFor(within, tx, row, input))
  if (input.itemId !== undefined) {
    const { itemId, publishedAt = ctx.now, source } = input
    await publishVideo(within, { videoId, itemId, publishedAt, ...(source !== undefined && { source }) })
  }
  const [made] = await tx.select().from(video).where(eq(video.id, videoId))
  const { kolId, cellId, stage, publishedAt } = found(made, 'video')
  if (kolId !== row.kolId || cellId !== row.cellId) {
    throw new InvalidInputError('videoId', 'the video is of another KOL or another cell')
  }
  if (stage === 'PLANNED')
    throw new InvalidInputError('itemId', 'the video is not out: itemId says as what it is')
  if (stage !== 'PUBLISHED') throw new ConflictError(`The video is ${stage.toLowerCase()}.`)
  await checkAfterOrigin(tx, row, publishedAt)
  return { videoId }
}

function planFor(within: Context, tx: Tx, row: Row, { title, purpose, itemId }: PublishCollaboration) {
  if (itemId === undefined)
    throw new InvalidInputError('videoId', 'name the video, or the itemId of a new one')
  if (purpose === undefined)
    throw new InvalidInputError('purpose', 'a video that is planned here needs a purpose')
  if (title === undefined) throw new InvalidInputError('title', 'a video that is planned here needs a title')
  return tx
    .select()
    .from(cell)
    .where(eq(cell.id, row.cellId))
    .then(([place]) => {
      const { matrixId, personaId, productId, sceneId, needId } = found(place, 'cell')
      const elementIds = [personaId, productId, sceneId, needId].filter((id) => id !== null)
      const { kolId, phaseId } = row
      return planVideo(within, { matrixId, elementIds, kolId, phaseId, purpose, title })
    })
}

/** What repeats a video comes after it: so lineage cannot run in a circle, however links are made at the same time. */
async function checkAfterOrigin(tx: Tx, row: Row, publishedAt: Date | null): Promise<void> {
  if (row.originBreakoutId === null) return
  const [origin] = await tx
    .select({ publishedAt: video.publishedAt })
    .from(video)
    .where(sql`${video.id} = (select b.video_id from breakout b where b.id = ${row.originBreakoutId})`)
  if (origin?.publishedAt && publishedAt && publishedAt > origin.publishedAt) return
  throw new ConflictError('The video was published before the one that it repeats.')
}

function address(field: string, given: string): string {
  const link = text(field, given, 2000)
  if (/^https?:\/\/\S+$/i.test(link)) return link
  throw new InvalidInputError(field, `${field} must be an address that begins with http:// or https://`)
}
