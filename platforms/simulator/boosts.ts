import { HOUR } from '../../rules/types.ts'
import { cut, spentAt } from './orders.ts'
import type { Spent } from './orders-yield.ts'
import { FATIGUE, latestMaterial, type Plan } from './plans.ts'

/**
 * 素材追投: more money for some videos of a 全域 plan, for some hours. It begins at once and spends evenly until its time is
 * over; a change of its budget, a pause and what follows it spread what is left over the time that is left.
 */
export interface Task {
  taskId: string
  adId: string
  name: string
  hours: number
  createdAt: number
  itemIds: string[]
  /** What it may spend in all, by time; the last one holds. */
  budgets: { at: number; fen: number }[]
  asked: 'ENABLE' | 'PAUSE' | 'DISABLE' | 'DELETE'
  parts: { from: number; to: number; fen: number }[]
}

export type TaskDraft = Pick<Task, 'taskId' | 'adId' | 'name' | 'hours' | 'createdAt' | 'itemIds'> & {
  budgetFen: number
}

export function createTask({ budgetFen, ...draft }: TaskDraft): Task {
  const { createdAt: at } = draft
  return {
    ...draft,
    budgets: [{ at, fen: budgetFen }],
    asked: 'ENABLE',
    parts: [{ from: at, to: endOf(draft), fen: budgetFen }],
  }
}

export const endOf = ({ createdAt, hours }: Pick<Task, 'createdAt' | 'hours'>) => createdAt + hours * HOUR
export const budgetOf = ({ budgets }: Task) => budgets.at(-1)?.fen ?? 0

export function taskStatus(task: Task, now: number): string {
  if (task.asked === 'DELETE') return 'DELETED'
  if (now >= endOf(task)) return 'OFFLINE_TIME'
  if (task.asked !== 'ENABLE') return 'DISABLE'
  return spentAt(task, now).fen >= budgetOf(task) - 1 ? 'OFFLINE_BUDGET' : 'PROCESSING'
}

/** null: done; else why not, in the platform's words. */
export function switchTask(task: Task, asked: Task['asked'], now: number): string | null {
  const status = taskStatus(task, now)
  if (status === 'DELETED') return '任务已删除'
  if (status === 'OFFLINE_TIME' && asked !== 'DELETE') return '任务已结束'
  if (status === 'DISABLE' && (asked === 'PAUSE' || asked === 'DISABLE')) return '任务已暂停'
  task.asked = asked
  spread(task, now)
  return null
}

export function setTaskBudget(task: Task, fen: number, now: number): string | null {
  const status = taskStatus(task, now)
  if (status === 'DELETED' || status === 'OFFLINE_TIME') return '任务已结束'
  if (fen < spentAt(task, now).fen) return '预算不能低于已消耗'
  task.budgets.push({ at: now, fen })
  spread(task, now)
  return null
}

function spread(task: Task, now: number): void {
  const to = endOf(task)
  // What is over is over: a cut would spread it over the pause as well.
  if ((task.parts.at(-1)?.to ?? 0) > now) cut(task, now)
  if (task.asked !== 'ENABLE' || now >= to) return
  task.parts.push({ from: now, to, fen: budgetOf(task) - spentAt(task, now).fen })
}

/** Its money is shared evenly, and its videos are as tired as in their plan. */
export function taskSpentOn(task: Task, plan: Plan, itemId: string, until: number): Spent {
  if (!task.itemIds.includes(itemId)) return { fen: 0, worth: 0 }
  const fen = spentAt(task, until).fen / task.itemIds.length
  const startsAt = latestMaterial(plan, { itemId })?.startsAt ?? task.createdAt
  return { fen, worth: fen * Math.exp(-Math.max(0, task.createdAt - startsAt) / FATIGUE) }
}
