/** Times of several tasks taken in turns, so that a machine that is busy for a while is busy for all of them. */
export interface Timing {
  /** ms. */
  median: number
  p95: number
}
export type Task = () => PromiseLike<unknown>

const WARM_UP = 5

export async function takeTurns<Name extends string>(
  ticks: () => number,
  tasks: Readonly<Record<Name, Task>>,
  rounds = 40,
): Promise<Record<Name, Timing>> {
  const entries = Object.entries(tasks) as [Name, Task][]
  const times = new Map<Name, number[]>(entries.map(([name]) => [name, []]))
  for (let round = -WARM_UP; round < rounds; round++) {
    for (const [name, task] of entries) {
      const started = ticks()
      await task()
      if (round >= 0) times.get(name)?.push(ticks() - started)
    }
  }
  const timings = entries.map(([name]) => [name, timing(times.get(name) ?? [])])
  return Object.fromEntries(timings) as Record<Name, Timing>
}

export function timing(times: readonly number[]): Timing {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN
  return { median: at(0.5), p95: at(0.95) }
}

/** One line: median, p95, and how many times the floor that is. */
export function told(what: string, { median, p95 }: Timing, floor: Timing): string {
  const ms = (value: number) => `${value.toFixed(1).padStart(7)} ms`
  return `${what.padEnd(44)} median ${ms(median)}  p95 ${ms(p95)}  ${(median / floor.median).toFixed(2)} x floor`
}
