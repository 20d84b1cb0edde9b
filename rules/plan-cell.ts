/** The cells of one row of a 排期表, against the video that the row is about. */
import { PHASE_NAMES } from './campaign.ts'
import { type Labels, type Named, unnumbered } from './label.ts'
import type { SheetRow } from './plan-edit.ts'
import {
  headingOf,
  PURPOSE_NAMES,
  type SheetField,
  type SheetKol,
  type SheetPlan,
  type SheetVideo,
  STAGE_NAMES,
  vocabularyOf,
} from './plan-sheet.ts'
import { ELEMENT_KINDS, type PhaseKind, type Purpose } from './types.ts'
import { readTime } from './wall.ts'

export interface Refused {
  fields: readonly SheetField[]
  reason: string
}
type Change = Partial<Omit<SheetVideo, 'id' | 'stage'>>
export interface Edit {
  /** Only what differs. */
  change: Change
  refused: Refused[]
  notes: string[]
}
/** A video, or one that is yet to be: it has no purpose. */
export type Current = Omit<SheetVideo, 'purpose'> & { purpose: Purpose | null }
/** The cells of the current video; null: there is none yet. */
type Shown = Record<SheetField, string> | null

/** Why a cell cannot be taken. */
class No extends Error {
  readonly fields: readonly SheetField[]
  constructor(fields: readonly SheetField[], reason: string) {
    super(reason)
    this.fields = fields
  }
}

export function createCellReader(plan: SheetPlan): (row: SheetRow, current: Current, shown: Shown) => Edit {
  const names = vocabularyOf(plan)
  const byAccount = createAccounts(plan.kols, names.kols)
  const phases = new Map(plan.phases.map((one) => [`${one.kind} ${one.campaign}`, one.id]))
  const campaigns = new Set(plan.phases.map(({ campaign }) => campaign))

  return ({ cells, doubts }, current, shown) => {
    const edit: Edit = { change: {}, refused: [], notes: [] }
    /** What a column newly says; undefined: the file has no such column, or it says what is there. */
    const said = (field: SheetField) => {
      const text = cells[field]?.trim()
      const before = shown?.[field].trim() ?? ''
      const same = text === before || (FREE.has(field) && flat(text ?? '') === flat(before))
      return same ? undefined : text
    }
    const attempt = (work: () => Change) => {
      try {
        const change = work()
        const differs = Object.entries(change).filter(
          ([key, value]) => !equal(value, current[key as keyof Change]),
        )
        Object.assign(edit.change, Object.fromEntries(differs))
      } catch (error) {
        if (!(error instanceof No)) throw error
        edit.refused.push({ fields: error.fields, reason: error.message })
      }
    }
    const one = <Field extends SheetField>(field: Field, work: (text: string) => Change) =>
      attempt(() => {
        const text = said(field)
        return text === undefined ? {} : work(text)
      })

    one('matrix', (text) => {
      if (text === '' || text === plan.matrix.name) return {}
      throw new No(['matrix'], `this import is into the matrix ${plan.matrix.name}`)
    })
    one('stage', (text) => {
      if (text === '' || text === STAGE_NAMES[current.stage]) return {}
      throw new No(['stage'], `it is ${STAGE_NAMES[current.stage]}: a sheet neither publishes nor takes back`)
    })
    for (const kind of ELEMENT_KINDS) {
      one(kind, (text) => {
        const id =
          text === '' ? null : only(names.elements[kind], text, kind, `${headingOf(kind)} of the brand`)
        return { axes: { ...current.axes, ...edit.change.axes, [kind]: id } }
      })
    }
    attempt(() => kolOf())
    one('purpose', (text) => {
      const entries = Object.entries(PURPOSE_NAMES) as [Purpose, string][]
      const found = entries.find(([key, name]) => text === name || text.toUpperCase() === key)
      if (!found) throw new No(['purpose'], 'a purpose is 种草, 带货 or 引流')
      return { purpose: found[0] }
    })
    one('title', (title) => ({ title }))
    one('plannedFor', (text) => ({ plannedFor: text === '' ? null : timeOf(text) }))
    one('programme', (text) => ({
      programmeId: text === '' ? null : only(names.programmes, text, 'programme', '栏目 of the brand'),
    }))
    one('hook', (text) => ({ hook: text || null }))
    one('format', (text) => ({ format: text || null }))
    attempt(() => phaseOf())
    if (current.stage === 'PUBLISHED') freeze()
    return edit

    function timeOf(text: string): Date {
      const read = readTime(text, plan.zone, current.plannedFor)
      if (read.kind === 'NO_TIME') throw new No(['plannedFor'], 'not a time such as 2026-11-20 18:00')
      if (read.kind === 'NEVER')
        throw new No(['plannedFor'], `the clocks of ${plan.zone} skip this time: there is no such instant`)
      if (read.kind === 'TWICE')
        edit.notes.push(`${text} comes twice in ${plan.zone}, as the clocks are set back: the first is taken`)
      return read.at
    }

    /** By the cell that was changed; both say the same where both were. */
    function kolOf(): Change {
      const [name, account] = [said('kol'), said('account')]
      if (name === undefined && account === undefined) return {}
      const kept = (field: 'kol' | 'account') => (cells[field] === undefined ? '' : (shown?.[field] ?? ''))
      if (name === '' && account === undefined && kept('account') !== '') {
        throw new No(['kol'], `for no KOL empty ${headingOf('account')} as well`)
      }
      if (account) {
        const [kol, other] = byAccount(account, name ?? kept('kol'))
        if (!kol) throw new No(['account'], doubts.account ?? 'no KOL has this id')
        if (other)
          throw new No(['account'], 'several KOLs have this 抖音号: give the 达人 as well, or the id')
        if (name && name !== kol.name.trim() && name !== names.kols.of(kol)) {
          throw new No(['kol', 'account'], `the id is that of ${names.kols.of(kol)}`)
        }
        return { kolId: kol.id }
      }
      const text = name ?? kept('kol')
      return { kolId: text === '' ? null : only(names.kols, text, 'kol', 'KOL') }
    }

    /** A column that the file does not have stands as it is. */
    function phaseOf(): Change {
      if (said('campaign') === undefined && said('phase') === undefined) return {}
      const [campaign, word] = (['campaign', 'phase'] as const).map(
        (field) => cells[field]?.trim() ?? shown?.[field].trim() ?? '',
      )
      if (!campaign && !word) return { phaseId: null }
      if (!campaign || !word) throw new No(['campaign', 'phase'], '活动 and 阶段 go together')
      if (!campaigns.has(campaign)) throw new No(['campaign'], 'the brand has no campaign of this name')
      const kinds = Object.entries(PHASE_NAMES) as [PhaseKind, string][]
      const kind = kinds.find(([key, name]) => word === name || word.toUpperCase() === key)?.[0]
      if (!kind) throw new No(['phase'], 'a phase is 筹备, 预热, 活动 or 返场')
      const phaseId = phases.get(`${kind} ${campaign}`)
      if (phaseId === undefined) throw new No(['phase'], `the campaign ${campaign} has no such phase`)
      return { phaseId }
    }

    function freeze(): void {
      const reason = 'it is published: its row stands as it was'
      const columns = CHANGED.filter(([key]) => key in edit.change).map(([, fields]) => fields)
      edit.refused.push(...columns.map((fields) => ({ fields, reason })))
      edit.change = {}
    }
  }
}

