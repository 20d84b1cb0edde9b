/** Nobody is let in without a token, and what the token's role forbids is said, not masked. */
import { expect, test } from 'vitest'
import { createBrand } from '../../flow/brand.ts'
import { createToken, revokeToken } from '../../flow/workspace.ts'
import { content, kol, published } from '../support/content.ts'
import { testDatabase, unique } from '../support/database.ts'
import { globalId, statementsOf, testApi, tokenOf } from '../support/graphql.ts'

const t = testDatabase()
const api = testApi(t)

const ask = (headers: Record<string, string>, body = '{"query":"{ viewer { role } }"}') =>
  fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })

async function expectUnauthenticated(response: Response): Promise<void> {
  expect(response.status).toBe(401)
  expect(response.headers.get('www-authenticate')).toBe('Bearer')
  expect(response.headers.get('content-type')).toContain('application/json')
  expect(await response.json()).toEqual({
    errors: [
      { message: expect.stringContaining('Authorization: Bearer'), extensions: { code: 'UNAUTHENTICATED' } },
    ],
  })
}

test('no header, another scheme, an unknown token, half a token and a token in the address', async () => {
  const token = await tokenOf(await t.tenant())
  const basic = Buffer.from(`x:${token}`).toString('base64')
  const headers = [
    '',
    token,
    `Basic ${basic}`,
    `Token ${token}`,
    'Bearer',
    'Bearer  ',
    `Bearer ${token}x`,
    `Bearer ${token.slice(0, -1)}`,
  ]
  await expectUnauthenticated(await ask({}))
  for (const authorization of headers) await expectUnauthenticated(await ask({ authorization }))
  await expectUnauthenticated(await fetch(`${api.url}/graphql?query={viewer{role}}&token=${token}`))
  expect((await ask({ authorization: `Bearer ${token}` })).status).toBe(200)
  expect((await ask({ authorization: `bearer ${token}` })).status).toBe(200)
})

test('a token that is revoked is refused from then on', async () => {
  const ctx = await t.tenant()
  const name = unique('token')
  const authorization = `Bearer ${await createToken(ctx, { name, role: 'ADMIN' })}`
  expect((await ask({ authorization })).status).toBe(200)
  await revokeToken(ctx, { name })
  await expectUnauthenticated(await ask({ authorization }))
})

test('who may not ask costs one lookup at most, and his body is not read', async () => {
  const sent = await statementsOf(t, async () => {
    await expectUnauthenticated(await ask({}, '{ not json'))
    await expectUnauthenticated(await ask({}, 'x'.repeat(2_000_000)).catch(() => ask({})))
  })
  expect(sent).toEqual([])
  expect(await statementsOf(t, () => ask({ authorization: 'Bearer sbd_x' }))).toHaveLength(1)
})

test('a token shows its own workspace and nothing of another', async () => {
  const one = await t.tenant()
  const other = await t.tenant()
  await createBrand(other, { name: unique('brand') })
  const document = '{ viewer { role workspace { zone } } brands { edges { cursor } } }'
  expect(await api.data(await tokenOf(one, 'ADMIN'), document)).toEqual({
    viewer: { role: 'ADMIN', workspace: { zone: 'Asia/Shanghai' } },
    brands: { edges: [] },
  })
})

