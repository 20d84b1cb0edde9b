import { sql } from 'drizzle-orm'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { inWorkspace, rows } from '../../db/client.ts'
import { pendingMigrations } from '../../db/migrate.ts'
import { createReader } from '../../db/reader.ts'
import { brand } from '../../db/tables.ts'
import { createBrand } from '../../flow/brand.ts'
import { blockCalls } from '../../flow/quota.ts'
import { testDatabase, unique } from '../support/database.ts'

const t = testDatabase()

test('every table of the program is under row-level security and belongs to another role', async () => {
  const found = await rows<{ name: string; secured: boolean; owner: string; policies: string }>(
    t.database.db,
    sql`select c.relname as name, c.relrowsecurity as secured, pg_get_userbyid(c.relowner) as owner,
        (select count(*) from pg_policy p where p.polrelid = c.oid) as policies
      from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition`,
  )
  expect(found.length).toBeGreaterThan(15)
  for (const table of found) {
    // Rows of quotas are nobody's: no policy lets anybody through.
    const policies = ['call_quota', 'call_slot'].includes(String(table.name)) ? '0' : '1'
    expect(table, table.name).toMatchObject({ secured: true, policies })
    expect(table.owner).not.toBe('seedbed_app')
  }
})

test('the program cannot reach a partition past the policy of its parent', async () => {
  const ctx = await t.tenant()
  await t.database.db.execute(sql`select ensure_snapshot_partitions('2026-11-01Z', '2026-11-30Z')`)
  const attempt = inWorkspace(ctx.db, ctx.workspaceId, (tx) =>
    tx.execute(sql`select * from snapshot_2026_11`),
  )
  await expect(attempt).rejects.toThrow(
    expect.objectContaining({ cause: expect.objectContaining({ code: '42501' }) }),
  )
})

test('a forgotten filter shows nothing of another workspace, and nothing at all without one', async () => {
  const one = await t.tenant()
  const other = await t.tenant()
  await createBrand(one, { name: unique('brand') })
  expect(await inWorkspace(one.db, one.workspaceId, (tx) => tx.select().from(brand))).toHaveLength(1)
  expect(await inWorkspace(other.db, other.workspaceId, (tx) => tx.select().from(brand))).toHaveLength(0)
  expect(await t.database.db.select().from(brand)).toHaveLength(0)
})

test('a row cannot be written into another workspace', async () => {
  const one = await t.tenant()
  const other = await t.tenant()
  const attempt = inWorkspace(one.db, one.workspaceId, (tx) =>
    tx.insert(brand).values({ workspaceId: other.workspaceId, name: 'x', createdAt: one.now }),
  )
  await expect(attempt).rejects.toThrow(
    expect.objectContaining({ cause: expect.objectContaining({ code: '42501' }) }),
  )
})

test('a quota is reached by its limit alone: its scopes name what other tenants look through', async () => {
  const ctx = await t.tenant()
  const limit = { source: 'qianchuan', scope: 'advertiser of somebody' }
  await blockCalls(ctx, { ...limit, until: ctx.now })
  for (const statement of [
    sql`select * from call_quota`,
    sql`update call_quota set calls = 0`,
    sql`insert into call_quota (source, scope, day) values ('x', 'y', now())`,
    sql`delete from call_quota`,
    sql`select * from call_slot`,
    sql`delete from call_slot`,
  ]) {
    const attempt = inWorkspace(ctx.db, ctx.workspaceId, (tx) => tx.execute(statement))
    await expect(attempt).rejects.toMatchObject({ cause: { code: '42501' } })
  }
})

const APPEND_ONLY = [
  'snapshot',
  'kol_snapshot',
  'kol_price',
  'rule_version',
  'element_version',
  'collaboration_step',
]
test('what was seen and what a version said cannot be changed by the program', async () => {
  const ctx = await t.tenant()
  for (const table of APPEND_ONLY) {
    const attempt = inWorkspace(ctx.db, ctx.workspaceId, (tx) =>
      tx.execute(sql`update ${sql.identifier(table)} set workspace_id = workspace_id`),
    )
    await expect(attempt, table).rejects.toThrow(
      expect.objectContaining({ cause: expect.objectContaining({ code: '42501' }) }),
    )
  }
})

test('a reader sees one instant, gives its connection back and begins anew', async () => {
  const ctx = await t.tenant()
  const reader = createReader(t.database.pool, ctx.workspaceId)
  expect(await reader.db.query.brand.findMany()).toHaveLength(0)
  await createBrand(ctx, { name: unique('brand') })
  expect(await reader.db.query.brand.findMany()).toHaveLength(0)
  await reader.close()
  expect(await reader.db.query.brand.findMany()).toHaveLength(1)
  await reader.close()
  await reader.close()
})

test('a connection that a reader gave back knows no workspace any more', async () => {
  const ctx = await t.tenant()
  const single = postgres(t.ownerUrl, {
    max: 1,
    connection: { role: 'seedbed_app' } as Record<string, string>,
  })
  try {
    const reader = createReader(single, ctx.workspaceId)
    await reader.db.query.brand.findMany()
    await reader.close()
    const [row] = await single`select current_workspace() as id`
    expect(row?.id).toBeNull()
  } finally {
    await single.end()
  }
})

test('no migration is pending, and the program can tell', async () => {
  expect(await pendingMigrations(t.database.pool)).toEqual([])
})
