/** 消息: what a team reads of its news, in Chinese. */
import { yuan } from './guard-why.ts'
import { KEYWORD, linesOf, linkOf, type Message, present, TIER_ZH, type VideoNews } from './message-parts.ts'
import { ofPromotion, type PromotionNews } from './message-promotion.ts'
import { type Said, say } from './notify.ts'
import { STEP_TIERS } from './rollout.ts'
import type { PlaybookStep } from './types.ts'

/** Ids are those of the API. */
export interface BreakoutNews {
  topic: 'BREAKOUT' | 'REUSE_HIT'
  notificationId: string
  said: Said
  /** Those with the most plays when they fired come first, MOST_VIDEOS at most. */
  breakouts: {
    breakoutId: string
    nextStep: PlaybookStep
    video: VideoNews
    /** Whom to ask next, the most plays per yuan first; null: not looked for, since it tells of many or not of a reuse. */
    asks: readonly AskNews[] | null
  }[]
}
export interface AskNews {
  kol: string
  /** 报价, 分; 0 is 置换. */
  priceFen: number
  /** At 7 days. */
  expectedPlays: number
}
export type News = BreakoutNews | PromotionNews

/** So many videos of a group are named; more is a list to be looked at in the program. */
export const MOST_VIDEOS = 10

const HEADINGS: Readonly<Record<BreakoutNews['topic'], string>> = {
  BREAKOUT: '爆款',
  REUSE_HIT: '爆款可复用',
}

export function messageOf(news: News): Message {
  return 'said' in news ? ofBreakouts(news) : ofPromotion(news)
}

function ofBreakouts({ topic, said, breakouts }: BreakoutNews): Message {
  const [first] = breakouts
  const heading = `【${KEYWORD}】${HEADINGS[topic]}`
  const reason = say(said).zh
  if (breakouts.length <= 1) {
    const lines = first ? [...linesOf(first.video), ...(topic === 'REUSE_HIT' ? reuse(first) : [])] : []
    return { title: `${heading}：${said.top.title}`, lines: [reason, ...lines], link: linkOf(first?.video) }
  }
  const lines = breakouts.map((one) => {
    const step = topic === 'REUSE_HIT' ? `；${nextOf(one)}` : ''
    return `「${one.video.title}」${linesOf(one.video).join('；')}${step}`
  })
  const left = said.episodes - breakouts.length
  const more = left > 0 ? [`另有 ${left} 条，见通知列表`] : []
  return {
    title: `${heading} ${said.episodes} 条：${said.brand}`,
    lines: [reason, ...lines, ...more],
    link: linkOf(first?.video),
  }
}

function reuse(one: BreakoutNews['breakouts'][number]): string[] {
  if (one.video.cell.length === 0) return [nextOf(one)]
  const how = `全部名单：proposeRollout(breakoutId: "${one.breakoutId}", budgetFen: 预算)，选定后 acceptRollout`
  return present([nextOf(one), one.asks && asked(one.asks), how])
}

function asked(asks: readonly AskNews[]): string {
  if (asks.length === 0) return '还没有可选的达人：报价或历史播放未知'
  const said = asks.map(({ kol, priceFen, expectedPlays }) => {
    const price = priceFen === 0 ? '置换' : `报价 ${yuan(priceFen)} 元`
    return `${kol}（7 天预计播放 ${expectedPlays.toLocaleString('en-US')}，${price}）`
  })
  return `首选：${said.join('、')}`
}

function nextOf({ nextStep, video }: BreakoutNews['breakouts'][number]): string {
  if (video.cell.length === 0) return '视频不在内容格里，不能按格复用'
  const tiers = STEP_TIERS[nextStep].map((tier) => TIER_ZH[tier]).join('、')
  return `下一步：${tiers}达人${nextStep === 'RADIATE' ? '扩散' : '复用'}这一格`
}
