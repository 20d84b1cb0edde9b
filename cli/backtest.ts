/** npm run backtest -- FILE: observations in long form through the live rules, with a score; no database, no service. */
import { readFile, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { InvalidInputError } from '../flow/errors.ts'
import { describe, metricsOf } from '../rules/condition.ts'
import type { Reference } from '../rules/reference.ts'
import { type Definition, definition } from '../rules/rule.ts'
import { SHIPPED_RULE } from '../rules/rule-pack.ts'
import { EVERYWHERE } from '../rules/scope.ts'
import { dayOf, SHANGHAI, startOfDay } from '../rules/zone.ts'
import { openOut } from './backtest-out.ts'
import { type Rows, readRows } from './backtest-rows.ts'
import { report } from './backtest-tables.ts'
import { byVideo, walkRows } from './backtest-walk.ts'

/** 参照: whom a video is compared with. */
const CLASSES = { all: 'WORKSPACE', kol: 'KOL', tier: 'TIER', vertical: 'WORKSPACE' } as const
type ClassName = keyof typeof CLASSES

export const BACKTEST_USAGE = `npm run backtest -- FILE [--out flags.jsonl] [--class ${Object.keys(CLASSES).join('|')}] [--top PERCENT] [--rule RULE.json] [--zone ZONE]
  FILE: observations in long form, CSV or gzipped
  --top: a breakout ends in the top so many percent of its class, above 0 and at most 50; 5 unless set
  --rule: the definition of a rule; ${SHIPPED_RULE.name} unless set`

export interface BacktestCommand {
  args: string[]
  clock: () => Date
  say: (line: string) => void
  /** Shows a passing line. */
  progress: (line: string) => void
}

interface BacktestArguments {
  file: string
  out: string | null
  className: ClassName
  /** Above 0, at most 0.5. */
  top: number
  rule: { name: string; definition: Definition }
  zone: string
}

export async function backtest({ args, clock, say, progress }: BacktestCommand): Promise<void> {
  const given = await argumentsOf(args)
  const out = given.out === null ? null : await openOut(given.out)
  try {
    const startedAt = clock().getTime()
    const rows = await readRows(given.file, say, (count) => progress(`${count} rows read`))
    const readAt = clock().getTime()
    const { notes, rule, narrowest } = withinFile(given, rows)
    const settings = {
      rule: { ruleId: 1, version: 1, definition: rule },
      top: given.top,
      narrowest,
      offset: offsetOf(rows, given.zone),
    }
    const told = await walkRows(rows, settings, (looks) =>
      progress(`${looks} of ${rows.order.length} looks judged`),
    )
    const walkedAt = clock().getTime()
    const of = byVideo(rows)
    if (out) await out.write(rows, told, of)
    progress('')
    const { file, className, top } = given
    const name = `${given.rule.name}: ${describe(rule.condition)}, held for ${rule.holdMinutes} min`
    const took = { readMs: readAt - startedAt, walkMs: walkedAt - readAt }
    for (const line of report({
      file: basename(file),
      rule: name,
      className,
      top,
      notes,
      rows,
      told,
      of,
      took,
    }))
      say(line)
    if (given.out !== null) say(`A line for each of the ${told.videos.length} videos: ${given.out}`)
  } finally {
    await out?.close()
  }
}

async function argumentsOf(args: string[]): Promise<BacktestArguments> {
  const { positionals, values } = parsed(args)
  const [file] = positionals
  if (!file || positionals.length > 1) throw new InvalidInputError('FILE', BACKTEST_USAGE)
  const found = await stat(file).catch(() => null)
  if (!found?.isFile()) throw new InvalidInputError('FILE', `There is no file ${file}`)
  const { out = null, class: className, rule = null, zone } = values
  if (!Object.hasOwn(CLASSES, className)) {
    throw new InvalidInputError(
      'class',
      `--class must be ${Object.keys(CLASSES).join(', ')}, not ${className}`,
    )
  }
  if (out !== null && resolve(out) === resolve(file)) {
    throw new InvalidInputError('out', `--out ${out} is the FILE that is read: name another one`)
  }
  return {
    file,
    out,
    className: className as ClassName,
    top: topOf(values.top),
    rule: rule === null ? SHIPPED_RULE : await ruleOf(rule),
    zone: zoneOf(zone),
  }
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        out: { type: 'string' },
        class: { type: 'string', default: 'all' },
        top: { type: 'string', default: '5' },
        rule: { type: 'string' },
        zone: { type: 'string', default: SHANGHAI },
      },
    })
  } catch (error) {
    const { code = '', message } = error as { code?: string; message: string }
    if (!code.startsWith('ERR_PARSE_ARGS')) throw error
    throw new InvalidInputError('command', `${message}\n${BACKTEST_USAGE}`)
  }
}

