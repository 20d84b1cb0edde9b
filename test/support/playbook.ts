/** Collaborations on their way, and breakouts without looks: what the three-step playbook is tested on. */
import { eq } from 'drizzle-orm'
import { breakout, collaboration, kol, kolPrice, videoState } from '../../db/tables.ts'
import {
  agreeCollaboration,
  briefCollaboration,
  publishCollaboration,
  submitDraft,
} from '../../flow/collaboration.ts'
import { type Context, write } from '../../flow/context.ts'
import { type ProposeCollaboration, proposeCollaboration } from '../../flow/propose-collaboration.ts'
import { createRule } from '../../flow/rule.ts'
import { AGES } from '../../rules/curve.ts'
import { DAY, type PriceBand, type Tier } from '../../rules/types.ts'
import { type Content, itemId } from './content.ts'
import { unique } from './database.ts'

type On = Pick<Content, 'matrixId' | 'elementIds'>

/** A KOL as the pool knows one. */
export async function creator(
  ctx: Context,
  over: { tier?: Tier; vertical?: string | null; priceFen?: number; band?: PriceBand } = {},
): Promise<number> {
  const { tier = 'TAIL', vertical = '美妆', priceFen, band = 'FROM_21_TO_60S' } = over
  return write(ctx, async (tx) => {
    const values = { accountId: itemId(), name: unique('kol'), vertical, tier, createdAt: ctx.now }
    const [made] = await tx.insert(kol).values(values).returning({ id: kol.id })
    const kolId = made?.id ?? 0
    if (priceFen !== undefined) {
      const known = { observedAt: ctx.now, recordedAt: ctx.now, source: 'test' }
      await tx.insert(kolPrice).values({ kolId, band, priceFen, ...known })
    }
    return kolId
  })
}

export function proposed(
  ctx: Context,
  { matrixId, elementIds }: On,
  over: Partial<ProposeCollaboration> & { kolId: number },
): Promise<number> {
  return proposeCollaboration(ctx, { matrixId, elementIds: Object.values(elementIds), ...over })
}

/** A collaboration that waits for its video. */
export async function drafted(
  ctx: Context,
  on: On,
  over: Partial<ProposeCollaboration> & { kolId: number },
): Promise<number> {
  const collaborationId = await proposed(ctx, on, { priceFen: 0, ...over })
  await agreeCollaboration(ctx, { collaborationId })
  await briefCollaboration(ctx, { collaborationId })
  return submitDraft(ctx, { collaborationId })
}

/** The same with a video that is out. */
export async function shot(
  ctx: Context,
  on: On,
  over: Partial<ProposeCollaboration> & { kolId: number; publishedAt?: Date },
): Promise<{ collaborationId: number; videoId: number }> {
  const { publishedAt = ctx.now, ...terms } = over
  const collaborationId = await drafted(ctx, on, terms)
  const made = { purpose: 'SEEDING', title: unique('video'), itemId: itemId(), source: 'test' } as const
  await publishCollaboration(ctx, { collaborationId, publishedAt, ...made })
  const [row] = await write(ctx, (tx) =>
    tx.select().from(collaboration).where(eq(collaboration.id, collaborationId)),
  )
  return { collaborationId, videoId: row?.videoId ?? 0 }
}

/** A breakout of a video that fires now, or does not yet. */
export async function brokeOut(ctx: Context, videoId: number, fired = true): Promise<number> {
  const definition = { condition: { metric: 'plays', op: '>=', value: 1 } }
  const ruleId = await createRule(ctx, { name: unique('rule'), definition, enabled: false })
  const evidence = { observedAt: ctx.now.getTime(), condition: 'plays >= 1', readings: {} } as never
  const state = fired ? ('FIRING' as const) : ('PENDING' as const)
  const firingAt = fired ? ctx.now : null
  const [made] = await write(ctx, (tx) =>
    tx
      .insert(breakout)
      .values({ videoId, ruleId, ruleVersion: 1, state, pendingAt: ctx.now, firingAt, evidence })
      .returning({ id: breakout.id }),
  )
  return made?.id ?? 0
}

/** What became of a video; plays at 7 days make it a finished one. */
export async function result(
  ctx: Context,
  videoId: number,
  known: { plays?: number; week?: number; spendFen?: number; gmvFen?: number; interactionRate?: number },
): Promise<void> {
  const { week, ...state } = known
  const curve = AGES.map((age) => (age === 7 * DAY ? (week ?? null) : null))
  await write(ctx, (tx) =>
    tx
      .update(videoState)
      .set({ ...state, curve })
      .where(eq(videoState.videoId, videoId)),
  )
}
