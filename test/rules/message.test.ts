import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type BreakoutNews, messageOf } from '../../rules/message.ts'
import { bytesOf, cutTo, MOST_BYTES } from '../../rules/message-fit.ts'
import type { VideoNews } from '../../rules/message-parts.ts'
import { forTeam, type PromotionNews } from '../../rules/message-promotion.ts'
import { explainDecision } from '../../rules/promotion-why.ts'
import { DAY } from '../../rules/types.ts'
import { SHANGHAI } from '../../rules/zone.ts'
import { REASONS } from './guard-reasons.ts'

/** 20:00 in Shanghai. */
const NOW = Date.UTC(2026, 10, 11, 12)
const video: VideoNews = {
  title: '军训第一天',
  brand: '花西子',
  kol: '小鹿',
  tier: 'WAIST',
  cell: ['学生党', '防晒喷雾', '军训', '怕晒黑'],
  itemId: '7400000000000000001',
  plays: 1_234_567,
  interactionRate: 0.0512,
  kolRatio: 4.23,
  probability: 0.874,
}
const NOTHING = { kol: null, tier: null, cell: [], itemId: null, plays: null } as const
const unknown: VideoNews = { ...video, ...NOTHING, interactionRate: null, kolRatio: null, probability: null }
const evidence = {
  observedAt: '2026-11-11T12:00:00Z',
  condition: 'kolRatio >= 3',
  readings: { kolRatio: { value: 4.2 }, plays: { value: 18_400 } },
}
const one = (over: Partial<BreakoutNews> = {}): BreakoutNews => ({
  topic: 'BREAKOUT',
  notificationId: 'bm90aWZpY2F0aW9u',
  said: { brand: '花西子', rule: '四倍', episodes: 1, spanMs: 0, top: { title: video.title, evidence } },
  breakouts: [{ breakoutId: 'QnJlYWtvdXQ6MQ==', nextStep: 'REUSE', video, asks: null }],
  ...over,
})
const trial = (over: Partial<PromotionNews> = {}): PromotionNews => ({
  topic: 'TRIAL_READY',
  promotionId: 'UHJvbW90aW9uOjE=',
  videoId: 'VmlkZW86MQ==',
  state: 'PROPOSED',
  numbers: null,
  method: 'SUIXINTUI_ORDER',
  amountFen: 10_000,
  hours: 24,
  until: NOW + 2 * DAY,
  zone: SHANGHAI,
  breakEvenRoi: 2.314,
  decision: '爆款，试投 100 元，保本 ROI 2.31',
  held: [{ kind: 'DRY_RUN' }],
  problem: null,
  video,
  ...over,
})

