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
    pairs: r.many.pair({
      from: [r.brand.workspaceId, r.brand.id],
      to: [r.pair.workspaceId, r.pair.brandId],
    }),
    programmes: r.many.programme({
      from: [r.brand.workspaceId, r.brand.id],
      to: [r.programme.workspaceId, r.programme.brandId],
    }),
    collaborations: r.many.collaboration({
      from: [r.brand.workspaceId, r.brand.id],
      to: [r.collaboration.workspaceId, r.collaboration.brandId],
    }),
    campaigns: r.many.campaign({
      from: [r.brand.workspaceId, r.brand.id],
      to: [r.campaign.workspaceId, r.campaign.brandId],
    }),
    videos: r.many.video({
      from: [r.brand.workspaceId, r.brand.id],
      to: [r.video.workspaceId, r.video.brandId],
    }),
  },
  element: {
    current: r.one.elementVersion({
      from: [r.element.workspaceId, r.element.id, r.element.version],
      to: [r.elementVersion.workspaceId, r.elementVersion.elementId, r.elementVersion.version],
      optional: false,
    }),
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
  pair: {
    element: r.one.element({
      from: [r.pair.workspaceId, r.pair.elementId],
      to: [r.element.workspaceId, r.element.id],
      optional: false,
    }),
    other: r.one.element({
      from: [r.pair.workspaceId, r.pair.otherId],
      to: [r.element.workspaceId, r.element.id],
      optional: false,
    }),
  },
  programme: {
    brand: r.one.brand({
      from: [r.programme.workspaceId, r.programme.brandId],
      to: [r.brand.workspaceId, r.brand.id],
      optional: false,
    }),
    videos: r.many.video({
      from: [r.programme.workspaceId, r.programme.id],
      to: [r.video.workspaceId, r.video.programmeId],
    }),
  },
  campaign: {
    brand: r.one.brand({
      from: [r.campaign.workspaceId, r.campaign.brandId],
      to: [r.brand.workspaceId, r.brand.id],
      optional: false,
    }),
    phases: r.many.phase({
      from: [r.campaign.workspaceId, r.campaign.id],
      to: [r.phase.workspaceId, r.phase.campaignId],
    }),
  },
  phase: {
    campaign: r.one.campaign({
      from: [r.phase.workspaceId, r.phase.campaignId],
      to: [r.campaign.workspaceId, r.campaign.id],
      optional: false,
    }),
    videos: r.many.video({
      from: [r.phase.workspaceId, r.phase.id],
      to: [r.video.workspaceId, r.video.phaseId],
    }),
  },
  collaboration: {
    brand: r.one.brand({
      from: [r.collaboration.workspaceId, r.collaboration.brandId],
      to: [r.brand.workspaceId, r.brand.id],
      optional: false,
    }),
    cell: r.one.cell({
      from: [r.collaboration.workspaceId, r.collaboration.cellId],
      to: [r.cell.workspaceId, r.cell.id],
      optional: false,
    }),
    kol: r.one.kol({
      from: [r.collaboration.workspaceId, r.collaboration.kolId],
      to: [r.kol.workspaceId, r.kol.id],
      optional: false,
    }),
    phase: r.one.phase({
      from: [r.collaboration.workspaceId, r.collaboration.phaseId],
      to: [r.phase.workspaceId, r.phase.id],
    }),
    video: r.one.video({
      from: [r.collaboration.workspaceId, r.collaboration.videoId],
      to: [r.video.workspaceId, r.video.id],
    }),
    originBreakout: r.one.breakout({
      from: [r.collaboration.workspaceId, r.collaboration.originBreakoutId],
      to: [r.breakout.workspaceId, r.breakout.id],
    }),
    origin: r.one.collaboration({
      from: [r.collaboration.workspaceId, r.collaboration.originId],
      to: [r.collaboration.workspaceId, r.collaboration.id],
    }),
    steps: r.many.collaborationStep({
      from: [r.collaboration.workspaceId, r.collaboration.id],
      to: [r.collaborationStep.workspaceId, r.collaborationStep.collaborationId],
    }),
  },
  account: {
    subjects: r.many.subject({
      from: [r.account.workspaceId, r.account.id],
      to: [r.subject.workspaceId, r.subject.accountId],
    }),
  },
  subject: {
    account: r.one.account({
      from: [r.subject.workspaceId, r.subject.accountId],
      to: [r.account.workspaceId, r.account.id],
      optional: false,
    }),
    reaches: r.many.reach({
      from: [r.subject.workspaceId, r.subject.id],
      to: [r.reach.workspaceId, r.reach.subjectId],
    }),
  },
  kol: {
    snapshots: r.many.kolSnapshot({
      from: [r.kol.workspaceId, r.kol.id],
      to: [r.kolSnapshot.workspaceId, r.kolSnapshot.kolId],
    }),
    prices: r.many.kolPrice({
      from: [r.kol.workspaceId, r.kol.id],
      to: [r.kolPrice.workspaceId, r.kolPrice.kolId],
    }),
    collaborations: r.many.collaboration({
      from: [r.kol.workspaceId, r.kol.id],
      to: [r.collaboration.workspaceId, r.collaboration.kolId],
    }),
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
    programme: r.one.programme({
      from: [r.video.workspaceId, r.video.programmeId],
      to: [r.programme.workspaceId, r.programme.id],
    }),
    phase: r.one.phase({
      from: [r.video.workspaceId, r.video.phaseId],
      to: [r.phase.workspaceId, r.phase.id],
    }),
    collaboration: r.one.collaboration({
      from: [r.video.workspaceId, r.video.id],
      to: [r.collaboration.workspaceId, r.collaboration.videoId],
    }),
    snapshots: r.many.snapshot({
      from: [r.video.workspaceId, r.video.id],
      to: [r.snapshot.workspaceId, r.snapshot.videoId],
    }),
    breakouts: r.many.breakout({
      from: [r.video.workspaceId, r.video.id],
      to: [r.breakout.workspaceId, r.breakout.videoId],
    }),
    promotions: r.many.promotion({
      from: [r.video.workspaceId, r.video.id],
      to: [r.promotion.workspaceId, r.promotion.videoId],
    }),
    remixOf: r.one.remix({
      from: [r.video.workspaceId, r.video.id],
      to: [r.remix.workspaceId, r.remix.videoId],
    }),
    remixes: r.many.remix({
      from: [r.video.workspaceId, r.video.id],
      to: [r.remix.workspaceId, r.remix.originId],
    }),
  },
  reconciliation: {
    subject: r.one.subject({
      from: [r.reconciliation.workspaceId, r.reconciliation.subjectId],
      to: [r.subject.workspaceId, r.subject.id],
      optional: false,
    }),
  },
  remix: {
    video: r.one.video({
      from: [r.remix.workspaceId, r.remix.videoId],
      to: [r.video.workspaceId, r.video.id],
      optional: false,
    }),
    origin: r.one.video({
      from: [r.remix.workspaceId, r.remix.originId],
      to: [r.video.workspaceId, r.video.id],
      optional: false,
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
    collaborations: r.many.collaboration({
      from: [r.breakout.workspaceId, r.breakout.id],
      to: [r.collaboration.workspaceId, r.collaboration.originBreakoutId],
    }),
    raisedBy: r.one.ruleVersion({
      from: [r.breakout.workspaceId, r.breakout.ruleId, r.breakout.ruleVersion],
      to: [r.ruleVersion.workspaceId, r.ruleVersion.ruleId, r.ruleVersion.version],
      optional: false,
    }),
  },
  promotion: {
    brand: r.one.brand({
      from: [r.promotion.workspaceId, r.promotion.brandId],
      to: [r.brand.workspaceId, r.brand.id],
      optional: false,
    }),
    video: r.one.video({
      from: [r.promotion.workspaceId, r.promotion.videoId],
      to: [r.video.workspaceId, r.video.id],
      optional: false,
    }),
    breakout: r.one.breakout({
      from: [r.promotion.workspaceId, r.promotion.breakoutId],
      to: [r.breakout.workspaceId, r.breakout.id],
    }),
    origin: r.one.promotion({
      from: [r.promotion.workspaceId, r.promotion.originId],
      to: [r.promotion.workspaceId, r.promotion.id],
    }),
    approvals: r.many.promotionApproval({
      from: [r.promotion.workspaceId, r.promotion.id],
      to: [r.promotionApproval.workspaceId, r.promotionApproval.promotionId],
    }),
    decisions: r.many.promotionDecision({
      from: [r.promotion.workspaceId, r.promotion.id],
      to: [r.promotionDecision.workspaceId, r.promotionDecision.promotionId],
    }),
    calls: r.many.promotionCall({
      from: [r.promotion.workspaceId, r.promotion.id],
      to: [r.promotionCall.workspaceId, r.promotionCall.promotionId],
    }),
    looks: r.many.promotionLook({
      from: [r.promotion.workspaceId, r.promotion.id],
      to: [r.promotionLook.workspaceId, r.promotionLook.promotionId],
    }),
  },
  webhook: {
    brand: r.one.brand({
      from: [r.webhook.workspaceId, r.webhook.brandId],
      to: [r.brand.workspaceId, r.brand.id],
    }),
    deliveries: r.many.delivery({
      from: [r.webhook.workspaceId, r.webhook.id],
      to: [r.delivery.workspaceId, r.delivery.webhookId],
    }),
  },
  delivery: {
    webhook: r.one.webhook({
      from: [r.delivery.workspaceId, r.delivery.webhookId],
      to: [r.webhook.workspaceId, r.webhook.id],
      optional: false,
    }),
    notification: r.one.notification({
      from: [r.delivery.workspaceId, r.delivery.notificationId],
      to: [r.notification.workspaceId, r.notification.id],
    }),
    promotion: r.one.promotion({
      from: [r.delivery.workspaceId, r.delivery.promotionId],
      to: [r.promotion.workspaceId, r.promotion.id],
    }),
  },
}))
export type Relations = typeof relations
