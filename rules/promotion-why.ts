/** A decision about money in one sentence, zh and en, with the numbers that it rests on. */
import { type Said, yuan } from './guard-why.ts'
import type { DecisionRule, ExplainedRule } from './promotion-decide.ts'

type Numbers = Readonly<Record<string, number | null>>

export function explainDecision(rule: ExplainedRule, numbers: Numbers): Said {
  const n = (name: string) => short(numbers[name])
  const money = (name: string) => {
    const fen = numbers[name]
    return fen == null ? '?' : yuan(fen)
  }
  const { zh, en } = SENTENCES[rule](n, money)
  const tail = ROI_RULES.has(rule) ? roiOf(n, money) : TIRED_RULES.has(rule) ? fallsOf(numbers) : null
  return tail ? { zh: `${zh}：${tail.zh}`, en: `${en}: ${tail.en}` } : { zh, en }
}

/** Rules whose sentence ends with the ROI, its interval, break-even and spend. */
const ROI_RULES: ReadonlySet<DecisionRule> = new Set([
  'TEST_PASSED',
  'TEST_FAILED',
  'ONE_MORE',
  'INCONCLUSIVE',
  'NEARLY_SPENT',
  'UNDECIDED',
  'EARNS_LESS',
  'EARNS',
  'STEADY',
  'FUTILE',
  'EARNED_TO_THE_END',
])

function roiOf(n: (name: string) => string, money: (name: string) => string): Said {
  const interval = `${n('low')}–${n('high')}`
  return {
    zh: `ROI ${n('roi')}（${interval}），保本 ${n('breakEven')}，已花 ${money('spentFen')} 元，${n('hoursRun')} 小时`,
    en: `ROI ${n('roi')} (${interval}), break-even ${n('breakEven')}, ${money('spentFen')} yuan spent in ${n('hoursRun')} h`,
  }
}

/** Rules whose sentence ends with what fell of the material, and how old it is. */
const TIRED_RULES: ReadonlySet<DecisionRule> = new Set(['FATIGUED', 'TIRING', 'STILL_EARNS'])

const FALLS = [
  ['CTR', 'CTR', 'ctr'],
  ['完播率', 'completion', 'completion'],
  ['ROI', 'ROI', 'dayRoi'],
] as const

/** null: nothing fell. */
function fallsOf(numbers: Numbers): Said | null {
  const fell = FALLS.filter(([, , name]) => numbers[name] != null)
  if (fell.length === 0) return null
  const of = (name: string) => `${short(numbers[name])} < ${short(numbers[`${name}Peak`])}`
  return {
    zh: `第 ${short(numbers.ageDays)} 天，${fell.map(([zh, , name]) => `${zh} ${of(name)}`).join('，')}（自身最好）`,
    en: `day ${short(numbers.ageDays)}, ${fell.map(([, en, name]) => `${en} ${of(name)}`).join(', ')} at its best`,
  }
}

type Sentence = (n: (name: string) => string, money: (name: string) => string) => Said

