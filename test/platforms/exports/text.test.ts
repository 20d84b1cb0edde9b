import { expect, test } from 'vitest'
import { decode } from '../../../platforms/exports/text.ts'
import { ENCODINGS, encode } from './files.ts'

async function decoded(bytes: Buffer, size: number): Promise<string> {
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  let text = ''
  for await (const piece of decode(pieces()).text) text += piece
  return text.replace(/^\ufeff/, '')
}

test.each(ENCODINGS)('%s comes back whatever the size of the chunks', async (encoding) => {
  const text = `id,name\n1,${'消耗（元）龘'.repeat(5)}\n2,a,整体支付ROI`
  const bytes = encode(text, encoding)
  // UTF-16 is told by its first two bytes.
  for (let size = encoding.startsWith('utf16') ? 2 : 1; size < bytes.length + 2; size++) {
    expect(await decoded(bytes, size)).toBe(text)
  }
  for (const short of ['达', 'a', 'a达', '']) expect(await decoded(encode(short, encoding), 4)).toBe(short)
})
