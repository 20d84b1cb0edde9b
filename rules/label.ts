/** Names in a sheet: each stands for one thing, and where two share a name `#id` tells them apart. */
export interface Named {
  id: number
  name: string
}

export interface Labels<One extends Named> {
  /** The name, or `name#id` where the name alone would not do. */
  of(one: One): string
  /** All that a text may mean: one, none, or several of one name. */
  find(text: string): readonly One[]
}

export function createLabels<One extends Named>(all: readonly One[]): Labels<One> {
  const byName = new Map<string, One[]>()
  for (const one of all) byName.set(one.name.trim(), [...(byName.get(one.name.trim()) ?? []), one])
  const numbered = new Map(all.map((one) => [withId(one), one]))
  // A name that reads like the number of another is numbered as well, so that no label means two things.
  const of = (one: One) =>
    (byName.get(one.name.trim())?.length ?? 0) > 1 || numbered.has(one.name.trim())
      ? withId(one)
      : one.name.trim()
  const byLabel = new Map(all.map((one) => [of(one), one]))
  return {
    of,
    find(text) {
      const exact = byLabel.get(text)
      if (exact) return [exact]
      const known = numbered.get(text)
      return byName.get(text) ?? (known ? [known] : [])
    },
  }
}

const withId = ({ id, name }: Named) => `${name.trim()}#${id}`

/** The text without its `#id`. */
export const unnumbered = (text: string) => text.replace(/#\d+$/, '')
