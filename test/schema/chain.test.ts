/** The chain as a team walks it, through HTTP alone but for the poll. */
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { poll } from '../../flow/poll.ts'
import { MINUTE } from '../../rules/types.ts'
import { counters, testConnector } from '../support/connector.ts'
import { itemId, seen } from '../support/content.ts'
import { NOW, testDatabase, unique } from '../support/database.ts'
import { testApi, tokenOf } from '../support/graphql.ts'

const t = testDatabase()
const api = testApi(t)

const later = (minutes: number) => new Date(NOW.getTime() + minutes * MINUTE)

test('from a brand to a breakout that is listed, explained and closed', async () => {
  const ctx = await t.tenant()
  const token = await tokenOf(ctx)
  const run = async (name: string, input: unknown, type: string, fields: string) => {
    const Input = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`
    const document = `mutation($input: ${Input}!) {
      ${name}(input: $input) { __typename ... on Error { message } ... on ${type} { id ${fields} } }
    }`
    const made = (await api.data(token, document, { input }))[name]
    expect(made).toMatchObject({ __typename: type, id: expect.any(String) })
    return made
  }

  const brand = await run('createBrand', { name: ' 花西子 ' }, 'Brand', 'name createdAt')
  expect(brand).toMatchObject({ name: '花西子', createdAt: NOW.toISOString() })
  const elements: { id: string }[] = []
  for (const kind of ['PERSONA', 'PRODUCT', 'SCENE', 'NEED']) {
    const said = kind === 'PERSONA' ? { persona: { heat: 4 } } : {}
    const input = { brandId: brand.id, kind, name: unique(kind), ...said }
    const made = await run('createElement', input, 'Element', 'kind version current { persona { heat } }')
    expect(made).toMatchObject({ kind, version: 1, current: { persona: null, ...said } })
    elements.push(made)
  }
  const [persona] = elements
  const revised = await run(
    'reviseElement',
    { elementId: persona?.id, name: '成分党' },
    'Element',
    'name version versions { edges { node { version name persona { heat } } } }',
  )
  expect(revised).toMatchObject({
    name: '成分党',
    version: 2,
    versions: { edges: [{ node: { version: 2, persona: { heat: 4 } } }, { node: { version: 1 } }] },
  })

  const elementIds = elements.map(({ id }) => id)
  const matrix = await run(
    'createMatrix',
    { brandId: brand.id, name: '双11', elementIds },
    'Matrix',
    'name brand { id } elements { id kind brand { name } } cells { edges { node { id } } }',
  )
  expect(matrix).toMatchObject({
    brand: { id: brand.id },
    elements: elementIds.map((id) => ({ id, brand: { name: '花西子' } })),
  })
  expect(matrix.cells.edges).toEqual([])

  const kolInput = { accountId: itemId(), name: '小鹿', vertical: '美妆', tier: 'TAIL', followers: 50_000 }
  const kol = await run('createKol', kolInput, 'Kol', 'accountId name vertical tier followers')
  expect(kol).toMatchObject(kolInput)

  await seen(ctx, 'qianchuan', [kolInput.accountId])

  const video = await run(
    'planVideo',
    {
      matrixId: matrix.id,
      elementIds: elementIds.slice(0, 2),
      kolId: kol.id,
      purpose: 'SEEDING',
      title: '空瓶记',
      plannedFor: '2026-11-11T20:30:00+08:00',
    },
    'Video',
    'stage purpose title plannedFor itemId publishedAt state { plays } kol { id } cell { persona { id } product { id } scene { id } need { id } }',
  )
  expect(video).toMatchObject({
    stage: 'PLANNED',
    purpose: 'SEEDING',
    plannedFor: '2026-11-11T12:30:00.000Z',
    itemId: null,
    publishedAt: null,
    state: null,
    kol: { id: kol.id },
    cell: { persona: { id: elementIds[0] }, product: { id: elementIds[1] }, scene: null, need: null },
  })

  const publication = { videoId: video.id, itemId: itemId(), publishedAt: '2026-11-11T11:00:00Z' }
  const published = await run(
    'publishVideo',
    publication,
    'Video',
    'stage itemId publishedAt tier personaVersion productVersion sceneVersion needVersion state { looks observedAt plays nextPollAt }',
  )
  expect(published).toMatchObject({
    stage: 'PUBLISHED',
    itemId: publication.itemId,
    publishedAt: '2026-11-11T11:00:00.000Z',
    tier: 'TAIL',
    personaVersion: 2,
    productVersion: 1,
    sceneVersion: null,
    needVersion: null,
    state: { looks: 0, observedAt: null, plays: null, nextPollAt: NOW.toISOString() },
  })
  expect(await run('publishVideo', publication, 'Video', 'stage')).toMatchObject({ stage: 'PUBLISHED' })

  const condition = { metric: 'plays', op: '>=', value: 10_000, release: 8_000 }
  const rule = await run(
    'createRule',
    { name: '一万播放', definition: { condition, holdMinutes: 90 } },
    'Rule',
    'enabled current { version condition definition }',
  )
  expect(rule).toMatchObject({ enabled: false, current: { version: 1, condition: 'plays >= 10000' } })
  const second = await run(
    'reviseRule',
    { ruleId: rule.id, definition: { condition, holdMinutes: 0 } },
    'Rule',
    'current { version definition } versions { version }',
  )
  expect(second).toMatchObject({
    current: { version: 2, definition: { purposes: [], condition, holdMinutes: 0, cooldownMinutes: 360 } },
    versions: [{ version: 2 }, { version: 1 }],
  })
  expect(await run('enableRule', { ruleId: rule.id, enabled: true }, 'Rule', 'enabled')).toMatchObject({
    enabled: true,
  })

  await t.database.db.execute(sql`select ensure_snapshot_partitions('2026-11-01Z', '2026-12-31Z')`)
  const plays = [5_000, 12_400]
  const connector = testConnector(
    (_item, times) => counters({ plays: plays[times - 1] ?? null }),
    'qianchuan',
  )
  expect(await poll({ ...ctx, now: later(1) }, { connector })).toMatchObject({ looks: 1, fired: 0 })
  expect(await poll({ ...ctx, now: later(61) }, { connector })).toMatchObject({ looks: 1, fired: 1 })

  const { breakouts } = await api.data(
    token,
    `{ breakouts { edges { node {
      id state pendingAt firingAt coolingAt closedAt closeReason ruleVersion reason
      evidence { observedAt condition readings { metric value reason } }
      rule { id name }
      video { title kol { name tier followers }
        state { looks plays likes comments shares saves interactionRate velocity kolRatio noDataSince noDataReason }
        snapshots { edges { node { observedAt recordedAt source revision plays saves } } } }
    } } } }`,
  )
  expect(breakouts.edges).toHaveLength(1)
  const [{ node: breakout }] = breakouts.edges
  const at = later(61).toISOString()
  expect(breakout).toMatchObject({
    state: 'FIRING',
    pendingAt: at,
    firingAt: at,
    coolingAt: null,
    closedAt: null,
    closeReason: null,
    // Switching it on added a version that says the same.
    ruleVersion: 3,
    rule: { id: rule.id, name: '一万播放' },
    evidence: { observedAt: at, condition: 'plays >= 10000' },
    video: {
      title: '空瓶记',
      kol: { name: '小鹿', tier: 'TAIL', followers: 50_000 },
      state: {
        looks: 2,
        plays: 12_400,
        saves: null,
        velocity: 7_400,
        kolRatio: null,
        noDataSince: null,
        noDataReason: null,
      },
    },
  })
  expect(breakout.video.state.interactionRate).toBeCloseTo(55 / 12_400, 12)
  expect(breakout.reason).toBe('plays 12400, interactionRate 0.00444 at 2.02 h: met plays >= 10000')
  expect(breakout.evidence.readings).toContainEqual({ metric: 'plays', value: 12_400, reason: null })
  expect(breakout.video.snapshots.edges.map(({ node }: { node: object }) => node)).toEqual([
    { observedAt: at, recordedAt: at, source: 'qianchuan', revision: 0, plays: 12_400, saves: null },
    {
      observedAt: later(1).toISOString(),
      recordedAt: later(1).toISOString(),
      source: 'qianchuan',
      revision: 0,
      plays: 5_000,
      saves: null,
    },
  ])

  api.now = later(62)
  const closed = await run(
    'closeBreakout',
    { breakoutId: breakout.id },
    'Breakout',
    'state closedAt closeReason',
  )
  expect(closed).toMatchObject({ state: 'CLOSED', closedAt: later(62).toISOString(), closeReason: 'MANUAL' })
  api.now = later(63)
  const again = await run('closeBreakout', { breakoutId: breakout.id }, 'Breakout', 'closedAt')
  expect(again).toMatchObject({ closedAt: later(62).toISOString() })
})
