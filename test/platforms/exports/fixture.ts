/** One export and what is read of it. */
import type { KolLine } from '../../../platforms/exports/kol-row.ts'
import { type OpenOptions, openExport } from '../../../platforms/exports/open.ts'
import type { OutcomeLine } from '../../../platforms/exports/row.ts'

export const ID = '7411111111111111123'
export const OTHER = '7422222222222222234'

export async function readAll(path: string, options: OpenOptions = {}) {
  const opened = await openExport(path, options)
  if (opened.subject === 'KOL') throw new Error('a list of KOLs is no outcome')
  const lines: OutcomeLine[] = []
  for await (const batch of opened.items) lines.push(...batch)
  const { kind, subject, fields, ignored, about } = opened
  const rows = lines.flatMap((line) => (line.ok ? [line.row] : []))
  const refused = lines.flatMap((line) => (line.ok ? [] : [line]))
  return {
    kind,
    subject,
    fields,
    ignored,
    about,
    columns: opened.columns,
    rows,
    refused,
    skipped: opened.skipped(),
  }
}

/** The same of a list of KOLs. */
export async function readKols(path: string, options: OpenOptions = {}) {
  const opened = await openExport(path, options)
  if (opened.subject !== 'KOL') throw new Error(`a ${opened.kind} is no list of KOLs`)
  const lines: KolLine[] = []
  for await (const batch of opened.items) lines.push(...batch)
  const rows = lines.flatMap((line) => (line.ok ? [line.row] : []))
  const refused = lines.flatMap((line) => (line.ok ? [] : [line]))
  const fields = opened.columns.map(({ field }) => field)
  const { columns, ignored, unkept } = opened
  return { rows, refused, fields, columns, ignored, unkept, skipped: opened.skipped() }
}

export const HEADER = [
  '日期',
  '素材ID',
  '素材名称',
  '整体消耗(元)',
  '整体支付ROI',
  '整体成交金额（元）',
  '整体成交订单数',
  '整体展现次数',
  '整体点击次数',
  '整体点击率',
  '视频播放数',
  '视频点赞数',
  '备注列',
]
export const ROWS = [
  [
    '2026-11-10',
    ID,
    '好物,"推荐"',
    '1,234.50',
    '2.00',
    '2469',
    '31',
    '1.2w',
    '600',
    '5.00%',
    '3.4万',
    '120',
    '',
  ],
  ['2026-11-11', OTHER, '清洁\n第二版', '100', '1.5', '160', '--', '1000', '10', '1%', '--', '0', 'x'],
]
