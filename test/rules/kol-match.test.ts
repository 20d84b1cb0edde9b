/** Rows as `name#id@抖音号`; a pool as the rows that each KOL was given. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Identity, matchKols, type Person } from '../../rules/kol-match.ts'

function row(text: string): Identity {
  const [, name = '', accountId = null, showId = null] = /^([^#@]*)(?:#([^@]*))?(?:@(.*))?$/.exec(text) ?? []
  return { name, accountId, showId }
}

/** Imports lists one after another, as the flow does; answers name and id of each KOL with its rows, and the refused. */
function pool(...lists: string[][]) {
  const kols: (Identity & { kolId: number; rows: string[] })[] = []
  const refused: string[] = []
  for (const list of lists) {
    const fresh = new Map<Person, number>()
    const matches = matchKols([...kols], list.map(row))
    for (const [nth, match] of matches.entries()) {
      const text = list[nth] ?? ''
      if ('refused' in match) {
        refused.push(text)
        continue
      }
      const { accountId, name, showId } = row(text)
      const kolId = match.kolId ?? fresh.get(match) ?? kols.length
      kols[kolId] ??= { kolId, accountId: null, name, showId: null, rows: [] }
      const kol = kols[kolId]
      fresh.set(match, kolId)
      kol.accountId ??= accountId
      kol.showId ??= showId
      kol.rows.push(text)
    }
  }
  const shown = kols.map((kol) => `${kol.name}#${kol.accountId ?? ''}: ${kol.rows.toSorted().join(' ')}`)
  return { kols: shown.sort(), refused }
}

test.each<[what: string, lists: string[][], kols: string[], refused?: string[]]>([
  ['the id decides, also under another name', [['A#1'], ['B#1']], ['A#1: A#1 B#1']],
  ['one name and two ids are two KOLs', [['A#1', 'A#2']], ['A#1: A#1', 'A#2: A#2']],
  ['also when they come one by one', [['A#1'], ['A#2']], ['A#1: A#1', 'A#2: A#2']],
  ['a name is the only KOL that has it', [['A#1'], ['A']], ['A#1: A A#1']],
  ['an id that comes later is filled in', [['A'], ['A#1']], ['A#1: A A#1']],
  ['two ids that come later fill nothing', [['A'], ['A#1', 'A#2']], ['A#: A', 'A#1: A#1', 'A#2: A#2']],
  ['a name of several is nobody of them', [['A#1', 'A#2'], ['A']], ['A#: A', 'A#1: A#1', 'A#2: A#2']],
  ['and stays the same nobody', [['A#1', 'A#2'], ['A'], ['A']], ['A#: A A', 'A#1: A#1', 'A#2: A#2']],
  ['a row without an id beside the one with it', [['A', 'A#1'], ['A#2']], ['A#1: A A#1', 'A#2: A#2']],
  ['one list, one name, no id: one KOL', [['A', 'A']], ['A#: A A']],
  ['names are exact', [['A'], ['a', 'A ']], ['A #: A ', 'A#: A', 'a#: a']],
  ['the 抖音号 of another', [['A@x'], ['A@y']], ['A#: A@x'], ['A@y']],
  ['also within a list', [['A@x', 'A', 'A@y']], ['A#: A A@x'], ['A@y']],
  ['an id is not filled into another 抖音号', [['A@x'], ['A#1@y']], ['A#1: A#1@y', 'A#: A@x']],
  ['a 抖音号 that changes beside an id', [['A#1@x'], ['A#1@y']], ['A#1: A#1@x A#1@y']],
])('%s', (_what, lists, kols, refused = []) => {
  expect(pool(...lists)).toEqual({ kols: kols.toSorted(), refused })
})

test('two KOLs of one name without an id, made by hand: the row is refused', () => {
  const [a, b] = [0, 1].map((kolId) => ({ kolId, name: 'A', accountId: null, showId: null }))
  const [match] = matchKols(a && b ? [a, b] : [], [row('A')])
  expect(match).toEqual({ refused: expect.stringContaining('several') })
})

const list = fc.array(
  fc.tuple(fc.constantFrom('A', 'B'), fc.constantFrom('', '#1', '#2', '#3')).map(([name, id]) => {
    // An id keeps its name.
    return id === '' ? name : `${id === '#3' ? 'B' : 'A'}${id}`
  }),
  { maxLength: 6 },
)

test('two lists, in any order and with their rows in any order, give the same pool and refuse nothing', () => {
  fc.assert(
    fc.property(list, list, fc.infiniteStream(fc.nat()), (a, b, chance) => {
      const shuffled = (rows: string[]) =>
        rows
          .map((text) => ({ text, at: chance.next().value as number }))
          .sort((one, other) => one.at - other.at)
          .map(({ text }) => text)
      const expected = pool(a, b)
      expect(expected.refused).toEqual([])
      expect(pool(b, a)).toEqual(expected)
      expect(pool(shuffled(b), shuffled(a))).toEqual(expected)
    }),
    { numRuns: 2000 },
  )
})

test('the same list again makes nobody', () => {
  fc.assert(
    fc.property(list, list, (a, b) => {
      const names = (lists: string[][]) => pool(...lists).kols.map((kol) => kol.split(':')[0])
      expect(names([a, b, b])).toEqual(names([a, b]))
    }),
  )
})
