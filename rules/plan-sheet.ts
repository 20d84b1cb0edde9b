/** 排期表: the plan of a matrix as rows of a sheet that people edit and bring back (rules/plan-edit.ts). */
import { PHASE_NAMES } from './campaign.ts'
import { createLabels, type Labels } from './label.ts'
import type { ElementKind, PhaseKind, Purpose } from './types.ts'
import { wallAt } from './wall.ts'

export interface SheetVideo {
  id: number
  stage: 'PLANNED' | 'PUBLISHED'
  /** The cell; null: the axis is empty. */
  axes: Record<ElementKind, number | null>
  kolId: number | null
  purpose: Purpose
  title: string
  plannedFor: Date | null
  programmeId: number | null
  hook: string | null
  format: string | null
  phaseId: number | null
}
export interface SheetKol {
  id: number
  name: string
  accountId: string | null
  showId: string | null
}
export interface SheetPhase {
  id: number
  kind: PhaseKind
  campaignId: number
  campaign: string
}

/** A matrix, its videos, and all that their rows name. Of KOLs also those that share the name of one without an id. */
export interface SheetPlan {
  matrix: { id: number; name: string }
  /** IANA zone in which times are written. */
  zone: string
  videos: readonly SheetVideo[]
  elements: readonly { id: number; kind: ElementKind; name: string }[]
  kols: readonly SheetKol[]
  programmes: readonly { id: number; name: string }[]
  phases: readonly SheetPhase[]
}

/** NUMBER: our own number. ID: digits that must stay as they are. TIME: wall time, empty where there is none. */
export type SheetColumnKind = 'NUMBER' | 'TEXT' | 'ID' | 'TIME'

const column = <F extends string>(
  field: F,
  heading: string,
  width: number,
  kind: SheetColumnKind = 'TEXT',
  aliases: readonly string[] = [],
) => ({ field, heading, width, kind, aliases })

/** In the order of the sheet. */
export const COLUMNS = [
  column('id', '视频编号', 10, 'NUMBER'),
  column('matrix', '矩阵', 16),
  column('PERSONA', '人', 16),
  column('PRODUCT', '货', 16),
  column('SCENE', '场', 16),
  column('NEED', '需', 16),
  column('kol', '达人', 16, 'TEXT', ['达人昵称', '达人名称']),
  column('account', '达人ID/抖音号', 22, 'ID', ['达人ID', '抖音号']),
  column('purpose', '目的', 8),
  column('title', '标题', 40),
  column('plannedFor', '计划发布时间', 18, 'TIME', ['计划时间']),
  column('programme', '栏目', 14),
  column('hook', '钩子', 16, 'TEXT', ['开头钩子']),
  column('format', '形式', 10),
  column('campaign', '活动', 16),
  column('phase', '阶段', 8),
  column('stage', '状态', 8),
]
export type SheetField = (typeof COLUMNS)[number]['field']
const HEADINGS = new Map(COLUMNS.map(({ field, heading }) => [field, heading]))
export const headingOf = (field: SheetField) => HEADINGS.get(field) as string

export const PURPOSE_NAMES: Record<Purpose, string> = { SEEDING: '种草', SELLING: '带货', TRAFFIC: '引流' }
export const STAGE_NAMES: Record<SheetVideo['stage'], string> = { PLANNED: '计划', PUBLISHED: '已发布' }

type Element = SheetPlan['elements'][number]
/** What the names in the cells stand for. */
export interface Vocabulary {
  elements: Record<ElementKind, Labels<Element>>
  kols: Labels<SheetKol>
  programmes: Labels<SheetPlan['programmes'][number]>
}

export function vocabularyOf({ elements, kols, programmes }: SheetPlan): Vocabulary {
  const axis = (kind: ElementKind) => createLabels(elements.filter((one) => one.kind === kind))
  return {
    elements: {
      PERSONA: axis('PERSONA'),
      PRODUCT: axis('PRODUCT'),
      SCENE: axis('SCENE'),
      NEED: axis('NEED'),
    },
    kols: createLabels(kols),
    programmes: createLabels(programmes),
  }
}

/** Gives a video's cells as text; an empty text where there is nothing. */
export function createRowWriter(plan: SheetPlan): (video: SheetVideo) => Record<SheetField, string> {
  const names = vocabularyOf(plan)
  const byId = <One extends { id: number }>(all: readonly One[]) => new Map(all.map((one) => [one.id, one]))
  const [elements, kols, programmes, phases] = [
    byId(plan.elements),
    byId(plan.kols),
    byId(plan.programmes),
    byId(plan.phases),
  ]
  const shown = <One extends { id: number; name: string }>(
    labels: Labels<One>,
    known: Map<number, One>,
    id: number | null,
  ) => {
    const one = id === null ? undefined : known.get(id)
    return one ? labels.of(one) : ''
  }
  return (video) => {
    const { axes } = video
    const on = (kind: ElementKind) => shown(names.elements[kind], elements, axes[kind])
    const kol = kols.get(video.kolId ?? 0)
    const phase = phases.get(video.phaseId ?? 0)
    return {
      id: String(video.id),
      matrix: plan.matrix.name,
      PERSONA: on('PERSONA'),
      PRODUCT: on('PRODUCT'),
      SCENE: on('SCENE'),
      NEED: on('NEED'),
      // The id beside it says which one it is.
      kol: kol?.accountId ? kol.name : shown(names.kols, kols, video.kolId),
      account: kol?.accountId ?? kol?.showId ?? '',
      purpose: PURPOSE_NAMES[video.purpose],
      title: video.title,
      plannedFor: timeText(video.plannedFor, plan.zone),
      programme: shown(names.programmes, programmes, video.programmeId),
      hook: video.hook ?? '',
      format: video.format ?? '',
      campaign: phase?.campaign ?? '',
      phase: phase ? PHASE_NAMES[phase.kind] : '',
      stage: STAGE_NAMES[video.stage],
    }
  }
}

/** `2026-11-20 18:00`, with the seconds where there are some. */
export function timeText(at: Date | null, zone: string): string {
  return at === null ? '' : wallAt(at, zone).replace(/:00$/, '')
}