describe('what a team reads', () => {
  test('CONTENT of one breakout', () => {
    expect(messageOf(one())).toEqual({
      title: '【苗圃】爆款：军训第一天',
      lines: [
        '花西子「军训第一天」触发规则「四倍」：达人同期中位倍数 4.2 ×，播放量 18,400',
        '达人 小鹿（腰部）',
        '内容格 学生党 × 防晒喷雾 × 军训 × 怕晒黑',
        '播放 1,234,567 · 达人同期中位 4.23 倍 · 互动率 5.12% · 爆款概率 87%',
      ],
      link: 'https://www.douyin.com/video/7400000000000000001',
    })
  })

  test('KOL of the same: how to roll it out', () => {
    const reused = (over: Partial<BreakoutNews['breakouts'][number]>) => {
      const breakout = {
        breakoutId: 'QnJlYWtvdXQ6MQ==',
        nextStep: 'REUSE',
        video,
        asks: null,
        ...over,
      } as const
      return messageOf(one({ topic: 'REUSE_HIT', breakouts: [breakout] })).lines.slice(4)
    }
    const list =
      '全部名单：proposeRollout(breakoutId: "QnJlYWtvdXQ6MQ==", budgetFen: 预算)，选定后 acceptRollout'
    expect(reused({})).toEqual(['下一步：头部达人复用这一格', list])
    expect(reused({ nextStep: 'RADIATE', asks: [] })).toEqual([
      '下一步：腰部、尾部达人扩散这一格',
      '还没有可选的达人：报价或历史播放未知',
      list,
    ])
    const asks = [
      { kol: '大鹿', priceFen: 2_000_000, expectedPlays: 1_200_000 },
      { kol: '阿宁', priceFen: 0, expectedPlays: 5000 },
    ]
    expect(reused({ asks })[1]).toBe(
      '首选：大鹿（7 天预计播放 1,200,000，报价 20000 元）、阿宁（7 天预计播放 5,000，置换）',
    )
  })

  test('what is not known is left out, and never 0', () => {
    const breakouts = [{ breakoutId: 'x', nextStep: 'REUSE' as const, video: unknown, asks: null }]
    const { lines, link } = messageOf(one({ topic: 'REUSE_HIT', breakouts }))
    expect(link).toBeNull()
    expect(lines.slice(1)).toEqual(['视频不在内容格里，不能按格复用'])
    const zero = messageOf(
      one({ breakouts: [{ ...breakouts[0], video: { ...unknown, plays: 0 } } as never] }),
    )
    expect(zero.lines.slice(1)).toEqual(['播放 0'])
    const money = messageOf(
      trial({ video: unknown, hours: null, breakEvenRoi: null, decision: null, held: [] }),
    )
    expect(money.lines).toEqual([
      '品牌 花西子',
      '金额 100 元 · 随心推',
      '确认：approvePromotion(input: { promotionId: "UHJvbW90aW9uOjE=" })',
    ])
  })

  test('a group is one message that names the largest and counts the rest', () => {
    const breakouts = Array.from({ length: 3 }, (_, i) => ({
      breakoutId: `b${i}`,
      nextStep: 'REUSE' as const,
      video: { ...video, title: `视频 ${i}` },
      asks: null,
    }))
    const said = { ...one().said, episodes: 12, spanMs: 600_000 }
    const { title, lines } = messageOf(one({ topic: 'REUSE_HIT', said, breakouts }))
    expect(title).toBe('【苗圃】爆款可复用 12 条：花西子')
    expect(lines).toHaveLength(5)
    expect(lines[0]).toContain('12 条视频在 10 分钟内')
    expect(lines[2]).toMatch(/^「视频 1」达人 小鹿（腰部）；内容格 .*；播放 .*；下一步：头部达人复用这一格$/)
    expect(lines[4]).toBe('另有 9 条，见通知列表')
  })

  test('ADS of a trial: the money, what it must earn, and why', () => {
    expect(messageOf(trial())).toEqual({
      title: '【苗圃】可测试，待确认：军训第一天',
      lines: [
        '爆款，试投 100 元，保本 ROI 2.31',
        '品牌 花西子',
        '达人 小鹿（腰部）',
        '内容格 学生党 × 防晒喷雾 × 军训 × 怕晒黑',
        '播放 1,234,567 · 达人同期中位 4.23 倍 · 互动率 5.12% · 爆款概率 87%',
        '金额 100 元 · 24 小时 · 随心推',
        '需要的 ROI（保本，扣除退货）2.31',
        '未投原因：试运行：不花钱',
        '确认：approvePromotion(input: { promotionId: "UHJvbW90aW9uOjE=" })',
      ],
      link: 'https://www.douyin.com/video/7400000000000000001',
    })
  })

  test('ADS of an order that nobody can tell the fate of', () => {
    const { title, lines } = messageOf(trial({ topic: 'ASKING', problem: 'two orders fit: 1, 2' }))
    expect(title).toBe('【苗圃】投放需人工核对：军训第一天')
    expect(lines.slice(-2)).toEqual([
      '平台结果无法判定：two orders fit: 1, 2',
      '请在平台订单列表核对，然后 settlePromotion(input: { promotionId: "UHJvbW90aW9uOjE=", found: … })',
    ])
  })
})

