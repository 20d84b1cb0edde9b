/** A connector whose answers a test decides. */
import type { Connector, CounterAnswer, VideoRef } from '../../platforms/connector.ts'
import { FetchError } from '../../platforms/errors.ts'
import type { Counters } from '../../rules/types.ts'

export function counters(over: Partial<Counters> = {}): Counters {
  return { plays: 1000, likes: 40, comments: 10, shares: 5, saves: null, ...over }
}

export interface TestConnector extends Connector {
  /** Every ref it was asked for, in order. */
  asked: VideoRef[]
}

/** `answer` gives counters, or an error kind to fail with. */
export function testConnector(
  answer: (itemId: string, times: number) => Counters | FetchError['kind'] | Promise<Counters>,
  source = 'test',
): TestConnector {
  const asked: VideoRef[] = []
  const times = new Map<string, number>()
  async function one({ itemId }: VideoRef): Promise<CounterAnswer> {
    const n = (times.get(itemId) ?? 0) + 1
    times.set(itemId, n)
    const given = await answer(itemId, n)
    if (typeof given !== 'string') return { ok: true, itemId, counters: given }
    return { ok: false, itemId, error: new FetchError(given, `test ${given}`) }
  }
  return {
    source,
    capability: {
      gives: ['plays', 'likes', 'comments', 'shares'],
      freshnessMs: 0,
      batch: 50,
      callsPerSecond: 10,
      callsPerDay: null,
      scope: 'app',
      costFen: 0,
    },
    asked,
    fetchCounters(refs) {
      asked.push(...refs)
      return Promise.all(refs.map(one))
    },
  }
}

/** A named event that a test waits on instead of sleeping. */
export function signal(): { give: () => void; given: Promise<void> } {
  let give = () => {}
  const given = new Promise<void>((resolve) => {
    give = resolve
  })
  return { give, given }
}
