/** How tables hang together, for relational queries and GraphQL. Workspace first in every join, as in every key. */
import { defineRelations } from 'drizzle-orm'
import * as tables from './tables.ts'

export const relations = defineRelations(tables, (r) => ({
  brand: {
    elements: r.many.element({
      from: [r.brand.workspaceId, r.brand.id],
      to: [r.element.workspaceId, r.element.brandId],
    }),
    matrices: r.many.matrix({
      from: [r.brand.workspaceId, r.brand.id],
      to: [r.matrix.workspaceId, r.matrix.brandId],
    }),
    videos: r.many.video({
      from: [r.brand.workspaceId, r.brand.id],
      to: [r.video.workspaceId, r.video.brandId],
    }),
  },
  element: {
    brand: r.one.brand({
      from: [r.element.workspaceId, r.element.brandId],
      to: [r.brand.workspaceId, r.brand.id],
      optional: false,
    }),
    versions: r.many.elementVersion({
      from: [r.element.workspaceId, r.element.id],
      to: [r.elementVersion.workspaceId, r.elementVersion.elementId],
    }),
  },
  matrix: {
    brand: r.one.brand({
      from: [r.matrix.workspaceId, r.matrix.brandId],
      to: [r.brand.workspaceId, r.brand.id],
      optional: false,
    }),
    choices: r.many.matrixElement({
      from: [r.matrix.workspaceId, r.matrix.id],
      to: [r.matrixElement.workspaceId, r.matrixElement.matrixId],
    }),
    cells: r.many.cell({
      from: [r.matrix.workspaceId, r.matrix.id],
      to: [r.cell.workspaceId, r.cell.matrixId],
    }),
  },
  matrixElement: {
    element: r.one.element({
      from: [r.matrixElement.workspaceId, r.matrixElement.elementId],
      to: [r.element.workspaceId, r.element.id],
      optional: false,
    }),
  },
  cell: {
    matrix: r.one.matrix({
      from: [r.cell.workspaceId, r.cell.matrixId],
      to: [r.matrix.workspaceId, r.matrix.id],
      optional: false,
    }),
    persona: r.one.element({
      from: [r.cell.workspaceId, r.cell.personaId],
      to: [r.element.workspaceId, r.element.id],
    }),
    product: r.one.element({
      from: [r.cell.workspaceId, r.cell.productId],
      to: [r.element.workspaceId, r.element.id],
    }),
    scene: r.one.element({
      from: [r.cell.workspaceId, r.cell.sceneId],
      to: [r.element.workspaceId, r.element.id],
    }),
    need: r.one.element({
      from: [r.cell.workspaceId, r.cell.needId],
      to: [r.element.workspaceId, r.element.id],
    }),
    videos: r.many.video({
      from: [r.cell.workspaceId, r.cell.id],
      to: [r.video.workspaceId, r.video.cellId],
    }),
  },
  kol: {
    videos: r.many.video({
      from: [r.kol.workspaceId, r.kol.id],
      to: [r.video.workspaceId, r.video.kolId],
    }),
  },
  video: {
    brand: r.one.brand({
      from: [r.video.workspaceId, r.video.brandId],
      to: [r.brand.workspaceId, r.brand.id],
      optional: false,
    }),
    cell: r.one.cell({
      from: [r.video.workspaceId, r.video.cellId],
      to: [r.cell.workspaceId, r.cell.id],
    }),
    kol: r.one.kol({
      from: [r.video.workspaceId, r.video.kolId],
      to: [r.kol.workspaceId, r.kol.id],
    }),
    state: r.one.videoState({
      from: [r.video.workspaceId, r.video.id],
      to: [r.videoState.workspaceId, r.videoState.videoId],
    }),
    snapshots: r.many.snapshot({
      from: [r.video.workspaceId, r.video.id],
      to: [r.snapshot.workspaceId, r.snapshot.videoId],
    }),
    breakouts: r.many.breakout({
      from: [r.video.workspaceId, r.video.id],
      to: [r.breakout.workspaceId, r.breakout.videoId],
    }),
  },
  rule: {
    versions: r.many.ruleVersion({
      from: [r.rule.workspaceId, r.rule.id],
      to: [r.ruleVersion.workspaceId, r.ruleVersion.ruleId],
    }),
    current: r.one.ruleVersion({
      from: [r.rule.workspaceId, r.rule.id, r.rule.version],
      to: [r.ruleVersion.workspaceId, r.ruleVersion.ruleId, r.ruleVersion.version],
      optional: false,
    }),
    breakouts: r.many.breakout({
      from: [r.rule.workspaceId, r.rule.id],
      to: [r.breakout.workspaceId, r.breakout.ruleId],
    }),
  },
  breakout: {
    video: r.one.video({
      from: [r.breakout.workspaceId, r.breakout.videoId],
      to: [r.video.workspaceId, r.video.id],
      optional: false,
    }),
    rule: r.one.rule({
      from: [r.breakout.workspaceId, r.breakout.ruleId],
      to: [r.rule.workspaceId, r.rule.id],
      optional: false,
    }),
    raisedBy: r.one.ruleVersion({
      from: [r.breakout.workspaceId, r.breakout.ruleId, r.breakout.ruleVersion],
      to: [r.ruleVersion.workspaceId, r.ruleVersion.ruleId, r.ruleVersion.version],
      optional: false,
    }),
  },
}))
export type Relations = typeof relations
