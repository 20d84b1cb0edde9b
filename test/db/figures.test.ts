/** Curves made again of the looks that the database leaves, against those of all looks. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { loadPeersAt } from '../../db/queries/figures.ts'
import { video } from '../../db/tables.ts'
import { write } from '../../flow/context.ts'
import { AGES } from '../../rules/curve.ts'
import { curveOf } from '../../rules/figure.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'
import { content, kol, published } from '../support/content.ts'
import { NOW, testDatabase } from '../support/database.ts'
import { store } from '../support/looks.ts'

const t = testDatabase()
const PUBLISHED = new Date(NOW.getTime() - 8 * DAY)

const look$ = fc.record({
  // Many of few hours, and some on the grid to the minute.
  minutes: fc.oneof(
    fc.integer({ min: 0, max: 7 * 24 * 60 }),
    fc.nat(120),
    fc.constantFrom(...AGES.slice(0, 16).map((age) => age / MINUTE)),
  ),
  plays: fc.option(fc.nat(100_000), { freq: 4 }),
  source: fc.constantFrom('file', 'test'),
})
const key = ({ minutes, source }: { minutes: number; source: string }) => `${minutes} ${source}`

test('what is left out makes no difference to a curve, at any instant', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(look$, { selector: key, maxLength: 80, size: 'max' }),
      fc.integer({ min: 1, max: 8 * 24 }),
      async (looks, asked) => {
        const ctx = await t.tenant(PUBLISHED)
        const kolId = await kol(ctx)
        const { videoId } = await published(ctx, await content(ctx), { kolId })
        const at = (minutes: number) => new Date(PUBLISHED.getTime() + minutes * MINUTE)
        const rows = looks.map(({ minutes, ...rest }) => ({ videoId, observedAt: at(minutes), ...rest }))
        if (rows.length > 0) await store(ctx, rows)
        const asOf = at(asked * 60)
        const span = { kolId, first: NOW.getTime(), last: NOW.getTime() }
        const peers = await write(ctx, (tx) => loadPeersAt(tx, [span], { asOf, window: 30, ages: AGES }))
        const known = looks
          .filter(({ minutes }) => minutes <= asked * 60)
          .toSorted((a, b) => a.minutes - b.minutes || (a.source < b.source ? -1 : 1))
          // Of one instant a file: nobody declares what a test says.
          .filter((one, i, all) => one.minutes !== all[i - 1]?.minutes)
        const whole = known.map(({ minutes, plays }) => ({ observedAt: at(minutes).getTime(), plays }))
        const left = (peers[0]?.looks ?? []).map(([observedAt, plays]) => ({ observedAt, plays }))
        expect(peers).toMatchObject([{ videoId, recorded: looks.length, kept: looks.length }])
        expect(whole).toEqual(expect.arrayContaining(left))
        expect(curveOf(PUBLISHED.getTime(), left)).toEqual(curveOf(PUBLISHED.getTime(), whole))
      },
    ),
    { numRuns: 30, seed: 3, endOnFailure: true },
  )
})

test('a baseline reaches back so many videos before the first, and holds those between', async () => {
  const ctx = await t.tenant(new Date(NOW.getTime() - 40 * DAY))
  const kolId = await kol(ctx)
  const made = await content(ctx)
  const at = (days: number) => new Date(NOW.getTime() - days * DAY)
  const ids: number[] = []
  for (const days of [9, 8, 7, 6, 5]) {
    ids.push((await published({ ...ctx, now: at(days) }, made, { kolId })).videoId)
  }
  const span = { kolId, first: at(7).getTime(), last: at(5).getTime() }
  const peers = async (asOf: Date | null, window: number) => {
    const found = await write(ctx, (tx) => loadPeersAt(tx, [span], { asOf, window, ages: AGES }))
    return found.map(({ videoId }) => ids.indexOf(videoId))
  }
  expect(await peers(null, 1)).toEqual([3, 2, 1])
  expect(await peers(null, 2)).toEqual([3, 2, 1, 0])
  expect(await peers(at(6.5), 30)).toEqual([2, 1, 0])
  // One that we were told of later takes no place of the window.
  await write(ctx, (tx) => tx.update(video).set({ createdAt: new Date(at(2).getTime() + HOUR) }))
  expect(await peers(at(3), 30)).toEqual([])
})
