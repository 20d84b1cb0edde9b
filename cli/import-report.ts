import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { finished } from 'node:stream/promises'

export interface RefusedRow {
  line: number
  column: string
  reason: string
  value: string
}

/** A dry run writes nothing, not even its report: it shows this many refused rows. */
const SHOWN = 20

/** Refused rows as CSV; the file appears under its name only when it is complete, and an old one never stays. */
export function createReport(file: string, show: ((line: string) => void) | null) {
  const partial = `${file}.partial`
  let stream: ReturnType<typeof createWriteStream> | null = null
  let shown = 0
  return {
    file,
    add({ line, column, reason, value }: RefusedRow): void {
      if (show) {
        if (shown++ < SHOWN) show(`line ${line}, ${column}: ${reason} (${value})`)
        return
      }
      if (!stream) {
        stream = createWriteStream(partial)
        stream.write('line,column,reason,value\n')
      }
      stream.write(`${[line, column, reason, value].map(quote).join(',')}\n`)
    },
    async close(): Promise<void> {
      if (show) return
      await rm(file, { force: true })
      if (!stream) return
      stream.end()
      await finished(stream)
      await rename(partial, file)
    },
  }
}

function quote(value: string | number): string {
  return /[",\r\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value)
}
