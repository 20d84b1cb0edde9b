/** --out: a line of JSON for each video, under its name only when it is whole. */
import { open, rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { InvalidInputError } from '../flow/errors.ts'
import { HOUR } from '../rules/types.ts'
import type { Rows } from './backtest-rows.ts'
import { type ByVideo, observedAt, placesOf, type Told } from './backtest-walk.ts'

export interface Out {
  write(rows: Rows, told: Told, of: ByVideo): Promise<void>
  /** Leaves nothing behind, if it was not written. */
  close(): Promise<void>
}

/** Before any work is done, so that a folder that is not there is told at once. */
export async function openOut(file: string): Promise<Out> {
  const partial = `${file}.partial`
  const handle = await open(partial, 'w').catch((error: { code?: string }) => {
    throw new InvalidInputError(
      'out',
      `--out ${file} cannot be written (${error.code}): name a file in a folder that is there`,
    )
  })
  let written = false
  return {
    async write(rows, told, of) {
      await pipeline(Readable.from(lines(rows, told, of)), handle.createWriteStream())
      await rename(partial, file)
      written = true
    },
    async close() {
      if (written) return
      await handle.close().catch(() => {})
      await rm(partial, { force: true })
    },
  }
}

function* lines(rows: Rows, told: Told, of: ByVideo): Generator<string> {
  for (const video of told.videos) yield `${lineOf(rows, told, placesOf(of, video), video)}\n`
}

/** Scores are written by hand: a million of them take a third of the time that objects would. */
function lineOf(rows: Rows, told: Told, places: Uint32Array, video: number): string {
  const flag = told.flag[video] as number
  const publishedAt = told.publishedAt[video] as number
  let scores = ''
  for (const k of places) {
    const probability = told.probability[k] as number
    if (Number.isNaN(probability)) continue
    const at = observedAt(rows, k)
    const age = rounded((at - publishedAt) / HOUR, 1e4)
    const said = `"probability":${rounded(probability, 1e5)},"expected_final":${told.expected[k]}`
    scores += `${scores === '' ? '' : ','}{"observed_at":"${instant(at)}","age_hours":${age},${said}}`
  }
  const about = JSON.stringify({
    video_id: rows.videos[video],
    flagged_at: flag < 0 ? null : instant(observedAt(rows, flag)),
    probability_at_flag: flag < 0 ? null : chanceAt(told, flag),
  })
  return `${about.slice(0, -1)},"scores":[${scores}]}`
}

const instant = (at: number) => new Date(at).toISOString()
const rounded = (value: number, steps: number) => Math.round(value * steps) / steps

/** null: nothing was foreseen at that look. */
function chanceAt({ probability }: Told, place: number): number | null {
  const chance = probability[place] as number
  return Number.isNaN(chance) ? null : rounded(chance, 1e5)
}
