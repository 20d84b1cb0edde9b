/** What is asked for one by one in a page, loaded together. */
import DataLoader from 'dataloader'
import type { ApiContext } from './context.ts'

type LoadMany<Value> = (ids: readonly number[], context: ApiContext) => Promise<Map<number, Value>>

/**
 * A loader by id: all that one request asks for before it waits is one call of `loadMany`. Nothing is kept, so what is
 * asked for after a mutation is read again. undefined: `loadMany` did not have it.
 */
export function batched<Value>(loadMany: LoadMany<Value>) {
  const loaders = new WeakMap<ApiContext, DataLoader<number, Value | undefined>>()
  return (id: number, context: ApiContext): Promise<Value | undefined> => {
    const loader = loaders.get(context) ?? createLoader(loadMany, context)
    loaders.set(context, loader)
    return loader.load(id)
  }
}

function createLoader<Value>(loadMany: LoadMany<Value>, context: ApiContext) {
  const load = async (ids: readonly number[]) => {
    const values = await loadMany([...new Set(ids)], context)
    return ids.map((id) => values.get(id))
  }
  // A page's fields are asked for in several steps of promises: load after all of them.
  return new DataLoader<number, Value | undefined>(load, { cache: false, batchScheduleFn: setImmediate })
}

/** The same for a field with arguments: those that are asked with the same ones are loaded together. */
export function batchedWith<Args, Value>(
  loadMany: (ids: readonly number[], args: Args, context: ApiContext) => Promise<Map<number, Value>>,
) {
  type Load = ReturnType<typeof batched<Value>>
  const loads = new WeakMap<ApiContext, Map<string, Load>>()
  return (id: number, args: Args, context: ApiContext): Promise<Value | undefined> => {
    const byArgs = loads.get(context) ?? new Map<string, Load>()
    loads.set(context, byArgs)
    const key = JSON.stringify(args)
    const load = byArgs.get(key) ?? batched<Value>((ids, context) => loadMany(ids, args, context))
    byArgs.set(key, load)
    return load(id, context)
  }
}
