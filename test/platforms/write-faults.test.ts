import { beforeAll, expect, test } from 'vitest'
import { createOceanengine } from '../../platforms/oceanengine.ts'
import { createQianchuanBoosts } from '../../platforms/qianchuan-boost.ts'
import { createQianchuanMaterials } from '../../platforms/qianchuan-material.ts'
import { createQianchuanPlans } from '../../platforms/qianchuan-plan.ts'
import { createQianchuanPlanWrites } from '../../platforms/qianchuan-plan-write.ts'
import { createQianchuanScale } from '../../platforms/qianchuan-scale.ts'
import type { Written } from '../../platforms/qianchuan-write.ts'
import type { FaultKind } from '../../platforms/simulator/faults.ts'
import { createSuixintui } from '../../platforms/suixintui.ts'
import { DAY, HOUR } from '../../rules/types.ts'
import { orderOn, START, stageOf, worldOf } from '../support/platforms.ts'

const world = worldOf({ seed: 11 })
const stage = stageOf(world, START + 4 * DAY, { tokenLifeS: 1e9 })
const ids = { uni: '', standard: '', task: '', material: '', item: '', product: '', order: '' }
let serial = 0
const advertiserId = () => stage.simulator.advertiserId
type Client = Parameters<typeof stage.oceanengine>[0]
const suixintui = (client?: Client) => createSuixintui(stage.oceanengine(client))
const scale = (client?: Client) => createQianchuanScale(stage.oceanengine(client))
const boosts = (client?: Client) => createQianchuanBoosts(stage.oceanengine(client))
const plans = (client?: Client) => createQianchuanPlanWrites(stage.oceanengine(client))

interface Write {
  name: string
  path: string
  /** Sends it once; `sound: false` breaks one of the rules that are checked before. */
  send: (sound: boolean, client?: Client) => Promise<Written<unknown>>
  /** Its answer holds nothing that could be of a wrong type. */
  empty?: true
}
const V1 = '/open_api/v1.0/qianchuan/'
const standard = () => ({
  advertiserId: advertiserId(),
  name: `plan ${serial++}`,
  awemeId: world.video(ids.item)?.kol.awemeId ?? '',
  productId: ids.product,
  itemId: ids.item,
  budgetFen: 50_000,
  from: stage.now,
  to: stage.now + DAY,
  smartBid: 'SMART_BID_CONSERVATIVE' as const,
  roiGoal: null,
  title: '好用的面霜推荐给你',
})
const CREATE: Write = {
  name: '随心推 create',
  path: `${V1}aweme/order/create/`,
  send: (sound, client) =>
    suixintui(client).create(orderOn(stage, { amountFen: sound ? 10_000 : 1, hours: 2 })),
}
const WRITES: Write[] = [
  CREATE,
  {
    name: '随心推 add budget',
    path: `${V1}aweme/order/budget/add/`,
    empty: true,
    send: (sound, client) =>
      suixintui(client).addBudget({
        advertiserId: advertiserId(),
        orderId: ids.order,
        goal: 'VIDEO_PROM_GOODS',
        addFen: sound ? 1000 : 50,
        addTime: 0,
      }),
  },
  {
    name: '随心推 terminate',
    path: `${V1}aweme/order/terminate/`,
    send: (sound, client) => suixintui(client).terminate(advertiserId(), sound ? ids.order : 'x'),
  },
  {
    name: '全域 add video',
    path: `${V1}uni_promotion/ad/material/add/`,
    empty: true,
    send: (sound, client) =>
      scale(client).addVideo({
        advertiserId: advertiserId(),
        adId: ids.uni,
        productId: ids.product,
        itemId: sound ? ids.item : '',
      }),
  },
  {
    name: '素材追投',
    path: `${V1}uni_promotion/ad/control_task/create/`,
    send: (sound, client) =>
      boosts(client).create({
        advertiserId: advertiserId(),
        adId: ids.uni,
        name: `boost ${serial++}`,
        materialIds: [ids.material],
        budgetFen: 10_000,
        hours: sound ? 1 : 0.7,
      }),
  },
  {
    name: '全域 remove material',
    path: `${V1}uni_promotion/ad/material/delete/`,
    empty: true,
    // Of nobody's: the material is needed on.
    send: (sound, client) =>
      scale(client).removeMaterials({
        advertiserId: advertiserId(),
        adId: ids.uni,
        materialIds: sound ? ['123'] : [],
      }),
  },
  {
    name: '追投 status',
    path: `${V1}uni_promotion/ad/control_task/status/update/`,
    send: (sound, client) => boosts(client).setStatus(advertiserId(), sound ? [ids.task] : [], 'ENABLE'),
  },
  {
    name: '追投 budget',
    path: `${V1}uni_promotion/ad/control_task/budget/update/`,
    send: (sound, client) =>
      boosts(client).setBudgets(advertiserId(), [{ taskId: ids.task, budgetFen: sound ? 20_000 : 0.5 }]),
  },
  {
    name: 'standard plan create',
    path: `${V1}ad/create/`,
    send: (sound, client) => plans(client).createStandard({ ...standard(), ...(sound ? {} : { title: '' }) }),
  },
  ...(['UNI', 'STANDARD'] as const).flatMap((kind): Write[] => {
    const base = kind === 'UNI' ? `${V1}uni_promotion/ad/` : `${V1}ad/`
    const adId = () => (kind === 'UNI' ? ids.uni : ids.standard)
    return [
      {
        name: `${kind} status`,
        path: `${base}status/update/`,
        send: (sound, client) =>
          plans(client).setStatus(kind, advertiserId(), sound ? [adId()] : [], 'ENABLE'),
      },
      {
        name: `${kind} budget`,
        path: `${base}budget/update/`,
        send: (sound, client) =>
          plans(client).setBudgets(kind, advertiserId(), [
            { adId: adId(), budgetFen: sound ? 300_000 : 0.5 },
          ]),
      },
    ]
  }),
]

