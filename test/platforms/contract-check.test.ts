import { expect, test } from 'vitest'
import { z } from 'zod'
import { type Contract, checkExchange, fields, intText, wireInt } from '../../platforms/contract.ts'
import type { Exchange } from '../../platforms/simulator/vendor.ts'

const contract: Contract = {
  method: 'GET',
  path: '/x',
  query: fields({ id: intText }, { filtering: fields({}, { ids: z.array(wireInt) }) }),
  data: fields({ id: wireInt }),
}
const exchange = (query: string, data: unknown, extra: Partial<Exchange> = {}): Exchange => ({
  method: 'GET',
  path: '/x',
  query: new URLSearchParams(query),
  headers: {},
  body: null,
  text: '',
  answer: { code: 0, data },
  code: 0,
  ...extra,
})
const BIG = 7_000_000_000_000_000_001n

test.each<[string, Exchange, string[]]>([
  ['a good exchange', exchange(`id=1&filtering={"ids":[${BIG}]}`, { id: BIG }), []],
  ['a quoted id', exchange(`id=1&filtering={"ids":["${BIG}"]}`, { id: 1 }), ['query.filtering.ids.0']],
  ['a quoted id in the answer', exchange('id=1', { id: `${BIG}` }), ['data.id']],
  ['an unknown parameter', exchange('id=1&page=1', { id: 1 }), ['query']],
  ['an unknown field of the answer', exchange('id=1', { id: 1, more: 1 }), ['data']],
  ['a missing parameter', exchange('', { id: 1 }), ['query.id']],
  ['a refusal, whose data says nothing', exchange('id=1', {}, { code: 40001 }), []],
  ['a body where there is none', exchange('id=1', { id: 1 }, { text: '{"a":1}' }), ['body']],
  ['an unknown interface', exchange('id=1', {}, { path: '/y' }), ['no contract']],
])('checkExchange finds %s', (_, given, parts) => {
  const problems = checkExchange([contract], given)
  expect(problems).toHaveLength(parts.length)
  for (const [index, part] of parts.entries()) expect(problems[index]).toContain(`: ${part}`)
})

test('the fields of a form are text, those of JSON keep their kind', () => {
  const posting: Contract = { method: 'POST', path: '/x', body: fields({ id: wireInt }), data: z.unknown() }
  const asJson = exchange('', {}, { method: 'POST', text: `{"id":${BIG}}` })
  const asForm = {
    ...asJson,
    text: 'id=1',
    body: { id: '1' },
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  }
  expect(checkExchange([posting], asJson)).toEqual([])
  expect(checkExchange([posting], asForm)).toHaveLength(1)
})