const CHANGED: readonly (readonly [keyof Change, readonly SheetField[]])[] = [
  ['axes', ELEMENT_KINDS],
  ['kolId', ['kol', 'account']],
  ['purpose', ['purpose']],
  ['title', ['title']],
  ['plannedFor', ['plannedFor']],
  ['programmeId', ['programme']],
  ['hook', ['hook']],
  ['format', ['format']],
  ['phaseId', ['campaign', 'phase']],
]
/** The columns that speak for a field of a plan. */
export const columnsOf = (key: string): readonly SheetField[] =>
  CHANGED.find(([name]) => name === key)?.[1] ?? []

function only<One extends Named>(labels: Labels<One>, text: string, field: SheetField, what: string): number {
  const [one, other] = labels.find(text)
  if (!one) throw new No([field], `no ${what} is named so`)
  if (other) {
    throw new No([field], `several are named so: say which, e.g. ${unnumbered(text)}#${one.id}`)
  }
  return one.id
}

/** By the id of the account or the 抖音号, and by the name as well where that leaves several. */
function createAccounts(kols: readonly SheetKol[], labels: Labels<SheetKol>) {
  const byKey = (keyOf: (kol: SheetKol) => string | null) => {
    const found = new Map<string, SheetKol[]>()
    for (const kol of kols) {
      const key = keyOf(kol)?.trim()
      if (key) found.set(key, [...(found.get(key) ?? []), kol])
    }
    return found
  }
  const own = byKey(({ accountId }) => accountId)
  const shown = byKey(({ showId }) => showId)
  return (account: string, name: string): readonly SheetKol[] => {
    const all = [own.get(account) ?? [], shown.get(account) ?? []]
    const called = new Set(labels.find(name))
    const meant = all.map((kols) => kols.filter((kol) => called.has(kol)))
    return [...meant, ...all].find((kols) => kols.length > 0) ?? []
  }
}

/** Texts that name nothing: sheets write line ends in their own way. */
const FREE: ReadonlySet<SheetField> = new Set(['title', 'hook', 'format'])
const flat = (text: string) => text.replaceAll(/\r\n?/g, '\n')

function equal(one: unknown, other: unknown): boolean {
  if (one instanceof Date && other instanceof Date) return one.getTime() === other.getTime()
  if (one === null || other === null || typeof one !== 'object' || typeof other !== 'object')
    return one === other
  return JSON.stringify(one) === JSON.stringify(other)
}
