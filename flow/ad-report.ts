/**
 * Reads what an advertiser's 随心推 orders and 千川 plans cost and brought by day, and appends what changed to `outcome`. The
 * platform restates a day for as long as refunds come: today and yesterday are read every time, the last 14 days once a
 * day, and after an outage all that was missed.
 */
import type { Tx } from '../db/client.ts'
import { importRun } from '../db/tables.ts'
import type { OutcomeField } from '../platforms/exports/kinds.ts'
import type { AdLedger, AdRow } from '../platforms/ledger.ts'
import { DAY } from '../rules/types.ts'
import { countDays, dayOf, SHANGHAI, startOfDay } from '../rules/zone.ts'
import { type Context, write } from './context.ts'
import { found } from './errors.ts'
import {
  compareOutcomes,
  lockOutcomes,
  type OutcomeEntry,
  type OutcomeShape,
  type Stored,
  storeOutcomes,
} from './import-outcome.ts'
import { finishReading, ledgerSubject, recordingFailure } from './ledger.ts'
import { type Changed, merged, refreshMoney } from './money.ts'

/** `ad_all_order_settle_amount_14d`: the platform's own horizon of refunds. */
const RESTATED = 14
/** Most days of one run: with the life of an order (platforms/ledger.ts) it stays below the platform's span of 180. */
const MOST_DAYS = 90

const FIELDS: OutcomeField[] = ['spend', 'gmv', 'orders', 'shows', 'clicks', 'plays']
/** 标准投放 is told like 全域, plan by plan, so that both are one batch: the ids of their plans are never the same. */
const SHAPES = {
  orders: { kind: 'suixintui', subject: 'ORDER', fields: FIELDS },
  plans: { kind: 'qianchuan', subject: 'VIDEO', fields: ['spend', 'gmv', 'orders'] },
} as const satisfies Record<string, OutcomeShape>

export interface ReadAdReport {
  subjectId: number
  ads: AdLedger
  /** What is written is known from then on, not from when the questions began. */
  clock: () => Date
}

export interface AdReportRead {
  rows: number
  /** Of them, new or changed. */
  revisions: number
}

/** Throws the platform's FetchError after noting it on the subject. All that was read is written in one transaction. */
export async function readAdReport(ctx: Context, input: ReadAdReport): Promise<AdReportRead> {
  const { subjectId, ads, clock } = input
  const { readTo, externalId } = await ledgerSubject(ctx, subjectId)
  const days = daysToRead(readTo, ctx.now)
  const entries = await recordingFailure(ctx, subjectId, () => readDays(ads, days))
  return write(ctx, async (tx) => {
    await finishReading(tx, ctx, subjectId)
    await lockOutcomes(tx, ctx)
    const known = { ...ctx, now: clock() }
    const read: AdReportRead = { rows: 0, revisions: 0 }
    const changed: Changed[] = []
    for (const side of ['orders', 'plans'] as const) {
      const batch = entries[side]
      read.rows += batch.length
      if (batch.length === 0) continue
      const stored = await append(tx, known, SHAPES[side], batch, { externalId, startedAt: ctx.now })
      read.revisions += stored.inserted + stored.restated
      changed.push(stored.changed)
    }
    await refreshMoney(tx, known.now, merged(changed))
    return read
  })
}

/** Beginnings of days in Shanghai, oldest first. */
function daysToRead(readTo: Date | null, now: Date): number[] {
  const today = dayOf(now, SHANGHAI)
  const start = startOfDay(today, SHANGHAI).getTime()
  // Each day since then, today too, was to read the 14 that it ends.
  const owed = readTo === null ? 1 : countDays(dayOf(readTo, SHANGHAI), today) - 1
  const count = owed <= 0 ? 2 : Math.min(MOST_DAYS, RESTATED - 1 + owed)
  return Array.from({ length: count }, (_, index) => start - (count - 1 - index) * DAY)
}

type Read = Record<keyof typeof SHAPES, OutcomeEntry[]>

/** An advertiser may have rights for one of them only; that is no failure while another answers. */
async function readDays(ads: AdLedger, days: readonly number[]): Promise<Read> {
  const refused: Error[] = []
  const side = async (name: keyof AdLedger) => (await ads[name](days)).map(entryOf)
  const unlessForbidden = (name: keyof AdLedger) =>
    side(name).catch((error: Error & { kind?: string }) => {
      if (error.kind !== 'forbidden') throw error
      refused.push(error)
      return []
    })
  const orders = await unlessForbidden('orders')
  const plans = [...(await unlessForbidden('plans')), ...(await unlessForbidden('standard'))]
  if (refused.length === 3) throw refused[0]
  return { orders, plans }
}

function entryOf(row: AdRow): OutcomeEntry {
  const { day, spendFen: spend, gmvFen: gmv, orders, shows, clicks, plays } = row
  return {
    line: 0,
    subjectId: row.subjectId,
    scopeId: row.scopeId,
    startsAt: day,
    endsAt: day + DAY,
    day: dayOf(new Date(day), SHANGHAI),
    grain: 'DAY',
    counts: { spend, gmv, orders, shows, clicks, plays },
    extra: { roi: row.roi },
    labels: row.itemId === null ? {} : { videoId: row.itemId },
    quality: row.quality === 'unknown' ? null : row.quality === 'ok' ? 'agrees' : 'disagrees',
  }
}

/** A run is on record only where it wrote something. */
async function append(
  tx: Tx,
  ctx: Context,
  shape: OutcomeShape,
  batch: readonly OutcomeEntry[],
  { externalId, startedAt }: { externalId: string; startedAt: Date },
): Promise<Stored> {
  const expected = await compareOutcomes(tx, shape, batch)
  if (expected.inserted + expected.restated === 0) return expected
  const run = {
    file: `${shape.kind} ${externalId}`,
    kind: shape.kind,
    state: 'DONE' as const,
    startedAt,
    finishedAt: ctx.now,
  }
  const [stored] = await tx
    .insert(importRun)
    .values({ ...run, rows: batch.length, inserted: expected.inserted, restated: expected.restated })
    .returning({ id: importRun.id })
  return storeOutcomes(tx, ctx, shape, batch, found(stored, 'import').id)
}
