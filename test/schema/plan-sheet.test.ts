/** 排期表 over the API: a file out, the edited file in, refusals to show, and nothing where it is not set up. */
import { beforeAll, describe, expect, test } from 'vitest'
import { SHEETS } from '../../cli/sheets.ts'
import { type Content, content, planned, published } from '../support/content.ts'
import { testDatabase } from '../support/database.ts'
import { globalId, statementsOf, testApi, tokenOf } from '../support/graphql.ts'

const t = testDatabase()
const api = testApi(t, () => ({ sheets: SHEETS }))
let made: Content
let token: string
let viewer: string
let foreign: string
let videoId: number
beforeAll(async () => {
  const ctx = await t.tenant()
  made = await content(ctx)
  videoId = await planned(ctx, made)
  await published(ctx, made)
  token = await tokenOf(ctx)
  viewer = await tokenOf(ctx, 'VIEWER')
  foreign = await tokenOf(await t.tenant())
})
const matrix = () => globalId('Matrix', made.matrixId)

const SHEET = `query($id: ID!, $format: PlanSheetFormat!) {
  node(id: $id) { ... on Matrix { planSheet(format: $format) { name mediaType base64 } } } }`
const sheet = async (format: string, as = viewer) =>
  (await api.data(as, SHEET, { id: matrix(), format })).node?.planSheet
const IMPORT = `mutation($input: ImportPlanInput!) { importPlan(input: $input) { __typename ... on Error { message }
  ... on InvalidInputError { field }
  ... on PlanImport { written new revised unchanged ignored skipped { line note } notes { line note }
    refused { line column reason value } } } }`
const bring = async (text: string | Buffer, over: object = {}, as = token) => {
  const input = {
    matrixId: matrix(),
    name: '排期.csv',
    base64: Buffer.from(text).toString('base64'),
    ...over,
  }
  return (await api.data(as, IMPORT, { input })).importPlan
}
const DONE = {
  __typename: 'PlanImport',
  written: true,
  new: 0,
  revised: 0,
  unchanged: 0,
  ignored: [],
  skipped: [],
  notes: [],
  refused: [],
}

test.each(['CSV', 'XLSX'])('%s out and in again: nothing is changed', async (format) => {
  const file = await sheet(format)
  expect(file.name).toMatch(new RegExp(`^排期-matrix .*\\.${format.toLowerCase()}$`))
  expect(await bring(Buffer.from(file.base64, 'base64'))).toEqual({ ...DONE, unchanged: 2 })
})

test('three statements for a sheet, besides those of every request and the one that finds the matrix', async () => {
  const find = `{ node(id: "${matrix()}") { id } }`
  const bare = await statementsOf(t, () => api.data(viewer, find))
  expect(await statementsOf(t, () => sheet('CSV'))).toHaveLength(bare.length + 3)
})

test('a dry run reports and does nothing; the import does it; both say what is refused', async () => {
  const edit = `视频编号,标题,备注\n${videoId},改了,x\n`
  const said = { ...DONE, revised: 1, ignored: ['备注'] }
  expect(await bring(edit, { dryRun: true })).toEqual({ ...said, written: false })
  expect(await bring(edit)).toEqual(said)
  expect(await bring(edit)).toEqual({ ...said, revised: 0, unchanged: 1 })
  const reason = 'no planned or published video of this matrix has this number'
  expect(await bring(`${edit}99999999,x,\n`)).toEqual({
    ...DONE,
    written: false,
    unchanged: 1,
    ignored: ['备注'],
    refused: [{ line: 3, column: '视频编号', reason, value: '99999999' }],
  })
})

test('a file that is none, base64 that is none, and the matrix of another workspace', async () => {
  const wrong = { __typename: 'InvalidInputError', field: 'base64' }
  expect(await bring('a,b\n')).toEqual({
    ...wrong,
    message: expect.stringContaining('排期.csv: No line has headings'),
  })
  expect(await bring('', { base64: '!' })).toEqual({ ...wrong, message: expect.any(String) })
  expect(await sheet('CSV', foreign)).toBeUndefined()
  expect((await bring('视频编号,标题\n1,x\n', {}, foreign)).__typename).toBe('NotFoundError')
})

test('a sheet of 2,000 rows with long titles fits into a request', async () => {
  const rows = Array.from({ length: 2000 }, (_, n) => `${videoId},${'长'.repeat(200)},${n}`)
  const { refused } = await bring(`视频编号,标题,栏目\n${rows.join('\n')}\n`)
  expect(refused).toHaveLength(2000)
})

describe('where files are not set up', () => {
  const bare = testApi(t)
  test('both refuse', async () => {
    const read = await bare.query(token, SHEET, { id: matrix(), format: 'CSV' })
    expect(read.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
    const input = { matrixId: matrix(), name: 'x', base64: 'eA==' }
    expect((await bare.data(token, IMPORT, { input })).importPlan.__typename).toBe('ConflictError')
  })
})
