/** What a batch of looks is foreseen by: the model that holds, and the classes of its videos. */
import type { Reads } from '../db/client.ts'
import { type LearnedClass, loadCellClasses, loadModel, modelsBetween } from '../db/queries/forecast.ts'
import { SHIPPED } from '../rules/forecast-model.ts'
import type { Lesson } from '../rules/lesson.ts'
import { CLASS_KINDS } from '../rules/reference.ts'

const NOTHING: Lesson = { model: SHIPPED, classes: new Map() }
/** Rows of a model never change: they are read once by a process, and the latest few are kept. */
const kept = new Map<string, Lesson>()
const MOST_KEPT = 200

export interface LearnedOver {
  /** What held at an instant of the span, ms. */
  at(at: number): Lesson
  /** Reads what is usual in these cells; rules seldom ask. */
  addCells(cellIds: readonly number[]): Promise<void>
}

/** What held at each instant between two; one statement more where a model was not read before. */
export async function loadLearned(tx: Reads, { from, to }: { from: Date; to: Date }): Promise<LearnedOver> {
  const models: (Lesson & { id: number; effectiveAt: number })[] = []
  for (const { id, key, effectiveAt } of await modelsBetween(tx, from, to)) {
    models.push({ ...(await keptModel(tx, id, key)), id, effectiveAt })
  }
  return {
    at: (at) => models.findLast(({ effectiveAt }) => effectiveAt <= at) ?? NOTHING,
    async addCells(cellIds) {
      const asked = [...new Set(cellIds)]
      for (const model of asked.length === 0 ? [] : models) {
        const cells = grouped(await loadCellClasses(tx, model.id, asked)).get('CELL') ?? new Map()
        model.classes = new Map([...model.classes, ['CELL', cells]])
      }
    },
  }
}

async function keptModel(tx: Reads, id: number, key: string): Promise<Lesson> {
  const known = kept.get(key)
  if (known) {
    // The longest unused goes first.
    kept.delete(key)
    kept.set(key, known)
    return known
  }
  const { model, classes } = await loadModel(tx, id)
  const learned = { model, classes: grouped(classes) }
  kept.set(key, learned)
  for (const oldest of kept.keys()) if (kept.size > MOST_KEPT) kept.delete(oldest)
  return learned
}

function grouped(classes: readonly LearnedClass[]): Lesson['classes'] {
  const found: Lesson['classes'] = new Map(CLASS_KINDS.map((kind) => [kind, new Map()]))
  for (const { kind, key, stats } of classes) found.get(kind)?.set(key, stats)
  return found
}
