/** 混剪: what is new in a video that was cut anew out of another: 开头钩子, 主体, 行动号召. */
export const REMIX_PARTS = ['HOOK', 'BODY', 'CALL_TO_ACTION'] as const
export type RemixPart = (typeof REMIX_PARTS)[number]

/** A video as far as its lineage is concerned. */
export interface Cut {
  id: number
  brandId: number
  archived: boolean
}

/** Why one video cannot be a remix of another; null: it can. */
export type RemixProblem =
  | { kind: 'NO_PARTS' }
  | { kind: 'ITSELF' }
  | { kind: 'OTHER_BRAND' }
  /** A video that is put away is not cut any more; an origin may be. */
  | { kind: 'ARCHIVED' }
  /** The origin is itself a remix of the video, over so many steps. */
  | { kind: 'CIRCLE'; steps: number }

/** `ancestors`: what the origin was cut out of, nearest first. */
export function remixProblem(
  video: Cut,
  origin: Cut,
  parts: readonly RemixPart[],
  ancestors: readonly number[],
): RemixProblem | null {
  if (parts.length === 0) return { kind: 'NO_PARTS' }
  if (video.id === origin.id) return { kind: 'ITSELF' }
  if (video.brandId !== origin.brandId) return { kind: 'OTHER_BRAND' }
  if (video.archived) return { kind: 'ARCHIVED' }
  const steps = ancestors.indexOf(video.id) + 1
  return steps > 0 ? { kind: 'CIRCLE', steps } : null
}
