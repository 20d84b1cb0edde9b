/** May this money be spent now? Asked in the transaction that claims the write, with the workspace's spending locked. */
import type { Method } from './capability.ts'
import { CAP_SCOPES, type CapScope } from './guard-money.ts'
import { type QuietHours, quietUntil } from './guard-quiet.ts'
import type { PlaceWhy } from './promotion-place.ts'

/** DRY_RUN: decides and sends nothing. APPROVE: a person confirms each. AUTO: within the caps by itself. */
export const PROMOTION_MODES = ['DRY_RUN', 'APPROVE', 'AUTO'] as const
export type PromotionMode = (typeof PROMOTION_MODES)[number]

/** The platform's marks of a material that speak against money: platform-apis.md 2.7 and 6.4. */
export const MARKS = [
  'SIMILAR_MATERIAL',
  'SIMILAR_RISK_MATERIAL',
  'CARRY_MATERIAL',
  'INEFFICIENT_MATERIAL',
  'LOW_QUALITY_MATERIAL',
] as const
export type Mark = (typeof MARKS)[number]

export interface GuardSettings {
  version: number
  mode: PromotionMode
  /** 分; null: no cap. */
  capsFen: Readonly<Record<CapScope, number | null>>
  /** An order of this much, 分, takes two persons; null: none does. */
  twoPersonsFromFen: number | null
  quiet: QuietHours | null
  /** IANA zone of the workspace. */
  zone: string
  /** 基础转化: orders without ads that a video must have before its first yuan; 0: none. */
  naturalOrders: number
  marks: Readonly<Record<Mark, 'REFUSE' | 'ASK' | 'PASS'>>
}

/** Assumed, but for the marks (6.4: read before spending); small on purpose, every workspace sets its own. */
export const GUARD_DEFAULTS: GuardSettings = {
  version: 1,
  mode: 'DRY_RUN',
  capsFen: { ORDER: 50_000, VIDEO: 200_000, DAY: 300_000, BRAND: 3_000_000, WORKSPACE: 5_000_000 },
  twoPersonsFromFen: 30_000,
  quiet: null,
  zone: 'Asia/Shanghai',
  naturalOrders: 1,
  marks: {
    SIMILAR_MATERIAL: 'REFUSE',
    SIMILAR_RISK_MATERIAL: 'ASK',
    CARRY_MATERIAL: 'REFUSE',
    INEFFICIENT_MATERIAL: 'REFUSE',
    LOW_QUALITY_MATERIAL: 'ASK',
  },
}

export interface SpendRequest {
  call: 'CREATE' | 'ADD_BUDGET'
  method: Method
  /** 分 more than is committed; 0: a plan's own budget pays. */
  amountFen: number
  /** A person; null: the program. */
  proposedBy: number | null
  /** Each for as much of the whole order as the person saw. */
  approvals: readonly { by: number; amountFen: number }[]
}

export interface Standing {
  settings: GuardSettings
  killed: boolean
  /** 分 by `committedFen`, without this request. ORDER: of this very order. */
  committedFen: Readonly<Record<CapScope, number>>
  /** Of the video before anybody paid for its plays; null: not known, which is not none. */
  naturalOrders: number | null
  /** Other promotions of the same video on the same account that are open. */
  inFlight: readonly { promotionId: number; method: Method; unsettled: boolean }[]
  /** Of the material; null: not read. */
  marks: readonly Mark[] | null
  /** What the video was cut anew out of; null: it is no remix. */
  remixOf: Origin | null
  /** What the platform gives; null: it does not say, and will refuse by itself. */
  platform: { walletFen: number | null; ordersLeft: number | null; mostCostFen: number | null }
}

/** 混剪 of it. */
export interface Origin {
  videoId: number
  title: string
}

/** Speaks against it. Money in 分. */
export type Refusal =
  | { kind: 'AMOUNT'; askedFen: number }
  | { kind: 'DRY_RUN' }
  | { kind: 'KILLED' }
  | { kind: 'QUIET'; until: number }
  | { kind: 'CAP'; scope: CapScope; capFen: number; committedFen: number; askedFen: number }
  | { kind: 'NO_BASE'; needed: number; orders: number | null }
  | { kind: 'IN_FLIGHT'; promotionId: number; method: Method; unsettled: boolean }
  /** `remixOf` is there for a remix: what it was cut out of. */
  | { kind: 'MARKED'; mark: Mark; remixOf?: Origin }
  | { kind: 'MARKS_UNKNOWN' }
  | { kind: 'NO_PLACE'; why: PlaceWhy }
  | { kind: 'WALLET'; walletFen: number; askedFen: number }
  | { kind: 'ORDERS_AT_ONCE'; left: number }
  | { kind: 'MOST_COST'; mostFen: number; askedFen: number }
/** A person may set it aside. */
export type Asking =
  | { kind: 'CONFIRM' }
  | { kind: 'TWO_PERSONS'; fromFen: number; askedFen: number; persons: number }
  | { kind: 'RISKY_MARK'; mark: Mark; remixOf?: Origin }
export type GuardReason = Refusal | Asking

/** Every reason, not only the first. REFUSED has what a person would be asked for as well. */
export type GuardAnswer =
  | { kind: 'ALLOWED'; version: number }
  | { kind: 'NEEDS_APPROVAL'; version: number; reasons: Asking[] }
  | { kind: 'REFUSED'; version: number; reasons: GuardReason[] }

