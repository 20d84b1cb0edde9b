/** What the tables of money say in SQL is what rules says. */

import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { rows } from '../../db/client.ts'
import { FINAL_STATES, OPEN_STATES, PROMOTION_STATES, UNSETTLED_STATES } from '../../rules/promotion.ts'
import { testDatabase } from '../support/database.ts'

const t = testDatabase()

test.each([
  ['promotion_open', OPEN_STATES],
  ['promotion_unsettled', UNSETTLED_STATES],
])('%s is of the states that rules names', async (name, states) => {
  const [index] = await rows<{ condition: string }>(
    t.database.db,
    sql`select pg_get_expr(indpred, indrelid) as condition from pg_index where indexrelid = ${name}::regclass`,
  )
  const named = [...(index?.condition ?? '').matchAll(/'([A-Z]+)'/g)].map(([, state]) => state)
  expect(named.toSorted()).toEqual([...states].toSorted())
})

test('a promotion is open or final', () => {
  expect([...OPEN_STATES, ...FINAL_STATES].toSorted()).toEqual([...PROMOTION_STATES].toSorted())
})
