/** 排期表: the plan of a matrix as a file for Excel, and the edited file in again. */
import { ConflictError, InvalidInputError } from '../flow/errors.ts'
import { MOST_LINES } from '../flow/plan.ts'
import {
  type ExportedPlan,
  exportPlan,
  importPlan,
  MOST_EXPORTED,
  type PlanImport,
  type SheetFiles,
  type SheetFormat,
} from '../flow/plan-sheet.ts'
import type { SheetNote, SheetRefusal } from '../rules/plan-edit.ts'
import { COLUMNS } from '../rules/plan-sheet.ts'
import { builder } from './builder.ts'
import { CHANGE } from './errors.ts'
import { rowId } from './ids.ts'
import { Matrix } from './matrix.ts'

const FormatEnum = builder.enumType('PlanSheetFormat', {
  description: 'What Excel opens.',
  values: {
    CSV: {
      description:
        'UTF-8 with its mark. A text that Excel would run or take for a number or date (= + - @ in front, digits ' +
        'only) has an apostrophe before it, which the import takes off.',
    },
    XLSX: { description: 'Ids are text and times are dates.' },
  } satisfies Record<SheetFormat, object>,
})

const PlanSheet = builder.objectRef<ExportedPlan>('PlanSheet').implement({
  description: 'A file.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'For the file, e.g. 排期-春季.xlsx.' }),
    mediaType: t.exposeString('mediaType', { description: 'Its MIME type.' }),
    base64: t.string({
      description: 'The file in base64.',
      resolve: ({ bytes }) => bytes.toString('base64'),
    }),
  }),
})

builder.drizzleObjectField(Matrix, 'planSheet', (t) =>
  t.field({
    type: PlanSheet,
    description:
      `排期表: planned and published videos of the matrix, earliest planned first, at most ${MOST_EXPORTED}; ` +
      `times in the workspace's zone. Columns: ${COLUMNS.map(({ heading }) => heading).join(' ')}. importPlan takes ` +
      'it back. InvalidInputError: there are more.',
    args: { format: t.arg({ type: FormatEnum, required: true, description: 'CSV or XLSX.' }) },
    resolve: ({ id: matrixId }, { format }, { db, sheets }) =>
      exportPlan(db, { matrixId, format, files: there(sheets) }),
  }),
)

function there(sheets: SheetFiles | null): SheetFiles {
  if (!sheets) throw new ConflictError('This server neither writes nor reads files of plans.')
  return sheets
}

const Refusal = builder.objectRef<SheetRefusal>('PlanSheetRefusal').implement({
  description: 'A cell that cannot be taken.',
  fields: (t) => ({
    line: t.exposeInt('line', { description: 'Line of the CSV, or row of the sheet, counted from 1.' }),
    column: t.exposeString('column', {
      description:
        'Heading; several that belong together have / between them; empty: behind the last heading.',
    }),
    reason: t.exposeString('reason', { description: 'For people; in English.' }),
    value: t.exposeString('value', { description: 'What the cell says; empty: nothing.' }),
  }),
})
const Note = builder.objectRef<SheetNote>('PlanSheetNote').implement({
  description: 'Something to know about a row.',
  fields: (t) => ({
    line: t.exposeInt('line', { description: 'Line of the CSV, or row of the sheet, counted from 1.' }),
    note: t.exposeString('note', { description: 'For people; in English.' }),
  }),
})
const Import = builder.objectRef<PlanImport>('PlanImport').implement({
  description: 'What a sheet asks for, and whether it was done.',
  fields: (t) => ({
    written: t.exposeBoolean('written', {
      description: 'false: nothing was changed, because it was a dry run or because cells were refused.',
    }),
    new: t.exposeInt('new', { description: 'Rows that plan a video, those with refused cells left out.' }),
    revised: t.exposeInt('revised', {
      description: 'Rows that change a planned video, those with refused cells left out.',
    }),
    unchanged: t.exposeInt('unchanged', { description: 'Rows that say what is there.' }),
    skipped: t.field({
      type: [Note],
      description: 'New rows that are planned already: same cell, KOL, title and planned time.',
      resolve: ({ skipped }) => skipped,
    }),
    notes: t.field({
      type: [Note],
      description: 'What could be read in two ways, and how it was read.',
      resolve: ({ notes }) => notes,
    }),
    refused: t.field({
      type: [Refusal],
      description: 'Every cell that is wrong, by line; empty: all can be taken.',
      resolve: ({ refused }) => refused,
    }),
    ignored: t.exposeStringList('ignored', { description: 'Headings that are not read.' }),
  }),
})

const ImportPlanInput = builder.inputType('ImportPlanInput', {
  description: 'A 排期表 that was edited.',
  fields: (t) => ({
    matrixId: t.id({ required: true, description: 'The matrix that it plans.' }),
    name: t.string({ required: true, description: 'Name of the file, for messages.' }),
    base64: t.string({
      required: true,
      description: `The CSV (UTF-8, GBK, UTF-16) or XLSX file in base64, at most ${MOST_LINES} rows.`,
    }),
    dryRun: t.boolean({ description: 'true: reports and changes nothing; left out: false.' }),
  }),
})
builder.mutationField('importPlan', (t) =>
  t.field({
    ...CHANGE,
    type: Import,
    description:
      'Brings a 排期表 back, all rows or none. A row with a 视频编号 revises that planned video by the columns that the ' +
      'file has; one without plans a new one. Videos that are not in the file stay; published ones must not differ. ' +
      'The same file again changes nothing. InvalidInputError: the file as a whole cannot be read.',
    args: { input: t.arg({ type: ImportPlanInput, required: true, description: 'The file.' }) },
    resolve: (_root, { input }, { run, sheets }) =>
      run(importPlan, {
        matrixId: rowId('matrixId', 'Matrix', input.matrixId),
        name: input.name,
        bytes: bytesOf(input.base64),
        dryRun: input.dryRun ?? false,
        files: there(sheets),
      }),
  }),
)

function bytesOf(base64: string): Buffer {
  if (base64 !== '' && !/[^A-Za-z0-9+/=]/.test(base64)) return Buffer.from(base64, 'base64')
  throw new InvalidInputError('base64', 'base64 must hold the bytes of a file in base64')
}
