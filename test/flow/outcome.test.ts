import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { importRun, outcome } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { importOutcomes, type OutcomeImport } from '../../flow/import-outcome.ts'
import type { OutcomeLine, OutcomeRow } from '../../platforms/exports/row.ts'
import { DAY } from '../../rules/types.ts'
import { NOW, testDatabase, unique } from '../support/database.ts'

const t = testDatabase()

function row(over: Partial<OutcomeRow> = {}): OutcomeRow {
  const startsAt = Date.parse('2026-11-09T16:00:00Z')
  return {
    subjectId: '7411111111111111123',
    scopeId: '',
    startsAt,
    endsAt: startsAt + DAY,
    day: '2026-11-10',
    grain: 'DAY',
    counts: { spend: 100, gmv: 200, plays: null },
    extra: { roi: 2 },
    labels: { name: '好物' },
    quality: 'agrees',
    ...over,
  }
}
const lines = (given: OutcomeRow[], from = 2): OutcomeLine[] =>
  given.map((one, index) => ({ ok: true, line: from + index, row: one }))

async function run(ctx: Context, pieces: OutcomeLine[][], over: Partial<OutcomeImport> = {}) {
  const refused: [number, string][] = []
  async function* items() {
    yield* pieces
  }
  const result = await importOutcomes(ctx, {
    file: 'test.csv',
    fingerprint: unique('print'),
    kind: 'material',
    subject: 'MATERIAL',
    fields: ['spend', 'gmv', 'plays'],
    items: items(),
    skipped: () => 1,
    dryRun: false,
    onRefused: ({ line, reason }) => refused.push([line, reason]),
    onProgress: () => {},
    ...over,
  })
  return { ...result, lines: refused }
}
const written = (ctx: Context) =>
  write(ctx, (tx) => tx.select().from(outcome).orderBy(outcome.subjectId, outcome.startsAt, outcome.revision))
const runs = (ctx: Context) => write(ctx, (tx) => tx.select().from(importRun))

test('rows are stored in our units, once; the same file again says so and changes nothing', async () => {
  const ctx = await t.tenant()
  const fingerprint = unique('print')
  const pieces = [lines([row(), row({ subjectId: '2', quality: 'disagrees' })])]
  const first = await run(ctx, pieces, { fingerprint })
  expect(first).toMatchObject({ rows: 2, inserted: 2, known: 0, skipped: 1, disagreeing: 1, before: null })
  const [one] = await written(ctx).then((all) => all.filter(({ subjectId }) => subjectId.length > 1))
  expect(one).toMatchObject({
    source: 'material',
    subject: 'MATERIAL',
    day: '2026-11-10',
    startsAt: new Date('2026-11-09T16:00:00Z'),
    spendFen: 100,
    gmvFen: 200,
    plays: null,
    orders: null,
    extra: { roi: 2 },
    labels: { name: '好物' },
    quality: 'agrees',
    revision: 0,
  })
  const before = [await written(ctx), await runs(ctx)]
  expect(await run(ctx, pieces, { fingerprint })).toMatchObject({ rows: 0, inserted: 0, before: NOW })
  expect([await written(ctx), await runs(ctx)]).toEqual(before)
  expect(before[1]).toEqual([
    expect.objectContaining({ state: 'DONE', kind: 'material', inserted: 2, skipped: 1, disagreeing: 1 }),
  ])
})

test('an overlapping file adds what is new, and a revision where it says other numbers', async () => {
  const ctx = await t.tenant()
  await run(ctx, [lines([row(), row({ subjectId: '2' })])])
  const other = row({ counts: { spend: 100, gmv: 250, plays: null }, quality: 'disagrees' })
  const pieces = [lines([other, row({ subjectId: '2' }), row({ subjectId: '3' })])]
  expect(await run(ctx, pieces)).toMatchObject({ inserted: 1, restated: 1, known: 1 })
  expect(await run(ctx, pieces)).toMatchObject({ inserted: 0, restated: 0, known: 3 })
  const all = await written(ctx)
  expect(all.map(({ subjectId, revision, gmvFen }) => [subjectId, revision, gmvFen])).toEqual([
    ['2', 0, 200],
    ['3', 0, 200],
    ['7411111111111111123', 0, 200],
    ['7411111111111111123', 1, 250],
  ])
})

