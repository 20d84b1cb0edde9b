/** Who counts at one instant, in SQL and in rules. */
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rows } from '../../db/client.ts'
import { precedence } from '../../db/queries/precedence.ts'
import { unnest } from '../../db/unnest.ts'
import { COUNTED, preferCounter } from '../../rules/precedence.ts'
import { testDatabase } from '../support/database.ts'

const t = testDatabase()
const look$ = fc.record({
  source: fc.constantFrom(...COUNTED.channels.flat(), 'feigua', 'cas', 'zhou'),
  revision: fc.nat(3),
})

test('of snapshots of one instant SQL takes the source that rules believe, and its last word', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(look$, { minLength: 1, maxLength: 12 }), async (looks) => {
      const [first] = await rows(
        t.database.db,
        sql`select look.source, look.revision from ${unnest(looks, 'look', { source: 'text', revision: 'int' })}
          order by ${precedence('look')} limit 1`,
      )
      const source = preferCounter(looks.map((look) => ({ source: look.source, value: 1 })))?.source
      const revision = Math.max(
        ...looks.filter((look) => look.source === source).map((look) => look.revision),
      )
      expect(first).toEqual({ source, revision })
    }),
  )
})
