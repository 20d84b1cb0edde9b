/** 连接状态 as the API tells it, for a page of accounts in a fixed number of statements. */
import { eq, sql } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { account, subject, videoState } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { recordAnswers } from '../../flow/health.ts'
import { FetchError } from '../../platforms/errors.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'
import { content, kol, published, seen } from '../support/content.ts'
import { testDatabase } from '../support/database.ts'
import { statementsOf, testApi, tokenOf } from '../support/graphql.ts'

const t = testDatabase()
const api = testApi(t)
const HEALTH = `health { state staleSince stopsInDays error { kind code meaning { zh en } whatToDo { zh } } }`
const ACCOUNTS = `{ accounts { edges { node { name ${HEALTH}
  subjects { name source externalId lostAt answeredAt failureText videos ${HEALTH} } } } } }`

let ctx: Context
let token: string
beforeAll(async () => {
  ctx = await t.tenant()
  token = await tokenOf(ctx, 'VIEWER')
})
const before = (ms: number) => new Date(ctx.now.getTime() - ms)
const forbidden = (subjectId: number) => {
  return {
    ok: false as const,
    subjectId,
    error: new FetchError('forbidden', '40002 No permission', { code: 40002 }),
  }
}

test('one account that answers, one that may not look, one taken back, one late, one that is lost', async () => {
  const names = ['answers', 'refused', 'taken', 'late', 'lost']
  for (const _name of names) await seen(ctx, 'qianchuan', [])
  const ids = (await write(ctx, (tx) => tx.select().from(subject).orderBy(subject.id))).map((row) => row.id)
  const accounts = (await write(ctx, (tx) => tx.select().from(account).orderBy(account.id))).map(
    (row) => row.id,
  )
  const [answers = 0, refused = 0, taken = 0] = ids
  await write(ctx, (tx) =>
    recordAnswers(
      tx,
      before(HOUR),
      [answers, refused, taken].map((subjectId) => ({ ok: true as const, subjectId })),
    ),
  )
  await write(ctx, (tx) => recordAnswers(tx, before(MINUTE), [forbidden(refused)]))
  await write(ctx, async (tx) => {
    for (const [n, name] of names.entries()) {
      await tx
        .update(account)
        .set({ name })
        .where(eq(account.id, accounts[n] ?? 0))
    }
    await tx
      .update(account)
      .set({ state: 'REAUTHORISE', lastError: '40107 wrong' })
      .where(eq(account.name, 'taken'))
    await tx
      .update(account)
      .set({ refreshExpiresAt: before(-DAY) })
      .where(eq(account.name, 'answers'))
    await tx
      .update(subject)
      .set({ lostAt: before(0) })
      .where(eq(subject.id, ids[4] ?? 0))
  })
  await seeLate(ids[3] ?? 0)
  const data = await api.data(token, ACCOUNTS)
  const found = new Map(data.accounts.edges.map(({ node }: { node: { name: string } }) => [node.name, node]))
  expect(found.get('answers')).toMatchObject({
    health: { state: 'ENDING', staleSince: null, stopsInDays: 1, error: null },
    subjects: [
      {
        source: 'qianchuan',
        lostAt: null,
        answeredAt: before(HOUR).toISOString(),
        failureText: null,
        videos: 0,
      },
    ],
  })
  const failing = {
    state: 'FAILING',
    staleSince: before(HOUR).toISOString(),
    stopsInDays: null,
    error: {
      kind: 'forbidden',
      code: 40002,
      meaning: { zh: '账号未授权给本应用,或无该操作权限。', en: expect.any(String) },
      whatToDo: { zh: expect.stringContaining('重新授权') },
    },
  }
  expect(found.get('refused')).toMatchObject({
    health: failing,
    subjects: [{ health: failing, failureText: '40002 No permission' }],
  })
  expect(found.get('taken')).toMatchObject({
    health: { state: 'STOPPED', stopsInDays: 0, error: { kind: 'auth', code: 40107 } },
  })
  expect(found.get('late')).toMatchObject({
    health: { state: 'STALE', staleSince: before(2 * HOUR).toISOString(), error: null },
    subjects: [{ videos: 1, answeredAt: null }],
  })
  expect(found.get('lost')).toMatchObject({
    health: {
      state: 'STOPPED',
      stopsInDays: null,
      error: { code: null, meaning: { zh: expect.stringContaining('不再列出') } },
    },
    subjects: [{ lostAt: ctx.now.toISOString() }],
  })
})

/** A video of a KOL that the subject sees, due two hours ago. */
async function seeLate(subjectId: number): Promise<void> {
  const kolId = await kol(ctx)
  const { videoId } = await published(ctx, await content(ctx), { kolId, source: 'qianchuan' })
  await write(ctx, async (tx) => {
    await tx.execute(
      sql`insert into reach (subject_id, kol_account_id) select ${subjectId}::bigint, account_id from kol where id = ${kolId}`,
    )
    await tx
      .update(videoState)
      .set({ nextPollAt: before(2 * HOUR) })
      .where(eq(videoState.videoId, videoId))
  })
}

test('a page of accounts costs two statements, however many they are', async () => {
  const cost = async (accounts: number) => {
    const other = await t.tenant()
    const reader = await tokenOf(other)
    for (let n = 0; n < accounts; n++) await seen(other, 'qianchuan', [`${n}`])
    const sent = await statementsOf(t, async () => {
      expect((await api.data(reader, ACCOUNTS)).accounts.edges).toHaveLength(accounts)
    })
    // Of every request: the lookup of the token, begin and commit.
    return sent.length - 3
  }
  expect([await cost(1), await cost(12)]).toEqual([2, 2])
})

test('who asks for no health pays for none', async () => {
  const sent = await statementsOf(t, () =>
    api.data(token, '{ accounts { edges { node { name warning } } } }'),
  )
  expect(sent.filter((text) => text.includes('reach'))).toEqual([])
})
