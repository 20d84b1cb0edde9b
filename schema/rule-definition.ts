/** A definition as the API takes and shows it: its scope names brands, matrices and phases by their ids of this API. */
import { completed, type Definition } from '../rules/rule.ts'
import { rowId } from './ids.ts'

const NODES = { brandIds: 'Brand', matrixIds: 'Matrix', phaseIds: 'Phase' } as const
export const globalId = (type: string, id: number) => Buffer.from(`${type}:${id}`).toString('base64')

/** With the ids of rows. What is no list is left as it is: the check of the definition says what is wrong. */
export function givenDefinition(given: unknown): unknown {
  const scope = isObject(given) ? given.scope : null
  if (!isObject(scope)) return given
  const named = Object.entries(NODES).flatMap(([field, type]) => {
    const ids = scope[field]
    if (!Array.isArray(ids)) return []
    return [[field, ids.map((id, i) => rowId(`definition.scope.${field}.${i}`, type, String(id)))]]
  })
  return { ...(given as object), scope: { ...scope, ...Object.fromEntries(named) } }
}

export function shownDefinition(stored: Definition) {
  const whole = completed(stored)
  return { ...whole, scope: shownScope(whole.scope) }
}

export function shownScope(scope: Definition['scope']) {
  const ids = (field: keyof typeof NODES) => scope[field].map((id) => globalId(NODES[field], id))
  return {
    brandIds: ids('brandIds'),
    matrixIds: ids('matrixIds'),
    phaseIds: ids('phaseIds'),
    tiers: scope.tiers,
  }
}

function isObject(given: unknown): given is Record<string, unknown> {
  return typeof given === 'object' && given !== null && !Array.isArray(given)
}

export const DEFINITION =
  'What a rule says, as JSON. Only `condition` must be there; the others are shown with their default.\n\n' +
  '- `condition`: `{ metric, op: ">=" or "<=", value, release? }`, `{ all: [condition] }`, `{ any: [condition] }` or ' +
  '`{ not: condition }`, up to 8 deep. It is met at `value` and let go only behind `release`, which must be easier to ' +
  'meet; under an odd number of nots, harder. Metrics: see `metrics`; money is 分, a ratio of 1 is 100 %. A metric ' +
  'without a value decides nothing: neither met nor let go.\n' +
  '- In a comparison `windowMinutes` (5 to 43200; of plays) compares what plays gained in that time. `of` (KOL, CELL, ' +
  'VERTICAL, TIER or WORKSPACE) with `by` (of plays and interactionRate) compares with earlier videos of the class at ' +
  'the same age: RATIO times their median, PERCENTILE the share of them at or below, 0 to 1.\n' +
  '- `purposes`: []: those of the videos; empty: all.\n' +
  '- `scope`: { brandIds: [], matrixIds: [], phaseIds: [], tiers: [] }: ids of this API; empty: all.\n' +
  '- `holdMinutes`: 0: it must be met at every look of that time before it fires, up to 10080.\n' +
  '- `keepFiringMinutes`: 0: it goes on firing for that time below the release level; a look at or above it starts ' +
  'the time anew. Up to 10080.\n' +
  '- `cooldownMinutes`: 360: let go, it must not be met for that time before the episode closes. Up to 43200.\n' +
  '- `quiet`: null, or { from: "22:00", to: "08:00" }: people are not told in that time of the zone of the ' +
  'workspace, unless it is CRITICAL; episodes do not wait.\n' +
  '- `severity`: "WARNING", or INFO, CRITICAL. `action`: "FLAG", or PROPOSE_TRIAL, PROPOSE_SCALE, STOP_PROMOTION.'