export function guard(request: SpendRequest, standing: Standing, now: number): GuardAnswer {
  const { version } = standing.settings
  const refusals = [
    ...rulesOfTheHouse(request, standing, now),
    ...caps(request, standing),
    ...ofTheVideo(request, standing),
    ...ofThePlatform(request, standing),
  ]
  const asks = asked(request, standing)
  if (refusals.length > 0) return { kind: 'REFUSED', version, reasons: [...refusals, ...asks] }
  return asks.length > 0 ? { kind: 'NEEDS_APPROVAL', version, reasons: asks } : { kind: 'ALLOWED', version }
}

/** What it would be if it were no dry run. */
export function withoutDryRun(answer: GuardAnswer): GuardAnswer {
  if (answer.kind !== 'REFUSED') return answer
  const { version } = answer
  const reasons = answer.reasons.filter(({ kind }) => kind !== 'DRY_RUN')
  if (reasons.length === 0) return { kind: 'ALLOWED', version }
  const asks = reasons.filter(isAsking)
  return asks.length === reasons.length
    ? { kind: 'NEEDS_APPROVAL', version, reasons: asks }
    : { kind: 'REFUSED', version, reasons }
}

function isAsking(reason: GuardReason): reason is Asking {
  return reason.kind === 'CONFIRM' || reason.kind === 'TWO_PERSONS' || reason.kind === 'RISKY_MARK'
}

function rulesOfTheHouse({ amountFen }: SpendRequest, { settings, killed }: Standing, now: number) {
  const { mode, quiet, zone } = settings
  const found: Refusal[] = []
  if (!Number.isSafeInteger(amountFen) || amountFen < 0) found.push({ kind: 'AMOUNT', askedFen: amountFen })
  if (mode === 'DRY_RUN') found.push({ kind: 'DRY_RUN' })
  if (killed) found.push({ kind: 'KILLED' })
  const until = quietUntil(quiet, zone, now)
  if (until !== null) found.push({ kind: 'QUIET', until })
  return found
}

function caps({ amountFen }: SpendRequest, { settings, committedFen }: Standing): Refusal[] {
  return CAP_SCOPES.flatMap((scope) => {
    const capFen = settings.capsFen[scope]
    const committed = committedFen[scope]
    if (capFen === null || committed + amountFen <= capFen) return []
    return [{ kind: 'CAP', scope, capFen, committedFen: committed, askedFen: amountFen }]
  })
}

function ofTheVideo({ call, method }: SpendRequest, standing: Standing): Refusal[] {
  const { settings, naturalOrders: orders, inFlight, marks, committedFen } = standing
  const found: Refusal[] = []
  const needed = settings.naturalOrders
  // Once ads ran, orders are theirs too: the base is asked for before the first yuan only.
  const first = call === 'CREATE' && committedFen.VIDEO === 0
  if (first && needed > 0 && (orders === null || orders < needed))
    found.push({ kind: 'NO_BASE', needed, orders })
  // One in flight per way to spend: two of them could not be told apart in the platform's list.
  if (call === 'CREATE')
    for (const other of inFlight)
      if (other.unsettled || other.method === method) found.push({ kind: 'IN_FLIGHT', ...other })
  if (marks === null) found.push({ kind: 'MARKS_UNKNOWN' })
  for (const mark of marks ?? [])
    if (settings.marks[mark] === 'REFUSE') found.push({ kind: 'MARKED', mark, ...cutOutOf(standing) })
  return found
}

const cutOutOf = ({ remixOf }: Standing) => (remixOf ? { remixOf } : {})

function ofThePlatform({ call, amountFen }: SpendRequest, { platform, committedFen }: Standing): Refusal[] {
  const { walletFen, ordersLeft, mostCostFen } = platform
  const found: Refusal[] = []
  if (walletFen !== null && amountFen > walletFen)
    found.push({ kind: 'WALLET', walletFen, askedFen: amountFen })
  if (call === 'CREATE' && ordersLeft !== null && ordersLeft < 1)
    found.push({ kind: 'ORDERS_AT_ONCE', left: ordersLeft })
  const whole = committedFen.ORDER + amountFen
  if (mostCostFen !== null && whole > mostCostFen)
    found.push({ kind: 'MOST_COST', mostFen: mostCostFen, askedFen: whole })
  return found
}

function asked({ amountFen, approvals, proposedBy }: SpendRequest, standing: Standing): Asking[] {
  const { settings, marks, committedFen } = standing
  // Of the whole order, so that nobody splits it; an approval of less is none.
  const whole = committedFen.ORDER + amountFen
  const by = approvals.filter((each) => each.amountFen >= whole).map((each) => each.by)
  const confirmed = by.length > 0
  const persons = new Set(proposedBy === null ? by : [proposedBy, ...by]).size
  const found: Asking[] = []
  if (settings.mode !== 'AUTO' && !confirmed) found.push({ kind: 'CONFIRM' })
  const from = settings.twoPersonsFromFen
  if (from !== null && whole >= from && (persons < 2 || !confirmed))
    found.push({ kind: 'TWO_PERSONS', fromFen: from, askedFen: whole, persons })
  for (const mark of marks ?? [])
    if (settings.marks[mark] === 'ASK' && !confirmed)
      found.push({ kind: 'RISKY_MARK', mark, ...cutOutOf(standing) })
  return found
}
