import { oceanengineOAuthRoutes } from './oceanengine-oauth.ts'
import { qianchuanRoutes } from './qianchuan.ts'
import { qianchuanMaterialRoutes } from './qianchuan-materials.ts'
import { qianchuanPlanRoutes } from './qianchuan-plans.ts'
import { qianchuanReportRoutes } from './qianchuan-reports.ts'
import { qianchuanTaskRoutes } from './qianchuan-tasks.ts'
import { suixintuiRoutes } from './suixintui.ts'
import type { Vendor } from './vendor.ts'
import { xingtuRoutes } from './xingtu.ts'

/** 巨量引擎: HTTP 200 with {code, message, data, request_id} whatever happens. Its products add their routes here. */
export const oceanengine: Vendor = {
  routes: [
    ...oceanengineOAuthRoutes,
    ...qianchuanRoutes,
    ...qianchuanPlanRoutes,
    ...qianchuanMaterialRoutes,
    ...qianchuanTaskRoutes,
    ...qianchuanReportRoutes,
    ...suixintuiRoutes,
    ...xingtuRoutes,
  ],
  envelope: ({ code, message, data }, requestId) => ({ code, message, data, request_id: requestId }),
  refusals: {
    rate_limit: { code: 40100, message: 'Too many requests. Please retry in some time.' },
    expired_token: { code: 40102, message: 'access_token has expired' },
    busy: { code: 50000, message: 'Internal service timed out. Please retry in sometime.' },
  },
  wrongTypes(data) {
    const list = (data as { video_list?: Record<string, unknown>[] }).video_list
    if (!list) return 'ok'
    return { ...(data as object), video_list: list.map((item) => ({ ...item, view_cnt: '1.2w' })) }
  },
}
