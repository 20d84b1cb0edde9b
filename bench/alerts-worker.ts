/** A worker of `npm run bench -- alerts` in a process of its own, which may kill itself as no handler could see. */
import { sql } from 'drizzle-orm'
import { connect, rows } from '../db/client.ts'
import { poll } from '../flow/poll.ts'
import { worldConnector } from './alerts-scene.ts'

export interface AlertWorker {
  databaseUrl: string
  workspaceId: number
  /** Videos in a batch. */
  limit: number
  /** kill -9 so long after it sent so many statements, ms; null: never. */
  death: { statement: number; afterMs: number } | null
}
const { databaseUrl, workspaceId, limit, death } = JSON.parse(
  process.env.ALERTS_WORKER ?? '{}',
) as AlertWorker

let sent = 0
let polling = false
const kill = () => process.kill(process.pid, 'SIGKILL')
const { db } = connect(databaseUrl, {
  max: 1,
  onStatement() {
    if (!polling || death === null || ++sent !== death.statement) return
    if (death.afterMs === 0) kill()
    else setTimeout(kill, death.afterMs)
  },
})

for (;;) {
  polling = false
  const [clock] = await rows<{ at: string }>(
    db,
    sql`select extract(epoch from at) * 1000 as at from alerts_clock`,
  )
  const now = new Date(Number(clock?.at))
  polling = true
  const { claimed } = await poll(
    { db, workspaceId, now },
    { connector: worldConnector(now.getTime()), limit },
  )
  if (claimed === 0) await new Promise((resolve) => setTimeout(resolve, 20))
}
