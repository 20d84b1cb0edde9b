/** A database of its own for a test file, cloned from the migrated template; gone with the file. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, inject } from 'vitest'
import { connect, type Database } from '../../db/client.ts'
import type { Context } from '../../flow/context.ts'
import { createWorkspace } from '../../flow/workspace.ts'
import { admin, withDatabase } from './servers.ts'

/** The instant at which tests stand, unless they say otherwise. */
export const NOW = new Date('2026-11-11T12:00:00Z')

export interface TestDatabase {
  /** As the owner of the tables. */
  ownerUrl: string
  database: Database
  /** Statements the program sent since the last call. */
  statements(): string[]
  /** A workspace that no other test knows. */
  tenant(now?: Date): Promise<Context & { pool: Database['pool'] }>
}

/** Call it at the top of a file or describe; the fields are filled before its tests run. */
export function testDatabase(): TestDatabase {
  const test = {} as TestDatabase
  const name = `seedbed_test_${randomBytes(8).toString('hex')}`
  let sent: string[] = []
  beforeAll(async () => {
    const server = inject('serverUrl')
    await admin(server, (sql) => sql`create database ${sql(name)} template ${sql(inject('template'))}`)
    test.ownerUrl = withDatabase(server, name)
    test.database = connect(test.ownerUrl, { max: 8, onStatement: (text) => sent.push(text) })
  })
  afterAll(async () => {
    await test.database?.close()
    await admin(inject('serverUrl'), (sql) => sql`drop database if exists ${sql(name)} with (force)`)
  })
  test.statements = () => {
    const taken = sent
    sent = []
    return taken
  }
  test.tenant = async (now = NOW) => {
    const { db, pool } = test.database
    const workspaceId = await createWorkspace(db, now, { name: unique('workspace') })
    return { db, pool, workspaceId, now }
  }
  return test
}

let counter = 0
/** A name that nothing else in the run has. */
export function unique(what: string): string {
  counter++
  return `${what} ${process.pid}-${counter}`
}
