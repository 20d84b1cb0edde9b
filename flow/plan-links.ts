/** What a planned video hangs on besides its cell: its KOL, programme and phase. */
import { and, eq } from 'drizzle-orm'
import { among } from '../db/among.ts'
import type { Tx } from '../db/client.ts'
import { campaign, kol, phase, programme } from '../db/tables.ts'
import { InvalidInputError, NotFoundError } from './errors.ts'

/** null or left out: none. */
export interface Links {
  kolId?: number | null | undefined
  programmeId?: number | null | undefined
  phaseId?: number | null | undefined
}

interface Found {
  id: number
  /** null: of every brand. */
  brandId: number | null
  archivedAt: Date | null
}

/** Reads all that is named at once. The function that it gives refuses what a video of the brand cannot hang on. */
export async function linkCheck(
  tx: Tx,
  all: readonly Links[],
): Promise<(brandId: number, links: Links) => void> {
  const kols = await byId(idsOf(all, 'kolId'), (ids) =>
    tx
      .select({ id: kol.id, archivedAt: kol.archivedAt })
      .from(kol)
      .where(among(kol.id, ids))
      .then((found) => found.map((one) => ({ ...one, brandId: null }))),
  )
  const programmeById = await byId(idsOf(all, 'programmeId'), (ids) =>
    tx
      .select({ id: programme.id, brandId: programme.brandId, archivedAt: programme.archivedAt })
      .from(programme)
      .where(among(programme.id, ids)),
  )
  const phases = await byId(idsOf(all, 'phaseId'), (ids) =>
    tx
      .select({ id: phase.id, brandId: campaign.brandId, archivedAt: campaign.archivedAt })
      .from(phase)
      .innerJoin(
        campaign,
        and(eq(campaign.workspaceId, phase.workspaceId), eq(campaign.id, phase.campaignId)),
      )
      .where(among(phase.id, ids)),
  )
  return (brandId, { kolId, programmeId, phaseId }) => {
    check('kol', kolId, kols, brandId)
    check('programme', programmeId, programmeById, brandId)
    check('phase', phaseId, phases, brandId)
  }
}

function idsOf(all: readonly Links[], key: keyof Links): number[] {
  return all.flatMap((links) => links[key] ?? [])
}

async function byId(ids: number[], load: (ids: number[]) => Promise<Found[]>): Promise<Map<number, Found>> {
  const found = ids.length === 0 ? [] : await load(ids)
  return new Map(found.map((one) => [one.id, one]))
}

function check(
  what: string,
  id: number | null | undefined,
  known: Map<number, Found>,
  brandId: number,
): void {
  if (id == null) return
  const one = known.get(id)
  if (!one) throw new NotFoundError(what)
  if (one.brandId !== null && one.brandId !== brandId) {
    throw new InvalidInputError(`${what}Id`, `the ${what} is of another brand`)
  }
  if (one.archivedAt) throw new InvalidInputError(`${what}Id`, `the ${what} is archived`)
}
