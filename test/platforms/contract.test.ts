import { expect, test } from 'vitest'
import { type Contract, checkExchange } from '../../platforms/contract.ts'
import { doudianContracts } from '../../platforms/contracts/doudian.ts'
import { douyinContracts } from '../../platforms/contracts/douyin.ts'
import { qianchuanContracts } from '../../platforms/contracts/qianchuan.ts'
import { suixintuiContracts } from '../../platforms/contracts/suixintui.ts'
import { xingtuContracts } from '../../platforms/contracts/xingtu.ts'
import { doudian } from '../../platforms/simulator/doudian.ts'
import { douyin } from '../../platforms/simulator/douyin.ts'
import { DOUYIN_PAGES, douyinOauth } from '../../platforms/simulator/douyin-oauth.ts'
import { oceanengineOAuthRoutes } from '../../platforms/simulator/oceanengine-oauth.ts'
import { qianchuanRoutes } from '../../platforms/simulator/qianchuan.ts'
import { qianchuanMaterialRoutes } from '../../platforms/simulator/qianchuan-materials.ts'
import { qianchuanPlanRoutes } from '../../platforms/simulator/qianchuan-plans.ts'
import { qianchuanReportRoutes } from '../../platforms/simulator/qianchuan-reports.ts'
import { qianchuanTaskRoutes } from '../../platforms/simulator/qianchuan-tasks.ts'
import { VENDORS } from '../../platforms/simulator/server.ts'
import { suixintuiRoutes } from '../../platforms/simulator/suixintui.ts'
import type { Exchange, Route } from '../../platforms/simulator/vendor.ts'
import { xingtuRoutes } from '../../platforms/simulator/xingtu.ts'
import { DAY } from '../../rules/types.ts'
import { START, type Stage, stageOf, worldOf } from '../support/platforms.ts'
import { callDoudian, callDouyin, callQianchuan, callSuixintui, callXingtu } from './contract-calls.ts'

const exchanges: Exchange[] = []
const stage = stageOf(worldOf({ seed: 5, videos: 80, hitShare: 0.08 }), START + 6 * DAY, {
  tokenLifeS: 1e9,
  onExchange: (exchange) => void exchanges.push(exchange),
})

interface Case {
  vendor: string
  routes: readonly Route[]
  contracts: readonly Contract[]
  /** Calls every interface with the connector. */
  call: (stage: Stage) => Promise<void>
}
/** A new vendor is one entry here. */
const CASES: Case[] = [
  {
    vendor: 'douyin',
    routes: [...douyin.routes, ...douyinOauth.routes.filter(({ path }) => !DOUYIN_PAGES.includes(path))],
    contracts: douyinContracts,
    call: callDouyin,
  },
  { vendor: 'doudian', routes: doudian.routes, contracts: doudianContracts, call: callDoudian },
  { vendor: 'xingtu', routes: xingtuRoutes, contracts: xingtuContracts, call: callXingtu },
  {
    vendor: 'qianchuan',
    routes: [
      ...oceanengineOAuthRoutes,
      ...qianchuanRoutes,
      ...qianchuanPlanRoutes,
      ...qianchuanMaterialRoutes,
      ...qianchuanTaskRoutes,
      ...qianchuanReportRoutes,
    ],
    contracts: qianchuanContracts,
    call: callQianchuan,
  },
  { vendor: 'suixintui', routes: suixintuiRoutes, contracts: suixintuiContracts, call: callSuixintui },
]
const nameOf = ({ method, path }: { method: string; path: string }) => `${method} ${path}`
const asked = () => exchanges.filter(({ path }) => !DOUYIN_PAGES.includes(path))

test('every route of the simulator belongs to one vendor of this table', () => {
  const routes = VENDORS.flatMap((vendor) => vendor.routes).filter(({ path }) => !DOUYIN_PAGES.includes(path))
  expect(CASES.flatMap((vendor) => vendor.routes.map(nameOf)).sort()).toEqual(routes.map(nameOf).sort())
})

test.each(CASES)(
  '$vendor: every route has a contract and every contract a route',
  ({ routes, contracts }) => {
    expect(contracts.map(nameOf).sort()).toEqual(routes.map(nameOf).sort())
  },
)

test.each(CASES)('$vendor: questions and answers keep the contract, every interface', async (vendor) => {
  exchanges.length = 0
  await vendor.call(stage)
  expect([...new Set(asked().flatMap((exchange) => checkExchange(vendor.contracts, exchange)))]).toEqual([])
  expect(asked().filter(({ code }) => code !== 0 && code !== 10000)).toEqual([])
  expect([...new Set(asked().map(nameOf))].sort()).toEqual(vendor.contracts.map(nameOf).sort())
  expect(emptyEverywhere()).toEqual([])
})

/** What this world has none of. */
const ALWAYS_EMPTY = ['frequency_stats', 'notice_infos', 'delivery_not_reason', 'order/get/ data.fail_list']

/** Lists that no answer had anything in: their rows were not checked. */
function emptyEverywhere(): string[] {
  const most = new Map<string, number>()
  for (const exchange of asked()) {
    const { data } = exchange.answer as { data: unknown }
    for (const [where, length] of listsOf(data, `${nameOf(exchange)} data`)) {
      most.set(where, Math.max(most.get(where) ?? 0, length))
    }
  }
  return [...most].flatMap(([where, length]) =>
    length === 0 && !ALWAYS_EMPTY.some((end) => where.endsWith(end)) ? [where] : [],
  )
}

function listsOf(value: unknown, where: string): [string, number][] {
  if (Array.isArray(value)) return [[where, value.length], ...value.flatMap((each) => listsOf(each, where))]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, each]) => listsOf(each, `${where}.${name}`))
}