const SENTENCES: Readonly<Record<ExplainedRule, Sentence>> = {
  NOT_FIRING: () => say('不是爆款，不投', 'no breakout: not tried'),
  NO_BREAK_EVEN: () =>
    say('不知毛利，算不出保本 ROI，不投', 'the margin is not known, so neither is break-even: not tried'),
  ALREADY_TIRED: () => say('素材已疲劳，不投', 'the material is fatigued: not tried'),
  TRIALS_USED_UP: (n, money) =>
    say(
      `已试投 ${n('trials')} 次共 ${money('trialsFen')} 元，不再试`,
      `tried ${n('trials')} times with ${money('trialsFen')} yuan: not again`,
    ),
  READY: (n, money) =>
    say(
      `爆款，试投 ${money('amountFen')} 元，保本 ROI ${n('breakEven')}`,
      `a breakout: try ${money('amountFen')} yuan against a break-even ROI of ${n('breakEven')}`,
    ),
  TEST_PASSED: () => say('试投通过，放量', 'the trial passed, scale it'),
  TEST_FAILED: () => say('达不到保本，停投', 'it does not reach break-even, stop'),
  NO_CLICK: (n) => say(`展示 ${n('shows')} 次没有点击，停投`, `${n('shows')} shows and no click, stop`),
  CLICKS_WITHOUT_ORDER: (n) =>
    say(
      `点击 ${n('clicks')} 次没有成交，停投，改商品页再试`,
      `${n('clicks')} clicks and no order, stop and change the product page before trying again`,
    ),
  INTERACTION_FELL: (n) =>
    say(
      `付费互动率 ${n('interactionPaid')}，自然 ${n('interactionOwn')}，停投`,
      `interaction rate of bought plays is ${n('interactionPaid')}, of its own ${n('interactionOwn')}, stop`,
    ),
  FUTILE: () =>
    say('过半仍远低于保本，提前停投', 'far below break-even with much of the money out, stop early'),
  ONE_MORE: (_, money) =>
    say(`还没定论，再投 ${money('amountFen')} 元`, `not decided, try ${money('amountFen')} yuan more`),
  INCONCLUSIVE: () => say('投完没有定论，停投', 'the money is out without a verdict, stop'),
  NEARLY_SPENT: (_, money) =>
    say(
      `快花完还没定论，加 ${money('amountFen')} 元`,
      `nearly spent and not decided, add ${money('amountFen')} yuan`,
    ),
  UNDECIDED: () => say('还没定论，继续', 'not decided, go on'),
  SETTLED_BELOW: (n) =>
    say(
      `${n('settledDays')} 天结算 ROI ${n('settledRoi')}，低于保本 ${n('breakEven')}`,
      `settled ROI after ${n('settledDays')} days is ${n('settledRoi')}, below break-even ${n('breakEven')}`,
    ),
  FATIGUED: (n) =>
    say(
      `素材疲劳，下线；ROI ${n('roi')}，保本 ${n('breakEven')}`,
      `the material is fatigued, retire it; ROI ${n('roi')}, break-even ${n('breakEven')}`,
    ),
  TIME_OVER: (_, money) =>
    say(`时间到，已花 ${money('spentFen')} 元`, `its time is over, ${money('spentFen')} yuan spent`),
  EARNED_TO_THE_END: (_, money) =>
    say(
      `时间到仍赚钱，再投 ${money('amountFen')} 元`,
      `its time is over and it still earns, again with ${money('amountFen')} yuan`,
    ),
  NEVER_DELIVERED: (n) =>
    say(
      `加进计划 ${n('idleHours')} 小时没有花钱，移出计划`,
      `${n('idleHours')} h in the plan and nothing spent, take it out`,
    ),
  NOT_NEEDED: (n) =>
    say(
      `追投 ${n('boostId')} 已取消或没有投成，不再需要加进计划`,
      `boost ${n('boostId')} was cancelled or never ran, so the video is not needed in the plan`,
    ),
  TIRING: (n, money) =>
    say(
      `素材变疲，减 ${money('amountFen')} 元；ROI ${n('roi')}，保本 ${n('breakEven')}`,
      `the material tires, take ${money('amountFen')} yuan away; ROI ${n('roi')}, break-even ${n('breakEven')}`,
    ),
  STILL_EARNS: (n) =>
    say(
      `素材变疲但还赚钱，做混剪：换开头、主体或行动号召；ROI ${n('roi')}，保本 ${n('breakEven')}`,
      `the material tires and still earns, remix it (hook, body or call to action); ROI ${n('roi')}, break-even ${n('breakEven')}`,
    ),
  EARNS_LESS: (_, money) =>
    say(`低于保本，减 ${money('amountFen')} 元`, `below break-even, take ${money('amountFen')} yuan away`),
  TOO_SMALL: (_, money) =>
    say(
      `预算 ${money('budgetFen')} 元已无可减，下线`,
      `its budget of ${money('budgetFen')} yuan is too small to cut, retire it`,
    ),
  CANNOT_CUT: (n) =>
    say(
      `该减，但此方式不能减；ROI ${n('roi')}，保本 ${n('breakEven')}`,
      `it should get less, but its method takes no cut; ROI ${n('roi')}, break-even ${n('breakEven')}`,
    ),
  COOLING_DOWN: (n) =>
    say(
      `今天已改（含被拒）${n('changesToday')} 次，先等`,
      `changed or refused ${n('changesToday')} times today, too soon to ask again`,
    ),
  EARNS: (_, money) => say(`赚钱，加 ${money('amountFen')} 元`, `it earns, add ${money('amountFen')} yuan`),
  STEADY: () => say('继续', 'go on'),
}

const say = (zh: string, en: string): Said => ({ zh, en })

/** Three digits are enough to judge by; ?: not known. */
function short(value: number | null | undefined): string {
  if (value == null) return '?'
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)))
}