describe('what a team is to see to', () => {
  const stop =
    '处理好后会自动再试，到 2026-11-13 20:00 没投出就取消；不投了：stopPromotion(input: { promotionId: "UHJvbW90aW9uOjE=" })'
  const approve = '确认：approvePromotion(input: { promotionId: "UHJvbW90aW9uOjE=" })'

  test('ADS of what was agreed to and is held: every reason in words, and what to do', () => {
    const cap = {
      kind: 'CAP',
      scope: 'VIDEO',
      capFen: 20_000,
      committedFen: 15_000,
      askedFen: 10_000,
    } as const
    const held = [cap, { kind: 'WALLET', walletFen: 0, askedFen: 10_000 }] as const
    const { title, lines } = messageOf(trial({ topic: 'HELD', state: 'APPROVED', held }))
    expect(title).toBe('【苗圃】已通过，暂缓：军训第一天')
    expect(lines.slice(-3)).toEqual([
      '未投原因：单条视频上限 200 元，已占 150 元，再要 100 元',
      '未投原因：余额 0 元，要 100 元',
      stop,
    ])
  })

  test('what one more word mends says how to give it; what a person wishes was not agreed to', () => {
    const risky = messageOf(
      trial({
        topic: 'HELD',
        state: 'APPROVED',
        held: [{ kind: 'RISKY_MARK', mark: 'LOW_QUALITY_MATERIAL' }],
      }),
    )
    expect(risky.lines.slice(-3)).toEqual([
      '未投原因：平台标记低质（LOW_QUALITY_MATERIAL）：需要确认',
      approve,
      stop,
    ])
    const wish = messageOf(trial({ topic: 'HELD', held: [{ kind: 'NO_PLACE', why: 'NO_PLAN' }] }))
    expect(wish.title).toBe('【苗圃】已提议，暂缓：军训第一天')
    expect(wish.lines.slice(-2)).toEqual(['未投原因：没有在投的全域计划带这个商品', stop])
  })

  test('until when, by the clocks of the workspace; what may have been done already says so', () => {
    const held = [{ kind: 'CONFIRM' }] as const
    const lost = trial({ topic: 'HELD', state: 'RECONCILING', held, zone: 'America/New_York' })
    const { title, lines } = messageOf(lost)
    expect(title).toBe('【苗圃】结果不明，补投暂缓：军训第一天')
    expect(lines.at(-2)).toBe(approve)
    expect(lines.at(-1)).toMatch(/^处理好后会自动再试，到 2026-11-13 07:00 没投出就取消；/)
    expect(messageOf({ ...lost, until: null }).lines.at(-1)).toMatch(/^处理好后会自动再试；不投了/)
  })

  test('CONTENT of material that still earns: what it spent, and no money to be agreed to', () => {
    const few = { roi: 2.5, breakEven: 2.314, spentFen: 81_230, ageDays: 9 }
    const numbers = { ...few, ctr: 0.04, ctrPeak: 0.05, budgetFen: 100_000 }
    const decision = explainDecision('STILL_EARNS', numbers).zh
    const held = [{ kind: 'WALLET', walletFen: 0, askedFen: 10_000 }] as const
    const news = trial({
      topic: 'REMIX',
      state: 'RUNNING',
      method: 'MATERIAL_BOOST',
      decision,
      numbers,
      held,
    })
    expect(messageOf(news)).toMatchObject({
      title: '【苗圃】再剪一版：军训第一天',
      lines: [
        decision,
        '这单已花 812.3 元',
        '品牌 花西子',
        '达人 小鹿（腰部）',
        '内容格 学生党 × 防晒喷雾 × 军训 × 怕晒黑',
        '播放 1,234,567 · 达人同期中位 4.23 倍 · 互动率 5.12% · 爆款概率 87%',
        '千川素材追投',
        '剪好后登记：markRemix(input: { videoId: 新视频, originId: "VmlkZW86MQ==", parts: … })',
      ],
    })
    expect(decision).toMatch(/ROI 2\.5，保本 2\.31[\s\S]*第 9 天，CTR 0\.04 < 0\.05/)
    expect(forTeam(news)).toEqual({ ...news, numbers: few, held: [], problem: null })
    expect(forTeam({ ...news, topic: 'CORRECTED' })).toMatchObject({ numbers, held })
    for (const none of [null, { spentFen: null }])
      expect(messageOf({ ...news, numbers: none, decision: null }).lines[0]).toBe('品牌 花西子')
  })

  test('ADS of a verdict that the sales overturned', () => {
    const decision = '7 天结算 ROI 1.50（当时预计 3.00，界线 2.00），退货 50 %（预计 0 %）：「通过」推翻'
    const { title, lines } = messageOf(trial({ topic: 'CORRECTED', state: 'PASSED', decision }))
    expect([title, lines[0], lines.at(-1)]).toEqual(['【苗圃】结算推翻结论：军训第一天', decision, '随心推'])
  })

  test('with every reason at its longest it fits into every format whole', () => {
    const remixOf = { videoId: 123_456_789, title: '题'.repeat(55) }
    const held = REASONS.map(([reason]) => ('mark' in reason ? { ...reason, remixOf } : reason))
    const title = '题'.repeat(55)
    const cell = Array<string>(4).fill('要素名字'.repeat(5))
    const news = trial({ topic: 'HELD', state: 'APPROVED', held, video: { ...video, title, cell } })
    for (const most of Object.values(MOST_BYTES))
      expect(cutTo(messageOf(news), most).lines).toEqual(messageOf(news).lines)
  })
})

describe('what fits', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 200 })
  const message = fc.record({
    title: text,
    lines: fc.array(text, { maxLength: 40 }),
    link: fc.constantFrom(null, 'https://www.douyin.com/video/7400000000000000001'),
  })

  test('whole lines only, with the number of those left out, within the bytes', () => {
    fc.assert(
      fc.property(message, fc.constantFrom(...Object.values(MOST_BYTES), 600), (whole, most) => {
        const cut = cutTo(whole, most)
        const kept = cut.lines.filter((line) => whole.lines.includes(line))
        const bytes = [cut.title, cut.link ?? '', ...cut.lines].reduce((sum, part) => sum + bytesOf(part), 0)
        expect(bytes).toBeLessThanOrEqual(most)
        expect(kept).toEqual(whole.lines.slice(0, kept.length))
        const last = cut.lines.at(-1)
        if (kept.length > 0 && kept.length < whole.lines.length)
          expect(last).toBe(`……还有 ${whole.lines.length - kept.length} 行`)
      }),
    )
  })

  test('bytesOf is never less than UTF-8, nor than JSON', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0x10ffff)), (codes) => {
        const given = String.fromCodePoint(...codes)
        const json = Buffer.byteLength(JSON.stringify(given)) - 2
        expect(bytesOf(given)).toBeGreaterThanOrEqual(Math.max(Buffer.byteLength(given), json))
      }),
    )
  })

  test('a line that is too long alone is cut, but not within a character', () => {
    const family = '👨‍👩‍👧‍👦'
    const { lines } = cutTo({ title: 'x', lines: [family.repeat(100)], link: null }, 300)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(new RegExp(`^(${family})+…$`, 'u'))
  })
})
