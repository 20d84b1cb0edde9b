/** The shared strings of a workbook as bytes with offsets: a million of them take what their text takes. */
import { ExportFileError } from './errors.ts'

const SLAB = 1024 * 1024
const MOST_BYTES = 1024 * SLAB

export class SharedStrings {
  private readonly slabs: Buffer[] = []
  /** Slab, start and end of each string, three numbers apiece. */
  private places = new Uint32Array(3 * 1024)
  private used = SLAB
  private bytes = 0
  private count = 0

  add(text: string): void {
    const size = Buffer.byteLength(text)
    this.bytes += size
    if (this.bytes > MOST_BYTES) throw new ExportFileError('The workbook has more than 1 GB of text.')
    if (this.used + size > SLAB) {
      this.slabs.push(Buffer.allocUnsafeSlow(Math.max(SLAB, size)))
      this.used = 0
    }
    const slab = this.slabs.length - 1
    this.slabs[slab]?.write(text, this.used, 'utf8')
    if ((this.count + 1) * 3 > this.places.length) {
      const wider = new Uint32Array(this.places.length * 2)
      wider.set(this.places)
      this.places = wider
    }
    this.places.set([slab, this.used, this.used + size], this.count * 3)
    this.used += size
    this.count++
  }

  at(index: number): string {
    if (!(index >= 0 && index < this.count))
      throw new ExportFileError(`The workbook lacks its text ${index}.`)
    const [slab = 0, start = 0, end = 0] = this.places.subarray(index * 3, index * 3 + 3)
    return this.slabs[slab]?.toString('utf8', start, end) ?? ''
  }
}