test('a VIEWER reads everything and changes nothing: every mutation is FORBIDDEN', async () => {
  const ctx = await t.tenant()
  const viewer = await tokenOf(ctx, 'VIEWER')
  const made = await content(ctx)
  const { videoId } = await published(ctx, made)
  const ids = {
    brand: globalId('Brand', made.brandId),
    need: globalId('Element', made.elementIds.need),
    kol: globalId('Kol', await kol(ctx)),
  }
  const video = globalId('Video', videoId)
  expect(
    (await api.data(viewer, '{ videos { edges { node { title } } } viewer { role } }')).videos.edges,
  ).toHaveLength(1)
  const calls: Record<string, string> = {
    createBrand: '{ name: "x" }',
    createElement: `{ brandId: "${ids.brand}", kind: NEED, name: "x" }`,
    reviseElement: `{ elementId: "${ids.need}", name: "x" }`,
    archiveElement: `{ elementId: "${ids.need}" }`,
    restoreElement: `{ elementId: "${ids.need}" }`,
    createPair: `{ kind: FORBIDDEN, elementId: "${ids.need}", otherId: "x", reason: "x" }`,
    liftPair: '{ pairId: "x" }',
    createProgramme: `{ brandId: "${ids.brand}", name: "x" }`,
    renameProgramme: '{ programmeId: "x", name: "x" }',
    archiveProgramme: '{ programmeId: "x" }',
    restoreProgramme: '{ programmeId: "x" }',
    reviseMatrix: `{ matrixId: "${globalId('Matrix', made.matrixId)}", name: "x" }`,
    createMatrix: `{ brandId: "${ids.brand}", name: "x", elementIds: ["${ids.need}"] }`,
    createKol: '{ accountId: "1", name: "x" }',
    reviseKol: `{ kolId: "${ids.kol}", name: "x" }`,
    archiveKol: `{ kolId: "${ids.kol}" }`,
    setKolPrice: `{ kolId: "${ids.kol}", band: UP_TO_20S, priceFen: 100 }`,
    setTierPolicy: '{ startsOn: "2026-11-11", head: 3, waist: 2, tail: 1 }',
    planVideo: `{ matrixId: "${globalId('Matrix', made.matrixId)}", elementIds: ["${ids.need}"], purpose: SELLING, title: "x" }`,
    planVideos: '{ lines: [] }',
    importPlan: `{ matrixId: "${globalId('Matrix', made.matrixId)}", name: "x.csv", base64: "eA==" }`,
    revisePlan: `{ videoId: "${video}", title: "x" }`,
    archiveVideo: `{ videoId: "${video}" }`,
    setVideoCycle: `{ videoIds: ["${video}"] }`,
    setMatrixCycle: '{ matrixId: "x" }',
    setPhaseCycle: '{ phaseId: "x" }',
    assignPhase: `{ videoIds: ["${video}"] }`,
    publishVideo: `{ videoId: "${video}", itemId: "1" }`,
    markRemix: `{ videoId: "${video}", originId: "x", parts: [HOOK] }`,
    unmarkRemix: `{ videoId: "${video}" }`,
    createRule: '{ name: "x", definition: {} }',
    reviseRule: '{ ruleId: "x", definition: {} }',
    installRulePack: '{ key: "SEEDING" }',
    setLookCap: '{ capFen: 1 }',
    setInteractionCounters: '{ counters: [LIKES] }',
    enableRule: '{ ruleId: "x", enabled: true }',
    closeBreakout: '{ breakoutId: "x" }',
    readNotification: '{ ids: ["x"] }',
    proposePromotion: `{ videoId: "${video}" }`,
    approvePromotion: '{ promotionId: "x" }',
    stopPromotion: '{ promotionId: "x" }',
    settlePromotion: '{ promotionId: "x", found: NOT_SENT }',
    setPromotionSettings: '{ mode: DRY_RUN }',
    setKillSwitch: '{ killed: true }',
    addWebhook: '{ name: "x", team: ADS, format: WECOM, url: "https://x.test" }',
    changeWebhook: '{ webhookId: "x" }',
    removeWebhook: '{ webhookId: "x" }',
    testWebhook: '{ webhookId: "x" }',
    proposeCollaboration: `{ matrixId: "x", elementIds: ["${ids.need}"], kolId: "${ids.kol}" }`,
    agreeCollaboration: '{ collaborationId: "x" }',
    briefCollaboration: '{ collaborationId: "x" }',
    submitDraft: '{ collaborationId: "x" }',
    refuseDraft: '{ collaborationId: "x", note: "x" }',
    publishCollaboration: '{ collaborationId: "x" }',
    settleCollaboration: '{ collaborationId: "x" }',
    dropCollaboration: '{ collaborationId: "x" }',
    setBriefTemplate: `{ brandId: "${ids.brand}" }`,
    acceptRollout: '{ breakoutId: "x", lines: [] }',
    startAuthorisation: '{ platform: "oceanengine" }',
    createCampaign: `{ brandId: "${ids.brand}", name: "x", level: S, startsOn: "2026-11-01", endsOn: "2026-11-11" }`,
    reviseCampaign: '{ campaignId: "x" }',
    archiveCampaign: '{ campaignId: "x" }',
    createOccasion: '{ name: "x", startsOn: "2026-11-01", endsOn: "2026-11-11" }',
    reviseOccasion: '{ occasionId: "x" }',
    archiveOccasion: '{ occasionId: "x" }',
    linkVideo: `{ videoId: "${video}", share: "1" }`,
  }
  const { __schema } = await api.data(viewer, '{ __schema { mutationType { fields { name } } } }')
  expect(__schema.mutationType.fields.map(({ name }: { name: string }) => name).sort()).toEqual(
    Object.keys(calls).sort(),
  )
  for (const [name, input] of Object.entries(calls)) {
    const { status, data, errors } = await api.query(
      viewer,
      `mutation { ${name}(input: ${input}) { __typename } }`,
    )
    expect({ status, data }, name).toEqual({ status: 200, data: { [name]: null } })
    expect(errors, name).toMatchObject([
      { path: [name], message: expect.stringContaining('EDITOR'), extensions: { code: 'FORBIDDEN' } },
    ])
  }
  expect(api.logged()).toEqual([])
  expect(
    (await api.data(viewer, '{ brands { edges { cursor } } rules { edges { cursor } } }')).brands.edges,
  ).toHaveLength(1)
})

test.each(['ADMIN', 'EDITOR'] as const)('%s may change', async (role) => {
  const token = await tokenOf(await t.tenant(), role)
  expect(await api.data(token, 'mutation { createBrand(input: { name: "x" }) { __typename } }')).toEqual({
    createBrand: { __typename: 'Brand' },
  })
})
