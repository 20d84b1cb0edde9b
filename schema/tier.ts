import { TIERS } from '../rules/types.ts'
import { builder } from './builder.ts'

export const TierEnum = builder.enumType('Tier', {
  description: '头部 HEAD, 腰部 WAIST, 尾部 TAIL, 素人 KOC: size only; 垂类 is separate.',
  values: TIERS,
})
