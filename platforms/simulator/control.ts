import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { type Faults, faultSchema } from './faults.ts'
import { ENDS } from './orders.ts'
import { ledgerOf, ledgerTruth } from './orders-ledger.ts'
import type { Meter } from './quota.ts'
import type { Tally } from './tally.ts'
import type { State } from './vendor.ts'
import { readBody } from './wire.ts'
import type { World } from './world.ts'

/** The stage door of the simulator: faults in, truth and counts out. No vendor has these paths. */
interface ControlParts {
  world: World
  faults: Faults
  tally: Tally
  meter: Meter
  state: State
  advertiserIds: readonly string[]
  now: () => number
}
type Answer = { status: number; body: unknown }

export function createControl(parts: ControlParts) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (request.url ?? '').split('?')[0]
    const answer = respond(`${request.method} ${path}`, await readBody(request), parts)
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body))
  }
}

function respond(call: string, text: string, parts: ControlParts): Answer {
  const { faults, tally, meter } = parts
  switch (call) {
    case 'POST /control/faults':
      return addFaults(text, faults)
    case 'GET /control/faults':
      return { status: 200, body: faults.list() }
    case 'DELETE /control/faults':
      faults.clear()
      return { status: 200, body: [] }
    case 'POST /control/ends':
      return addEnds(text, parts)
    case 'GET /control/calls':
      return { status: 200, body: tally.calls() }
    case 'GET /control/rates':
      return { status: 200, body: meter.rates() }
    case 'GET /control/truth':
      return { status: 200, body: truth(parts) }
    default:
      return { status: 404, body: { error: `no such control: ${call}` } }
  }
}

function addFaults(text: string, faults: Faults): Answer {
  const parsed = z.array(faultSchema).safeParse(jsonOr(text, null))
  if (!parsed.success) return { status: 400, body: { error: z.prettifyError(parsed.error) } }
  faults.add(parsed.data)
  return { status: 200, body: faults.list() }
}

/** `["OFFLINE_AUDIT", …]`: how the next 随心推 orders end, one each. */
function addEnds(text: string, parts: ControlParts): Answer {
  const parsed = z.array(z.enum(ENDS)).safeParse(jsonOr(text, null))
  if (!parsed.success) return { status: 400, body: { error: z.prettifyError(parsed.error) } }
  const { ends } = ledgerOf(parts)
  ends.push(...parsed.data)
  return { status: 200, body: ends }
}

function truth(parts: ControlParts) {
  const { world, tally } = parts
  const hits = world.truth().filter((video) => video.hit)
  return {
    videos: world.videos.length,
    hits: hits.map((video) => ({ ...video, seen: tally.seen(video.itemId) })),
    calls: tally.calls(),
    answeredLooks: tally.answeredLooks(),
    ...ledgerTruth(parts, parts.now()),
  }
}

function jsonOr(text: string, fallback: unknown): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return fallback
  }
}
