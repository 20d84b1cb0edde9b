/** The clock that all processes share: leases, quotas and looks of hosts whose clocks differ must still agree. */
import type postgres from 'postgres'

/** Closer than this is near enough, and a correction that small would only make the clock jump. */
const NEAR = 1000
/** How long a correction is used before the database is asked again: a host's clock drifts, or is set. */
const USED = 60_000

/**
 * The host's clock, put right by what the database's shows. While the database is away the last correction holds; none
 * is known before its first answer.
 */
export async function sharedClock(pool: postgres.Sql, host: () => Date): Promise<() => Date> {
  let ahead = 0
  let measuredAt = Number.NEGATIVE_INFINITY
  const measure = async () => {
    const before = host().getTime()
    measuredAt = before
    try {
      const [found] = await pool`select extract(epoch from clock_timestamp())::float8 * 1000 as at`
      const differs = (before + host().getTime()) / 2 - Number(found?.at)
      if (Math.abs(differs - ahead) >= NEAR) ahead = differs
    } catch {
      // Whoever needs the database says so; its clock is asked again later.
    }
  }
  await measure()
  return () => {
    const now = host().getTime()
    // Set back is as good as late.
    if (Math.abs(now - measuredAt) >= USED) void measure()
    return new Date(now - ahead)
  }
}
