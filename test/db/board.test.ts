/** The board's statement against a naive computation over the same videos. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type BoardQuestion, loadBoard } from '../../db/queries/board.ts'
import { campaign, cell, element, matrix, matrixElement, phase, video, videoState } from '../../db/tables.ts'
import { createBrand } from '../../flow/brand.ts'
import { type Context, write } from '../../flow/context.ts'
import { type Board, buildBoard, type Figures } from '../../rules/board.ts'
import { ELEMENT_KINDS, type ElementKind, PURPOSES, type Purpose } from '../../rules/types.ts'
import { itemId } from '../support/content.ts'
import { NOW, testDatabase, unique } from '../support/database.ts'
import { statementsOf } from '../support/graphql.ts'

const t = testDatabase()

interface Seen {
  plays: number | null
  likes: number | null
  flagged: boolean
  spendFen: number | null
  gmvFen: number | null
}
interface DrawnVideo {
  cell: number
  phase: number | null
  purpose: Purpose
  /** null: planned; `looked` false: published, not seen yet. */
  out: ({ looked: boolean } & Seen) | null
}
interface Drawn {
  /** Elements of each axis; two matrices take the same ones. */
  sizes: number[]
  /** Matrix, and the place of an element on each axis; null: empty. */
  cells: { matrix: number; at: (number | null)[] }[]
  videos: DrawnVideo[]
}
type DrawnPhase = Pick<DrawnVideo, 'phase'>
interface Asked {
  rows: number
  columns: number
  /** Places kept on each axis; null: not filtered. */
  kept: (number[] | null)[]
  phase: number | null
  campaign: number | null
  purpose: Purpose | null
}

