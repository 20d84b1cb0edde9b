import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

/** The file as a whole cannot be read on; single bad rows are refused lines instead. */
export class ObservationFileError extends Error {
  override readonly name = 'ObservationFileError'
  /** header: columns; gzip: truncated or corrupt; csv: broken quotes; input: the stream itself failed. */
  readonly reason: 'header' | 'gzip' | 'csv' | 'input'
  /** The line from which on nothing could be read. */
  readonly line: number
  /** The missing or repeated columns of a wrong header. */
  readonly columns: readonly string[]

  constructor(reason: ObservationFileError['reason'], line: number, message: string, columns: string[] = []) {
    super(`line ${line}: ${message}`)
    this.reason = reason
    this.line = line
    this.columns = columns
  }
}

const CHUNK_BYTES = 64 * 1024

/** The bytes of the file; gzip is told by its magic number, not by a name, which a stream does not have. */
export async function* unzipped(input: Readable, line: () => number): AsyncGenerator<Buffer> {
  const chunks = bytesOf(input, line)
  const head: Buffer[] = []
  let size = 0
  for (let next = await chunks.next(); size < 2 && !next.done; ) {
    head.push(next.value)
    size += next.value.length
    if (size < 2) next = await chunks.next()
  }
  const start = Buffer.concat(head)
  const whole = resumed(start, chunks)
  if (start[0] !== 0x1f || start[1] !== 0x8b) return yield* whole
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES })
  const source = Readable.from(whole, { objectMode: false })
  source.on('error', (error) => gunzip.destroy(error))
  yield* source.pipe(gunzip)
}

async function* bytesOf(input: Readable, line: () => number): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of input) yield typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Buffer)
  } catch (error) {
    throw new ObservationFileError(
      'input',
      line(),
      `the file could not be read (${(error as Error).message})`,
    )
  }
}

async function* resumed(start: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (start.length > 0) yield start
  yield* rest
}
