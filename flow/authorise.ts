/** A person authorises us on a platform: out with a state that only we can make, back with a code. */
import { eq } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.ts'
import { kol } from '../db/tables.ts'
import { MINUTE } from '../rules/types.ts'
import { type AccountDeps, connectAccount } from './account.ts'
import { type Context, write } from './context.ts'
import { fetchError, found, InvalidInputError } from './errors.ts'
import { storeSubjects } from './explore.ts'

/** As long as a platform's code lives. */
const STATE_LIFE = 10 * MINUTE
const BOUND = 'authorise'

export interface AuthoriseDeps extends AccountDeps {
  /** Where people reach this program, without a slash at the end. */
  publicUrl: string
}

/** Where the platform sends people back to; the app must be registered there with this address. */
export function callbackUrl({ publicUrl }: AuthoriseDeps, platform: string): string {
  return `${publicUrl}/oauth/${platform}/callback`
}

export interface StartAuthorisation {
  platform: string
  /** Whose own account it will be; a 抖音 authorisation without a KOL sees no videos. */
  kolId?: number | undefined
}

/** The address to open in a browser. It is good for ten minutes, for this workspace. */
export async function startAuthorisation(
  ctx: Context,
  deps: AuthoriseDeps,
  { platform, kolId }: StartAuthorisation,
): Promise<string> {
  const oauth = deps.oauths.get(platform)
  if (!oauth) throw new InvalidInputError('platform', `No app of ${platform} is set up here.`)
  if (kolId !== undefined && platform !== 'douyin') {
    throw new InvalidInputError('kolId', 'Only at 抖音 KOLs authorise themselves: leave kolId out.')
  }
  if (kolId !== undefined) await write(ctx, (tx) => accountIdOf(tx, kolId))
  const state: State = {
    workspaceId: ctx.workspaceId,
    platform,
    kolId,
    until: ctx.now.getTime() + STATE_LIFE,
  }
  const sealed = deps.sealer.seal(JSON.stringify(state), BOUND).toString('base64url')
  return oauth.authoriseUrl(sealed, callbackUrl(deps, platform))
}

export interface Callback {
  platform: string
  /** Query of the address that the person came back to. */
  query: Record<string, string | undefined>
}

/** Takes the code for tokens and stores them; answers the account's number. Not bound to a viewer: the state is. */
export async function finishAuthorisation(
  { db, now }: { db: Db; now: Date },
  deps: AuthoriseDeps,
  { platform, query }: Callback,
): Promise<{ accountId: number; name: string }> {
  const oauth = deps.oauths.get(platform)
  const { workspaceId, kolId } = openState(deps, query.state ?? '', platform, now)
  const code = oauth && query[oauth.codeParameter]
  if (!oauth || !code) throw new InvalidInputError('code', 'The platform sent no code: authorise again.')
  const authorised = await oauth.exchange(code).catch((error) => {
    throw new InvalidInputError(
      'code',
      `The platform did not take its code (${fetchError(error).message}): authorise again.`,
    )
  })
  const ctx = { db, workspaceId, now }
  const accountId = await connectAccount(ctx, deps, { platform, ...authorised })
  if (kolId !== undefined) await seeKol(ctx, { accountId, platform, kolId, ...authorised })
  if (platform === 'doudian') await seeShop(ctx, { accountId, platform, ...authorised })
  return { accountId, name: authorised.name }
}

interface SeeKol {
  accountId: number
  platform: string
  kolId: number
  externalId: string
  name: string
}
/** What a KOL authorises themselves sees that KOL's videos; a platform does not say which 抖音号 that is. */
async function seeKol(ctx: Context, { accountId, platform, kolId, externalId, name }: SeeKol): Promise<void> {
  await write(ctx, async (tx) => {
    const kolAccountIds = [await accountIdOf(tx, kolId)]
    const subjects = [{ source: platform, externalId, name, kolAccountIds }]
    await storeSubjects(tx, ctx.now, accountId, { subjects, complete: true })
  })
}

/** What is authorised at 抖店 is the shop itself; whose videos sold is in its orders. */
async function seeShop(
  ctx: Context,
  { accountId, platform: source, externalId, name }: Omit<SeeKol, 'kolId'>,
): Promise<void> {
  const subjects = [{ source, externalId, name, kolAccountIds: [] }]
  await write(ctx, (tx) => storeSubjects(tx, ctx.now, accountId, { subjects, complete: true }))
}

async function accountIdOf(tx: Tx, kolId: number): Promise<string> {
  const [row] = await tx.select({ accountId: kol.accountId }).from(kol).where(eq(kol.id, kolId))
  const { accountId } = found(row, 'kol')
  if (accountId === null) throw new InvalidInputError('kolId', 'The KOL has no number of a 抖音号 yet.')
  return accountId
}

interface State {
  workspaceId: number
  platform: string
  kolId: number | undefined
  until: number
}

function openState({ sealer }: AuthoriseDeps, state: string, platform: string, now: Date): State {
  const wrong = new InvalidInputError(
    'state',
    'This address was not made here, or is older than ten minutes: start again.',
  )
  try {
    const held: State = JSON.parse(sealer.open(Buffer.from(state, 'base64url'), BOUND))
    if (held.platform !== platform || held.until <= now.getTime()) throw wrong
    return held
  } catch {
    throw wrong
  }
}