const MANY = 1_000_000
const maybe = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: null, freq: 3 })
const place = fc.nat(2)
const video$ = fc.record<DrawnVideo>({
  cell: fc.nat(99),
  phase: maybe(fc.nat(3)),
  purpose: fc.constantFrom(...PURPOSES),
  out: maybe(
    fc.record({
      looked: fc.boolean(),
      // Few values, so that medians and best videos meet ties.
      plays: maybe(fc.oneof(fc.nat(4), fc.nat(MANY), fc.constant(2 ** 50))),
      likes: maybe(fc.nat(MANY)),
      flagged: fc.boolean(),
      spendFen: maybe(fc.nat(3)),
      gmvFen: maybe(fc.nat(MANY)),
    }),
  ),
})
const drawn$ = fc.record<Drawn>({
  sizes: fc.array(fc.constantFrom(0, 1, 2, 3, 3), { minLength: 4, maxLength: 4 }),
  cells: fc.array(
    fc.record({
      matrix: fc.constantFrom(0, 0, 0, 1),
      at: fc.array(maybe(place), { minLength: 4, maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 12 },
  ),
  videos: fc.array(video$, { maxLength: 60, size: 'max' }),
})
/** Mostly absent, or little is left to count. */
const seldom = <T>(some: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: some })
const asked$ = fc.record<Asked>({
  rows: fc.nat(3),
  columns: fc.nat(2),
  kept: fc.array(seldom(fc.uniqueArray(place)), { minLength: 4, maxLength: 4 }),
  phase: seldom(fc.nat(3)),
  campaign: seldom(fc.nat(1)),
  purpose: seldom(fc.constantFrom(...PURPOSES)),
})

const KEYS = ['personaId', 'productId', 'sceneId', 'needId'] as const

/** One video as the naive computation sees it. */
interface Known extends Omit<DrawnVideo, 'cell'> {
  id: number
  matrix: number
  /** Element ids by axis; null: the axis is empty. */
  elements: (number | null)[]
}
interface Planted {
  matrixIds: number[]
  axes: number[][]
  /** Two of each of the two campaigns. */
  phaseIds: number[]
  campaignIds: number[]
  videos: Known[]
}

async function plant(ctx: Context, drawn: Drawn): Promise<Planted> {
  const brandId = await createBrand(ctx, { name: unique('brand') })
  const days = { startsOn: '2026-11-01', endsOn: '2026-11-11' }
  const createdAt = ctx.now
  return write(ctx, async (tx) => {
    const axes: number[][] = []
    for (const [axis, size] of drawn.sizes.entries()) {
      const kind = ELEMENT_KINDS[axis] as ElementKind
      const values = Array.from({ length: size }, () => ({ brandId, kind, name: unique(kind), createdAt }))
      const made = size === 0 ? [] : await tx.insert(element).values(values).returning({ id: element.id })
      axes.push(made.map(({ id }) => id))
    }
    const matrices = await tx
      .insert(matrix)
      .values([0, 1].map(() => ({ brandId, name: unique('matrix'), createdAt })))
      .returning({ id: matrix.id })
    const matrixIds = matrices.map(({ id }) => id)
    const chosen = matrixIds.flatMap((matrixId) => axes.flat().map((elementId) => ({ matrixId, elementId })))
    if (chosen.length > 0) await tx.insert(matrixElement).values(chosen)
    const campaigns = await tx
      .insert(campaign)
      .values(
        [0, 1].map(() => ({ brandId, name: unique('campaign'), level: 'S' as const, ...days, createdAt })),
      )
      .returning({ id: campaign.id })
    const campaignIds = campaigns.map(({ id }) => id)
    const phases = await tx
      .insert(phase)
      .values(
        campaignIds.flatMap((campaignId) =>
          (['WARM_UP', 'EVENT'] as const).map((kind) => ({ campaignId, kind, ...days })),
        ),
      )
      .returning({ id: phase.id })
    const phaseIds = phases.map(({ id }) => id)

    const elementsOf = ({ at }: Drawn['cells'][number]) =>
      at.map((index, axis) => (index === null ? null : (axes[axis]?.[index] ?? null)))
    const cells = new Map<string, { id: number; matrix: number; elements: (number | null)[] }>()
    for (const one of drawn.cells) {
      const elements = elementsOf(one)
      const key = `${one.matrix} ${elements}`
      if (cells.has(key)) continue
      const named = Object.fromEntries(KEYS.map((name, axis) => [name, elements[axis]]))
      const [made] = await tx
        .insert(cell)
        .values({ matrixId: matrixIds[one.matrix] as number, ...named })
        .returning({ id: cell.id })
      cells.set(key, { id: made?.id ?? 0, matrix: one.matrix, elements })
    }
    const homes = [...cells.values()]
    const videos = drawn.videos.map(({ cell: index, ...one }) => {
      const home = homes[index % homes.length] as (typeof homes)[number]
      return { ...one, cellId: home.id, id: 0, matrix: home.matrix, elements: home.elements }
    })
    const phaseOf = (one: DrawnPhase) => (one.phase === null ? null : (phaseIds[one.phase] as number))
    const values = videos.map(({ cellId, purpose, ...one }) => {
      const published = { stage: 'PUBLISHED' as const, publishedAt: NOW, itemId: itemId() }
      const stage = one.out ? published : { stage: 'PLANNED' as const }
      return { brandId, cellId, phaseId: phaseOf(one), purpose, title: 'x', createdAt, ...stage }
    })
    const made = values.length > 0 ? await tx.insert(video).values(values).returning({ id: video.id }) : []
    for (const [index, { id }] of made.entries()) Object.assign(videos[index] as Known, { id })
    const states = videos.flatMap(({ id, cellId, out, ...one }) =>
      out ? [{ videoId: id, cellId, phaseId: phaseOf(one), ...state(out) }] : [],
    )
    if (states.length > 0) await tx.insert(videoState).values(states)
    return { matrixIds, axes, phaseIds, campaignIds, videos }
  })
}

const rateOf = ({ plays, likes }: Seen) => (plays && likes !== null ? likes / plays : null)
function state({ looked, plays, likes, flagged, spendFen, gmvFen }: { looked: boolean } & Seen) {
  const money = { publishedAt: NOW, spendFen, gmvFen }
  if (!looked) return money
  const interactionRate = rateOf({ plays, likes, flagged, spendFen, gmvFen })
  return { ...money, observedAt: NOW, plays, likes, interactionRate, flaggedAt: flagged ? NOW : null }
}

function naive(videos: Known[]): Omit<Figures, 'best'> & { bestPlays: number | null } {
  const out = videos.flatMap((one) => (one.out ? [one.out] : []))
  const seen = out.filter(({ looked }) => looked)
  const total = (values: (number | null)[]) => values.reduce<number>((sum, value) => sum + (value ?? 0), 0)
  const known = (values: (number | null)[]) => values.filter((value): value is number => value !== null)
  const plays = known(seen.map((one) => one.plays)).sort((a, b) => a - b)
  const middle = [plays[(plays.length - 1) >> 1], plays[plays.length >> 1]] as number[]
  const rated = seen.filter((one) => rateOf(one) !== null)
  const ratedPlays = total(rated.map((one) => one.plays))
  const spend = known(out.map((one) => one.spendFen))
  const gmv = known(out.map((one) => one.gmvFen))
  const both = out.filter((one) => one.spendFen !== null && one.gmvFen !== null)
  const spent = total(both.map((one) => one.spendFen))
  const flagged = seen.filter((one) => one.flagged).length
  return {
    planned: videos.length - out.length,
    published: out.length,
    watched: seen.length,
    flagged,
    hitRate: seen.length > 0 ? flagged / seen.length : null,
    medianPlays: plays.length > 0 ? total(middle) / 2 : null,
    playsKnown: plays.length,
    interactionRate: rated.length > 0 ? total(rated.map((one) => one.likes)) / ratedPlays : null,
    interactionKnown: rated.length,
    spendFen: spend.length > 0 ? total(spend) : null,
    spendKnown: spend.length,
    gmvFen: gmv.length > 0 ? total(gmv) : null,
    gmvKnown: gmv.length,
    roi: spent > 0 ? total(both.map((one) => one.gmvFen)) / spent : null,
    roiKnown: both.length,
    bestPlays: plays.at(-1) ?? null,
  }
}

function expectFigures(videos: Known[], { best, interactionRate, roi, ...figures }: Figures) {
  const want = naive(videos)
  const near = (value: number | null) => (value === null ? null : expect.closeTo(value, 8))
  const { bestPlays, ...rest } = want
  expect({ ...figures, interactionRate, roi }).toEqual({
    ...rest,
    interactionRate: near(rest.interactionRate),
    roi: near(rest.roi),
  })
  expect(best?.plays ?? null).toBe(bestPlays)
  if (best) expect(videos.find(({ id }) => id === best.videoId)?.out?.plays).toBe(bestPlays)
}

function expectBoard(board: Board, planted: Planted, asked: Asked, columns: number): void {
  const counted = planted.videos.filter(
    (one) =>
      one.matrix === 0 &&
      asked.kept.every(
        (kept, axis) => !kept || keptIds(planted, kept, axis).includes(one.elements[axis] ?? -1),
      ) &&
      (asked.phase === null || one.phase === asked.phase) &&
      (asked.campaign === null || (one.phase !== null && one.phase >> 1 === asked.campaign)) &&
      (asked.purpose === null || one.purpose === asked.purpose),
  )
  const inLine = (axis: number, id: number | null | undefined) => (one: Known) => one.elements[axis] === id
  const axisIds = (axis: number) => {
    const kept = asked.kept[axis]
    const ids: (number | null)[] = kept
      ? (planted.axes[axis] ?? []).filter((id) => keptIds(planted, kept, axis).includes(id))
      : [...(planted.axes[axis] ?? [])]
    return counted.some(inLine(axis, null)) ? [...ids, null] : ids
  }
  expect(board.rows.map(({ id }) => id)).toEqual(axisIds(asked.rows))
  expect(board.columns.map(({ id }) => id)).toEqual(axisIds(columns))
  expectFigures(counted, board.total)
  for (const [row, { id }] of board.rows.entries()) {
    expectFigures(counted.filter(inLine(asked.rows, id)), board.rowTotals[row] as Figures)
  }
  for (const [column, { id }] of board.columns.entries()) {
    expectFigures(counted.filter(inLine(columns, id)), board.columnTotals[column] as Figures)
  }
  const gaps: object[] = []
  for (const [row, r] of board.rows.entries()) {
    for (const [column, c] of board.columns.entries()) {
      const here = counted.filter(inLine(asked.rows, r.id)).filter(inLine(columns, c.id))
      const found = board.cells.filter((one) => one.row === row && one.column === column)
      expect(found).toHaveLength(here.length > 0 ? 1 : 0)
      if (found[0]) expectFigures(here, found[0].figures)
      else if (r.id !== null && c.id !== null) gaps.push({ row, column, forbidden: false })
    }
  }
  expect(board.gaps).toEqual(gaps)
}

const keptIds = ({ axes }: Planted, kept: number[], axis: number) =>
  kept.flatMap((index) => axes[axis]?.[index] ?? [])

test('every figure of every cell, row, column and total, under any filter', async () => {
  await fc.assert(
    fc.asyncProperty(drawn$, fc.array(asked$, { minLength: 3, maxLength: 3 }), async (drawn, questions) => {
      const ctx = await t.tenant()
      const planted = await plant(ctx, drawn)
      for (const asked of questions) {
        // The other axis, whichever it is.
        const columns = (asked.rows + 1 + asked.columns) % 4
        const elementIds = Object.fromEntries(
          asked.kept.flatMap((kept, axis) =>
            kept ? [[ELEMENT_KINDS[axis] as ElementKind, keptIds(planted, kept, axis)]] : [],
          ),
        )
        const question: BoardQuestion = {
          matrixId: planted.matrixIds[0] as number,
          rows: ELEMENT_KINDS[asked.rows] as ElementKind,
          columns: ELEMENT_KINDS[columns] as ElementKind,
          elementIds,
          phaseId: asked.phase === null ? undefined : planted.phaseIds[asked.phase],
          campaignId: asked.campaign === null ? undefined : planted.campaignIds[asked.campaign],
          purpose: asked.purpose ?? undefined,
        }
        const parts = await write(ctx, (tx) => loadBoard(tx, question))
        expectBoard(buildBoard({ ...question, ...parts }), planted, asked, columns)
      }
    }),
    { numRuns: 30, seed: 4 },
  )
})

test('it is one statement, and another workspace sees nothing of it', async () => {
  const ctx = await t.tenant()
  const other = await t.tenant()
  const seen = { looked: true, plays: 5, likes: 1, flagged: true, spendFen: null, gmvFen: null }
  const drawn = {
    sizes: [1, 1, 1, 1],
    cells: [{ matrix: 0, at: [0, 0, 0, 0] }],
    videos: [{ cell: 0, phase: null, purpose: 'SEEDING' as const, out: seen }],
  }
  const { matrixIds } = await plant(ctx, drawn)
  const question = {
    matrixId: matrixIds[0] as number,
    rows: 'SCENE' as const,
    columns: 'NEED' as const,
    elementIds: {},
  }
  const sent = await statementsOf(t, async () => {
    const parts = await write(ctx, (tx) => loadBoard(tx, question))
    expect(parts.groups).toMatchObject([{ published: 1, flagged: 1 }])
  })
  expect(sent.filter((text) => text.includes('video_state'))).toHaveLength(1)
  expect(sent.filter((text) => !/^(begin|commit|select set_config)/i.test(text.trim()))).toHaveLength(1)
  const parts = await write(other, (tx) => loadBoard(tx, question))
  expect(parts).toEqual({ elements: [], pairs: [], groups: [] })
})
