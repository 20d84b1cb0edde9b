/** Which KOL a row of a list is about: the platform's id decides, and where there is none the exact name. */

/** Who somebody is; null: not known. */
export interface Identity {
  accountId: string | null
  name: string
  /** 抖音号; may change, so it decides nothing, but two of them are not one KOL of one name. */
  showId: string | null
}

/** Somebody in the pool; kolId null: new with this list. Rows of one KOL share the object. */
export interface Person {
  kolId: number | null
}

export type Match = Person | { refused: string }

interface Known extends Identity {
  person: Person
}

/**
 * Matches rows with a pool of KOLs; rows of one list are matched together, so that their order does not matter:
 *
 * - a row with an id is the KOL with that id. A new id of a name goes to the one KOL of that name when that one has no
 *   id yet and the list has no other id for the name; else it is a new KOL. So one name with two ids is two KOLs.
 * - a row without one is the KOL whose only id the list gives that name, else the only KOL of that name, else the only
 *   one without an id, else new. It is refused where several without an id have the name, and where the 抖音号 differs.
 *
 * Two lists give the same KOLs in either order, as long as an id keeps its name and a KOL its 抖音号.
 */
export function matchKols(
  pool: readonly (Identity & { kolId: number })[],
  list: readonly Identity[],
): Match[] {
  const known = pool.map((kol): Known => ({ ...kol, person: { kolId: kol.kolId } }))
  const byId = new Map(known.flatMap((kol) => (kol.accountId === null ? [] : [[kol.accountId, kol]])))
  const byName = groups(known, ({ name }) => name)
  const idsOf = groups(
    list.filter(({ accountId }) => accountId !== null),
    ({ name }) => name,
  )
  const ids = (name: string) => [...new Set(idsOf.get(name)?.map(({ accountId }) => accountId as string))]

  const byIdRow = (row: Identity, accountId: string): Match => {
    const there = byId.get(accountId)
    if (there) return there.person
    const [only, ...others] = byName.get(row.name) ?? []
    const fills = only?.accountId === null && others.length === 0 && ids(row.name).length === 1
    const person = fills && !clash(only, row) ? only.person : { kolId: null }
    byId.set(accountId, { ...row, person })
    return person
  }
  const strangers = new Map<string, Known>()
  const byNameRow = (row: Identity): Match => {
    const [id, ...more] = ids(row.name)
    const namesakes = byName.get(row.name) ?? []
    const nameless = namesakes.filter(({ accountId }) => accountId === null)
    const one =
      id !== undefined && more.length === 0
        ? byId.get(id)
        : id === undefined && namesakes.length === 1
          ? namesakes[0]
          : nameless[0]
    if (one === nameless[0] && nameless.length > 1) {
      return { refused: 'several KOLs without an id have this name: give the id' }
    }
    const target = one ?? strangers.get(row.name)
    if (target && clash(target, row)) {
      return {
        refused: `the KOL of this name has the 抖音号 ${target.showId}: give the id if it is another one`,
      }
    }
    if (target) {
      target.showId ??= row.showId
      return target.person
    }
    const person = { kolId: null }
    strangers.set(row.name, { ...row, person })
    return person
  }
  // Ids first: a name is judged by all ids that the list has for it.
  const first = list.map((row) => (row.accountId === null ? null : byIdRow(row, row.accountId)))
  return list.map((row, nth) => first[nth] ?? byNameRow(row))
}

function clash(a: { showId: string | null }, b: { showId: string | null }): boolean {
  return a.showId !== null && b.showId !== null && a.showId !== b.showId
}

function groups<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const made = new Map<string, T[]>()
  for (const item of items) {
    const group = made.get(key(item))
    if (group) group.push(item)
    else made.set(key(item), [item])
  }
  return made
}
