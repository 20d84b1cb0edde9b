/** What came of a first idea: collaborations and videos, hop by hop, and what each hop added. */
import { OWING_STATES } from './collaboration.ts'
import type { CollaborationState, PlaybookStep, Tier } from './types.ts'

/** A collaboration with the video that came of it; one of the two may be absent. Plays are cumulative, money is 分. */
export interface Offspring {
  /** 0: where it began; then one more with every breakout that was repeated. */
  hop: number
  /** The breakout that it repeats, and its video; null: where it began. */
  breakoutId: number | null
  parentVideoId: number | null
  kolId: number | null
  kolName: string | null
  tier: Tier | null
  collaboration: {
    id: number
    state: CollaborationState
    step: PlaybookStep
    priceFen: number | null
  } | null
  video: {
    id: number
    title: string
    plays: number | null
    spendFen: number | null
    gmvFen: number | null
  } | null
}

export interface LineageNode extends Pick<Offspring, 'hop' | 'kolId' | 'kolName' | 'tier'> {
  kind: 'COLLABORATION' | 'VIDEO'
  id: number
  step: PlaybookStep | null
  state: CollaborationState | null
  title: string | null
  plays: number | null
  spendFen: number | null
  gmvFen: number | null
}
type NodeKey = Pick<LineageNode, 'kind' | 'id'>
export interface LineageEdge {
  from: NodeKey
  to: NodeKey
  /** null: the collaboration led to the video. */
  breakoutId: number | null
}
/** Sums over what is known; null: nothing of it is. */
export interface LineageHop {
  hop: number
  collaborations: number
  videos: number
  plays: number | null
  /** Agreed prices of what was not dropped, and what was spent on the videos. */
  spendFen: number | null
  gmvFen: number | null
}
export interface Lineage {
  nodes: LineageNode[]
  edges: LineageEdge[]
  hops: LineageHop[]
}

export function lineageOf(offspring: readonly Offspring[]): Lineage {
  const nodes = offspring.flatMap(nodesOf)
  const hops = [...new Set(nodes.map(({ hop }) => hop))].sort((a, b) => a - b)
  return { nodes, edges: offspring.flatMap(edgesOf), hops: hops.map((hop) => hopOf(hop, nodes)) }
}

function nodesOf({ hop, kolId, kolName, tier, collaboration, video }: Offspring): LineageNode[] {
  const who = { hop, kolId, kolName, tier, step: collaboration?.step ?? null }
  const owing = OWING_STATES.some((state) => state === collaboration?.state)
  return [
    collaboration && {
      ...who,
      kind: 'COLLABORATION' as const,
      id: collaboration.id,
      state: collaboration.state,
      title: null,
      plays: null,
      spendFen: owing ? collaboration.priceFen : null,
      gmvFen: null,
    },
    video && { ...who, kind: 'VIDEO' as const, state: null, ...video },
  ].filter((node) => node !== null)
}

function edgesOf({ breakoutId, parentVideoId, collaboration, video }: Offspring): LineageEdge[] {
  const made = collaboration && { kind: 'COLLABORATION' as const, id: collaboration.id }
  const edges: LineageEdge[] = []
  if (made && parentVideoId !== null)
    edges.push({ from: { kind: 'VIDEO', id: parentVideoId }, to: made, breakoutId })
  if (made && video) edges.push({ from: made, to: { kind: 'VIDEO', id: video.id }, breakoutId: null })
  return edges
}

function hopOf(hop: number, all: readonly LineageNode[]): LineageHop {
  const nodes = all.filter((node) => node.hop === hop)
  const sum = (key: 'plays' | 'spendFen' | 'gmvFen') => {
    const known = nodes.map((node) => node[key]).filter((value) => value !== null)
    return known.length === 0 ? null : known.reduce((total, value) => total + value, 0)
  }
  const videos = nodes.filter(({ kind }) => kind === 'VIDEO').length
  return {
    hop,
    collaborations: nodes.length - videos,
    videos,
    plays: sum('plays'),
    spendFen: sum('spendFen'),
    gmvFen: sum('gmvFen'),
  }
}
