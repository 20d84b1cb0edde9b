/**
 * Reads what an advertiser's 随心推 orders and 千川 plans cost and brought by day, and appends what changed to `outcome`. The
 * platform restates a day for as long as refunds come: today and yesterday are read every time, the last 14 days once a
 * day.
 */
import type { Tx } from '../db/client.ts'
import { importRun } from '../db/tables.ts'
import type { OutcomeField } from '../platforms/exports/kinds.ts'
import type { AdLedger, AdRow } from '../platforms/ledger.ts'
import { DAY } from '../rules/types.ts'
import { dayOf, startOfDay } from '../rules/zone.ts'
import { type Context, write } from './context.ts'
import { found } from './errors.ts'
import {
  compareOutcomes,
  lockOutcomes,
  type OutcomeEntry,
  type OutcomeShape,
  storeOutcomes,
} from './import-outcome.ts'
import { ledgerSubject, moveReadTo, recordingFailure } from './ledger.ts'

/** The platform's days, whatever the workspace's zone. */
const SHANGHAI = 'Asia/Shanghai'
/** `ad_all_order_settle_amount_14d`: the platform's own horizon of refunds. */
const RESTATED = 14

const FIELDS: OutcomeField[] = ['spend', 'gmv', 'orders', 'shows', 'clicks', 'plays']
const SHAPES = {
  orders: { kind: 'suixintui', subject: 'ORDER', fields: FIELDS },
  plans: { kind: 'qianchuan', subject: 'VIDEO', fields: ['spend', 'gmv', 'orders'] },
} as const satisfies Record<keyof AdLedger, OutcomeShape>

export interface ReadAdReport {
  subjectId: number
  ads: AdLedger
}

export interface AdReportRead {
  rows: number
  /** Of them, new or changed. */
  revisions: number
}

/** Throws the platform's FetchError after noting it on the subject. All that was read is written in one transaction. */
export async function readAdReport(ctx: Context, { subjectId, ads }: ReadAdReport): Promise<AdReportRead> {
  const { readTo, externalId } = await ledgerSubject(ctx, subjectId)
  const days = daysToRead(readTo, ctx.now)
  const entries = await recordingFailure(ctx, subjectId, () => readDays(ads, days))
  return write(ctx, async (tx) => {
    const read: AdReportRead = { rows: 0, revisions: 0 }
    for (const side of ['orders', 'plans'] as const) {
      const batch = entries[side]
      read.rows += batch.length
      if (batch.length > 0) read.revisions += await append(tx, ctx, SHAPES[side], batch, externalId)
    }
    await moveReadTo(tx, ctx, subjectId)
    return read
  })
}

/** Beginnings of days in Shanghai, oldest first. */
function daysToRead(readTo: Date | null, now: Date): number[] {
  const today = dayOf(now, SHANGHAI)
  const count = readTo && dayOf(readTo, SHANGHAI) === today ? 2 : RESTATED
  const start = startOfDay(today, SHANGHAI).getTime()
  return Array.from({ length: count }, (_, index) => start - (count - 1 - index) * DAY)
}

type Read = Record<keyof AdLedger, OutcomeEntry[]>

/** An advertiser may have rights for one of the two only; that is no failure while the other answers. */
async function readDays(ads: AdLedger, days: readonly number[]): Promise<Read> {
  const refused: Error[] = []
  const side = async (name: keyof AdLedger) => (await ads[name](days)).map(entryOf)
  const unlessForbidden = (name: keyof AdLedger) =>
    side(name).catch((error: Error & { kind?: string }) => {
      if (error.kind !== 'forbidden') throw error
      refused.push(error)
      return []
    })
  const read = { orders: await unlessForbidden('orders'), plans: await unlessForbidden('plans') }
  if (refused.length === 2) throw refused[0]
  return read
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
  externalId: string,
): Promise<number> {
  await lockOutcomes(tx, ctx)
  const expected = await compareOutcomes(tx, shape, batch)
  if (expected.inserted + expected.restated === 0) return 0
  const { now: startedAt, now: finishedAt } = ctx
  const run = {
    file: `${shape.kind} ${externalId}`,
    kind: shape.kind,
    state: 'DONE' as const,
    startedAt,
    finishedAt,
  }
  const [stored] = await tx
    .insert(importRun)
    .values({ ...run, rows: batch.length, inserted: expected.inserted, restated: expected.restated })
    .returning({ id: importRun.id })
  const { inserted, restated } = await storeOutcomes(tx, ctx, shape, batch, found(stored, 'import').id)
  return inserted + restated
}