/** What the connector says, how often it sends, and how often the platform has done it. */
const FAULTS: [FaultKind, Written<unknown>['outcome'], number, number][] = [
  ['hang', 'unknown', 1, 0],
  ['cut', 'unknown', 1, 0],
  ['cut_after', 'unknown', 1, 1],
  ['http_500', 'unknown', 1, 0],
  ['busy', 'unknown', 1, 0],
  ['partial_body', 'unknown', 1, 1],
  ['wrong_type', 'unknown', 1, 1],
  // Refused at the door: the one thing after which a write may be sent again.
  ['rate_limit', 'done', 2, 1],
  ['expired_token', 'refused', 1, 0],
]

beforeAll(async () => {
  const uni = createQianchuanPlans(stage.oceanengine())
  const [plan] = await uni.uni({ advertiserId: advertiserId(), from: stage.now, to: stage.now })
  ids.uni = plan?.adId ?? ''
  ids.product = plan?.productIds[0] ?? ''
  for (const { itemId } of world.videos.filter((each) => each.nature === 'hit')) {
    const video = { advertiserId: advertiserId(), adId: ids.uni, productId: ids.product, itemId }
    expect(await scale().addVideo(video)).toMatchObject({ outcome: 'done' })
  }
  const from = stage.now
  stage.now += DAY
  const question = { advertiserId: advertiserId(), adId: ids.uni, from, to: stage.now }
  const [spent] = await createQianchuanMaterials(stage.oceanengine()).ofPlan(question)
  ids.material = spent?.materialId ?? ''
  ids.item = spent?.itemId ?? ''
  const task = { adId: ids.uni, name: 'first', materialIds: [ids.material], budgetFen: 10_000, hours: 24 }
  const boosted = await boosts().create({ advertiserId: advertiserId(), ...task })
  ids.task = boosted.outcome === 'done' ? boosted.value.taskId : ''
  const made = await plans().createStandard(standard())
  ids.standard = made.outcome === 'done' ? made.value.adId : ''
})

