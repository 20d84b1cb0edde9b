/** XLSX: the parts of the zip, read from disk as they are needed; only the shared strings are held. */
import { SaxesParser } from 'saxes'
import { type Entry, fromBufferPromise, openPromise, type ZipFile } from 'yauzl'
import { ExportFileError } from './errors.ts'
import type { Form, RawRow } from './raw.ts'
import { local, parseXml, type SheetContext, sheetRows } from './sheet.ts'
import { SharedStrings } from './strings.ts'

export interface Workbook {
  /** Visible sheets in their order. */
  sheets: string[]
  date1904: boolean
  rows(sheet: string): AsyncGenerator<RawRow[], void, undefined>
  close(): Promise<void>
}

type Attributes = Record<string, string>

/** By its path or from its bytes. ExportFileError: damaged, or unpacked it would have more than `most` bytes. */
export async function openWorkbook(
  file: string | Buffer,
  most = Number.POSITIVE_INFINITY,
): Promise<Workbook> {
  const options = { autoClose: false, lazyEntries: true }
  const opening = typeof file === 'string' ? openPromise(file, options) : fromBufferPromise(file, options)
  const zip = await opening.catch(damaged)
  try {
    const parts = new Map<string, Entry>()
    for await (const entry of zip.eachEntry()) parts.set(entry.fileName.replace(/^\//, ''), entry)
    const bytes = [...parts.values()].reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0)
    if (bytes > most) throw new ExportFileError(`The workbook has more than ${most} bytes of content.`)
    const { sheets, date1904 } = await readIndex(zip, parts)
    let context: Promise<SheetContext> | null = null
    return {
      sheets: [...sheets.keys()],
      date1904,
      async *rows(sheet) {
        context ??= readContext(zip, parts)
        yield* sheetRows(part(zip, parts, sheets.get(sheet) ?? ''), await context)
      },
      close: async () => zip.close(),
    }
  } catch (error) {
    zip.close()
    return damaged(error)
  }
}

function damaged(error: unknown): never {
  if (error instanceof ExportFileError) throw error
  throw new ExportFileError(`The workbook is damaged (${(error as Error).message}).`)
}

async function* part(zip: ZipFile, parts: Map<string, Entry>, path: string): AsyncGenerator<Buffer> {
  const entry = parts.get(path)
  if (!entry) throw new ExportFileError(`The workbook lacks its part ${path || 'of that sheet'}.`)
  if (entry.isEncrypted()) throw new ExportFileError('The workbook is encrypted: save it without a password.')
  const stream = await zip.openReadStreamPromise(entry).catch(damaged)
  try {
    for await (const chunk of stream) yield chunk as Buffer
  } catch (error) {
    damaged(error)
  }
}

/** Start tags of a small part. */
async function tags(zip: ZipFile, parts: Map<string, Entry>, path: string): Promise<[string, Attributes][]> {
  const found: [string, Attributes][] = []
  const parser = new SaxesParser()
  parser.on('opentag', ({ name, attributes }) => {
    found.push([local(name), attributes as Attributes])
  })
  for await (const _ of parseXml(part(zip, parts, path), parser, () => [])) {
    // Nothing is yielded.
  }
  return found
}

async function readIndex(zip: ZipFile, parts: Map<string, Entry>) {
  const targets = new Map<string, string>()
  for (const [name, { Id = '', Target = '' }] of await tags(zip, parts, 'xl/_rels/workbook.xml.rels')) {
    const path = Target.startsWith('/') ? Target.slice(1) : `xl/${Target.replace(/^\.\//, '')}`
    if (name === 'Relationship') targets.set(Id, path)
  }
  const sheets = new Map<string, string>()
  let date1904 = false
  for (const [name, attributes] of await tags(zip, parts, 'xl/workbook.xml')) {
    if (name === 'workbookPr') date1904 = /^(1|true)$/.test(attributes.date1904 ?? '')
    if (name !== 'sheet' || (attributes.state ?? 'visible') !== 'visible') continue
    const id = Object.entries(attributes).find(([key]) => local(key) === 'id' && key !== 'id')?.[1] ?? ''
    sheets.set(attributes.name ?? '', targets.get(id) ?? '')
  }
  return { sheets, date1904 }
}

async function readContext(zip: ZipFile, parts: Map<string, Entry>): Promise<SheetContext> {
  const strings = new SharedStrings()
  if (parts.has('xl/sharedStrings.xml')) await readStrings(zip, parts, strings)
  const styles = parts.has('xl/styles.xml') ? formsOf(await tags(zip, parts, 'xl/styles.xml')) : []
  return { strings, styles }
}

async function readStrings(zip: ZipFile, parts: Map<string, Entry>, strings: SharedStrings): Promise<void> {
  const parser = new SaxesParser()
  let text = ''
  let open = false
  let phonetic = false
  parser.on('opentag', ({ name }) => {
    const tag = local(name)
    if (tag === 'si') text = ''
    if (tag === 't') open = true
    if (tag === 'rPh') phonetic = true
  })
  parser.on('text', (piece) => {
    if (open && !phonetic) text += piece
  })
  parser.on('closetag', ({ name }) => {
    const tag = local(name)
    if (tag === 'si') strings.add(text)
    if (tag === 't') open = false
    if (tag === 'rPh') phonetic = false
  })
  for await (const _ of parseXml(part(zip, parts, 'xl/sharedStrings.xml'), parser, () => [])) {
    // Nothing is yielded.
  }
}

function formsOf(found: [string, Attributes][]): Form[] {
  const codes = new Map<number, string>()
  const forms: Form[] = []
  let inCells = false
  for (const [name, attributes] of found) {
    if (name === 'numFmt') codes.set(Number(attributes.numFmtId), attributes.formatCode ?? '')
    if (name === 'cellXfs') inCells = true
    if (name === 'cellStyles' || name === 'dxfs') inCells = false
    if (inCells && name === 'xf') forms.push(formOf(Number(attributes.numFmtId ?? 0), codes))
  }
  return forms
}

function formOf(id: number, codes: Map<number, string>): Form {
  if (id === 9 || id === 10) return 'PERCENT'
  if ((id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58))
    return 'DATE'
  // Without quoted text, escaped characters, colours and locales.
  const code = (codes.get(id) ?? '').replaceAll(/"[^"]*"|\\.|_.|\[[^\]]*\]/g, '')
  if (code.includes('%')) return 'PERCENT'
  return /[ymdhs]/i.test(code) && !/general/i.test(code) ? 'DATE' : 'NUMBER'
}
