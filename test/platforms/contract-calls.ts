import { createDoudian } from '../../platforms/doudian.ts'
import { createDoudianToken, refreshDoudianToken } from '../../platforms/doudian-token.ts'
import { createDouyin } from '../../platforms/douyin.ts'
import {
  authorizeUrl,
  clientToken,
  exchangeCode,
  refreshToken,
  renewRefreshToken,
  userInfo,
} from '../../platforms/douyin-oauth.ts'
import { createOceanengineOAuth } from '../../platforms/oceanengine-oauth.ts'
import { createQianchuan } from '../../platforms/qianchuan.ts'
import { createQianchuanAccount } from '../../platforms/qianchuan-account.ts'
import { createQianchuanBoosts } from '../../platforms/qianchuan-boost.ts'
import { createQianchuanMarks } from '../../platforms/qianchuan-marks.ts'
import { createQianchuanMaterials } from '../../platforms/qianchuan-material.ts'
import { createQianchuanPlans } from '../../platforms/qianchuan-plan.ts'
import { createQianchuanPlanWrites } from '../../platforms/qianchuan-plan-write.ts'
import { createQianchuanReport } from '../../platforms/qianchuan-report.ts'
import { createQianchuanScale } from '../../platforms/qianchuan-scale.ts'
import type { Written } from '../../platforms/qianchuan-write.ts'
import { DOUDIAN_APP } from '../../platforms/simulator/doudian.ts'
import { DOUDIAN_SHOP_ID } from '../../platforms/simulator/doudian-shop.ts'
import { DOUYIN_SCOPES } from '../../platforms/simulator/douyin.ts'
import { DOUYIN_APP } from '../../platforms/simulator/douyin-accounts.ts'
import { materialOf } from '../../platforms/simulator/orders-yield.ts'
import { SHOP_ID } from '../../platforms/simulator/qianchuan-reports.ts'
import { XINGTU_STAR_ID } from '../../platforms/simulator/xingtu.ts'
import { createSuixintui } from '../../platforms/suixintui.ts'
import { createXingtu } from '../../platforms/xingtu.ts'
import { DAY, HOUR } from '../../rules/types.ts'
import { all, orderOn, START, type Stage } from '../support/platforms.ts'

/** Every interface of a vendor once, by its connector. Each call must succeed, and show something where it lists. */

export async function callDouyin(stage: Stage) {
  const { simulator, world } = stage
  const http = stage.http({ attempts: 1 })
  const deps = { http, now: () => stage.now }
  const app = { baseUrl: simulator.url, ...DOUYIN_APP }
  const awemeId = world.videos[0]?.kol.awemeId ?? ''
  const url = authorizeUrl(app, {
    scopes: ['user_info', ...DOUYIN_SCOPES],
    redirectUri: 'https://x.test/',
    state: 's',
  })
  const page = (await (await fetch(`${url}&aweme_id=${awemeId}`)).json()) as { data: { code: string } }
  const grant = await exchangeCode(deps, app, page.data.code)
  await userInfo(deps, app, grant)
  await refreshToken(deps, app, grant.refreshToken)
  await renewRefreshToken(deps, app, grant.refreshToken)
  await clientToken(deps, app)
  const douyin = createDouyin({ baseUrl: simulator.url, http, accessToken: () => grant.accessToken })
  const videos = await all(douyin.listVideos(grant.openId))
  const itemIds = videos.slice(0, 20).map((video) => video.itemId)
  await douyin.fetchCounters(itemIds.map((itemId) => ({ itemId, accountId: grant.openId })))
  const openItemId = videos[0]?.openItemId ?? ''
  await douyin.videoData(grant.openId, { openItemIds: [openItemId] })
  // The first day after the authorisation is the first that is counted.
  stage.now += 2 * DAY
  await douyin.itemBase(grant.openId, openItemId)
  await douyin.itemPlay(grant.openId, openItemId, 7)
  await douyin.userFans(grant.openId, 15)
}

export async function callDoudian(stage: Stage) {
  const http = stage.http({ attempts: 1 })
  const app = { ...DOUDIAN_APP, baseUrl: stage.simulator.url, http, now: () => stage.now }
  const grant = await createDoudianToken(app, { shopId: DOUDIAN_SHOP_ID })
  await refreshDoudianToken(app, grant.refreshToken)
  const doudian = createDoudian({ ...app, accessToken: () => grant.accessToken })
  await all(doudian.shopOrders({ from: START, to: stage.now }))
  await all(doudian.allianceOrders({ from: START, to: stage.now }))
}

