/** 消息: what a team reads of its news, in Chinese. What is not known is left out; it is never said as 0. */
import { explainReason, yuan } from './guard-why.ts'
import { type Said, say } from './notify.ts'
import { STEP_TIERS } from './rollout.ts'
import type { GuardReason, Method, PlaybookStep, Tier, Topic } from './types.ts'

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
export interface PromotionNews {
  topic: 'TRIAL_READY' | 'SCALE_READY' | 'ASKING'
  promotionId: string
  method: Method
  amountFen: number
  /** null: until it is ended. */
  hours: number | null
  /** 保本 ROI of GMV net of expected returns; null: not known. */
  breakEvenRoi: number | null
  /** The latest decision in one sentence; null: none yet. */
  decision: string | null
  /** What speaks against the money now. */
  held: readonly GuardReason[]
  /** Why nobody can tell what became of the order; null: nothing was said. */
  problem: string | null
  video: VideoNews
}
export type News = BreakoutNews | PromotionNews

export interface Message {
  title: string
  lines: readonly string[]
  /** The video on the platform; null: it is not published. */
  link: string | null
}

/** So many videos of a group are named; more is a list to be looked at in the program. */
export const MOST_VIDEOS = 10

/** In every message, so that a bot that asks for a keyword can be given this one. */
export const KEYWORD = '苗圃'
const HEADINGS: Readonly<Record<Topic, string>> = {
  BREAKOUT: '爆款',
  REUSE_HIT: '爆款可复用',
  TRIAL_READY: '可测试，待确认',
  SCALE_READY: '可放大，待确认',
  ASKING: '投放需人工核对',
}
const TIER_ZH: Readonly<Record<Tier, string>> = { HEAD: '头部', WAIST: '腰部', TAIL: '尾部', KOC: '素人' }
const METHOD_ZH: Readonly<Record<Method, string>> = {
  SUIXINTUI_ORDER: '随心推',
  UNI_PLAN_ADD: '千川全域计划加素材',
  MATERIAL_BOOST: '千川素材追投',
  STANDARD_PLAN: '千川标准投放',
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

function ofPromotion(news: PromotionNews): Message {
  const { topic, method, amountFen, hours, breakEvenRoi, decision, held, problem, video } = news
  const order = [`金额 ${yuan(amountFen)} 元`, hours === null ? null : `${hours} 小时`, METHOD_ZH[method]]
  const lines = [
    decision,
    `品牌 ${video.brand}`,
    ...linesOf(video),
    present(order).join(' · '),
    breakEvenRoi === null ? null : `需要的 ROI（保本，扣除退货）${breakEvenRoi.toFixed(2)}`,
    ...held.map((reason) => `未投原因：${explainReason(reason).zh}`),
    topic === 'ASKING' && problem !== null ? `平台结果无法判定：${problem}` : null,
    topic === 'ASKING'
      ? `请在平台订单列表核对，然后 settlePromotion(input: { promotionId: "${news.promotionId}", found: … })`
      : `确认：approvePromotion(input: { promotionId: "${news.promotionId}" })`,
  ]
  return {
    title: `【${KEYWORD}】${HEADINGS[topic]}：${video.title}`,
    lines: present(lines),
    link: linkOf(video),
  }
}

function linesOf({
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

const linkOf = (video: VideoNews | undefined) =>
  video?.itemId ? `https://www.douyin.com/video/${video.itemId}` : null
const present = (parts: readonly (string | null)[]) => parts.filter((part) => part !== null)
const short = (value: number) => String(Number(value.toPrecision(3)))
