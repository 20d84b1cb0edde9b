/** One batch of a list of 达人 into the pool, in one transaction: who is who, what is new, what contradicts. */
import { sql } from 'drizzle-orm'
import { rows, type Tx } from '../db/client.ts'
import { unnest } from '../db/unnest.ts'
import { type Identity, matchKols, type Person } from '../rules/kol-match.ts'
import { PRICE_BANDS, type PriceBand } from '../rules/types.ts'
import type { Context } from './context.ts'
import { refreshFollowers } from './tier.ts'

/** What history out of lists is marked with. */
export const LIST_SOURCE = 'list'

export interface ListedRow extends Identity {
  line: number
  vertical: string | null
  city: string | null
  mcn: string | null
  /** ms since the epoch. */
  observedAt: number
  followers: number | null
  /** 分 per video. */
  prices: Record<PriceBand, number | null>
}

export interface PoolChanges {
  /** KOLs that are new. */
  created: number
  /** KOLs of which something but followers and prices is new. */
  revised: number
  /** Entries added to the history of followers. */
  looks: number
  /** Entries added to the history of prices. */
  prices: number
}

type Refused = { line: number; reason: string }

export async function storeKols(
  tx: Tx,
  ctx: Context,
  list: readonly ListedRow[],
): Promise<PoolChanges & { refused: Refused[] }> {
  // Imports of one workspace take turns, or both would make the same KOL.
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('kol'), ${ctx.workspaceId}::int)`)
  const pool = await lockNamesakes(tx, list)
  const { told, refused } = await sort(tx, list, pool)
  const created = await create(tx, ctx, told)
  const revised = await revise(tx, told, pool)
  const { looks, prices } = await remember(tx, ctx, told)
  const ids = told.map(({ person }) => Number(person.kolId))
  await refreshFollowers(tx, ctx.now, ids)
  return { created, revised, looks, prices, refused }
}

interface PoolKol extends Identity {
  kolId: number
  vertical: string | null
  city: string | null
  mcn: string | null
  /** The newest instant of its history by lists and hands, ms; null: there is none. */
  listedAt: number | null
}

/** Everybody whom the rows may be about, locked in order of id. */
async function lockNamesakes(tx: Tx, list: readonly ListedRow[]): Promise<Map<number, PoolKol>> {
  const found = await rows<Record<'id' | 'account_id' | 'name' | 'show_id', string> & Record<string, string>>(
    tx,
    sql`
      with row as (select * from ${unnest(list, 'row', { accountId: 'text', name: 'text' })})
      select kol.id, account_id, name, show_id, vertical, city, mcn,
        (extract(epoch from greatest(
          (select max(observed_at) from kol_snapshot s
            where s.workspace_id = current_workspace() and s.kol_id = kol.id and s.source in ('manual', ${LIST_SOURCE})),
          (select max(observed_at) from kol_price p
            where p.workspace_id = current_workspace() and p.kol_id = kol.id))) * 1000)::bigint as listed_ms
      from kol
      where kol.workspace_id = current_workspace() and kol.platform = 'douyin' and kol.id in (
        select k.id from row join kol k on k.workspace_id = current_workspace() and k.name = row.name
        union select k.id from row join kol k on k.workspace_id = current_workspace() and k.platform = 'douyin'
          and k.account_id = row.account_id)
      order by kol.id for update of kol`,
  )
  return new Map(
    found.map((kol) => {
      const { account_id: accountId, show_id: showId, name, vertical = null, city = null, mcn = null } = kol
      const listedAt = kol.listed_ms == null ? null : Number(kol.listed_ms)
      return [
        Number(kol.id),
        { kolId: Number(kol.id), accountId, name, showId, vertical, city, mcn, listedAt },
      ]
    }),
  )
}

/** A KOL and the rows about it that are taken. */
interface Told {
  person: Person
  rows: ListedRow[]
}

async function sort(tx: Tx, list: readonly ListedRow[], pool: ReadonlyMap<number, PoolKol>) {
  const matches = matchKols([...pool.values()], list)
  const refused: Refused[] = []
  const known = await loadHistory(tx, list, matches)
  const byPerson = new Map<Person, Told>()
  // What was said of each instant, per KOL.
  const said = new Map<Person, Map<string, number>>()
  for (const [nth, row] of list.entries()) {
    const match = matches[nth]
    if (!match || 'refused' in match) {
      refused.push({ line: row.line, reason: match?.refused ?? 'not matched' })
      continue
    }
    const of = said.get(match) ?? new Map(match.kolId === null ? [] : known.get(match.kolId))
    said.set(match, of)
    const facts = factsOf(row)
    const other = facts.find(({ key, value }) => of.has(key) && of.get(key) !== value)
    if (other) {
      const reason = `${other.fact} ${other.value}, but a list says ${of.get(other.key)} for the same instant`
      refused.push({ line: row.line, reason })
      continue
    }
    for (const { key, value } of facts) of.set(key, value)
    const told = byPerson.get(match)
    if (told) told.rows.push(row)
    else byPerson.set(match, { person: match, rows: [row] })
  }
  return { told: [...byPerson.values()], refused }
}

function factsOf({ followers, prices, observedAt }: ListedRow) {
  const facts: [string, number | null][] = [['followers', followers], ...Object.entries(prices)]
  return facts.flatMap(([fact, value]) => {
    return value === null ? [] : [{ fact, key: `${fact} ${observedAt}`, value }]
  })
}

/** What lists have said before of the same KOLs at the same instants. */
async function loadHistory(tx: Tx, list: readonly ListedRow[], matches: ReturnType<typeof matchKols>) {
  const asked = list.flatMap(({ observedAt }, nth) => {
    const match = matches[nth]
    return match && 'kolId' in match && match.kolId !== null ? [{ kolId: match.kolId, observedAt }] : []
  })
  const found = await rows<{ kol_id: string; fact: string; at: string; value: string }>(
    tx,
    sql`
      with asked as (select distinct * from ${unnest(asked, 'asked', { kolId: 'bigint', observedAt: 'timestamptz' })})
      select kol_id, fact, (extract(epoch from observed_at) * 1000)::bigint as at, value from (
        select kol_id, 'followers' as fact, observed_at, followers as value from kol_snapshot s
        join asked using (kol_id, observed_at) where s.workspace_id = current_workspace() and source = ${LIST_SOURCE}
        union all
        select kol_id, band, observed_at, price_fen from kol_price p
        join asked using (kol_id, observed_at) where p.workspace_id = current_workspace() and source = ${LIST_SOURCE}
      ) known`,
  )
  const known = new Map<number, [string, number][]>()
  for (const { kol_id, fact, at, value } of found) {
    const of = known.get(Number(kol_id)) ?? []
    known.set(Number(kol_id), of)
    of.push([`${fact} ${at}`, Number(value)])
  }
  return known
}

const WORDS = ['name', 'showId', 'vertical', 'city', 'mcn'] as const

/** What the rows say in words, the newest first; `at` is the newest instant that the history keeps, null: none. */
function wordsOf(list: readonly ListedRow[]) {
  const newest = list.toSorted((a, b) => b.observedAt - a.observedAt || b.line - a.line)
  const first = (word: (typeof WORDS)[number] | 'accountId') =>
    newest.find((row) => row[word] !== null)?.[word] ?? null
  return {
    accountId: first('accountId'),
    name: String(first('name')),
    showId: first('showId'),
    vertical: first('vertical'),
    city: first('city'),
    mcn: first('mcn'),
    at: newest.find((row) => factsOf(row).length > 0)?.observedAt ?? null,
  }
}

async function create(tx: Tx, ctx: Context, told: readonly Told[]): Promise<number> {
  const fresh = told.filter(({ person }) => person.kolId === null)
  if (fresh.length === 0) return 0
  const words = fresh.map(({ rows: listed }, nth) => ({ nth, ...wordsOf(listed) }))
  const columns = {
    accountId: 'text',
    name: 'text',
    showId: 'text',
    vertical: 'text',
    city: 'text',
    mcn: 'text',
    nth: 'int',
  } as const
  const made = await rows<{ id: string }>(
    tx,
    sql`
      insert into kol (account_id, name, show_id, vertical, city, mcn, created_at)
      select account_id, name, show_id, vertical, city, mcn, ${ctx.now.toISOString()}::timestamptz
      from ${unnest(words, 'row', columns)} order by nth
      returning id`,
  )
  // Identities are drawn in the order of the select.
  const ids = made.map(({ id }) => Number(id)).sort((a, b) => a - b)
  for (const [nth, { person }] of fresh.entries()) person.kolId = ids[nth] ?? null
  return fresh.length
}

/** Newer words replace older ones, older ones only fill what is empty; nothing is emptied. */
async function revise(tx: Tx, told: readonly Told[], pool: ReadonlyMap<number, PoolKol>): Promise<number> {
  const next = told.flatMap(({ person, rows: listed }) => {
    const kol = pool.get(Number(person.kolId))
    if (!kol) return []
    const words = wordsOf(listed)
    const newer = (words.at ?? Number.NEGATIVE_INFINITY) >= (kol.listedAt ?? Number.NEGATIVE_INFINITY)
    const pick = (word: 'showId' | 'vertical' | 'city' | 'mcn') =>
      newer ? (words[word] ?? kol[word]) : (kol[word] ?? words[word])
    const changed: PoolKol = {
      ...kol,
      accountId: kol.accountId ?? words.accountId,
      // A KOL that came with its videos is called by its number until a list names it.
      name: newer || kol.name === kol.accountId ? words.name : kol.name,
      showId: pick('showId'),
      vertical: pick('vertical'),
      city: pick('city'),
      mcn: pick('mcn'),
    }
    const same = changed.accountId === kol.accountId && WORDS.every((word) => changed[word] === kol[word])
    return same ? [] : [changed]
  })
  if (next.length === 0) return 0
  const columns = {
    kolId: 'bigint',
    accountId: 'text',
    name: 'text',
    showId: 'text',
    vertical: 'text',
    city: 'text',
    mcn: 'text',
  } as const
  await tx.execute(sql`
    update kol set account_id = next.account_id, name = next.name, show_id = next.show_id,
      vertical = next.vertical, city = next.city, mcn = next.mcn
    from ${unnest(next, 'next', columns)}
    where kol.workspace_id = current_workspace() and kol.id = next.kol_id`)
  return next.length
}

async function remember(tx: Tx, ctx: Context, told: readonly Told[]) {
  const now = sql`${ctx.now.toISOString()}::timestamptz`
  const all = told.flatMap(({ person, rows: listed }) =>
    listed.map((row) => ({ ...row, kolId: person.kolId })),
  )
  const looks = all.filter(({ followers }) => followers !== null)
  const prices = all.flatMap(({ kolId, observedAt, prices: said }) => {
    return PRICE_BANDS.flatMap((band) => {
      const priceFen = said[band]
      return priceFen === null ? [] : [{ kolId, band, observedAt, priceFen }]
    })
  })
  const lookColumns = { kolId: 'bigint', observedAt: 'timestamptz', followers: 'bigint' } as const
  const seen = await rows(
    tx,
    sql`
      insert into kol_snapshot (kol_id, observed_at, recorded_at, source, followers)
      select kol_id, observed_at, ${now}, ${LIST_SOURCE}, followers from ${unnest(looks, 'look', lookColumns)}
      on conflict do nothing returning kol_id`,
  )
  const priceColumns = {
    kolId: 'bigint',
    band: 'text',
    observedAt: 'timestamptz',
    priceFen: 'bigint',
  } as const
  const priced = await rows(
    tx,
    sql`
      insert into kol_price (kol_id, band, observed_at, recorded_at, source, price_fen)
      select kol_id, band, observed_at, ${now}, ${LIST_SOURCE}, price_fen from ${unnest(prices, 'price', priceColumns)}
      on conflict do nothing returning kol_id`,
  )
  return { looks: seen.length, prices: priced.length }
}
