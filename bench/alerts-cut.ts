/**
 * A wire to PostgreSQL that is cut at a chosen statement: before the server hears of it, or after it has answered and
 * before anybody hears that. To the server the worker is dead; the worker hears nothing any more.
 */
import { createServer, connect as dial, type Socket } from 'node:net'

export interface Cut {
  /** Counted from 1, over all connections since it was set. */
  nth: number
  /** `after`: the server has answered, and the answer is lost. */
  when: 'before' | 'after'
}

export interface CutWire {
  /** Of the same database, through this wire. */
  url: string
  /** For what follows; null: all goes through. Resolves when it is cut. */
  set(cut: Cut | null): Promise<void>
  /** Statements that were sent since it was set. */
  statements(): number
  /** Whether it was cut since then. */
  struck(): boolean
  close(): Promise<void>
}

export async function cutWire(databaseUrl: string): Promise<CutWire> {
  const target = new URL(databaseUrl)
  const state: WireState = { cut: null, sent: 0, struck: false, tell: () => {} }
  const open = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = dial(Number(target.port || 5432), target.hostname)
    for (const end of [client, upstream]) {
      open.add(end)
      // Message by message, or each waits for the receipt of the one before.
      end.setNoDelay(true)
      end.on('error', () => {})
      end.on('close', () => open.delete(end))
    }
    client.on('close', () => upstream.destroy())
    join(client, upstream, state)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const through = new URL(databaseUrl)
  through.hostname = '127.0.0.1'
  through.port = String(port)
  return {
    url: through.href,
    set(cut) {
      return new Promise((resolve) => {
        Object.assign(state, { cut, sent: 0, struck: false, tell: resolve })
      })
    },
    statements: () => state.sent,
    struck: () => state.struck,
    close() {
      for (const end of open) end.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

interface WireState {
  cut: Cut | null
  sent: number
  struck: boolean
  tell: () => void
}

const [QUERY, SYNC, FLUSH, READY] = ['Q', 'S', 'H', 'Z'].map((letter) => letter.charCodeAt(0))

function join(client: Socket, upstream: Socket, state: WireState): void {
  /** Statements whose answers are still to come, and the one among them after which the wire is cut. */
  let awaited = 0
  let last: number | null = null
  let greeted = false
  /** What a statement is made of is sent at once, or the server would run it before the wire is cut. */
  let unit: Buffer[] = []
  let dead = false
  const cut = () => {
    dead = true
    state.struck = true
    state.cut = null
    upstream.destroy()
    state.tell()
  }
  client.on(
    'data',
    messages(false, (type, message) => {
      if (dead) return false
      unit.push(message)
      const ends = type === QUERY || type === SYNC
      if (greeted && !ends && type !== FLUSH) return true
      if (ends) {
        state.sent++
        awaited++
        const due = state.cut?.nth === state.sent ? state.cut : null
        if (due?.when === 'before') return cut()
        if (due) last = awaited
      }
      upstream.write(Buffer.concat(unit))
      unit = []
      return true
    }),
  )
  upstream.on(
    'data',
    messages(true, (type, message) => {
      if (dead) return false
      if (type === READY && greeted) {
        awaited--
        if (last !== null && --last === 0) return cut()
      }
      greeted ||= type === READY
      client.write(message)
      return true
    }),
  )
}

/** Takes a stream of messages apart; the first one of a client has no type. `each` answers whether to go on. */
function messages(typed: boolean, each: (type: number | null, message: Buffer) => unknown) {
  let rest: Buffer = Buffer.alloc(0)
  let started = typed
  return (chunk: Buffer): void => {
    rest = Buffer.concat([rest, chunk])
    for (;;) {
      const head = started ? 1 : 0
      if (rest.length < head + 4) return
      const size = head + rest.readUInt32BE(head)
      if (rest.length < size) return
      const message = rest.subarray(0, size)
      const type = started ? (message[0] as number) : null
      rest = rest.subarray(size)
      started = true
      if (!each(type, message)) return
    }
  }
}
