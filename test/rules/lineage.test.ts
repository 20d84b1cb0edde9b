import { expect, test } from 'vitest'
import { lineageOf, type Offspring } from '../../rules/lineage.ts'
import { COLLABORATION_STATES, type CollaborationState } from '../../rules/types.ts'

const who = { kolId: 1, kolName: 'k', tier: null }
const work = (id: number, state: CollaborationState = 'PUBLISHED', priceFen: number | null = 100) => ({
  id,
  state,
  step: 'TEST' as const,
  priceFen,
})
const video = (id: number, over: Partial<NonNullable<Offspring['video']>> = {}) => ({
  id,
  title: `v${id}`,
  plays: null,
  spendFen: null,
  gmvFen: null,
  ...over,
})
const root = { ...who, hop: 0, breakoutId: null, parentVideoId: null }
const child = { ...who, hop: 1, breakoutId: 9, parentVideoId: 5 }

test('nodes, edges and what each hop added', () => {
  const { nodes, edges, hops } = lineageOf([
    { ...root, collaboration: work(1), video: video(5, { plays: 10, spendFen: 7 }) },
    { ...child, collaboration: work(2, 'DROPPED'), video: null },
    { ...child, collaboration: work(3, 'SETTLED', 50), video: video(6, { plays: 20, gmvFen: 900 }) },
    { ...child, collaboration: work(4, 'PROPOSED'), video: null },
  ])
  expect(nodes.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
    'COLLABORATION 1',
    'VIDEO 5',
    'COLLABORATION 2',
    'COLLABORATION 3',
    'VIDEO 6',
    'COLLABORATION 4',
  ])
  const made = (collaboration: number, id: number) => ({
    from: { kind: 'COLLABORATION', id: collaboration },
    to: { kind: 'VIDEO', id },
    breakoutId: null,
  })
  const repeated = (id: number) => ({
    from: { kind: 'VIDEO', id: 5 },
    to: { kind: 'COLLABORATION', id },
    breakoutId: 9,
  })
  expect(edges).toEqual([made(1, 5), repeated(2), repeated(3), made(3, 6), repeated(4)])
  expect(hops).toEqual([
    { hop: 0, collaborations: 1, videos: 1, plays: 10, spendFen: 107, gmvFen: null },
    { hop: 1, collaborations: 3, videos: 1, plays: 20, spendFen: 50, gmvFen: 900 },
  ])
})

test('a video alone, of which nothing is known: null and not 0', () => {
  const { nodes, edges, hops } = lineageOf([{ ...root, collaboration: null, video: video(5) }])
  expect(nodes).toMatchObject([{ kind: 'VIDEO', id: 5, step: null, state: null, title: 'v5' }])
  expect(edges).toEqual([])
  expect(hops).toEqual([{ hop: 0, collaborations: 0, videos: 1, plays: null, spendFen: null, gmvFen: null }])
})

test.each(COLLABORATION_STATES)('the price of one that is %s', (state) => {
  const { hops } = lineageOf([{ ...root, collaboration: work(1, state), video: null }])
  expect(hops[0]?.spendFen).toBe(state === 'PROPOSED' || state === 'DROPPED' ? null : 100)
})

test('nothing has no lineage', () => {
  expect(lineageOf([])).toEqual({ nodes: [], edges: [], hops: [] })
})
