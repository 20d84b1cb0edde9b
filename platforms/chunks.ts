import type { VideoRef } from './connector.ts'

/** For sources where one call asks about one 抖音号 and at most `size` videos of it. */
export function chunksOf(refs: readonly VideoRef[], size: number): VideoRef[][] {
  const byAccount = new Map<string, VideoRef[]>()
  for (const ref of refs) {
    const list = byAccount.get(ref.accountId)
    if (list) list.push(ref)
    else byAccount.set(ref.accountId, [ref])
  }
  return [...byAccount.values()].flatMap((list) =>
    Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size)),
  )
}
