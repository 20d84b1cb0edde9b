/** The board as known at an instant, against a naive computation over what was recorded by then. */
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { loadBoard } from '../../db/queries/board.ts'
import { loadBoardVideos } from '../../db/queries/board-as-of.ts'
import { breakout, cell, outcome, snapshot, video, videoState } from '../../db/tables.ts'
import { readBoardAsOf } from '../../flow/board.ts'
import { type Context, write } from '../../flow/context.ts'
import { createRule } from '../../flow/rule.ts'
import { buildBoard, type Figures } from '../../rules/board.ts'
import { HOUR } from '../../rules/types.ts'
import { content, itemId } from '../support/content.ts'
import { NOW, testDatabase, unique } from '../support/database.ts'

const t = testDatabase()
const MOST = 48
/** Hours before NOW. */
const at = (hours: number) => new Date(NOW.getTime() - hours * HOUR)

interface DrawnLook {
  /** Hours before NOW; recorded later than observed. */
  observed: number
  lag: number
  source: string
  plays: number | null
  likes: number | null
  saves: number | null
}
interface DrawnVideo {
  created: number
  /** null: planned. */
  published: number | null
  looks: DrawnLook[]
  fired: number | null
  spend: { recorded: number; fen: number } | null
}

const hours = fc.nat(MOST)
const count = fc.option(fc.nat(1000), { freq: 4 })
const look$ = fc.record<DrawnLook>({
  observed: hours,
  lag: fc.oneof(fc.constant(0), fc.nat(20)),
  source: fc.constantFrom('file', 'test'),
  plays: count,
  likes: count,
  saves: count,
})
const video$ = fc.record<DrawnVideo>({
  created: hours,
  published: fc.option(hours, { freq: 5 }),
  looks: fc.array(look$, { maxLength: 12, size: 'max' }),
  fired: fc.option(hours),
  spend: fc.option(fc.record({ recorded: hours, fen: fc.nat(500) })),
})

/** Looks as they lie in the table: of one source and instant the later recorded is a revision. */
function revised(looks: readonly DrawnLook[]) {
  const byKey = new Map<string, DrawnLook[]>()
  for (const one of looks) {
    const key = `${one.observed} ${one.source}`
    byKey.set(key, [...(byKey.get(key) ?? []), one])
  }
  return [...byKey.values()].flatMap((same) =>
    same.toSorted((a, b) => a.lag - b.lag).map((one, revision) => ({ ...one, revision })),
  )
}

async function plant(ctx: Context, drawn: readonly DrawnVideo[]) {
  const { matrixId, brandId, elementIds } = await content(ctx)
  const definition = { condition: { metric: 'plays', op: '>=', value: 1 } }
  const ruleId = await createRule(ctx, { name: unique('rule'), definition, enabled: false })
  return write(ctx, async (tx) => {
    await tx.execute(sql`select ensure_snapshot_partitions('2026-11-01Z', '2026-11-30Z')`)
    const axes = { personaId: elementIds.persona, productId: elementIds.product }
    const [home] = await tx
      .insert(cell)
      .values({ matrixId, ...axes })
      .returning({ id: cell.id })
    const cellId = home?.id as number
    for (const one of drawn) {
      const out = one.published !== null
      const publishedAt = out ? at(one.published as number) : null
      const stage = out ? ('PUBLISHED' as const) : ('PLANNED' as const)
      const item = out ? itemId() : null
      const common = { brandId, cellId, purpose: 'SEEDING' as const, title: 'x', createdAt: at(one.created) }
      const [made] = await tx
        .insert(video)
        .values({ ...common, stage, publishedAt, itemId: item })
        .returning({ id: video.id })
      const videoId = made?.id as number
      if (!out) continue
      const looks = revised(one.looks)
      await tx
        .insert(videoState)
        .values({ videoId, cellId, publishedAt: at(one.published as number), looks: looks.length })
      for (const { observed, lag, ...rest } of looks) {
        const when = { observedAt: at(observed), recordedAt: at(Math.max(0, observed - lag)) }
        await tx.insert(snapshot).values({ videoId, comments: 0, shares: 0, ...rest, ...when })
      }
      if (one.fired !== null) {
        const episode = { state: 'FIRING' as const, pendingAt: at(one.fired), firingAt: at(one.fired) }
        const evidence = { observedAt: '', condition: '', readings: {} }
        await tx.insert(breakout).values({ videoId, ruleId, ruleVersion: 1, evidence, ...episode })
      }
      if (one.spend) {
        const { fen: spendFen, recorded } = one.spend
        const period = { startsAt: at(MOST), endsAt: at(MOST - 24), grain: 'DAY' as const, day: '2026-11-09' }
        const of = { source: 'qianchuan', subject: 'VIDEO' as const, subjectId: item as string, runId: 0 }
        await tx.insert(outcome).values({ ...of, ...period, spendFen, recordedAt: at(recorded) })
      }
    }
    return matrixId
  })
}

