/** The board of a matrix of 30 x 30 x 30 x 30 over 100,000 published videos: its statement, and GraphQL over HTTP. */
import { sql } from 'drizzle-orm'
import type postgres from 'postgres'
import { startApi } from '../api/server.ts'
import { inWorkspace } from '../db/client.ts'
import { type BoardQuestion, loadBoard } from '../db/queries/board.ts'
import { createReader } from '../db/reader.ts'
import { judgeLooks } from '../flow/judge.ts'
import { createToken } from '../flow/workspace.ts'
import { buildBoard } from '../rules/board.ts'
import type { BenchContext } from './bench.ts'
import { type BoardData, plantBoard } from './board-data.ts'
import { takeTurns, timing, told } from './measure.ts'

const FIGURES = `planned published watched flagged hitRate medianPlays playsKnown interactionRate interactionKnown
  spendFen spendKnown gmvFen gmvKnown roi roiKnown bestVideoId bestPlays`
const DOCUMENT = `query($id: ID!, $filter: BoardFilter) { node(id: $id) { ... on Matrix {
  board(rows: PERSONA, columns: PRODUCT, filter: $filter) {
    rows { elementId name } columns { elementId name } gaps { row column forbidden }
    cells { row column figures { ${FIGURES} } }
    rowTotals { ${FIGURES} } columnTotals { ${FIGURES} } total { ${FIGURES} }
  } } } }`
/** Videos of one poll, as many as are due at once in a workspace of this size. */
const POLLED = 5000

export async function board(context: BenchContext): Promise<void> {
  const { database, owner, now, log, ticks, say } = context
  const started = ticks()
  const data = await plantBoard(owner, now)
  say(`planted in ${((ticks() - started) / 1000).toFixed(1)} s`)
  const { workspaceId } = data
  const token = await createToken({ db: database.db, workspaceId, now }, { name: 'bench', role: 'VIEWER' })
  const queue = { ping: async () => {}, counts: async () => ({}) }
  const api = await startApi({ database, queue, clock: () => now, log, host: '127.0.0.1', port: 0 })
  const reader = createReader(database.pool, workspaceId)
  try {
    await timeBoard(context, data, { url: api.url, token, db: reader.db }, 'right after vacuum')
    await reader.close()
    await timePolls(context, data)
    await timeBoard(context, data, { url: api.url, token, db: reader.db }, `after ${POLLED} looks, no vacuum`)
  } finally {
    await reader.close()
    await api.close()
  }
}

interface Door {
  url: string
  token: string
  db: ReturnType<typeof createReader>['db']
}

async function timeBoard({ ticks, say }: BenchContext, data: BoardData, door: Door, when: string) {
  const { url, token, db } = door
  const question = (over: Partial<BoardQuestion> = {}): BoardQuestion => ({
    matrixId: data.matrixId,
    rows: 'PERSONA',
    columns: 'PRODUCT',
    elementIds: {},
    ...over,
  })
  const whole = question()
  const scan = sql`select count(plays) from video_state where workspace_id = current_workspace()
    and cell_id = any(array(select id from cell where matrix_id = ${data.matrixId}))`
  const parts = await loadBoard(db, whole)
  const ask = async () => {
    const id = Buffer.from(`Matrix:${data.matrixId}`).toString('base64')
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: DOCUMENT, variables: { id } }),
    })
    const text = await response.text()
    if (text.includes('"errors"')) throw new Error(text.slice(0, 500))
  }
  const found = await takeTurns(ticks, {
    floor: () => db.execute(scan),
    statement: () => loadBoard(db, whole),
    phase: () => loadBoard(db, question({ phaseId: data.phaseIds[0] })),
    purpose: () => loadBoard(db, question({ purpose: 'SELLING' })),
    rules: async () => buildBoard({ ...whole, ...parts }),
    graphql: ask,
  })
  say(`\nBoard of ${parts.groups.length} cells, ${when}`)
  say(told('floor: count of the same rows, same index', found.floor, found.floor))
  say(told('statement, unpacked', found.statement, found.floor))
  say(told('statement, one phase', found.phase, found.floor))
  say(told('statement, one purpose', found.purpose, found.floor))
  say(told('medians and totals (no database)', found.rules, found.floor))
  say(told('GraphQL over HTTP, all figures', found.graphql, found.floor))
}

/** What the board's index costs where it hurts: the write of a poll, with it and without, in turns. */
async function timePolls({ database, owner, now, ticks, say }: BenchContext, data: BoardData) {
  const [made] = await owner`select pg_get_indexdef('video_state_board'::regclass) as text`
  const times = { with: [] as number[], without: [] as number[] }
  for (let round = 0; round < 8; round++) {
    const at = now.getTime() + (round + 1) * 3_600_000
    for (const index of ['with', 'without'] as const) {
      if (index === 'without') await owner`drop index video_state_board`
      await owner`vacuum video_state`
      const looks = await dueLooks(owner, round, at)
      const started = ticks()
      await inWorkspace(database.db, data.workspaceId, (tx) =>
        judgeLooks(tx, looks, {
          polled: {
            source: 'bench',
            recordedAt: new Date(at),
            schedule: () => ({ nextPollAt: at + 3_600_000, pollWhy: null, urgent: false }),
          },
        }),
      )
      if (round > 0) times[index].push(ticks() - started)
    }
    await owner.unsafe(String(made?.text))
  }
  await owner`vacuum analyze video_state`
  const looks = await dueLooks(owner, 9, now.getTime() + 10 * 3_600_000)
  await inWorkspace(database.db, data.workspaceId, (tx) => judgeLooks(tx, looks))
  const without = timing(times.without)
  say(`\nPoll of ${POLLED} videos: judge and write, one transaction (floor: without the board's index)`)
  say(told('without the index', without, without))
  say(told('with the index', timing(times.with), without))
}

/** Looks at videos that lie all over the table. */
async function dueLooks(owner: postgres.Sql, round: number, observedAt: number) {
  const due = await owner`
    select video_id, plays, likes, comments, shares, saves from video_state
    where workspace_id = current_workspace() and plays is not null and shares is not null
      and hashint8(video_id) % 16 = ${round} limit ${POLLED}`
  return due.map((row) => ({
    videoId: Number(row.video_id),
    observedAt,
    followers: null,
    plays: Number(row.plays) + 10,
    likes: Number(row.likes),
    comments: Number(row.comments),
    shares: Number(row.shares),
    saves: Number(row.saves),
  }))
}
