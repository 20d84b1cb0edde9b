/** Why the next look is when it is: a kind, the numbers behind it, and one sentence that says them. */
import type { Comparison } from './rule.ts'

interface Worth {
  /** From the last look, or from publication, to the next. */
  minutes: number
  /** That a look then changes what the rule says, and what that counts beside a first detection, 0 to 1. */
  chance: number
  weight: number
  /** null: the quota has no look left, which no value pays for. */
  costFen: number | null
  delayFenPerHour: number
  /** The rule and the comparison that decide, `metric` as an operand is written; null: no rule can change. */
  ruleId: number | null
  on: { metric: string; value: number | null; op: Comparison['op']; bound: number } | null
}
/** Plain numbers and words, all finite: it is stored as JSON. In `on` a value is null where nothing was read yet. */
export type Reason =
  /** The expected loss has grown to the price of a look. */
  | ({ kind: 'WORTH' } & Worth)
  /** It would be worth more looks, but the source has nothing newer. */
  | ({ kind: 'FLOOR' } & Worth)
  /** It is not worth a look; this is the longest gap at its age. */
  | ({ kind: 'CEILING' } & Worth)
  | { kind: 'HOLD'; ruleId: number; holdMinutes: number }
  /** It is below its release level and goes on firing for a time. */
  | { kind: 'KEEP_FIRING'; ruleId: number; keepFiringMinutes: number }
  /** It broke out and grows: `growth` of its plays an hour. */
  | { kind: 'GROWING'; ruleId: number; growth: number }
  | { kind: 'CYCLE'; minutes: number }
  | { kind: 'RETRY'; misses: number; minutes: number }
  | { kind: 'END'; days: number }

export type WhyKind = Reason['kind']
export interface Why {
  kind: WhyKind
  text: string
  /** As in the text, unrounded; ids among them. */
  numbers: Record<string, number>
}

export function told(reason: Reason): Why {
  const numbers: Record<string, number> = {}
  for (const [name, value] of Object.entries(reason)) if (typeof value === 'number') numbers[name] = value
  if ('on' in reason && reason.on !== null) {
    numbers.bound = reason.on.bound
    if (reason.on.value !== null) numbers.value = reason.on.value
  }
  return { kind: reason.kind, text: sentence(reason), numbers }
}

function sentence(reason: Reason): string {
  switch (reason.kind) {
    case 'WORTH':
      return `${standing(reason)}; ${price(reason)} this is worth a look`
    case 'FLOOR':
      return `${standing(reason)}; ${price(reason)} it is worth one sooner, but the source has nothing newer`
    case 'CEILING':
      return `${standing(reason)}; ${price(reason)} it is not worth one, but no gap is longer at this age`
    case 'HOLD':
      return `rule ${reason.ruleId} is met and must hold ${short(reason.holdMinutes)} min: the look when it has`
    case 'KEEP_FIRING':
      return `rule ${reason.ruleId} is below its release level and keeps firing ${short(reason.keepFiringMinutes)} min: the look when that ends`
    case 'GROWING':
      return `rule ${reason.ruleId} fires and plays grow by ${short(reason.growth * 100)} % an hour: every hour at least`
    case 'CYCLE':
      return `every ${short(reason.minutes)} min, as set by hand`
    case 'RETRY':
      return `${reason.misses} failed in a row: tried again after ${short(reason.minutes)} min`
    case 'END':
      return `no longer watched after ${reason.days} days`
  }
}

function standing({ on, ruleId, chance, weight, minutes }: Worth): string {
  const within = `within ${short(minutes)} min`
  if (on === null) return `no rule can change ${within}`
  const value =
    on.value === null ? `${on.metric} not known yet` : `${on.metric} ${beside(on.value, on.bound)}`
  const counts = weight === 1 ? '' : `, which counts ${short(weight)}`
  return `rule ${ruleId}: ${value}, ${percent(chance)} to be ${on.op} ${short(on.bound)} ${within}${counts}`
}

function price({ costFen, delayFenPerHour }: Worth): string {
  if (costFen === null) return 'with no look left in the quota'
  return `at ${short(costFen)} 分 a look and ${short(delayFenPerHour)} 分 an hour late`
}

const percent = (chance: number) => (chance < 1e-4 ? 'less than 0.01 %' : `${short(chance * 100)} %`)

/** With as many digits as tell it from the bound. */
function beside(value: number, bound: number): string {
  return short(value) === short(bound) && value !== bound
    ? String(Number(value.toPrecision(6)))
    : short(value)
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)))
}

/** A look this likely to change a decision may use what is kept of a quota. Assumed, not measured. */
const HOT = 0.2

/** Whether the look is hot: a hold ends, or what it may decide is likely and worth it. */
export function isUrgent(reason: Reason): boolean {
  if (reason.kind === 'HOLD' || reason.kind === 'FLOOR' || reason.kind === 'GROWING') return true
  return reason.kind === 'WORTH' && reason.chance * reason.weight >= HOT
}
