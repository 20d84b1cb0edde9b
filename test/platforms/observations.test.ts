import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  OBSERVATION_COLUMNS,
  type ObservationLine,
  type ObservationRow,
  observationLine,
  parseInstant,
} from '../../platforms/observation-row.ts'
import { ObservationFileError, readObservations } from '../../platforms/observations.ts'

const HEADER = OBSERVATION_COLUMNS.join(',')
const GOOD = 'v1,k1,2025-05-15T15:32:29Z,2025-05-15T16:32:29Z,771300,17200,327,280,1248,74200'

const inChunks = (bytes: Buffer, size: number) =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    ),
  )

async function readAll(text: string | Buffer, chunk = 1 << 16): Promise<ObservationLine[]> {
  const lines: ObservationLine[] = []
  for await (const batch of readObservations(inChunks(Buffer.from(text), chunk))) lines.push(...batch)
  return lines
}

async function failure(text: string | Buffer): Promise<ObservationFileError> {
  const error = await readAll(text).then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof ObservationFileError)) throw new Error(`expected a file error, got ${error}`)
  return error
}

test('a row becomes strings, instants and numbers; an empty counter is unknown, not 0', async () => {
  const lines = await readAll(`${HEADER}\nv1,,2025-05-15T15:32:29Z,2025-05-15T23:32:29.5+08:00,10,,0,,,\n`)
  expect(lines).toEqual([
    {
      line: 2,
      ok: true,
      row: {
        itemId: 'v1',
        kolId: null,
        publishedAt: Date.UTC(2025, 4, 15, 15, 32, 29),
        observedAt: Date.UTC(2025, 4, 15, 15, 32, 29, 500),
        counters: { plays: 10, likes: null, comments: 0, shares: null, saves: null },
        followers: null,
      },
    },
  ])
})

test('columns go by name: any order, BOM, CRLF, unknown columns, optional ones absent', async () => {
  const text =
    '\uFEFFplays,Observed_At,extra,video_id,published_at\r\n7,2025-01-01T01:00:00Z,x,v,2025-01-01T00:00:00Z'
  const [line] = await readAll(text, 1)
  expect(line).toMatchObject({ ok: true, line: 2, row: { itemId: 'v', kolId: null, counters: { plays: 7 } } })
})

test('gzip is told by its first bytes, also when they arrive one at a time', async () => {
  const zipped = gzipSync(`${HEADER}\n${GOOD}\n`)
  expect(await readAll(zipped, 1)).toEqual(await readAll(`${HEADER}\n${GOOD}\n`))
})

test.each([
  ['', ['video_id', 'published_at', 'observed_at', 'plays']],
  ['video_id,plays\n', ['published_at', 'observed_at']],
  [`${HEADER},plays\n`, ['plays']],
])('a wrong header is one error that names the columns: %j', async (text, columns) => {
  const error = await failure(text)
  expect([error.reason, error.columns]).toEqual(['header', columns])
  expect(error.message).toContain(columns.join(', '))
})

const cell = (index: number, value: string) =>
  GOOD.split(',')
    .map((old, i) => (i === index ? value : old))
    .join(',')

test.each([
  ['too few columns', 'v1,k1', '*', '2 columns instead of 10'],
  ['too many columns', `${GOOD},9`, '*', '11 columns instead of 10'],
  ['empty id', cell(0, ''), 'video_id', 'empty'],
  ['blank id', cell(0, '  '), 'video_id', 'empty'],
  ['long id', cell(0, 'x'.repeat(65)), 'video_id', 'longer than 64 characters'],
  ['NUL in an id', cell(0, 'a\0b'), 'video_id', 'holds a control character'],
  ['long kol', cell(1, 'x'.repeat(65)), 'kol_id', 'longer than 64 characters'],
  [
    'local time',
    cell(2, '2025-05-15T15:32:29'),
    'published_at',
    'not an ISO 8601 instant with Z or an offset',
  ],
  [
    'spaced time',
    cell(2, '2025-05-15 15:32:29'),
    'published_at',
    'not an ISO 8601 instant with Z or an offset',
  ],
  [
    '30 February',
    cell(2, '2025-02-30T00:00:00Z'),
    'published_at',
    'not an ISO 8601 instant with Z or an offset',
  ],
  ['empty time', cell(3, ''), 'observed_at', 'not an ISO 8601 instant with Z or an offset'],
  ['too early', cell(3, '2025-05-15T14:32:28Z'), 'observed_at', 'before published_at'],
  ['negative', cell(4, '-1'), 'plays', 'negative'],
  ['fraction', cell(5, '1.5'), 'likes', 'not a whole number'],
  ['text', cell(6, '1.2w'), 'comments', 'not a number'],
  ['exponent', cell(7, '1e3'), 'shares', 'not a number'],
  ['beyond 2^53-1', cell(8, '9007199254740992'), 'saves', 'beyond 2^53-1'],
  ['bad followers', cell(9, '--'), 'followers', 'not a number'],
])('refused with line and column: %s', async (_, bad, column, reason) => {
  const lines = await readAll(`${HEADER}\n${GOOD}\n${bad}\n${GOOD}\n`)
  expect(lines.map((line) => line.ok)).toEqual([true, false, true])
  expect(lines[1]).toMatchObject({ line: 3, column, reason })
})

