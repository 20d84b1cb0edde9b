import { expect, test } from 'vitest'
import { DOUDIAN_CODES } from '../../platforms/doudian-call.ts'
import { DOUYIN_CODES } from '../../platforms/douyin-envelope.ts'
import { FETCH_ERROR_KINDS } from '../../platforms/errors.ts'
import { classifyOceanengine } from '../../platforms/oceanengine.ts'
import { FAILURE_KINDS, failureOf, passes, refused } from '../../rules/failure.ts'

test('the kinds are those of the platforms, and each has a meaning in both languages', () => {
  expect([...FAILURE_KINDS].sort()).toEqual([...FETCH_ERROR_KINDS].sort())
  const meanings = FAILURE_KINDS.map((kind) => {
    const { kind: same, meaning, whatToDo } = failureOf('qianchuan', kind, 'in words alone')
    expect(same).toBe(kind)
    for (const { zh, en } of [meaning, whatToDo]) {
      expect(zh).toMatch(/\p{Script=Han}.*。$/u)
      expect(en).toMatch(/^[A-Z].*\.$/)
    }
    return meaning.zh
  })
  expect(new Set(meanings).size).toBe(FAILURE_KINDS.length)
})

test.each<[string, string, string | null, string | null, string | null, string, boolean]>([
  [
    '千川: unbound',
    'qianchuan',
    'forbidden',
    '40002 No permission',
    'forbidden',
    '账号未授权给本应用',
    false,
  ],
  [
    'behind the address',
    'oceanengine',
    null,
    'POST https://x/y: 61002 daily limit',
    'rate_limited',
    '今天的调用配额已用完',
    true,
  ],
  [
    'behind address and item',
    'douyin',
    'forbidden',
    '7400000000000000001: 28001056 offline',
    'forbidden',
    '已下线',
    false,
  ],
  ['抖音: the scope', 'douyin', 'forbidden', '28001012 x; y', 'forbidden', '未勾选', false],
  [
    'a code of another family says nothing',
    'doudian',
    'rejected',
    '40002 param',
    'rejected',
    '拒绝了请求',
    true,
  ],
  ['a code that is not of that kind', 'qianchuan', 'network', '40002', 'network', '连不上平台', true],
  ['a code not listed: its kind', 'qianchuan', 'auth', '40199 x', 'auth', '不接受令牌', false],
  ['a port is no code', 'qianchuan', 'network', 'connect 127.0.0.1:40002', 'network', '连不上平台', true],
  ['words alone', 'oceanengine', null, 'no answer', null, '最近一次调用失败', true],
  ['a kind that is none, of older code', 'qianchuan', 'sulking', 'x', null, '最近一次调用失败', true],
  ['nothing at all', 'nowhere', null, null, null, '最近一次调用失败', true],
])('%s', (_name, from, kind, text, said, zh, passing) => {
  const failure = failureOf(from, kind, text)
  expect(failure.kind).toBe(said)
  expect(failure.meaning.zh).toContain(zh)
  expect(passes(failure)).toBe(passing)
})

test('whatever code a platform gives, its meaning is of the kind that the connector makes of it', () => {
  const oceanengine = (code: number) => classifyOceanengine({ code, message: '' }, 200, 0)?.kind
  const families: [string, (code: number) => string | undefined][] = [
    ['qianchuan', oceanengine],
    ['douyin', (code) => DOUYIN_CODES[code]],
    ['doudian', (code) => DOUDIAN_CODES[code]],
  ]
  let known = 0
  for (const [from, kindOf] of families) {
    const every = [...Array(100_000).keys(), ...Object.keys(DOUYIN_CODES).map(Number)]
    for (const code of every) {
      const kind = failureOf(from, null, `${code} words`).kind
      if (kind === null) continue
      known++
      expect(kind, `${from} ${code}`).toBe(kindOf(code))
    }
  }
  expect(known).toBeGreaterThan(35)
})

test('a token that was refused for good wants a person, even where its code alone would pass', () => {
  expect(passes(failureOf('oceanengine', 'auth', '40102 expired'))).toBe(true)
  const { whatToDo, meaning } = refused('oceanengine', '40102 expired')
  expect(meaning.zh).toBe('令牌已过期。')
  expect(whatToDo.zh).toContain('重新授权')
})
