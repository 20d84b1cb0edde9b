/** What the settings about money may hold: checked before they are stored, every problem with its field. */
import type { FatigueSettings } from './fatigue.ts'
import { type GuardSettings, MARKS, PROMOTION_MODES } from './guard.ts'
import { CAP_SCOPES } from './guard-money.ts'
import type { DecideSettings } from './promotion-settings.ts'
import { DAY } from './types.ts'

interface Limits {
  min: number
  max: number
  whole: boolean
}
type Table<T> = Readonly<Record<Exclude<keyof T, 'version'>, Limits>>

export interface SettingProblem {
  /** e.g. capsFen.DAY. */
  field: string
  /** What it may be. */
  message: string
}

const FEN: Limits = { min: 0, max: 1e12, whole: true }
const COUNT: Limits = { min: 0, max: 1e9, whole: true }
const SHARE: Limits = { min: 0, max: 1, whole: false }
const HOURS: Limits = { min: 0, max: 1000, whole: false }
const DAYS: Limits = { min: 0, max: 365, whole: true }

export const DECIDE_BOUNDS: Table<DecideSettings> = {
  trialFen: { ...FEN, min: 1 },
  trialHours: { ...HOURS, min: 0.5 },
  mostTrials: COUNT,
  mostTrialFen: FEN,
  noClickShows: COUNT,
  clicksWithoutOrder: COUNT,
  interactionFloor: SHARE,
  nearlySpent: SHARE,
  trialAdd: { min: 0, max: 10, whole: false },
  futileSpent: SHARE,
  futileRoi: SHARE,
  futileFen: FEN,
  scaleAdd: { min: 0, max: 10, whole: false },
  addSpentFen: FEN,
  addHours: HOURS,
  cooldownMinutes: { min: 0, max: 10_080, whole: false },
  mostAddedADayFen: FEN,
  editsADay: COUNT,
  cutSpentFen: FEN,
  cutHours: HOURS,
  cutShare: SHARE,
  leastFen: FEN,
  undeliveredHours: { ...HOURS, min: 1 },
  stepFen: { ...FEN, min: 1 },
}

export const FATIGUE_BOUNDS: Table<FatigueSettings> = {
  leastSpendFen: FEN,
  leastPlays: COUNT,
  coldDays: DAYS,
  coldSpendFen: FEN,
  coldOrders: COUNT,
  coldOrderDays: DAYS,
  tiringFall: SHARE,
  fatiguedFall: SHARE,
  roiShare: SHARE,
  leastCtr: SHARE,
  oldDays: DAYS,
  spentDays: DAYS,
  noise: { min: 0, max: 10, whole: false },
}

/** Problems of plain numbers; empty: they may be stored. */
export function checkNumbers<T extends object>(settings: T, bounds: Table<T>): SettingProblem[] {
  return Object.entries<Limits>(bounds).flatMap(([field, limits]) =>
    outside(field, (settings as Record<string, unknown>)[field], limits),
  )
}

export function checkGuard(settings: GuardSettings): SettingProblem[] {
  const { mode, capsFen, twoPersonsFromFen, quiet, zone, naturalOrders, marks } = settings
  const minute = { min: 0, max: DAY / 60_000 - 1, whole: true }
  return [
    ...unknown('mode', mode, PROMOTION_MODES),
    ...CAP_SCOPES.flatMap((scope) => orNull(`capsFen.${scope}`, capsFen[scope], FEN)),
    ...orNull('twoPersonsFromFen', twoPersonsFromFen, FEN),
    ...(quiet === null
      ? []
      : [...outside('quiet.from', quiet.from, minute), ...outside('quiet.to', quiet.to, minute)]),
    ...(isZone(zone) ? [] : [{ field: 'zone', message: 'must be an IANA zone, e.g. Asia/Shanghai' }]),
    ...outside('naturalOrders', naturalOrders, COUNT),
    ...MARKS.flatMap((mark) => unknown(`marks.${mark}`, marks[mark], ['REFUSE', 'ASK', 'PASS'])),
  ]
}

function outside(field: string, value: unknown, { min, max, whole }: Limits): SettingProblem[] {
  const fits =
    typeof value === 'number' && value >= min && value <= max && (!whole || Number.isInteger(value))
  return fits
    ? []
    : [{ field, message: `must be a ${whole ? 'whole number' : 'number'} of ${min} to ${max}` }]
}

function orNull(field: string, value: unknown, limits: Limits): SettingProblem[] {
  return value === null ? [] : outside(field, value, limits)
}

function unknown(field: string, value: unknown, allowed: readonly string[]): SettingProblem[] {
  return allowed.includes(String(value)) ? [] : [{ field, message: `must be one of ${allowed.join(', ')}` }]
}

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