test('a file with fewer columns unsays nothing, and a new name alone is no revision', async () => {
  const ctx = await t.tenant()
  await run(ctx, [lines([row()])])
  const fewer = row({ counts: { plays: 7 }, extra: { ctr: 0.1 }, labels: { name: '新' }, quality: null })
  expect(await run(ctx, [lines([fewer])], { fields: ['plays'] })).toMatchObject({ restated: 1 })
  const renamed = row({ counts: { plays: 7 }, extra: { ctr: 0.1 }, labels: { name: '又新' }, quality: null })
  expect(await run(ctx, [lines([renamed])], { fields: ['plays'] })).toMatchObject({ known: 1, restated: 0 })
  expect((await written(ctx)).at(-1)).toMatchObject({
    revision: 1,
    spendFen: 100,
    gmvFen: 200,
    plays: 7,
    extra: { roi: 2, ctr: 0.1 },
    labels: { name: '新' },
    quality: 'agrees',
  })
})

test('the video that a row turns out to be of is a revision, and so is another one; a file that does not say unsays none', async () => {
  const ctx = await t.tenant()
  const of = (videoId?: string) => row({ labels: { name: '好物', ...(videoId ? { videoId } : {}) } })
  const read = async (videoId?: string) => (await run(ctx, [lines([of(videoId)])])).restated
  await read()
  expect([await read('71'), await read('71'), await read(), await read('72')]).toEqual([1, 0, 0, 1])
  expect((await written(ctx)).map(({ itemId }) => itemId)).toEqual([null, '71', '72'])
  const both = await run(ctx, [lines([of('72'), of('73')])])
  expect(both).toMatchObject({ known: 1, refused: 1 })
})

test('a file that contradicts itself is not decided by its order: the later row is refused', async () => {
  const ctx = await t.tenant()
  const other = row({ counts: { spend: 1, gmv: 2, plays: null } })
  const far = Array.from({ length: 5000 }, (_, n) => row({ subjectId: String(n) }))
  const result = await run(ctx, [lines([row(), other, row()]), lines(far, 5), lines([other], 6000)])
  expect(result).toMatchObject({ rows: 5004, inserted: 5001, restated: 0, known: 1, refused: 2 })
  expect(result.lines.map(([line]) => line)).toEqual([3, 6000])
  expect(result.lines[0]?.[1]).toMatch(/before, with other numbers/)
})

test('days, hours and plans of one subject are rows of their own', async () => {
  const ctx = await t.tenant()
  const { startsAt } = row()
  const given = [
    row(),
    row({ scopeId: 'plan' }),
    row({ startsAt: startsAt + DAY, endsAt: startsAt + 2 * DAY }),
  ]
  expect(await run(ctx, [lines(given)])).toMatchObject({ inserted: 3, refused: 0 })
})

test('a dry run counts the same and writes nothing', async () => {
  const ctx = await t.tenant()
  await run(ctx, [lines([row()])])
  const before = [await written(ctx), await runs(ctx)]
  const pieces = [lines([row({ counts: { spend: 5, gmv: 5, plays: 5 } }), row({ subjectId: '2' })])]
  expect(await run(ctx, pieces, { dryRun: true })).toMatchObject({ inserted: 1, restated: 1, known: 0 })
  expect([await written(ctx), await runs(ctx)]).toEqual(before)
})

test('a run that died is finished by the same file', async () => {
  const ctx = await t.tenant()
  const fingerprint = unique('print')
  const pieces = [lines([row()])]
  const die = () => {
    throw new Error('killed')
  }
  await expect(run(ctx, pieces, { fingerprint, onProgress: die })).rejects.toThrow('killed')
  expect((await runs(ctx))[0]).toMatchObject({ state: 'RUNNING' })
  expect(await run(ctx, pieces, { fingerprint })).toMatchObject({ known: 1, inserted: 0, before: null })
})

test('two imports at once lose nothing and double nothing', async () => {
  const ctx = await t.tenant()
  const given = Array.from({ length: 500 }, (_, n) => row({ subjectId: String(n) }))
  const both = await Promise.all([run(ctx, [lines(given)]), run(ctx, [lines(given.toReversed())])])
  expect(both.reduce((sum, { inserted }) => sum + inserted, 0)).toBe(500)
  expect(both.reduce((sum, { known }) => sum + known, 0)).toBe(500)
})

test('outcomes belong to their workspace and cannot be changed by the program', async () => {
  const ctx = await t.tenant()
  const other = await t.tenant()
  await run(ctx, [lines([row()])])
  expect(await written(other)).toEqual([])
  for (const statement of [sql`update outcome set gmv_fen = 0`, sql`delete from outcome`]) {
    await expect(write(ctx, (tx) => tx.execute(statement))).rejects.toThrow(
      expect.objectContaining({ cause: expect.objectContaining({ code: '42501' }) }),
    )
  }
})
