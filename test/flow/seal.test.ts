import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSealer } from '../../flow/seal.ts'

const key = (id: string) => ({ id, key: randomBytes(32) })
const one = key('one')
const two = key('two')

test('what was sealed opens, and shows nothing of itself', () => {
  const sealer = createSealer([one])
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 8 }), fc.string(), (plain, bound) => {
      const box = sealer.seal(plain, bound)
      expect(sealer.open(box, bound)).toBe(plain)
      expect(box.includes(Buffer.from(plain))).toBe(false)
      expect(box.equals(sealer.seal(plain, bound))).toBe(false)
    }),
  )
})

test('any changed bit, and any other row, keeps it shut', () => {
  const sealer = createSealer([one])
  const box = sealer.seal('secret', '1/oceanengine/a')
  for (let bit = 0; bit < box.length * 8; bit++) {
    const changed = Buffer.from(box)
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    expect(() => sealer.open(changed, '1/oceanengine/a'), String(bit)).toThrow()
  }
  expect(() => sealer.open(box, '2/oceanengine/a')).toThrow('does not open with the key one')
})

test('a new key in front seals; the old one still opens until it is taken away', () => {
  const box = createSealer([one]).seal('secret', 'row')
  const rotated = createSealer([two, one])
  expect(rotated.open(box, 'row')).toBe('secret')
  expect(rotated.isCurrent(box)).toBe(false)
  expect(rotated.isCurrent(rotated.seal('secret', 'row'))).toBe(true)
  expect(() => createSealer([two]).open(box, 'row')).toThrow(
    'sealed with the key one, which TOKEN_KEYS no longer has',
  )
})

test('without a key nothing is sealed', () => {
  expect(() => createSealer([])).toThrow('set TOKEN_KEYS')
})
