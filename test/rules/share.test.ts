import fc from 'fast-check'
import { expect, test } from 'vitest'
import { itemIdOf } from '../../rules/share.ts'

const ID = '7412345678901234567'
const item = { kind: 'item', itemId: ID }
const none = { kind: 'none' }
const short = { kind: 'short', link: 'https://v.douyin.com/iAbCdEf/' }

test.each([
  [ID],
  [` ${ID}\n`],
  [`https://www.douyin.com/video/${ID}`],
  [`https://www.douyin.com/video/${ID}/?previous_page=app_code_link`],
  [`http://douyin.com/video/${ID}`],
  [`www.douyin.com/video/${ID}`],
  [`HTTPS://WWW.DOUYIN.COM/video/${ID}`],
  [`https://www.douyin.com/note/${ID}`],
  [`https://www.douyin.com/discover?modal_id=${ID}`],
  [`https://www.douyin.com/user/MS4wLjABAAAA-x_y?from_tab_name=main&modal_id=${ID}&vid=1`],
  [`https://www.douyin.com/?recommend=1&modal_id=${ID}`],
  [`https://www.iesdouyin.com/share/video/${ID}/?region=CN&mid=7000000000000000000&u_code=0`],
  [`https://www.iesdouyin.com/share/note/${ID}/`],
  [`https://www.iesdouyin.com/share/slides/${ID}/`],
  [`https://m.douyin.com/share/video/${ID}`],
  [`看www.douyin.com/video/${ID}，很好`],
  [`https://v.douyin.com/iAbCdEf/ https://www.douyin.com/video/${ID}`],
])('%j names the video', (text) => {
  expect(itemIdOf(text)).toEqual(item)
})

test.each([
  ['7.48 复制打开抖音，看看【小鹿的作品】618 必买 # 好物  https://v.douyin.com/iAbCdEf/ 01/02 Jic:/ y@T.yg'],
  ['https://v.douyin.com/iAbCdEf/'],
  ['v.douyin.com/iAbCdEf'],
  ['打开https://v.douyin.com/iAbCdEf，直接看'],
  [`订单 ${ID} 的视频 https://v.douyin.com/iAbCdEf/`],
])('%j has only a short link', (text) => {
  expect(itemIdOf(text)).toEqual(short)
})

test('the code of a short link keeps its case and its signs', () => {
  expect(itemIdOf('HTTPS://V.DOUYIN.COM/a_B-9/')).toEqual({
    kind: 'short',
    link: 'https://v.douyin.com/a_B-9/',
  })
})

test.each([
  [''],
  ['   '],
  ['13800138000'],
  ['2026-11-11 20:00'],
  ['2026111120000001234'.slice(0, 18)],
  [ID.slice(1)],
  [`${ID}0`],
  ['0412345678901234567'],
  [`订单 ${ID}`],
  [`${ID} ${ID}`],
  [`https://www.douyin.com/video/${ID}1`],
  [`https://www.douyin.com/video/${ID.slice(1)}`],
  [`https://www.douyin.com/user/${ID}`],
  [`https://live.douyin.com/${ID}`],
  [`https://www.douyin.com/discover?amodal_id=${ID}`],
  [`https://www.notdouyin.com/video/${ID}`],
  [`https://not-douyin.com/video/${ID}`],
  [`https://www.douyin.com.evil.com/video/${ID}`],
  [`https://www.tiktok.com/video/${ID}`],
  [`https://www.douyin.com/ 看 ?modal_id=${ID}`],
  ['https://v.douyin.com/'],
  ['https://notv.douyin.com.cn/abc'],
])('%j names none', (text) => {
  expect(itemIdOf(text)).toEqual(none)
})

test.each([
  [`https://www.douyin.com/video/${ID} https://www.douyin.com/video/${ID.slice(0, -1)}8`],
  [`https://www.douyin.com/video/${ID} https://www.douyin.com/user/a?modal_id=${ID.slice(0, -1)}8`],
  ['https://v.douyin.com/iAbCdEf/ https://v.douyin.com/iAbCdEg/'],
])('%j names several', (text) => {
  expect(itemIdOf(text)).toEqual({ kind: 'several' })
})

test('the same video twice is one', () => {
  expect(itemIdOf(`https://www.douyin.com/video/${ID} www.douyin.com/note/${ID}`)).toEqual(item)
  expect(itemIdOf('https://v.douyin.com/iAbCdEf/ v.douyin.com/iAbCdEf')).toEqual(short)
})

/** 19 digits, as ids are. */
const id = fc.bigInt({ min: 6_500_000_000_000_000_000n, max: 8_999_999_999_999_999_999n }).map(String)
const link = (itemId: string) =>
  fc.constantFrom(
    `https://www.douyin.com/video/${itemId}`,
    `https://www.douyin.com/note/${itemId}?x=1`,
    `https://www.douyin.com/user/abc?modal_id=${itemId}`,
    `https://www.iesdouyin.com/share/video/${itemId}/?region=CN`,
    `https://m.douyin.com/share/video/${itemId}/`,
  )
/** Any text that is no link of its own, with the digits that people do send: phones, dates, orders. */
const around = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(
        '13800138000',
        '2026-11-11',
        '7.48 复制打开抖音，看看',
        '01/02',
        '@小鹿',
        '6222021234567890123',
      ),
      id,
    ),
  )
  .map((parts) => parts.join(' '))

test('any text around a link gives the id of the link', () => {
  const linked = id.chain((itemId) => fc.tuple(fc.constant(itemId), link(itemId)))
  fc.assert(
    fc.property(around, linked, around, (before, [itemId, address], after) => {
      expect(itemIdOf(`${before} ${address} ${after}`)).toEqual({ kind: 'item', itemId })
      // No space between: Chinese text often has none.
      expect(itemIdOf(`${before}看${address}，${after}`)).toEqual({ kind: 'item', itemId })
    }),
    { numRuns: 300 },
  )
})

test('digits without a link are never an id, unless they are all there is', () => {
  fc.assert(
    fc.property(around, around, id, (before, after, digits) => {
      const text = `${before} 单号 ${digits} ${after}`
      expect(itemIdOf(text)).toEqual(none)
      expect(itemIdOf(`${text} https://v.douyin.com/iAbCdEf/ ${after}`)).toEqual(short)
      expect(itemIdOf(digits)).toEqual({ kind: 'item', itemId: digits })
    }),
    { numRuns: 300 },
  )
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 26n }).map(String), (digits) => {
      expect(itemIdOf(digits).kind).toBe(digits.length === 19 ? 'item' : 'none')
    }),
  )
})

test('a text made to be slow is not', () => {
  const hosts = 'www.douyin.com/?'.repeat(250)
  const started = performance.now()
  itemIdOf(hosts)
  itemIdOf('a.'.repeat(2000))
  expect(performance.now() - started).toBeLessThan(500)
})
