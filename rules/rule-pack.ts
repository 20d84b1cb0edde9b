/**
 * 规则包: rules to start from, with the thresholds in circulation. All are rules of thumb: none was measured on the
 * workspace's videos, and nobody published how often they are right. Hold, release and cooldown are ours throughout.
 */
import { completed, type Definition, STARTER_RULE, type StoredDefinition } from './rule.ts'
import type { Purpose } from './types.ts'

export interface PackedRule {
  /** Unique among all packs: by it a rule is found again. */
  name: string
  definition: Definition
  /** Where the threshold is from. */
  source: string
}
export interface RulePack {
  key: string
  zh: string
  /** What its rules are for; null: every purpose. */
  purpose: Purpose | null
  rules: readonly PackedRule[]
}

const THUMB = 'a rule of thumb in circulation, not measured'
const LIKES = `${THUMB}: likes of 1,000 / 5,000 / 20,000 as 小爆 / 爆 / 超爆, in a public monitoring tool`
const BENCHMARK = `${THUMB}: 3 / 8 / 20 times the benchmark of the category as yellow / orange / red, in a public monitoring tool; here plays beside the median of the vertical at the same age`
const TOOL_DEFAULTS = `${THUMB}: defaults of a public bidding tool; times of the order are not known to a rule`

function packed(purpose: Purpose | null, name: string, source: string, said: StoredDefinition): PackedRule {
  const purposes = purpose === null ? [] : [purpose]
  return { name, source, definition: completed({ purposes, ...said }) }
}

const SEEDING: RulePack = {
  key: 'SEEDING',
  zh: '种草规则包',
  purpose: 'SEEDING',
  rules: [
    {
      ...STARTER_RULE,
      source: `${THUMB}: interactions of 3 times the median of the same creator, and an interaction rate of 3-5 %; here plays at the same age; the rule that a workspace starts with, for every purpose`,
    },
    packed('SEEDING', '种草：小爆（点赞 1000）', LIKES, {
      condition: { metric: 'likes', op: '>=', value: 1000 },
      severity: 'INFO',
    }),
    packed('SEEDING', '种草：爆款（点赞 5000）', LIKES, {
      condition: { metric: 'likes', op: '>=', value: 5000 },
    }),
    packed('SEEDING', '种草：超爆（点赞 2 万）', LIKES, {
      condition: { metric: 'likes', op: '>=', value: 20_000 },
      severity: 'CRITICAL',
    }),
    packed(
      'SEEDING',
      '种草：播粉比 0.5 且互动率 5%',
      `${THUMB}: plays of half the followers and an interaction rate of 5 %`,
      {
        condition: {
          all: [
            { metric: 'playsPerFollower', op: '>=', value: 0.5, release: 0.4 },
            { metric: 'interactionRate', op: '>=', value: 0.05, release: 0.04 },
          ],
        },
        holdMinutes: 30,
        action: 'PROPOSE_TRIAL',
      },
    ),
    vertical('种草：垂类同龄 3 倍', 3, 'INFO'),
    vertical('种草：垂类同龄 8 倍', 8, 'WARNING'),
    vertical('种草：垂类同龄 20 倍', 20, 'CRITICAL'),
  ],
}

function vertical(name: string, times: number, severity: Definition['severity']): PackedRule {
  return packed('SEEDING', name, BENCHMARK, {
    condition: { metric: 'plays', of: 'VERTICAL', by: 'RATIO', op: '>=', value: times, release: times * 0.7 },
    holdMinutes: 30,
    severity,
  })
}

