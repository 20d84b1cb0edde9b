/** What messages are made of: a video in a few lines. What is not known is left out; it is never said as 0. */
import type { Tier } from './types.ts'

/** A video as of the moment of sending; null: not known. */
export interface VideoNews {
  title: string
  brand: string
  kol: string | null
  /** At publication; before it, today's. */
  tier: Tier | null
  /** 人 货 场 需 by name, without the axes that are empty; none: it lies in no cell. */
  cell: readonly string[]
  itemId: string | null
  plays: number | null
  interactionRate: number | null
  /** Plays over the median of the KOL's earlier videos at the same age. */
  kolRatio: number | null
  /** Of breaking out, 0 to 1, as last foreseen. */
  probability: number | null
}

export interface Message {
  title: string
  lines: readonly string[]
  /** The video on the platform; null: it is not published. */
  link: string | null
}

/** In every message, so that a bot that asks for a keyword can be given this one. */
export const KEYWORD = '苗圃'

export const TIER_ZH: Readonly<Record<Tier, string>> = {
  HEAD: '头部',
  WAIST: '腰部',
  TAIL: '尾部',
  KOC: '素人',
}

export function linesOf({
  kol,
  tier,
  cell,
  plays,
  kolRatio,
  interactionRate,
  probability,
}: VideoNews): readonly string[] {
  const numbers = present([
    plays === null ? null : `播放 ${plays.toLocaleString('en-US')}`,
    kolRatio === null ? null : `达人同期中位 ${short(kolRatio)} 倍`,
    interactionRate === null ? null : `互动率 ${short(interactionRate * 100)}%`,
    probability === null ? null : `爆款概率 ${Math.round(probability * 100)}%`,
  ])
  return present([
    kol === null ? null : `达人 ${kol}${tier === null ? '' : `（${TIER_ZH[tier]}）`}`,
    cell.length === 0 ? null : `内容格 ${cell.join(' × ')}`,
    numbers.length === 0 ? null : numbers.join(' · '),
  ])
}

export const linkOf = (video: VideoNews | undefined) =>
  video?.itemId ? `https://www.douyin.com/video/${video.itemId}` : null
export const present = (parts: readonly (string | null)[]) => parts.filter((part) => part !== null)
export const short = (value: number) => String(Number(value.toPrecision(3)))
