/** Files as platforms and Excel write them, made by the test: CSV in any encoding, and XLSX down to the zip. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, deflateRawSync } from 'node:zlib'
import iconv from 'iconv-lite'

const folder = mkdtempSync(join(tmpdir(), 'seedbed-exports-'))
let made = 0
export function file(name: string, bytes: Buffer | string): string {
  const path = join(folder, `${made++}-${name}`)
  writeFileSync(path, bytes)
  return path
}

export const ENCODINGS = ['utf8', 'utf8-bom', 'gbk', 'gb18030', 'utf16le', 'utf16be'] as const
export type Encoding = (typeof ENCODINGS)[number]

export function encode(text: string, encoding: Encoding): Buffer {
  if (encoding === 'utf8-bom') return Buffer.from(`\ufeff${text}`)
  if (encoding.startsWith('utf16')) return iconv.encode(text, encoding, { addBOM: true })
  return iconv.encode(text, encoding)
}

export function csv(rows: readonly (readonly string[])[], encoding: Encoding = 'utf8'): string {
  const quote = (cell: string) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)
  const text = rows.map((row) => row.map(quote).join(',')).join('\r\n')
  return file('export.csv', encode(`${text}\r\n`, encoding))
}

/** Text is a shared string, a number a number cell; the others say their style. */
export type Cell =
  | string
  | number
  | null
  | { date: number }
  | { percent: number }
  | { inline: string }
  | { raw: string }

const STYLES = `<styleSheet><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd hh:mm"/></numFmts>
<cellStyleXfs><xf numFmtId="0"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="10"/></cellXfs></styleSheet>`

export interface Sheet {
  name: string
  rows: readonly (readonly Cell[])[]
  hidden?: boolean
}

export function xlsx(sheets: readonly Sheet[], { date1904 = false } = {}): string {
  const shared: string[] = []
  const places = new Map<string, number>()
  const indexOf = (text: string) => {
    const known = places.get(text)
    if (known !== undefined) return known
    places.set(text, shared.length)
    return shared.push(text) - 1
  }
  const parts: [string, string][] = sheets.map(({ rows }, at) => [
    `xl/worksheets/sheet${at + 1}.xml`,
    `<worksheet><sheetData>${rows.map((row, r) => rowXml(row, r + 1, indexOf)).join('')}</sheetData></worksheet>`,
  ])
  const list = sheets.map(({ name, hidden }, at) => {
    return `<sheet name="${escaped(name)}" sheetId="${at + 1}" ${hidden ? 'state="hidden"' : ''} r:id="rId${at + 1}"/>`
  })
  const links = sheets.map(
    (_, at) => `<Relationship Id="rId${at + 1}" Type="worksheet" Target="worksheets/sheet${at + 1}.xml"/>`,
  )
  const strings = shared.map((text) => `<si><t xml:space="preserve">${escaped(text)}</t></si>`)
  return file(
    'export.xlsx',
    zip([
      [
        'xl/workbook.xml',
        `<workbook><workbookPr ${date1904 ? 'date1904="1"' : ''}/><sheets>${list.join('')}</sheets></workbook>`,
      ],
      ['xl/_rels/workbook.xml.rels', `<Relationships>${links.join('')}</Relationships>`],
      ['xl/styles.xml', STYLES],
      ['xl/sharedStrings.xml', `<sst>${strings.join('')}</sst>`],
      ...parts,
    ]),
  )
}

function rowXml(row: readonly Cell[], line: number, indexOf: (text: string) => number): string {
  const cells = row.map((cell, column) => {
    const at = `r="${letters(column)}${line}"`
    // Sheets leave empty cells out.
    if (cell === null || cell === '') return ''
    if (typeof cell === 'string') return `<c ${at} t="s"><v>${indexOf(cell)}</v></c>`
    if (typeof cell === 'number') return `<c ${at}><v>${cell}</v></c>`
    if ('date' in cell) return `<c ${at} s="1"><v>${cell.date}</v></c>`
    if ('percent' in cell) return `<c ${at} s="2"><v>${cell.percent}</v></c>`
    if ('raw' in cell) return `<c ${at}><v>${cell.raw}</v></c>`
    return `<c ${at} t="inlineStr"><is><t>${escaped(cell.inline)}</t></is></c>`
  })
  return `<row r="${line}">${cells.join('')}</row>`
}

function letters(column: number): string {
  const rest = Math.floor(column / 26)
  return (rest > 0 ? letters(rest - 1) : '') + String.fromCharCode(65 + (column % 26))
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

function zip(parts: [string, string][]): Buffer {
  const bodies: Buffer[] = []
  const index: Buffer[] = []
  let at = 0
  for (const [name, text] of parts) {
    const data = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>${text}`)
    const packed = deflateRawSync(data)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(8, 4)
    common.writeUInt32LE(crc(data), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(data.length, 18)
    common.writeUInt16LE(Buffer.byteLength(name), 22)
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), common, Buffer.from(name), packed])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(at, 10)
    index.push(Buffer.concat([Buffer.from('PK\u0001\u0002\u0014\u0000'), common, tail, Buffer.from(name)]))
    bodies.push(local)
    at += local.length
  }
  const directory = Buffer.concat(index)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(parts.length, 4)
  end.writeUInt16LE(parts.length, 6)
  end.writeUInt32LE(directory.length, 8)
  end.writeUInt32LE(at, 12)
  return Buffer.concat([...bodies, directory, Buffer.from('PK\u0005\u0006'), end])
}

/** zlib.crc32 came with Node 20.15 and is missing in its types. */
const crc = (data: Buffer) => (crc32 as (data: Buffer) => number)(data)
