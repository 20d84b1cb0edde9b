/** Bytes to text: UTF-8 with or without BOM, UTF-16, GB18030 (GBK and GB2312 are parts of it). */
import { ExportFileError } from './errors.ts'

export interface Decoded {
  encoding: () => string
  text: AsyncGenerator<string, void, undefined>
}

/**
 * Strict UTF-8 tells GBK apart: Chinese text in GBK is not valid UTF-8 within a few characters. As long as all was
 * ASCII the two are the same, so the change over is possible in the middle of a file; after that it is an error.
 */
export function decode(bytes: AsyncIterable<Buffer>): Decoded {
  let encoding = 'utf-8'
  return { encoding: () => encoding, text: run() }

  async function* run(): AsyncGenerator<string, void, undefined> {
    let decoder: TextDecoder | null = null
    let ascii = true
    let held: Buffer = NOTHING
    for await (const piece of bytes) {
      const chunk = held.length > 0 ? Buffer.concat([held, piece]) : piece
      held = NOTHING
      if (decoder === null) {
        encoding = marked(chunk) ?? 'utf-8'
        decoder = new TextDecoder(encoding, { fatal: true })
      }
      if (encoding === 'utf-8' && ascii) {
        const plain = asciiLength(chunk)
        // Too little of the first other character to tell: it waits for the next chunk.
        if (chunk.length - plain < 4) {
          yield chunk.toString('latin1', 0, plain)
          held = chunk.subarray(plain)
          continue
        }
        ascii = false
        const text = attempt(decoder, chunk)
        if (text !== null) {
          yield text
          continue
        }
        encoding = 'gb18030'
        decoder = new TextDecoder(encoding, { fatal: true })
      }
      const text: string | null = attempt(decoder, chunk)
      if (text === null) throw broken(encoding)
      yield text
    }
    decoder ??= new TextDecoder(encoding, { fatal: true })
    let rest = attempt(decoder, held, false)
    if (rest === null && ascii) {
      encoding = 'gb18030'
      rest = attempt(new TextDecoder(encoding, { fatal: true }), held, false)
    }
    if (rest === null) throw broken(encoding)
    if (rest !== '') yield rest
  }
}

const NOTHING = Buffer.alloc(0)

function attempt(decoder: TextDecoder, chunk: Buffer, stream = true): string | null {
  try {
    return decoder.decode(chunk, { stream })
  } catch {
    return null
  }
}

/** How many bytes the chunk begins with that mean the same in every encoding. */
function asciiLength(chunk: Buffer): number {
  const at = chunk.findIndex((byte) => byte > 0x7f)
  return at === -1 ? chunk.length : at
}

/** By the byte order mark; without one by the zero bytes that UTF-16 has in every comma and digit. */
function marked(chunk: Buffer): string | null {
  if (chunk[0] === 0xff && chunk[1] === 0xfe) return 'utf-16le'
  if (chunk[0] === 0xfe && chunk[1] === 0xff) return 'utf-16be'
  const head = chunk.subarray(0, 256)
  const zero = head.indexOf(0)
  if (zero === -1) return null
  return zero % 2 === 1 ? 'utf-16le' : 'utf-16be'
}

const broken = (encoding: string) =>
  new ExportFileError(
    `The text is neither UTF-8, UTF-16 nor GBK/GB18030 throughout (it began as ${encoding}). Save it as "CSV UTF-8" again.`,
  )