test('a look within the allowed skew before publication is kept', async () => {
  const [line] = await readAll(`${HEADER}\n${cell(3, '2025-05-15T14:32:29Z')}\n`)
  expect(line).toMatchObject({ ok: true })
})

test('line numbers survive empty lines and line ends inside quotes', async () => {
  const quotedId = cell(0, '"a""b,c"')
  const text = `${HEADER}\n\n${cell(1, '"two\nlines"')}\n${quotedId}\n${cell(4, 'x')}\n`
  const lines = await readAll(text)
  expect(lines.map((line) => [line.line, line.ok])).toEqual([
    [3, false],
    [5, true],
    [6, false],
  ])
  expect(lines[1]).toMatchObject({ row: { itemId: 'a"b,c' } })
})

test('a truncated or damaged gzip ends with an error that names the line, after the whole rows before it', async () => {
  const rows = Array.from({ length: 5000 }, (_, i) => cell(4, String((i * 7919) % 100_003)))
  const zipped = gzipSync(`${HEADER}\n${rows.join('\n')}\n`)
  const error = await failure(zipped.subarray(0, zipped.length - 20))
  expect(error.reason).toBe('gzip')
  expect(error.line).toBeGreaterThan(4000)
  const damaged = Buffer.from(zipped)
  damaged.fill(0xff, 4000, 4100)
  expect((await failure(damaged)).reason).toBe('gzip')
})

test.each([
  ['never closed', cell(0, '"v1')],
  ['opened inside a cell', cell(0, 'v"1')],
  ['text after the closing quote', cell(0, '"v1"x')],
  ['a line without end', cell(0, 'x'.repeat(70_000))],
])('broken quotes end the file with the line: %s', async (_, bad) => {
  const read: ObservationLine[] = []
  const run = async () => {
    const text = `${HEADER}\n${GOOD}\n${bad}\n${GOOD}\n`
    for await (const batch of readObservations(Readable.from([Buffer.from(text)]))) read.push(...batch)
  }
  await expect(run()).rejects.toMatchObject({ name: 'ObservationFileError', reason: 'csv', line: 3 })
  expect(read.map((line) => line.line)).toEqual([2])
})

test('a failing stream is a typed error too', async () => {
  const broken = new Readable({ read() {} })
  broken.push(`${HEADER}\n${GOOD}\n`)
  queueMicrotask(() => broken.destroy(new Error('disk gone')))
  const run = async () => {
    for await (const _ of readObservations(broken));
  }
  await expect(run()).rejects.toMatchObject({
    reason: 'input',
    message: expect.stringContaining('disk gone'),
  })
})

test.each([
  ['plain', (text: string) => Buffer.from(text)],
  ['zipped', (text: string) => gzipSync(text)],
])('a reader that stops early lets go of the file: %s', async (_, pack) => {
  const rows = Array.from({ length: 20_000 }, (_, i) => cell(4, String((i * 7919) % 100_003)))
  const input = inChunks(pack(`${HEADER}\n${rows.join('\n')}\n`), 1000)
  for await (const _ of readObservations(input)) break
  expect(input.destroyed).toBe(true)
})

const id = fc
  .string({
    minLength: 1,
    maxLength: 20,
    unit: fc.constantFrom('a', '7', '"', ',', "'", '中', '😀', ' ', ';'),
  })
  .filter((text) => text.trim() !== '')
const count = fc.option(fc.maxSafeNat())
const rowArbitrary: fc.Arbitrary<ObservationRow> = fc
  .record({
    itemId: id,
    kolId: fc.option(id),
    publishedAt: fc.integer({ min: 0, max: Date.UTC(2100, 0) }),
    age: fc.integer({ min: -3_600_000, max: 10_000_000_000 }),
    counters: fc.record({ plays: count, likes: count, comments: count, shares: count, saves: count }),
    followers: count,
  })
  .map(({ age, ...row }) => ({ ...row, observedAt: row.publishedAt + age }))

test('what is written is read back, however the bytes are cut and whether or not they are zipped', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(rowArbitrary, { maxLength: 20 }),
      fc.integer({ min: 1, max: 300 }),
      fc.boolean(),
      async (rows, size, zipped) => {
        const text = [HEADER, ...rows.map(observationLine)].join('\n')
        const lines = await readAll(zipped ? gzipSync(text) : Buffer.from(text), size)
        expect(lines).toEqual(rows.map((row, i) => ({ line: i + 2, ok: true, row })))
      },
    ),
    { numRuns: 100 },
  )
})

test('every day of the calendar is an instant and no other', () => {
  expect(parseInstant('2024-02-29T00:00:00Z')).toBe(Date.UTC(2024, 1, 29))
  expect(parseInstant('2025-02-29T00:00:00Z')).toBeNull()
  expect(parseInstant('2025-04-31T00:00:00Z')).toBeNull()
  expect(parseInstant('2025-12-31T23:59:59-12:00')).toBe(Date.UTC(2026, 0, 1, 11, 59, 59))
  expect(parseInstant('2025-01-01T24:00:00Z')).toBeNull()
})
