/** Where a webhook leads: checked when it is given, sealed at rest, opened only to be sent to. */
import type { webhook } from '../db/tables.ts'
import type { Address } from '../platforms/webhook.ts'
import type { WebhookFormat } from '../rules/types.ts'
import type { Context } from './context.ts'
import { ConflictError, InvalidInputError } from './errors.ts'
import type { Sealer } from './seal.ts'

export interface Sealing {
  sealer: Sealer
}
type WebhookRow = typeof webhook.$inferSelect
type Boxes = Pick<WebhookRow, 'id' | 'url' | 'secret'>

/** SealError: the keys at hand do not open it. */
export function openAddress({ sealer }: Sealing, { workspaceId }: Of, { id, url, secret }: Boxes): Address {
  return {
    url: sealer.open(url, bound(workspaceId, id, 'url')),
    secret: secret && sealer.open(secret, bound(workspaceId, id, 'secret')),
  }
}

/** The same for a person who waits: ConflictError says what to do. */
export function openNow(deps: Sealing, of: Of, row: Boxes): Address {
  try {
    return openAddress(deps, of, row)
  } catch (error) {
    if ((error as Error).name !== 'SealError') throw error
    throw new ConflictError(`${(error as Error).message} Put the key back, or give the address once more.`)
  }
}

/** Where it leads, as far as people may know; null: the keys at hand do not open it. */
export function hostOf(deps: Sealing, of: Of, row: Pick<WebhookRow, 'id' | 'url'>): string | null {
  try {
    return new URL(openAddress(deps, of, { ...row, secret: null }).url).host
  } catch {
    return null
  }
}

type Of = Pick<Context, 'workspaceId'>
const bound = (workspaceId: number, id: number, part: 'url' | 'secret') =>
  `${workspaceId}/webhook/${id}/${part}`

/** The columns of what is given, each bound to its row. */
export function sealed(
  { sealer }: Sealing,
  { workspaceId }: Of,
  id: number,
  { url, secret }: Partial<Address>,
) {
  return {
    ...(url !== undefined && { url: sealer.seal(url, bound(workspaceId, id, 'url')) }),
    ...(secret !== undefined && {
      secret: secret === null ? null : sealer.seal(secret, bound(workspaceId, id, 'secret')),
    }),
  }
}

const MOST_URL = 2000
const THIS_MACHINE = new Set(['localhost', '127.0.0.1', '[::1]'])
export const isThisMachine = ({ hostname }: URL) => THIS_MACHINE.has(hostname)

/** Says what is wrong without saying the address. Hosts of the own network are fine: who runs this chooses them. */
export function addressOf(given: string, { allowHttp }: { allowHttp: boolean }): string {
  const wrong = (message: string) => new InvalidInputError('url', `url ${message}`)
  if (given.length > MOST_URL) throw wrong(`has more than ${MOST_URL} characters`)
  if (!URL.canParse(given.trim())) throw wrong('is no address: copy it whole, from https:// on')
  const url = new URL(given.trim())
  const local = allowHttp && url.protocol === 'http:' && isThisMachine(url)
  if (url.protocol !== 'https:' && !local) throw wrong('must begin with https://')
  if (url.username !== '' || url.password !== '') {
    throw wrong('must not hold a user or password: put what is secret into secret')
  }
  url.hash = ''
  return url.href
}

const SIGNED_SECRET = /^whsec_([A-Za-z0-9+/]+={0,2})$/

/** As the format takes it; InvalidInputError says how it must look. */
export function secretOf(format: WebhookFormat, given: string | null): string | null {
  const wrong = (message: string) => new InvalidInputError('secret', `secret ${message}`)
  const secret = given === null ? null : given.trim()
  if (format === 'WECOM' && secret !== null) throw wrong('must be left out: 企业微信 knows none')
  if (format === 'SIGNED') {
    const bytes = Buffer.from(SIGNED_SECRET.exec(secret ?? '')?.[1] ?? '', 'base64').length
    if (bytes < 24 || bytes > 64) {
      throw wrong(
        'must be whsec_ and 24 to 64 bytes in base64, e.g. whsec_ and what `openssl rand -base64 32` says',
      )
    }
  }
  if (secret === '' || (secret?.length ?? 0) > 200) throw wrong('must be 1 to 200 characters')
  return secret
}
