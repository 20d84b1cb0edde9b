/** The operator's command for workspaces and tokens. */
import { parseArgs } from 'node:util'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { Role } from '../db/tables.ts'
import { resealAccounts } from '../flow/account.ts'
import { InvalidInputError } from '../flow/errors.ts'
import { createSealer } from '../flow/seal.ts'
import { resealWebhooks } from '../flow/webhook.ts'
import { chooseWorkspace, createToken, listWorkspaces, revokeToken } from '../flow/workspace.ts'
import { boot } from './boot.ts'
import type { Shutdown } from './shutdown.ts'

export const TOKEN_USAGE = `npm run token -- create --name NAME [--role ADMIN|EDITOR|VIEWER] [--workspace NAME]
npm run token -- revoke --name NAME [--workspace NAME]
npm run token -- workspaces
npm run token -- reseal        puts the tokens of all accounts and the addresses of all webhooks under the first key of TOKEN_KEYS`

export interface TokenInput {
  args: string[]
  config: Config
  log: Logger
  now: Date
  shutdown: Shutdown
  say: (line: string) => void
}

export async function token({ args, config, log, now, shutdown, say }: TokenInput): Promise<void> {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      name: { type: 'string' },
      role: { type: 'string', default: 'ADMIN' },
      workspace: { type: 'string' },
    },
  })
  const [verb] = positionals
  const name = values.name ?? ''
  const role = values.role as Role
  if (!['ADMIN', 'EDITOR', 'VIEWER'].includes(role)) {
    throw new InvalidInputError('role', '--role is ADMIN, EDITOR or VIEWER')
  }
  const nameless = ['workspaces', 'reseal'].includes(verb ?? '')
  if (!nameless && (!['create', 'revoke'].includes(verb ?? '') || name === '')) {
    throw new InvalidInputError('command', TOKEN_USAGE)
  }
  const { database } = await boot({ config, log, shutdown })
  const { db } = database
  if (verb === 'workspaces') {
    for (const { id, name } of await listWorkspaces(db)) say(`${id}\t${name}`)
    return
  }
  if (verb === 'reseal') {
    const sealer = createSealer(config.tokenKeys)
    let [accounts, webhooks] = [0, 0]
    for (const { id } of await listWorkspaces(db)) {
      accounts += await resealAccounts({ db, workspaceId: id, now }, { sealer })
      webhooks += await resealWebhooks({ db, workspaceId: id, now }, { sealer })
    }
    say(`${accounts} account(s) and ${webhooks} webhook(s) are now under the key ${config.tokenKeys[0]?.id}.`)
    return
  }
  const fallback = values.workspace ?? 'Seedbed'
  const all = await listWorkspaces(db)
  const wanted = all.length === 0 ? null : (values.workspace ?? null)
  const ctx = { db, workspaceId: await chooseWorkspace(db, now, wanted, fallback), now }
  if (verb === 'revoke') {
    say(`${await revokeToken(ctx, { name })} token(s) named ${name} no longer work.`)
    return
  }
  say('This token is shown once; keep it where secrets are kept:')
  say(await createToken(ctx, { name, role }))
}
