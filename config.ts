/** The only file that knows the name of an environment variable. */
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { z } from 'zod'

const postgresUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\/\S+$/, 'must look like postgres://user:password@host:5432/name')
const redisUrl = z.string().regex(/^rediss?:\/\/\S+$/, 'must look like redis://host:6379')
const whole = (least: number, most: number, fallback: number) =>
  z
    .string()
    .default(String(fallback))
    .refine(
      (v) => /^\d+$/.test(v) && Number(v) >= least && Number(v) <= most,
      `must be a whole number from ${least} to ${most}`,
    )
    .transform(Number)

/** zod skips a refinement once a part failed; then the problems would not all be reported together. */
const EVEN_BESIDE_OTHERS = { when: () => true }

const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https address' })
const KEYS = 'must be NAME:KEY, or several with commas, each KEY 32 bytes in base64; the first one encrypts'
const bytes = (base64: string) => Buffer.from(base64, 'base64').length

const LIMIT = /^([a-z]+):(\d{1,9})\/(second|day)$/
const LIMITS =
  'must be SOURCE:CALLS/second or SOURCE:CALLS/day, or several with commas, e.g. qianchuan:20000/day'

/** Settings that say something only together. */
const TOGETHER = [
  ['OCEANENGINE_APP_ID', 'OCEANENGINE_APP_SECRET'],
  ['DOUYIN_CLIENT_KEY', 'DOUYIN_CLIENT_SECRET'],
  ['DOUDIAN_APP_KEY', 'DOUDIAN_APP_SECRET', 'DOUDIAN_SERVICE_ID'],
] as const

const environment = z
  .object({
    DATABASE_URL: postgresUrl.optional(),
    DATABASE_OWNER_URL: postgresUrl.optional(),
    REDIS_URL: redisUrl.optional(),
    DATA_DIR: z.string().min(1).default('data'),
    HOST: z.string().min(1).default('127.0.0.1'),
    PORT: whole(0, 65_535, 4000),
    PUBLIC_URL: httpUrl.optional(),
    POOL: whole(2, 200, 10),
    CONCURRENCY: whole(1, 100, 4),
    SWEEP_MS: whole(50, 600_000, 5000),
    RAW_RETENTION_DAYS: whole(0, 36_500, 400),
    HOUR_RETENTION_DAYS: whole(0, 36_500, 800),
    CALL_LIMITS: z
      .string()
      .transform((text) => text.split(',').map((part) => part.trim()))
      .refine((parts) => parts.every((part) => Number(LIMIT.exec(part)?.[2]) > 0), LIMITS)
      .optional(),
    LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    OCEANENGINE_URL: httpUrl.default('https://api.oceanengine.com'),
    OCEANENGINE_APP_ID: z.string().regex(/^\d+$/, 'must be the digits of an app id').optional(),
    OCEANENGINE_APP_SECRET: z.string().min(1).optional(),
    DOUYIN_URL: httpUrl.default('https://open.douyin.com'),
    DOUYIN_CLIENT_KEY: z.string().min(1).optional(),
    DOUYIN_CLIENT_SECRET: z.string().min(1).optional(),
    DOUDIAN_URL: httpUrl.default('https://openapi-fxg.jinritemai.com'),
    DOUDIAN_APP_KEY: z.string().min(1).optional(),
    DOUDIAN_APP_SECRET: z.string().min(1).optional(),
    DOUDIAN_SERVICE_ID: z.string().min(1).optional(),
    TOKEN_KEYS: z
      .string()
      .transform((text) => text.split(',').map((part) => part.trim().split(':')))
      .refine(
        (keys) => keys.every(([id = '', key = '']) => /^[\w-]{1,32}$/.test(id) && bytes(key) === 32),
        KEYS,
      )
      .optional(),
  })
  .superRefine((env, issue) => {
    for (const names of TOGETHER) {
      const given = names.find((name) => env[name] !== undefined)
      if (given === undefined) continue
      for (const name of names.filter((name) => env[name] === undefined)) {
        issue.addIssue({ code: 'custom', path: [name], message: `is needed beside ${given}` })
      }
    }
    if (env.DATABASE_OWNER_URL && !env.DATABASE_URL) {
      issue.addIssue({
        code: 'custom',
        path: ['DATABASE_URL'],
        message: 'is needed beside DATABASE_OWNER_URL',
      })
    }
  }, EVEN_BESIDE_OTHERS)

