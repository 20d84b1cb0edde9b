/** Plans with everything in them that files and spreadsheets are known to spoil. */
import fc from 'fast-check'
import type { SheetKol, SheetPlan, SheetVideo } from '../../rules/plan-sheet.ts'
import { ELEMENT_KINDS, type ElementKind, PHASES, PURPOSES } from '../../rules/types.ts'

const NASTY = [
  '=1+1',
  '=HYPERLINK("http://x","y")',
  '+8613800000000',
  '-1',
  '@某人',
  "'x",
  "'=x",
  "''=x",
  "''5",
  "'",
  '1-2',
  '11.10',
  '007',
  '1e5',
  '7400000000000000001',
  '11月11日',
  'true',
  '逗号,分号;',
  '制表\t符',
  '引"号"',
  '"',
  '""""',
  '两\n行',
  '两\r\n行',
  '两\r行',
  '两\n=行',
  '双11🔥👨‍👩‍👧',
  'constructor',
  '__proto__',
  'toString',
  '_x0041_',
  '_x0041\u0001',
  '_x000D_',
  '控制\u0001\u007f\u0085符',
  '替换\ufffd\ufdd0\uffff',
  '\u{1fffe}\u{10ffff}',
  'a#1',
  '同名',
  '同名#2',
  '同名#2#3',
  '--',
  '-',
  'null',
  '(空)',
  '<b>&amp;',
  '，全角＝',
  ';'.repeat(200),
  ','.repeat(200),
]
/** As PostgreSQL keeps it: trimmed, not blank, no NUL. */
export const text = fc
  .oneof(
    fc.constantFrom(...NASTY),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
  )
  .map((one) => one.replaceAll('\0', '').trim())
  .filter((one) => one !== '')

/** The hour that Berlin has twice, with seconds and without, and any other time. */
export const instant = fc.oneof(
  fc.integer({ min: 0, max: 4 * 60 }).map((minute) => new Date(Date.UTC(2026, 9, 24, 23, minute))),
  fc.date({
    min: new Date('2026-10-24T22:00:00Z'),
    max: new Date('2026-10-25T03:00:00Z'),
    noInvalidDate: true,
  }),
  fc.date({
    min: new Date('2001-01-01T00:00:00Z'),
    max: new Date('2099-12-30T00:00:00Z'),
    noInvalidDate: true,
  }),
  fc.constantFrom(new Date('1999-12-31T10:00:00Z'), new Date('2150-01-01T00:00:00Z')),
)

const orNull = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: null })
const numbered = <T extends object>(one: fc.Arbitrary<T>, least: number, most: number) =>
  fc
    .array(one, { minLength: least, maxLength: most })
    .map((all) => all.map((row, index) => ({ id: index + 1, ...row })))
const among = (all: readonly { id: number }[]) =>
  all.length === 0 ? fc.constant(null) : orNull(fc.constantFrom(...all.map(({ id }) => id)))

const digits = fc.bigInt({ min: 10n ** 18n, max: 10n ** 19n - 1n }).map(String)
const kols: fc.Arbitrary<SheetKol[]> = numbered(
  fc.record({
    name: text,
    accountId: orNull(fc.oneof(digits, text)),
    showId: orNull(fc.oneof(digits, text)),
  }),
  1,
  5,
).map((all) => {
  const seen = new Set<string>()
  // One account is one KOL.
  return all.map((kol) => {
    const { accountId } = kol
    if (accountId === null || seen.has(accountId)) return { ...kol, accountId: null }
    seen.add(accountId)
    return kol
  })
})

/** Each element is of a kind in turn, so that every axis has some and names are shared within and between kinds. */
const elements = fc
  .array(text, { minLength: 8, maxLength: 16 })
  .map((names) =>
    names.map((name, index) => ({ id: index + 1, kind: ELEMENT_KINDS[index % 4] as ElementKind, name })),
  )

const named = fc
  .uniqueArray(text, { maxLength: 3 })
  .map((names) => names.map((name, index) => ({ id: index + 1, name })))

export const plan: fc.Arbitrary<SheetPlan> = fc
  .record({
    zone: fc.constantFrom('Asia/Shanghai', 'Europe/Berlin'),
    matrix: text.map((name) => ({ id: 7, name })),
    elements,
    kols,
    programmes: named,
    campaigns: named,
  })
  .chain(({ campaigns, ...rest }) => {
    const phases = campaigns.flatMap(({ id, name }) =>
      PHASES.map((kind, nth) => ({ id: id * 10 + nth, kind, campaignId: id, campaign: name })),
    )
    const on = (kind: ElementKind) => among(rest.elements.filter((one) => one.kind === kind))
    const video: fc.Arbitrary<Omit<SheetVideo, 'id'>> = fc.record({
      stage: fc.constantFrom('PLANNED', 'PLANNED', 'PUBLISHED'),
      axes: fc.record({
        PERSONA: on('PERSONA'),
        PRODUCT: on('PRODUCT'),
        SCENE: on('SCENE'),
        NEED: on('NEED'),
      }),
      kolId: among(rest.kols),
      purpose: fc.constantFrom(...PURPOSES),
      title: text,
      plannedFor: orNull(instant),
      programmeId: among(rest.programmes),
      hook: orNull(text),
      format: orNull(text),
      phaseId: among(phases),
    })
    return numbered(video, 0, 6).map((videos) => ({ ...rest, phases, videos }))
  })
