/** What the simulator was asked and what it answered: the other half of a measurement. */
export interface SeenLooks {
  looks: number
  firstAt: number
  lastAt: number
}

export interface Tally {
  /** Counts a call under its envelope code, or under the fault that left it without one. */
  call(path: string, outcome: number | string): void
  looks(itemIds: readonly string[], at: number): void
  nextRequestId(): string
  calls(): { total: number; byPath: Record<string, { total: number; byCode: Record<string, number> }> }
  answeredLooks(): number
  seen(itemId: string): SeenLooks | null
}

export function createTally(): Tally {
  const byPath: Record<string, { total: number; byCode: Record<string, number> }> = {}
  const seen = new Map<string, SeenLooks>()
  let total = 0
  let answered = 0
  let requests = 0
  return {
    call: (path, outcome) => {
      total++
      byPath[path] ??= { total: 0, byCode: {} }
      const entry = byPath[path]
      entry.total++
      entry.byCode[outcome] = (entry.byCode[outcome] ?? 0) + 1
    },
    looks: (itemIds, at) => {
      answered += itemIds.length
      for (const itemId of itemIds) {
        const before = seen.get(itemId)
        seen.set(itemId, { looks: (before?.looks ?? 0) + 1, firstAt: before?.firstAt ?? at, lastAt: at })
      }
    },
    nextRequestId: () => `sim${String(++requests).padStart(12, '0')}`,
    calls: () => ({ total, byPath }),
    answeredLooks: () => answered,
    seen: (itemId) => seen.get(itemId) ?? null,
  }
}