function topOf(text: string): number {
  const percent = text.trim() === '' ? Number.NaN : Number(text)
  if (percent > 0 && percent <= 50) return percent / 100
  throw new InvalidInputError('top', `--top must be a percentage above 0 and at most 50, not ${text}`)
}

function zoneOf(zone: string): string {
  try {
    dayOf(new Date(0), zone)
    return zone
  } catch {
    throw new InvalidInputError('zone', `--zone ${zone} is no time zone: give one as ${SHANGHAI}`)
  }
}

/** As reviseRule takes it. */
async function ruleOf(path: string): Promise<BacktestArguments['rule']> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new InvalidInputError('rule', `There is no file ${path}`)
  })
  let given: unknown
  try {
    given = JSON.parse(text)
  } catch (error) {
    throw new InvalidInputError('rule', `${path} is not JSON: ${(error as Error).message}`)
  }
  const checked = definition.safeParse(given)
  if (checked.success) return { name: basename(path), definition: checked.data }
  const [issue] = checked.error.issues
  const where = ['definition', ...(issue?.path ?? [])].join('.')
  throw new InvalidInputError('rule', `${path}, ${where}: ${issue?.message}`)
}

/** What a file can say of what was asked for. */
function withinFile({ className, rule, top }: BacktestArguments, rows: Rows) {
  const notes: string[] = []
  const missing = {
    all: null,
    kol: rows.kols.length === 0 ? 'no kol_id' : null,
    tier: rows.columns.followers.some((count) => count > 0) ? null : 'no followers, so no tier (层级)',
    vertical: 'no vertical (垂类)',
  }[className]
  if (missing) notes.push(`The file has ${missing}: each video is compared with all others instead.`)
  const { purposes, scope } = rule.definition
  if (purposes.length > 0 || Object.values(scope).some((of) => of.length > 0)) {
    notes.push(
      'The file has no purpose, brand, matrix or phase: purposes and scope of the rule are left aside.',
    )
  }
  const unseen = metricsOf(rule.definition.condition).filter((metric) => MONEY.has(metric))
  if (unseen.length > 0)
    notes.push(`The file has no money and no rates: ${unseen.join(', ')} are never known.`)
  if (rows.videos.length * top < 20) {
    notes.push(
      `${rows.videos.length} videos are few for the top ${100 * top} %: the figures below are rough.`,
    )
  }
  const narrowest: Reference = missing ? 'WORKSPACE' : CLASSES[className]
  return { notes, narrowest, rule: { ...rule.definition, purposes: [], scope: EVERYWHERE } }
}

const MONEY = new Set<string>([
  ...['completionRate', 'fiveSecondRate', 'spend', 'gmv', 'orders', 'cpm', 'kolCpm', 'cpe', 'kolCpe', 'gpm'],
  ...['paidRoi', 'settledRoi7', 'settledRoi14', 'breakEvenRoi'],
])

/** That of the day of the first look: a walk has one. */
function offsetOf(rows: Rows, zone: string): number {
  const first = new Date(rows.columns.observedAt[rows.order[0] as number] as number)
  const day = dayOf(first, zone)
  return Date.parse(`${day}T00:00:00Z`) - startOfDay(day, zone).getTime()
}
