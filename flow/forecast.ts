/** What a batch of looks is foreseen by: the model that holds, and the classes of its videos. */
import type { Reads } from '../db/client.ts'
import {
  type LearnedClass,
  loadCellClasses,
  loadModels,
  type ModelRow,
  modelsBetween,
} from '../db/queries/forecast.ts'
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

/** What held at each instant between two; one statement more where some models were not read before. */
export async function loadLearned(tx: Reads, { from, to }: { from: Date; to: Date }): Promise<LearnedOver> {
  const held = await modelsBetween(tx, from, to)
  const lessons = await lessonsOf(tx, held)
  const models = held.map((row, i) => ({ ...(lessons[i] as Lesson), ...row }))
  return {
    at: (at) => models.findLast(({ effectiveAt }) => effectiveAt <= at) ?? NOTHING,
    async addCells(cellIds) {
      const asked = [...new Set(cellIds)]
      if (asked.length === 0 || models.length === 0) return
      const modelIds = models.map(({ id }) => id)
      const found = await loadCellClasses(tx, modelIds, asked)
      for (const model of models) {
        const cells = new Map(
          found.filter(({ modelId }) => modelId === model.id).map(({ key, stats }) => [key, stats]),
        )
        model.classes = new Map([...model.classes, ['CELL', cells]])
      }
    },
  }
}

/** In the order of the rows. */
async function lessonsOf(tx: Reads, models: readonly ModelRow[]): Promise<Lesson[]> {
  const found = new Map<number, Lesson>()
  for (const { id, key } of models) {
    const known = kept.get(key)
    if (known) found.set(id, known)
  }
  const missing = models.filter(({ id }) => !found.has(id)).map(({ id }) => id)
  for (const { id, model, classes } of missing.length > 0 ? await loadModels(tx, missing) : []) {
    found.set(id, { model, classes: grouped(classes) })
  }
  const lessons = models.map(({ id, key }): Lesson => {
    const lesson = found.get(id)
    if (!lesson) throw new Error(`there is no model ${id}`)
    // The longest unused goes first.
    kept.delete(key)
    kept.set(key, lesson)
    return lesson
  })
  for (const oldest of kept.keys()) if (kept.size > MOST_KEPT) kept.delete(oldest)
  return lessons
}

function grouped(classes: readonly LearnedClass[]): Lesson['classes'] {
  const found: Lesson['classes'] = new Map(CLASS_KINDS.map((kind) => [kind, new Map()]))
  for (const { kind, key, stats } of classes) found.get(kind)?.set(key, stats)
  return found
}