export async function callXingtu(stage: Stage) {
  const oceanengine = stage.oceanengine({ attempts: 1 })
  const orders = new Map<string, string>()
  const orderOf = (itemId: string) => orders.get(itemId) ?? null
  const xingtu = createXingtu({ oceanengine, starId: XINGTU_STAR_ID, orderOf })
  for (const { itemId, taskId } of await all(xingtu.tasks())) if (itemId) orders.set(itemId, taskId)
  await xingtu.fetchCounters([...orders.keys()].map((itemId) => ({ itemId, accountId: '' })))
  await xingtu.report([...orders.values()][0] ?? '')
  await xingtu.authorsOf([...orders.keys()])
}

/** The value of a write that must have been taken. */
function taken<T>(written: Written<T>): T {
  if (written.outcome !== 'done') throw new Error(JSON.stringify(written))
  return written.value
}

export async function callQianchuan(stage: Stage) {
  await callOauth(stage)
  const { world } = stage
  const { advertiserId } = stage.simulator
  const oceanengine = stage.oceanengine({ attempts: 1 })
  const [hit] = world.videos.filter(({ nature }) => nature === 'hit')
  const { itemId = '', kol } = hit ?? {}
  const counters = createQianchuan({
    baseUrl: stage.simulator.url,
    http: stage.http({ attempts: 1 }),
    accessToken: () => stage.simulator.tokens.current().accessToken,
    advertiserId,
  })
  await counters.fetchCounters([{ itemId, accountId: kol?.awemeId ?? '' }])
  const marks = createQianchuanMarks(oceanengine)
  await marks.marks(advertiserId, { awemeId: kol?.awemeId ?? '', itemId })
  await marks.inefficient(advertiserId, world.videos.slice(0, 100).map(materialOf))
  const account = createQianchuanAccount(oceanengine)
  await account.authorised()
  await account.shopAdvertisers(SHOP_ID, 'qianchuan')
  await account.shopAdvertisers(SHOP_ID, 'suixintui')
  await account.awemes(advertiserId)
  await account.wallet(advertiserId)
  const from = stage.now
  const span = { advertiserId, from, to: from + 2 * DAY }
  const plans = createQianchuanPlans(oceanengine)
  const [uni] = await plans.uni(span)
  const { adId = '', productIds } = uni ?? {}
  const productId = productIds?.[0] ?? ''
  const scale = createQianchuanScale(oceanengine)
  const awemeId = kol?.awemeId ?? ''
  taken(await scale.addVideo({ advertiserId, adId, productId, itemId, awemeId }))
  const writes = createQianchuanPlanWrites(oceanengine)
  const plan = { advertiserId, name: '测试计划', awemeId, productId, itemId, title: '好用的面霜推荐给你' }
  const days = { from: stage.now, to: stage.now + 2 * DAY }
  const bid = { budgetFen: 50_050, ...days, smartBid: 'SMART_BID_CUSTOM' as const, roiGoal: 1.55 }
  const made = taken(await writes.createStandard({ ...plan, ...bid }))
  await writes.createStandard({
    ...plan,
    ...bid,
    name: '放量',
    smartBid: 'SMART_BID_CONSERVATIVE',
    roiGoal: null,
  })
  // The second plan of each does not exist: code 0 with an error beside the success.
  for (const [kind, id] of [['UNI', adId] as const, ['STANDARD', made.adId] as const]) {
    taken(await writes.setStatus(kind, advertiserId, [id, '123'], 'ENABLE'))
    const budgets = [id, '123'].map((each) => ({ adId: each, budgetFen: 40_005 }))
    taken(await writes.setBudgets(kind, advertiserId, budgets))
  }
  await plans.standard({ advertiserId, ids: [made.adId, '99'] })
  stage.now = span.to
  const materials = createQianchuanMaterials(oceanengine)
  const [material] = await materials.ofPlan({ ...span, adId })
  const materialIds = [material?.materialId ?? '']
  const [video] = await materials.library(advertiserId, { materialIds })
  await materials.library(advertiserId, { videoIds: [video?.videoId ?? ''] })
  const boosts = createQianchuanBoosts(oceanengine)
  const boost = { advertiserId, adId, name: 'b1', materialIds, budgetFen: 10_000, hours: 1 }
  const { taskId } = taken(await boosts.create(boost))
  stage.now += HOUR / 2
  // The second task does not exist: code 0 with an error beside the success.
  taken(await boosts.setBudgets(advertiserId, [{ taskId, budgetFen: 12_050 }]))
  taken(await boosts.setBudgets(advertiserId, [{ taskId: '123', budgetFen: 12_050 }]))
  taken(await boosts.setStatus(advertiserId, [taskId, '123'], 'PAUSE'))
  await boosts.list({ advertiserId, adId, from, to: stage.now })
  await rejectedIn(stage, { advertiserId, adId, productId })
  taken(await scale.removeMaterials({ advertiserId, adId, materialIds }))
  const report = createQianchuanReport(oceanengine)
  for (const platform of ['QIANCHUAN', 'ECP_AWEME', 'ALL'] as const)
    await report.account({ ...span, platform })
  await report.plans({ ...span, adIds: [made.adId] })
  await report.materials(span)
  await report.materials({ ...span, materialIds })
  await report.planDays(span)
  const [standard] = await report.materials(span)
  const ofPlan = { materialIds: [standard?.materialId ?? ''], adId: made.adId }
  await report.ofPlan({ ...span, ...ofPlan })
  await materials.items(advertiserId, { awemeId, ...ofPlan })
  await report.uni(span)
}

