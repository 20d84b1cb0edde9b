/** 投放消息: what ADS and CONTENT read of a promotion, and what they are to do. */
import { explainReason, yuan } from './guard-why.ts'
import { KEYWORD, linesOf, linkOf, type Message, present, type VideoNews } from './message-parts.ts'
import type { GuardReason, Method, PromotionState, Topic } from './types.ts'
import { dayOf, minuteOf } from './zone.ts'

/** Ids are those of the API. */
export interface PromotionNews {
  topic: Exclude<Topic, 'BREAKOUT' | 'REUSE_HIT'>
  promotionId: string
  videoId: string
  state: PromotionState
  method: Method
  amountFen: number
  /** null: until it is ended. */
  hours: number | null
  /** When it is cancelled unless it could be sent, ms; null: it does not wait to be. */
  until: number | null
  /** Of the workspace, for `until`. */
  zone: string
  /** 保本 ROI of GMV net of expected returns; null: not known. */
  breakEvenRoi: number | null
  /** What was decided in one sentence: REMIX and CORRECTED by that, else the latest; null: nothing yet. */
  decision: string | null
  /** That it rests on: ROI as a ratio and money in 分, as in promotion_decision; null: nothing was decided. */
  numbers: Readonly<Record<string, number | null>> | null
  /** What speaks against the money now. */
  held: readonly GuardReason[]
  /** Why nobody can tell what became of the order; null: nothing was said. */
  problem: string | null
  video: VideoNews
}

const HEADINGS: Readonly<Record<PromotionNews['topic'], string>> = {
  TRIAL_READY: '可测试，待确认',
  SCALE_READY: '可放大，待确认',
  ASKING: '投放需人工核对',
  HELD: '已通过，暂缓',
  REMIX: '再剪一版',
  CORRECTED: '结算推翻结论',
}
/** A person's wish that waits for its plan; what may have been done, and is not done again. */
const HELD_HEADINGS: Partial<Record<PromotionState, string>> = {
  PROPOSED: '已提议，暂缓',
  RECONCILING: '结果不明，补投暂缓',
}
const METHOD_ZH: Readonly<Record<Method, string>> = {
  SUIXINTUI_ORDER: '随心推',
  UNI_PLAN_ADD: '千川全域计划加素材',
  MATERIAL_BOOST: '千川素材追投',
  STANDARD_PLAN: '千川标准投放',
}

export function ofPromotion(news: PromotionNews): Message {
  const { topic, state, video } = news
  const heading = (topic === 'HELD' && HELD_HEADINGS[state]) || HEADINGS[topic]
  const decided = topic === 'REMIX' || topic === 'CORRECTED'
  const lines = [
    news.decision,
    topic === 'REMIX' ? spent(news) : null,
    `品牌 ${video.brand}`,
    ...linesOf(video),
    ...(decided ? [METHOD_ZH[news.method]] : moneyOf(news)),
    ...nextFor(news),
  ]
  return { title: `【${KEYWORD}】${heading}：${video.title}`, lines: present(lines), link: linkOf(video) }
}

function moneyOf({ method, amountFen, hours, breakEvenRoi, held }: PromotionNews): (string | null)[] {
  const order = [`金额 ${yuan(amountFen)} 元`, hours === null ? null : `${hours} 小时`, METHOD_ZH[method]]
  return [
    present(order).join(' · '),
    breakEvenRoi === null ? null : `需要的 ROI（保本，扣除退货）${breakEvenRoi.toFixed(2)}`,
    ...held.map((reason) => `未投原因：${explainReason(reason).zh}`),
  ]
}

/** What its team is to do. */
function nextFor(news: PromotionNews): (string | null)[] {
  const { topic, promotionId, videoId, held, problem } = news
  const approve = `确认：approvePromotion(input: { promotionId: "${promotionId}" })`
  switch (topic) {
    case 'TRIAL_READY':
    case 'SCALE_READY':
      return [approve]
    case 'ASKING':
      return [
        problem === null ? null : `平台结果无法判定：${problem}`,
        `请在平台订单列表核对，然后 settlePromotion(input: { promotionId: "${promotionId}", found: … })`,
      ]
    case 'HELD':
      return [
        held.some(({ kind }) => WORDS.has(kind)) ? approve : null,
        `处理好后会自动再试${cancelledAt(news)}；不投了：stopPromotion(input: { promotionId: "${promotionId}" })`,
      ]
    case 'REMIX':
      return [`剪好后登记：markRemix(input: { videoId: 新视频, originId: "${videoId}", parts: … })`]
    case 'CORRECTED':
      return []
  }
}
/** What an approval settles. */
const WORDS: ReadonlySet<GuardReason['kind']> = new Set(['CONFIRM', 'TWO_PERSONS', 'RISKY_MARK'])

/** Of the order so far: what the decision does not say. */
function spent({ numbers }: PromotionNews): string | null {
  const spentFen = numbers?.spentFen ?? null
  return spentFen === null ? null : `这单已花 ${yuan(spentFen)} 元`
}

function cancelledAt({ until, zone }: PromotionNews): string {
  if (until === null) return ''
  const minute = minuteOf(until, zone)
  const [hour, rest] = [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0'))
  return `，到 ${dayOf(new Date(until), zone)} ${hour}:${rest} 没投出就取消`
}

/** What the numbers of a decision are to CONTENT. */
const CONTENT_NUMBERS = ['roi', 'breakEven', 'spentFen', 'ageDays'] as const

/** Programs get all of it as it is: CONTENT gets nothing of wallets and caps. */
export function forTeam(news: PromotionNews): PromotionNews {
  const { topic, numbers } = news
  if (topic !== 'REMIX') return news
  const few = numbers && Object.fromEntries(CONTENT_NUMBERS.map((name) => [name, numbers[name] ?? null]))
  return { ...news, numbers: few, held: [], problem: null }
}
