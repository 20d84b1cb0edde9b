import type { VideoRef } from './connector.ts'

/**
 * For sources where one call asks about one 抖音号 and at most `size` videos of it. What is urgent shares calls and comes
 * first, so that few calls are urgent and those are not behind the others.
 */
export function chunksOf(refs: readonly VideoRef[], size: number): VideoRef[][] {
  const byAccount = new Map<string, VideoRef[]>()
  for (const ref of urgentFirst(refs, isUrgent)) {
    const list = byAccount.get(ref.accountId)
    if (list) list.push(ref)
    else byAccount.set(ref.accountId, [ref])
  }
  const chunks = [...byAccount.values()].flatMap((list) =>
    Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size)),
  )
  return urgentFirst(chunks, (chunk) => chunk.some(isUrgent))
}

export const isUrgent = ({ urgent }: VideoRef): boolean => urgent === true

function urgentFirst<T>(list: readonly T[], urgent: (one: T) => boolean): T[] {
  return [...list.filter(urgent), ...list.filter((one) => !urgent(one))]
}
