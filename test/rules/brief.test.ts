import { expect, test } from 'vitest'
import {
  type BriefValues,
  checkTemplate,
  DEFAULT_BRIEF,
  PLACEHOLDERS,
  renderBrief,
} from '../../rules/brief.ts'

const FULL: BriefValues = {
  brand: '花西子',
  kol: '小鹿',
  persona: '成分党',
  fit: '懂成分、敢对比',
  expressiveness: '语速快',
  product: '空气散粉',
  sellingPoints: ['控油 12 小时', '不卡粉'],
  benefit: '妆不花',
  scene: '宿舍',
  texture: '手持',
  plot: '早八来不及',
  topic: ['早八妆', '散粉'],
  need: '持妆',
  pain: '下午脱妆',
  needStep: '比较',
  deliverables: '1 条 30 秒口播',
  dueOn: '2026-11-08',
}

test('the shipped template says everything that is known', () => {
  expect(renderBrief(DEFAULT_BRIEF, FULL)).toBe(`【合作 brief】花西子 × 小鹿

【人】成分党
人设契合：懂成分、敢对比
表现力：语速快

【货】空气散粉
核心利益：妆不花
卖点：控油 12 小时
卖点：不卡粉

【场】宿舍
质感：手持
情节：早八来不及
话题：#早八妆 #散粉

【需】持妆
痛点：下午脱妆
决策阶段：比较

【交付】1 条 30 秒口播
交稿日期：2026-11-08`)
})

test('what is not known leaves its line out, and an empty axis its paragraph', () => {
  const { brand = null, kol = null, product = null, deliverables = null } = FULL
  const brief = renderBrief(DEFAULT_BRIEF, {
    brand,
    kol,
    product,
    deliverables,
    sellingPoints: [],
    pain: ' ',
  })
  expect(brief).toBe(`【合作 brief】花西子 × 小鹿

【货】空气散粉

【交付】1 条 30 秒口播`)
})

test('neither price nor margin can be asked for', () => {
  expect(PLACEHOLDERS.filter((name) => /price|margin|commission/i.test(name))).toEqual([])
})

const cases: [what: string, template: string, values: BriefValues, want: string][] = [
  ['a value', 'a {{kol}} b', { kol: 'K' }, 'a K b'],
  ['blanks within the braces', '{{ kol }}', { kol: 'K' }, 'K'],
  ['a list as a value', '{{topic}}', { topic: ['x', 'y'] }, 'x、y'],
  ['a list within a line', '<{{#topic}}[{{.}}]{{/topic}}>', { topic: ['x', 'y'] }, '<[x][y]>'],
  ['an empty list within a line', 'a\n<{{#topic}}[{{.}}]{{/topic}}>\nb', { topic: [] }, 'a\nb'],
  ['a list of lines', 'a\n{{#topic}}\n- {{.}}\n{{/topic}}\nb', { topic: ['x', 'y'] }, 'a\n- x\n- y\nb'],
  ['an empty list of lines', 'a\n{{#topic}}\n- {{.}}\n{{/topic}}\nb', {}, 'a\nb'],
  ['one value as a list', '{{#plot}}\n{{.}}!\n{{/plot}}', { plot: 'p' }, 'p!'],
  ['a condition', '{{#plot}}\nplot\n{{/plot}}\nend', {}, 'end'],
  [
    'a list within a list',
    '{{#topic}}{{.}}:{{#plot}}{{.}}{{/plot}};{{/topic}}',
    { topic: ['x', 'y'], plot: 'p' },
    'x:p;y:p;',
  ],
  ['a value that looks like a placeholder', '{{kol}}', { kol: '{{brand}} $& $1' }, '{{brand}} $& $1'],
  ['one of two values missing', 'a\n{{kol}} {{plot}}\nb', { kol: 'K' }, 'a\nb'],
  ['no placeholder', 'only text', {}, 'only text'],
]
test.each(cases)('%s', (_what, template, values, want) => {
  expect(checkTemplate(template)).toBeNull()
  expect(renderBrief(template, values)).toBe(want)
})

const wrong: [template: string, line: number, column: number, message: RegExp][] = [
  ['你好 {{kol}}\n价格 {{price}}', 2, 4, /^there is no placeholder \{\{price\}\}; there are brand, kol/],
  ['{{#prices}}{{/prices}}', 1, 1, /no placeholder \{\{#prices\}\}/],
  ['{{}}', 1, 1, /no placeholder \{\{\}\}/],
  ['{{toString}}', 1, 1, /no placeholder/],
  ['a {{kol', 1, 3, /^\{\{ belongs to no placeholder/],
  ['kol}}', 1, 4, /^\}\} belongs/],
  ['\n{{#topic}}\n{{.}}', 2, 1, /\{\{#topic\}\} is never closed/],
  ['{{/topic}}', 1, 1, /closes what is not open/],
  ['{{#topic}}{{#plot}}{{/topic}}{{/plot}}', 1, 20, /closes what is not open/],
  ['{{#topic}}{{#topic}}{{#topic}}', 1, 21, /within 2 lists already/],
  ['x\ny {{.}}', 2, 3, /outside of a list/],
]
test.each(wrong)('%j is wrong at %i:%i', (template, line, column, message) => {
  expect(checkTemplate(template)).toEqual({ line, column, message: expect.stringMatching(message) })
})
