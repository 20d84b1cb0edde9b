import type { PromotionChannels } from './promotion.ts'
import { createBoostChannel } from './promotion-boost.ts'
import { createPlanAddChannel } from './promotion-plan-add.ts'
import type { QianchuanSetup } from './promotion-qianchuan.ts'
import { createStandardPlanChannel } from './promotion-standard-plan.ts'
import { createSuixintuiChannel } from './promotion-suixintui.ts'

/** All that an advertiser of 千川 can be asked for. */
export function createPromotionChannels(setup: QianchuanSetup): PromotionChannels {
  return {
    SUIXINTUI_ORDER: createSuixintuiChannel(setup.oceanengine, setup.advertiserId),
    MATERIAL_BOOST: createBoostChannel(setup),
    UNI_PLAN_ADD: createPlanAddChannel(setup),
    STANDARD_PLAN: createStandardPlanChannel(setup),
  }
}