const SELLING: RulePack = {
  key: 'SELLING',
  zh: '带货规则包',
  purpose: 'SELLING',
  rules: [
    packed(
      'SELLING',
      '带货：互动率 8%',
      `${THUMB}, from one weak source: 8-15 % for 带货; at least 1,000 plays is ours`,
      {
        condition: {
          all: [
            { metric: 'interactionRate', op: '>=', value: 0.08, release: 0.065 },
            { metric: 'plays', op: '>=', value: 1000 },
          ],
        },
        holdMinutes: 30,
        action: 'PROPOSE_TRIAL',
      },
    ),
    packed(
      'SELLING',
      '带货：5s完播率 40%',
      `${THUMB}: 5s完播 above 40 % is good material; the 点击率 that goes with it is no metric here`,
      {
        condition: {
          all: [
            { metric: 'fiveSecondRate', op: '>=', value: 0.4, release: 0.35 },
            { metric: 'plays', op: '>=', value: 1000 },
          ],
        },
        severity: 'INFO',
        action: 'PROPOSE_TRIAL',
      },
    ),
    packed(
      'SELLING',
      '带货：花费 200 元且支付ROI 2.2',
      `${TOOL_DEFAULTS}: more budget at a ROI above 2.2 after 200 yuan and 120 min`,
      {
        condition: {
          all: [
            { metric: 'paidRoi', op: '>=', value: 2.2, release: 1.8 },
            { metric: 'spend', op: '>=', value: 20_000 },
          ],
        },
        holdMinutes: 120,
        action: 'PROPOSE_SCALE',
      },
    ),
    packed(
      'SELLING',
      '带货：花费 120 元且支付ROI 低于 1.2',
      `${TOOL_DEFAULTS}: pause at a ROI below 1.2 after 120 yuan and 60 min`,
      {
        condition: {
          all: [
            { metric: 'paidRoi', op: '<=', value: 1.2, release: 1.4 },
            { metric: 'spend', op: '>=', value: 12_000 },
          ],
        },
        holdMinutes: 60,
        action: 'STOP_PROMOTION',
      },
    ),
    packed(
      'SELLING',
      '带货：花费 180 元无成交',
      `${TOOL_DEFAULTS}: alert at no order after 180 yuan or 90 min`,
      {
        condition: {
          all: [
            { metric: 'orders', op: '<=', value: 0 },
            { metric: 'spend', op: '>=', value: 18_000 },
          ],
        },
        severity: 'CRITICAL',
        action: 'STOP_PROMOTION',
      },
    ),
  ],
}

const TRAFFIC: RulePack = {
  key: 'TRAFFIC',
  zh: '引流规则包',
  purpose: 'TRAFFIC',
  rules: [
    packed(
      'TRAFFIC',
      '引流：首个流量池达标',
      `${THUMB}, from one weak source: in the pool of 200-500 plays 完播 above 30 % and 互动 above 2 %`,
      {
        condition: {
          all: [
            { metric: 'plays', op: '>=', value: 200 },
            { metric: 'completionRate', op: '>=', value: 0.3, release: 0.25 },
            { metric: 'interactionRate', op: '>=', value: 0.02, release: 0.016 },
          ],
        },
        severity: 'INFO',
      },
    ),
    packed(
      'TRAFFIC',
      '引流：互动率 5%',
      `${THUMB}: 5 % and 10 % as 爆 and 超爆, in a public monitoring tool; at least 1,000 plays is ours`,
      {
        condition: {
          all: [
            { metric: 'interactionRate', op: '>=', value: 0.05, release: 0.04 },
            { metric: 'plays', op: '>=', value: 1000 },
          ],
        },
        holdMinutes: 30,
      },
    ),
    packed(
      'TRAFFIC',
      '引流：点赞 1 万',
      `${THUMB}: a plain threshold in common wording; no source was found`,
      {
        condition: { metric: 'likes', op: '>=', value: 10_000 },
      },
    ),
  ],
}

/**
 * What a workspace that sets nothing else may trust: more likely than not, or earlier where most plays are still to come.
 * 0.27 is near the best of every age on public data (bench/README.md, detection); it holds for each of them, untouched.
 */
export const SHIPPED_RULE = packed(
  null,
  '爆款预测',
  "ours: no threshold of plays, age or KOL; the chance is learned from the workspace's finished videos",
  {
    condition: {
      any: [
        { metric: 'breakoutProbability', op: '>=', value: 0.5, release: 0.35 },
        { metric: 'breakoutPromise', op: '>=', value: 0.27, release: 0.18 },
      ],
    },
    keepFiringMinutes: 60,
  },
)

const PROBABILITY: RulePack = {
  key: 'PROBABILITY',
  zh: '爆款概率规则包',
  purpose: null,
  rules: [
    SHIPPED_RULE,
    packed(
      null,
      '爆款预测，互动不冷',
      'ours: as 爆款预测, where strangers answer about as well as is usual in the tier. In the simulator 99 of 100 are right; ' +
        '0.9 rests on its interaction rates, and 0.8 to 1 do as well',
      {
        condition: {
          all: [
            SHIPPED_RULE.definition.condition,
            { metric: 'interactionRate', of: 'TIER', by: 'RATIO', op: '>=', value: 0.9, release: 0.75 },
          ],
        },
        holdMinutes: 30,
      },
    ),
    packed(
      null,
      '爆款概率 70%',
      'ours: as 爆款预测, later and surer: 0.7 is how sure to be, held for half an hour',
      {
        condition: { metric: 'breakoutProbability', op: '>=', value: 0.7, release: 0.5 },
        holdMinutes: 30,
      },
    ),
  ],
}

export const RULE_PACKS: readonly RulePack[] = [SEEDING, SELLING, TRAFFIC, PROBABILITY]