/** Enough videos for the review to refuse one. */
async function rejectedIn(
  stage: Stage,
  { advertiserId, adId, productId }: { advertiserId: string; adId: string; productId: string },
) {
  const oceanengine = stage.oceanengine({ attempts: 1 })
  const scale = createQianchuanScale(oceanengine)
  for (const { itemId, publishedAt } of stage.world.videos.slice(0, 40))
    if (publishedAt < stage.now) taken(await scale.addVideo({ advertiserId, adId, productId, itemId }))
  stage.now += HOUR
  await createQianchuanMaterials(oceanengine).refused(advertiserId, adId)
}

async function callOauth(stage: Stage) {
  const { url, tokens } = stage.simulator
  const deps = { http: stage.http({ attempts: 1 }), now: () => stage.now }
  const app = { baseUrl: url, appId: 1_790_000_000_000_000_001n, secret: 's' }
  const oauth = createOceanengineOAuth(deps, app)
  const { grant } = await oauth.exchange(tokens.code('shop'))
  await oauth.refresh(grant.refreshToken)
}

export async function callSuixintui(stage: Stage) {
  const { advertiserId } = stage.simulator
  const suixintui = createSuixintui(stage.oceanengine({ attempts: 1 }))
  const order = (change: Parameters<typeof orderOn>[1]) => suixintui.create(orderOn(stage, change))
  const from = stage.now
  const authorIds = [stage.world.kols[0]?.awemeId ?? '']
  const region = { district: 'CITY' as const, ids: ['110000'] }
  const custom = { mode: 'CUSTOM' as const, region, interestIds: ['7'], gender: 'GENDER_FEMALE' as const }
  const roi = { bidType: 'MANUAL_BID' as const, externalAction: 'AD_CONVERT_TYPE_LIVE_ROI' as const }
  const goals = ['VIDEO_PROM_GOODS', 'LIVE_PROM_GOODS'] as const
  await stage.control('POST', 'ends', ['FINISHED', 'OFFLINE_AUDIT', 'TIMEOUT', 'FINISHED'])
  const { orderId } = taken(await order({ audience: { ...custom, ages: ['AGE_BETWEEN_24_30'] } }))
  taken(await order({ bidType: 'MANUAL_BID', cpaBidFen: 1230, audience: { mode: 'FANS', authorIds } }))
  taken(await order({ ...roi, roiGoal: 1.85 }))
  const live = { goal: 'LIVE_PROM_GOODS', liveHeat: 'BY_VIDEO' } as const
  taken(await order({ ...live, ...roi, roiGoal: 2, hours: 0.5 }))
  stage.now += HOUR
  const added = { advertiserId, goal: 'VIDEO_PROM_GOODS' as const, addFen: 10_000, addTime: 1 }
  taken(await suixintui.addBudget({ ...added, orderId }))
  const adIds: string[] = []
  for (const goal of goals) {
    const { orders } = await suixintui.orders({ advertiserId, goal, from, to: stage.now })
    for (const each of orders) await suixintui.order(advertiserId, each.orderId)
    adIds.push(...orders.flatMap(({ adId }) => adId ?? []))
  }
  await suixintui.orders({ advertiserId, goal: 'VIDEO_PROM_GOODS', from, to: stage.now, status: 'TIMEOUT' })
  stage.now += DAY
  for (const goal of goals) await suixintui.report({ advertiserId, goal, from, to: stage.now, adIds })
  taken(await suixintui.terminate(advertiserId, orderId))
  await suixintui.quota(advertiserId)
  const question = { advertiserId, amountFen: 50_000, externalAction: 'AD_CONVERT_TYPE_SHOPPING' as const }
  await suixintui.suggestBid({ ...question, audience: { mode: 'ATUO' } })
  await suixintui.suggestRoi(advertiserId, authorIds[0] ?? '')
}
