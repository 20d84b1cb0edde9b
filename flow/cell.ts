/** 格: which cells videos are planned in; any number of them in a fixed number of statements. */
import { and, eq, isNull, sql } from 'drizzle-orm'
import { among } from '../db/among.ts'
import { rows, type Tx } from '../db/client.ts'
import { element, matrix, matrixElement, pair } from '../db/tables.ts'
import { unnest } from '../db/unnest.ts'
import { brokenPairs } from '../rules/pair.ts'
import { ELEMENT_KINDS, type ElementKind } from '../rules/types.ts'
import { type BrokenPair, InvalidInputError, NotFoundError, PairError } from './errors.ts'

/** Elements of a matrix, at most one of each kind. */
export interface Place {
  matrixId: number
  elementIds: readonly number[]
}
/** A place that may be planned in. */
export interface CheckedPlace {
  brandId: number
  matrixId: number
  personaId: number | null
  productId: number | null
  sceneId: number | null
  needId: number | null
}

interface Known {
  brandOf: Map<number, number>
  /** Kind of an element that is chosen in a matrix and in use, by `matrix/element`. */
  chosen: Map<string, ElementKind>
  pairsOf: Map<number, BrokenPair[]>
}

/** What decides on these places, read once. The function that it gives refuses a place, or gives its axes. */
export async function placeCheck(tx: Tx, places: readonly Place[]): Promise<(place: Place) => CheckedPlace> {
  // More than four are refused unread, which bounds what one statement is given.
  const elementIds = places.filter(fits).flatMap((place) => place.elementIds)
  const known: Known = {
    brandOf: await loadBrands(tx, places),
    chosen: await loadChosen(tx, places, elementIds),
    pairsOf: await loadPairs(tx, elementIds),
  }
  return (place) => check(place, known)
}

const fits = ({ elementIds }: Place) => new Set(elementIds).size <= ELEMENT_KINDS.length

async function loadBrands(tx: Tx, places: readonly Place[]): Promise<Map<number, number>> {
  const found = await tx
    .select({ id: matrix.id, brandId: matrix.brandId })
    .from(matrix)
    .where(
      among(
        matrix.id,
        places.map(({ matrixId }) => matrixId),
      ),
    )
  return new Map(found.map(({ id, brandId }) => [id, brandId]))
}

async function loadChosen(tx: Tx, places: readonly Place[], elementIds: readonly number[]) {
  const found = await tx
    .select({ matrixId: matrixElement.matrixId, id: element.id, kind: element.kind })
    .from(matrixElement)
    .innerJoin(
      element,
      and(eq(element.workspaceId, matrixElement.workspaceId), eq(element.id, matrixElement.elementId)),
    )
    .where(
      and(
        among(
          matrixElement.matrixId,
          places.map(({ matrixId }) => matrixId),
        ),
        among(matrixElement.elementId, elementIds),
        isNull(element.archivedAt),
      ),
    )
  return new Map(found.map(({ matrixId, id, kind }) => [`${matrixId}/${id}`, kind]))
}

/** By the element that a pair begins with: without it no cell breaks the pair. */
async function loadPairs(tx: Tx, elementIds: readonly number[]): Promise<Map<number, BrokenPair[]>> {
  const found = await tx
    .select({
      pairId: pair.id,
      kind: pair.kind,
      elementId: pair.elementId,
      otherId: pair.otherId,
      reason: pair.reason,
    })
    .from(pair)
    .where(and(among(pair.elementId, elementIds), isNull(pair.liftedAt)))
    .orderBy(pair.id)
  const byElement = new Map<number, BrokenPair[]>()
  for (const one of found) byElement.set(one.elementId, [...(byElement.get(one.elementId) ?? []), one])
  return byElement
}

function check(place: Place, { brandOf, chosen, pairsOf }: Known): CheckedPlace {
  const { matrixId } = place
  const brandId = brandOf.get(matrixId)
  if (brandId === undefined) throw new NotFoundError('matrix')
  const elementIds = [...new Set(place.elementIds)]
  const one = 'a cell has at most one persona, product, scene and need'
  if (elementIds.length === 0) throw new InvalidInputError('elementIds', 'a cell needs at least one element')
  if (!fits(place)) throw new InvalidInputError('elementIds', one)
  const byKind = new Map<ElementKind | undefined, number>(
    elementIds.map((id) => [chosen.get(`${matrixId}/${id}`), id]),
  )
  if (byKind.has(undefined)) {
    const message = 'every element must be chosen in the matrix and not be archived'
    throw new InvalidInputError('elementIds', message)
  }
  if (byKind.size < elementIds.length) throw new InvalidInputError('elementIds', one)
  const broken = brokenPairs(
    elementIds,
    elementIds.flatMap((id) => pairsOf.get(id) ?? []),
  )
  if (broken.length > 0) throw new PairError(broken)
  const on = (kind: ElementKind) => byKind.get(kind) ?? null
  const axes = {
    personaId: on('PERSONA'),
    productId: on('PRODUCT'),
    sceneId: on('SCENE'),
    needId: on('NEED'),
  }
  return { brandId, matrixId, ...axes }
}

const AXES = {
  matrixId: 'bigint',
  personaId: 'bigint',
  productId: 'bigint',
  sceneId: 'bigint',
  needId: 'bigint',
} as const
const keyOf = (place: CheckedPlace) =>
  [place.matrixId, place.personaId, place.productId, place.sceneId, place.needId]
    .map((id) => id ?? 0)
    .join('/')

/** The cells of these places, in their order; a cell's row is made by its first video. Two statements. */
export async function cellsOf(tx: Tx, places: readonly CheckedPlace[]): Promise<number[]> {
  // In one order for everybody, or two that plan the same new cells at once wait for each other.
  const byKey = new Map(places.map((place) => [keyOf(place), place]))
  const wanted = unnest(
    [...byKey].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, place]) => place),
    'wanted',
    AXES,
  )
  await tx.execute(sql`
    insert into cell (matrix_id, persona_id, product_id, scene_id, need_id)
    select matrix_id, persona_id, product_id, scene_id, need_id from ${wanted}
    on conflict do nothing`)
  const found = await rows<{ id: string; key: string }>(
    tx,
    sql`
      select cell.id, concat_ws('/', cell.matrix_id, coalesce(cell.persona_id, 0), coalesce(cell.product_id, 0),
        coalesce(cell.scene_id, 0), coalesce(cell.need_id, 0)) as key
      from ${wanted}
      join cell on cell.workspace_id = current_workspace() and cell.matrix_id = wanted.matrix_id
        and coalesce(cell.persona_id, 0) = coalesce(wanted.persona_id, 0)
        and coalesce(cell.product_id, 0) = coalesce(wanted.product_id, 0)
        and coalesce(cell.scene_id, 0) = coalesce(wanted.scene_id, 0)
        and coalesce(cell.need_id, 0) = coalesce(wanted.need_id, 0)`,
  )
  const idOf = new Map(found.map(({ id, key }) => [key, Number(id)]))
  return places.map((place) => idOf.get(keyOf(place)) as number)
}
