import { expect, test } from 'vitest'
import { type AttributeChange, breakEvenRoi, changeAttributes } from '../../rules/element.ts'
import type { ElementKind } from '../../rules/types.ts'

const product = { sellingPoints: ['快充', '静音'], benefit: '买一送一', priceFen: 19_900, grossMargin: 0.35 }

test.each<[kind: ElementKind, before: Record<string, unknown>, change: AttributeChange, after: object]>([
  ['PRODUCT', {}, {}, {}],
  ['PRODUCT', {}, { product }, product],
  ['PRODUCT', product, { product: { priceFen: 9_900 } }, { ...product, priceFen: 9_900 }],
  [
    'PRODUCT',
    product,
    { product: { benefit: null, grossMargin: null } },
    { sellingPoints: ['快充', '静音'], priceFen: 19_900 },
  ],
  ['PRODUCT', product, { product: null, persona: null, need: undefined }, product],
  ['PRODUCT', {}, { product: { grossMargin: 0, priceFen: 0 } }, { grossMargin: 0, priceFen: 0 }],
  ['PERSONA', {}, { persona: { fit: ' 成分党 ', heat: 5 } }, { fit: '成分党', heat: 5 }],
  [
    'SCENE',
    { plot: 'a' },
    { scene: { texture: '胶片', topic: '#空瓶记' } },
    { plot: 'a', texture: '胶片', topic: '#空瓶记' },
  ],
  ['NEED', {}, { need: { pain: '熬夜脸', step: 'ASK' } }, { pain: '熬夜脸', step: 'ASK' }],
  // What was stored before there were kinds of attributes is not carried on.
  ['NEED', { tags: ['x'], pain: 'a' }, {}, { pain: 'a' }],
])('%s %j changed by %j', (kind, before, change, after) => {
  expect(changeAttributes(kind, before, change)).toEqual({ ok: true, attributes: after })
})

test.each<[kind: ElementKind, change: unknown, field: string, message: RegExp]>([
  ['PERSONA', { product: {} }, 'product', /cannot be said of a persona: give persona/],
  ['NEED', { scene: { plot: 'x' }, need: { pain: 'x' } }, 'scene', /of a need/],
  ['PERSONA', { persona: { heat: 0 } }, 'persona.heat', /1 to 5/],
  ['PERSONA', { persona: { heat: 5.5 } }, 'persona.heat', /whole number/],
  ['PERSONA', { persona: { fit: ' ' } }, 'persona.fit', /^persona.fit must not be blank$/],
  ['PERSONA', { persona: { fit: '长'.repeat(1001) } }, 'persona.fit', /more than 1000/],
  ['PRODUCT', { product: { grossMargin: 35 } }, 'product.grossMargin', /0.35 is 35 %/],
  ['PRODUCT', { product: { grossMargin: -0.1 } }, 'product.grossMargin', /fraction/],
  ['PRODUCT', { product: { grossMargin: Number.NaN } }, 'product.grossMargin', /number/],
  ['PRODUCT', { product: { priceFen: 19.9 } }, 'product.priceFen', /分/],
  ['PRODUCT', { product: { priceFen: -1 } }, 'product.priceFen', /below 0/],
  ['PRODUCT', { product: { sellingPoints: [] } }, 'product.sellingPoints', /at least one/],
  ['PRODUCT', { product: { sellingPoints: ['a', ' '] } }, 'product.sellingPoints.1', /blank/],
  ['NEED', { need: { step: 'BUY' } }, 'need.step', /AWARE, APPEAL, ASK, ACT, ADVOCATE/],
])('%s refuses %j at %s', (kind, change, field, message) => {
  const answer = changeAttributes(kind, {}, change as AttributeChange)
  expect(answer).toEqual({ ok: false, field, message: expect.stringMatching(message) })
})

test.each([
  [{ grossMargin: 0.25 }, 4],
  [{ grossMargin: 1 }, 1],
  [{ grossMargin: 0 }, null],
  [{}, null],
])('break-even ROI of %j is %s', (attributes, roi) => {
  expect(breakEvenRoi(attributes)).toBe(roi)
})