/** An order in delivery and free quotas: ends are counted by the day. */
async function prepare({ path }: Write) {
  stage.now += path.endsWith('terminate/') ? DAY : 3 * HOUR
  await stage.control('POST', 'ends', ['FINISHED'])
  const made = await suixintui().create(orderOn(stage, { amountFen: 10_000, hours: 2 }))
  ids.order = made.outcome === 'done' ? made.value.orderId : ''
  stage.now += HOUR
}
async function effects(path: string): Promise<number> {
  return (await stage.truth()).writes.filter((write) => write.path === path && write.code === 0).length
}

const TABLE = WRITES.flatMap((write) =>
  FAULTS.map(([fault, outcome, sent, done]) => {
    const spared = fault === 'wrong_type' && write.empty
    return { write, name: write.name, fault, outcome: spared ? 'done' : outcome, sent, done }
  }),
)
test.each(TABLE)(
  '$name that meets $fault is $outcome, sent $sent times and done $done times',
  async (row) => {
    const { path } = row.write
    await prepare(row.write)
    const before = { calls: stage.calls(path), done: await effects(path) }
    stage.simulator.faults.add([{ kind: row.fault, times: 1, path }])
    const written = await row.write.send(true, { timeoutMs: row.fault === 'hang' ? 50 : 5000 })
    expect(written.outcome).toBe(row.outcome)
    expect(stage.calls(path) - before.calls).toBe(row.sent)
    expect((await effects(path)) - before.done).toBe(row.done)
  },
)

test.each(WRITES)(
  '$name is invalid and not sent when it breaks a rule, done when it does not',
  async (write) => {
    await prepare(write)
    const before = stage.calls(write.path)
    expect(await write.send(false)).toMatchObject({ outcome: 'invalid' })
    expect(stage.calls(write.path)).toBe(before)
    expect(await write.send(true)).toMatchObject({ outcome: 'done' })
    expect(stage.calls(write.path)).toBe(before + 1)
  },
)

test.each(WRITES)('$name is refused when the throttle lasts, after three attempts', async (write) => {
  await prepare(write)
  const before = { calls: stage.calls(write.path), done: await effects(write.path) }
  stage.simulator.faults.add([{ kind: 'rate_limit', probability: 1, path: write.path }])
  expect(await write.send(true)).toMatchObject({ outcome: 'refused', error: { kind: 'rate_limited' } })
  expect(stage.calls(write.path) - before.calls).toBe(3)
  expect(await effects(write.path)).toBe(before.done)
})

test('a write whose token was refreshed elsewhere is repeated once with the new one', async () => {
  const { path } = CREATE
  await prepare(CREATE)
  const before = await effects(path)
  const stale = createOceanengine({
    baseUrl: stage.simulator.url,
    accessToken: (refused) => (refused ? stage.simulator.tokens.current().accessToken : 'old'),
    http: stage.http(),
  })
  expect(await createSuixintui(stale).create(orderOn(stage))).toMatchObject({ outcome: 'done' })
  expect((await effects(path)) - before).toBe(1)
})

test('an order whose answer was lost is found in the list by its instant', async () => {
  const { path, send } = CREATE
  await prepare(CREATE)
  stage.simulator.faults.add([{ kind: 'cut_after', times: 1, path }])
  await send(true)
  const filter = { advertiserId: advertiserId(), goal: 'VIDEO_PROM_GOODS' as const }
  const { orders } = await suixintui().orders({ ...filter, from: stage.now, to: stage.now })
  const found = orders.filter(({ createdAt }) => createdAt === stage.now).map(({ orderId }) => orderId)
  expect(found).toEqual([(await stage.truth()).orders.at(-1)?.orderId])
})
