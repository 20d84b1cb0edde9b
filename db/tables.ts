/**
 * Every table. Each key starts with the workspace, so that one tenant's rows lie together and row-level security
 * (migrations/*_policies) can use the index. Instants are timestamptz(3) in UTC, counters are 64-bit, and null means
 * "not known", never 0.
 */

export * from './tables/account.ts'
export * from './tables/brand.ts'
export * from './tables/campaign.ts'
export * from './tables/collaboration.ts'
export { readCounts } from './tables/columns.ts'
export * from './tables/figure.ts'
export * from './tables/forecast.ts'
export * from './tables/kol.ts'
export * from './tables/notification.ts'
export * from './tables/outcome.ts'
export * from './tables/plan.ts'
export * from './tables/promotion.ts'
export * from './tables/quota.ts'
export * from './tables/sale.ts'
export * from './tables/tenant.ts'
export * from './tables/watch.ts'
export * from './tables/webhook.ts'