export interface Config {
  /** null: the embedded PostgreSQL in dataDir. */
  databaseUrl: string | null
  /** Migrates; the same as databaseUrl unless the program's own login should own nothing. */
  ownerUrl: string | null
  /** null: the queue lives in PostgreSQL. */
  redisUrl: string | null
  dataDir: string
  host: string
  port: number
  /** Where people reach this program, without a slash at the end. */
  publicUrl: string
  /** Database connections of one process. */
  pool: number
  /** Jobs one worker process runs at a time. */
  concurrency: number
  /** How often the workers look for what is due, ms. */
  sweepMs: number
  /** Days that single looks and figures by hour are kept; 0: for ever. */
  retention: { rawDays: number; hourDays: number }
  /** By source, what the console of its platform says; what is left out stays as known. */
  callLimits: Record<string, { callsPerSecond?: number; callsPerDay?: number }>
  logLevel: string
  /** Base addresses of the platforms' APIs, with or without an app. */
  urls: { oceanengine: string; douyin: string; doudian: string }
  /** The apps that accounts authorise; null: none is set up. */
  oceanengine: { baseUrl: string; appId: bigint; secret: string } | null
  douyin: { baseUrl: string; clientKey: string; clientSecret: string } | null
  doudian: { baseUrl: string; appKey: string; appSecret: string; serviceId: string } | null
  /** The first one seals, all open; empty: accounts cannot be connected. */
  tokenKeys: { id: string; key: Buffer }[]
}

/** All problems of the environment at once. Names only: a value may be a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** Reads a plain object such as process.env; throws ConfigError that lists every problem. */
export function loadConfig(env: Record<string, string | undefined>): Config {
  const set = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  )
  const parsed = environment.safeParse(set)
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')} ${issue.message}`)
    throw new ConfigError(`The settings do not hold:\n${lines.join('\n')}`)
  }
  const e = parsed.data
  return {
    databaseUrl: e.DATABASE_URL ?? null,
    ownerUrl: e.DATABASE_OWNER_URL ?? e.DATABASE_URL ?? null,
    redisUrl: e.REDIS_URL ?? null,
    dataDir: resolve(e.DATA_DIR.replace(/^~(?=\/|$)/, homedir())),
    host: e.HOST,
    port: e.PORT,
    publicUrl: (e.PUBLIC_URL ?? `http://localhost:${e.PORT}`).replace(/\/+$/, ''),
    pool: e.POOL,
    concurrency: e.CONCURRENCY,
    sweepMs: e.SWEEP_MS,
    retention: { rawDays: e.RAW_RETENTION_DAYS, hourDays: e.HOUR_RETENTION_DAYS },
    callLimits: callLimits(e.CALL_LIMITS ?? []),
    logLevel: e.LOG_LEVEL,
    urls: { oceanengine: e.OCEANENGINE_URL, douyin: e.DOUYIN_URL, doudian: e.DOUDIAN_URL },
    oceanengine:
      e.OCEANENGINE_APP_ID && e.OCEANENGINE_APP_SECRET
        ? {
            baseUrl: e.OCEANENGINE_URL,
            appId: BigInt(e.OCEANENGINE_APP_ID),
            secret: e.OCEANENGINE_APP_SECRET,
          }
        : null,
    douyin:
      e.DOUYIN_CLIENT_KEY && e.DOUYIN_CLIENT_SECRET
        ? { baseUrl: e.DOUYIN_URL, clientKey: e.DOUYIN_CLIENT_KEY, clientSecret: e.DOUYIN_CLIENT_SECRET }
        : null,
    doudian:
      e.DOUDIAN_APP_KEY && e.DOUDIAN_APP_SECRET && e.DOUDIAN_SERVICE_ID
        ? {
            baseUrl: e.DOUDIAN_URL,
            appKey: e.DOUDIAN_APP_KEY,
            appSecret: e.DOUDIAN_APP_SECRET,
            serviceId: e.DOUDIAN_SERVICE_ID,
          }
        : null,
    tokenKeys: (e.TOKEN_KEYS ?? []).map(([id = '', key = '']) => ({ id, key: Buffer.from(key, 'base64') })),
  }
}

function callLimits(parts: readonly string[]): Config['callLimits'] {
  const limits: Config['callLimits'] = {}
  for (const part of parts) {
    const [, source = '', calls, unit] = LIMIT.exec(part) ?? []
    const limit = unit === 'day' ? { callsPerDay: Number(calls) } : { callsPerSecond: Number(calls) }
    limits[source] = { ...limits[source], ...limit }
  }
  return limits
}