function naive(drawn: readonly DrawnVideo[], hour: number): Partial<Figures> {
  const known = drawn.filter(({ created }) => created >= hour)
  const out = known.filter(({ published }) => published !== null && published >= hour)
  const latest = out.map(({ looks }) => {
    const seen = revised(looks).filter(
      ({ observed, lag }) => Math.max(0, observed - lag) >= hour && observed >= hour,
    )
    // Latest first; at one instant a file, for nobody declares what a test says, as last stated.
    return seen.toSorted(
      (a, b) =>
        a.observed - b.observed ||
        Number(b.source === 'file') - Number(a.source === 'file') ||
        b.revision - a.revision,
    )[0]
  })
  const seen = latest.filter((one) => one !== undefined)
  const plays = seen.flatMap((one) => one.plays ?? []).sort((a, b) => a - b)
  const rated = seen.filter((one) => one.plays && one.likes !== null)
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
  const ratedPlays = sum(rated.map((one) => one.plays as number))
  const middle = [plays[(plays.length - 1) >> 1], plays[plays.length >> 1]] as number[]
  const spend = out.flatMap(({ spend }) => (spend && spend.recorded >= hour ? spend.fen : []))
  return {
    planned: known.length - out.length,
    published: out.length,
    watched: seen.length,
    flagged: out.filter(({ fired }) => fired !== null && fired >= hour).length,
    medianPlays: plays.length > 0 ? sum(middle) / 2 : null,
    playsKnown: plays.length,
    interactionKnown: rated.length,
    interactionRate: ratedPlays > 0 ? sum(rated.map((one) => one.likes as number)) / ratedPlays : null,
    spendFen: spend.length > 0 ? sum(spend) : null,
    spendKnown: spend.length,
  }
}

test('every figure is of what was recorded by then, at any instant', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(video$, { maxLength: 8 }),
      fc.uniqueArray(hours, { minLength: 3, maxLength: 3 }),
      async (drawn, asked) => {
        const ctx = await t.tenant(at(MOST))
        const matrixId = await plant(ctx, drawn)
        for (const hour of asked) {
          const board = await write(ctx, async (tx) => {
            const asOf = await readBoardAsOf(tx, { matrixId, asOf: at(hour) })
            const axes = { rows: 'PERSONA', columns: 'PRODUCT' } as const
            const question = { matrixId, ...axes, elementIds: {}, asOf }
            return buildBoard({ ...question, ...(await loadBoard(tx, question)) })
          })
          const { interactionRate, ...rest } = naive(drawn, hour)
          expect(board.total).toMatchObject(rest)
          if (interactionRate === null) expect(board.total.interactionRate).toBeNull()
          else expect(board.total.interactionRate).toBeCloseTo(interactionRate as number, 9)
        }
      },
    ),
    { numRuns: 25, seed: 7, endOnFailure: true },
  )
})

test('of another workspace nothing is seen', async () => {
  const [one, other] = [await t.tenant(at(MOST)), await t.tenant(at(MOST))]
  const looks = [{ observed: 5, lag: 0, source: 'test', plays: 3, likes: 1, saves: null }]
  const matrixId = await plant(one, [{ created: 9, published: 8, looks, fired: null, spend: null }])
  const asked = (ctx: Context) => write(ctx, (tx) => loadBoardVideos(tx, matrixId, NOW))
  expect(await asked(one)).toEqual([{ videoId: expect.any(Number), dropped: false }])
  expect(await asked(other)).toEqual([])
})
