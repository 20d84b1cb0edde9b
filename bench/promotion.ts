/**
 * npm run bench -- promotion [RUNS]: seeded runs of the promotion machine, 1000 unless said, in which processes die before and after
 * every transaction and every call, answers are lost, and workers are paused and doubled.
 */
import type { Bench } from './bench.ts'
import { playRun } from './promotion-play.ts'
import { createStage } from './promotion-stage.ts'
import type { RunVerdict } from './promotion-verdicts.ts'

const RUNS = 1000
/** Of one simulator: its book is searched at every write. */
const ON_A_STAGE = 50
/** Stages that play side by side. */
const LANES = 3

export const promotion: Bench = async ({ args, database, ticks, say }) => {
  const runs = Number(args[1] ?? RUNS)
  const started = ticks()
  const waiting = Array.from({ length: Math.ceil(runs / ON_A_STAGE) }, (_, nth) => nth)
  const verdicts: RunVerdict[] = []
  const lane = async () => {
    for (let nth = waiting.shift(); nth !== undefined; nth = waiting.shift()) {
      const size = Math.min(ON_A_STAGE, runs - nth * ON_A_STAGE)
      const stage = await createStage(database.db, size, `bench ${nth}`)
      try {
        for (let run = 0; run < size; run++) {
          const verdict = await playRun(stage, `bench ${nth * ON_A_STAGE + run}`)
          for (const what of verdict.wrong) say(`run ${nth * ON_A_STAGE + run}: ${what}`)
          verdicts.push(verdict)
        }
      } finally {
        await stage.close()
      }
      say(`${verdicts.length} runs, ${sum(verdicts, ({ wrong }) => wrong.length)} wrong`)
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  for (const line of report(verdicts, ticks() - started)) say(line)
  if (verdicts.some(({ wrong }) => wrong.length > 0)) throw new Error('Money went wrong: see above.')
}

export function sum(verdicts: readonly RunVerdict[], of: (verdict: RunVerdict) => number): number {
  return verdicts.reduce((total, verdict) => total + of(verdict), 0)
}

function report(verdicts: readonly RunVerdict[], ms: number): string[] {
  const total = (of: (verdict: RunVerdict) => number) => Math.round(sum(verdicts, of)).toLocaleString('en')
  return [
    `${verdicts.length} runs in ${(ms / 1000).toFixed(0)} s, ${total(({ hours }) => hours)} simulated hours`,
    `processes killed            ${total(({ kills }) => kills)}`,
    `promotions                  ${total(({ promotions }) => promotions)}`,
    `orders at the platform      ${total(({ orders }) => orders)}`,
    `boosts, videos into plans   ${total(({ boosts }) => boosts)}, ${total(({ adds }) => adds)}`,
    `standard plans              ${total(({ plans }) => plans)}`,
    `additions, ends, scaled     ${total(({ additions }) => additions)}, ${total(({ ends }) => ends)}, ${total(({ scaled }) => scaled)}`,
    `settled by the list         ${total(({ settled }) => settled)}`,
    `left to a person            ${total(({ asking }) => asking)}`,
    `wrong (double orders, caps, unmatched, open)  ${total(({ wrong }) => wrong.length)}`,
  ]
}
