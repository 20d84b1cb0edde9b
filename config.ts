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

/** Settings that say something only together. */
const PAIRS = [
  ['QIANCHUAN_ADVERTISER_ID', 'QIANCHUAN_ACCESS_TOKEN'],
  ['OCEANENGINE_APP_ID', 'OCEANENGINE_APP_SECRET'],
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
    LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    QIANCHUAN_URL: httpUrl.default('https://api.oceanengine.com'),
    QIANCHUAN_ADVERTISER_ID: z.string().regex(/^\d+$/, 'must be the digits of an advertiser id').optional(),
    QIANCHUAN_ACCESS_TOKEN: z.string().min(1).optional(),
    OCEANENGINE_APP_ID: z.string().regex(/^\d+$/, 'must be the digits of an app id').optional(),
    OCEANENGINE_APP_SECRET: z.string().min(1).optional(),
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
    for (const pair of PAIRS) {
      const missing = pair.filter((name) => env[name] === undefined)
      if (missing.length !== 1) continue
      const other = pair.find((name) => name !== missing[0])
      issue.addIssue({ code: 'custom', path: [missing[0] as string], message: `is needed beside ${other}` })
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
  logLevel: string
  qianchuan: { url: string; advertiserId: string; accessToken: string } | null
  /** The app that accounts authorise; null: none is set up. */
  oceanengine: { baseUrl: string; appId: bigint; secret: string } | null
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
    logLevel: e.LOG_LEVEL,
    qianchuan:
      e.QIANCHUAN_ADVERTISER_ID && e.QIANCHUAN_ACCESS_TOKEN
        ? {
            url: e.QIANCHUAN_URL,
            advertiserId: e.QIANCHUAN_ADVERTISER_ID,
            accessToken: e.QIANCHUAN_ACCESS_TOKEN,
          }
        : null,
    oceanengine:
      e.OCEANENGINE_APP_ID && e.OCEANENGINE_APP_SECRET
        ? { baseUrl: e.QIANCHUAN_URL, appId: BigInt(e.OCEANENGINE_APP_ID), secret: e.OCEANENGINE_APP_SECRET }
        : null,
    tokenKeys: (e.TOKEN_KEYS ?? []).map(([id = '', key = '']) => ({ id, key: Buffer.from(key, 'base64') })),
  }
}
