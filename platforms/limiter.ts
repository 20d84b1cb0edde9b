/** At most `limit` tasks of one key at a time, first come first served. Idle keys cost nothing. */
export function createLimiter(limit: number) {
  const lanes = new Map<string, { running: number; waiting: (() => void)[] }>()

  return async <T>(key: string, task: () => Promise<T>): Promise<T> => {
    const lane = lanes.get(key) ?? { running: 0, waiting: [] }
    lanes.set(key, lane)
    if (lane.running < limit) lane.running++
    else await new Promise<void>((resolve) => lane.waiting.push(resolve))
    try {
      return await task()
    } finally {
      const next = lane.waiting.shift()
      // The place is handed over, not freed, so a newcomer cannot slip in between.
      if (next) next()
      else if (--lane.running === 0) lanes.delete(key)
    }
  }
}
