import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Config, ConfigError, loadConfig } from '../../config.ts'

const DEFAULTS: Config = {
  databaseUrl: null,
  ownerUrl: null,
  redisUrl: null,
  dataDir: resolve('data'),
  host: '127.0.0.1',
  port: 4000,
  publicUrl: 'http://localhost:4000',
  pool: 10,
  concurrency: 4,
  sweepMs: 5000,
  retention: { rawDays: 400, hourDays: 800 },
  callLimits: {},
  logLevel: 'info',
  urls: {
    oceanengine: 'https://api.oceanengine.com',
    douyin: 'https://open.douyin.com',
    doudian: 'https://openapi-fxg.jinritemai.com',
  },
  oceanengine: null,
  douyin: null,
  doudian: null,
  tokenKeys: [],
}
/** Every name that has a rule; each value breaks it. */
const BAD: Record<string, string> = {
  DATABASE_URL: 'mysql://root:hunter2@db/seedbed',
  DATABASE_OWNER_URL: 'postgres://owner:hunter2@db/see dbed',
  REDIS_URL: 'http://:hunter2@cache:6379',
  PORT: '65536',
  POOL: '1',
  CONCURRENCY: '0',
  SWEEP_MS: 'every 5 seconds',
  RAW_RETENTION_DAYS: '-1',
  HOUR_RETENTION_DAYS: '36501',
  CALL_LIMITS: 'qianchuan:many/day',
  LOG_LEVEL: 'LOUDLY',
  OCEANENGINE_URL: 'api.oceanengine.test/hunter2',
  PUBLIC_URL: 'javascript:hunter2',
  OCEANENGINE_APP_ID: 'app-hunter2',
  DOUYIN_URL: 'open.douyin.test/hunter2',
  DOUDIAN_URL: 'ftp://hunter2.test',
  TOKEN_KEYS: 'one:aHVudGVyMg==',
}
/** Names whose every value is good. */
const FREE = [
  'DATA_DIR',
  'HOST',
  'OCEANENGINE_APP_SECRET',
  'DOUYIN_CLIENT_KEY',
  'DOUYIN_CLIENT_SECRET',
  'DOUDIAN_APP_KEY',
  'DOUDIAN_APP_SECRET',
  'DOUDIAN_SERVICE_ID',
]

/** The error's lines, without the heading. */
function problems(env: Record<string, string | undefined>): string[] {
  return message(env).split('\n').slice(1)
}

function message(env: Record<string, string | undefined>): string {
  try {
    loadConfig(env)
    return ''
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as Error).name).toBe('ConfigError')
    expect((error as Error).cause).toBeUndefined()
    return (error as Error).message
  }
}

const names = (lines: string[]) => lines.map((line) => line.trim().split(' ')[0])

test('nothing is needed', () => {
  expect(loadConfig({})).toEqual(DEFAULTS)
})

test('an empty string is unset, for every name', () => {
  const empty = [...Object.keys(BAD), ...FREE].map((name) => [name, ''])
  expect(loadConfig(Object.fromEntries(empty))).toEqual(DEFAULTS)
})

test('every name is tested here and explained in the README', () => {
  const source = readFileSync(resolve('config.ts'), 'utf8')
  const names = [...source.matchAll(/^ {4}([A-Z][A-Z_]+):/gm)].map(([, name]) => name ?? '')
  expect(names.toSorted()).toEqual([...Object.keys(BAD), ...FREE].toSorted())
  const rows = readFileSync(resolve('README.md'), 'utf8')
    .match(/^\|.*\|$/gm)
    ?.join()
  for (const name of names) expect(rows).toContain(`\`${name}\``)
})

test('names that are not ours are passed over', () => {
  expect(loadConfig({ PATH: '/bin', HOME: '/root', UNSET: undefined, PORTS: 'x' })).toEqual(DEFAULTS)
})

test.each<[string, Record<string, string>, Partial<Config>]>([
  [
    'DATABASE_URL also migrates',
    { DATABASE_URL: 'postgres://u:p@db:5432/s' },
    { databaseUrl: 'postgres://u:p@db:5432/s', ownerUrl: 'postgres://u:p@db:5432/s' },
  ],
  [
    'DATABASE_OWNER_URL migrates instead',
    { DATABASE_URL: 'postgresql://u@db/s', DATABASE_OWNER_URL: 'postgres://o@db/s' },
    { databaseUrl: 'postgresql://u@db/s', ownerUrl: 'postgres://o@db/s' },
  ],
  ['REDIS_URL', { REDIS_URL: 'redis://:p@cache:6379/2' }, { redisUrl: 'redis://:p@cache:6379/2' }],
  ['REDIS_URL with TLS', { REDIS_URL: 'rediss://cache' }, { redisUrl: 'rediss://cache' }],
  ['DATA_DIR from here', { DATA_DIR: 'some/where' }, { dataDir: resolve('some/where') }],
  ['DATA_DIR from the root', { DATA_DIR: '/var/lib/seedbed' }, { dataDir: '/var/lib/seedbed' }],
  ['DATA_DIR at home', { DATA_DIR: '~/seedbed' }, { dataDir: join(homedir(), 'seedbed') }],
  ['DATA_DIR is home', { DATA_DIR: '~' }, { dataDir: homedir() }],
  ['DATA_DIR of a name with a tilde', { DATA_DIR: '~seedbed' }, { dataDir: resolve('~seedbed') }],
  ['HOST', { HOST: '0.0.0.0' }, { host: '0.0.0.0' }],
  ['PORT, the least', { PORT: '0' }, { port: 0, publicUrl: 'http://localhost:0' }],
  ['PORT, the most', { PORT: '65535' }, { port: 65_535, publicUrl: 'http://localhost:65535' }],
  ['POOL, the least', { POOL: '2' }, { pool: 2 }],
  ['POOL, the most', { POOL: '200' }, { pool: 200 }],
  ['CONCURRENCY, the least', { CONCURRENCY: '1' }, { concurrency: 1 }],
  ['CONCURRENCY, the most', { CONCURRENCY: '100' }, { concurrency: 100 }],
  [
    'CALL_LIMITS',
    { CALL_LIMITS: 'qianchuan:20000/day, douyin:5/second,qianchuan:50/second' },
    {
      callLimits: { qianchuan: { callsPerDay: 20_000, callsPerSecond: 50 }, douyin: { callsPerSecond: 5 } },
    },
  ],
  ['SWEEP_MS, the least', { SWEEP_MS: '50' }, { sweepMs: 50 }],
  ['SWEEP_MS, the most', { SWEEP_MS: '600000' }, { sweepMs: 600_000 }],
  ['RAW_RETENTION_DAYS, for ever', { RAW_RETENTION_DAYS: '0' }, { retention: { rawDays: 0, hourDays: 800 } }],
  [
    'HOUR_RETENTION_DAYS, the most',
    { HOUR_RETENTION_DAYS: '36500' },
    { retention: { rawDays: 400, hourDays: 36_500 } },
  ],
  ['LOG_LEVEL', { LOG_LEVEL: 'silent' }, { logLevel: 'silent' }],
  [
    '巨量 elsewhere',
    {
      OCEANENGINE_URL: 'http://localhost:4010',
      OCEANENGINE_APP_ID: '9007199254740993',
      OCEANENGINE_APP_SECRET: 'sec',
    },
    {
      oceanengine: { baseUrl: 'http://localhost:4010', appId: 9007199254740993n, secret: 'sec' },
      urls: { ...DEFAULTS.urls, oceanengine: 'http://localhost:4010' },
    },
  ],
  [
    'PUBLIC_URL without its slash',
    { PUBLIC_URL: 'https://seedbed.example/' },
    { publicUrl: 'https://seedbed.example' },
  ],
  [
    'an app of 巨量',
    { OCEANENGINE_APP_ID: '9007199254740993', OCEANENGINE_APP_SECRET: 'sec' },
    { oceanengine: { baseUrl: 'https://api.oceanengine.com', appId: 9007199254740993n, secret: 'sec' } },
  ],
  [
    'an app of 抖音',
    { DOUYIN_CLIENT_KEY: 'key', DOUYIN_CLIENT_SECRET: 'sec' },
    { douyin: { baseUrl: 'https://open.douyin.com', clientKey: 'key', clientSecret: 'sec' } },
  ],
  [
    'an app of 抖店 elsewhere',
    {
      DOUDIAN_URL: 'http://localhost:4010',
      DOUDIAN_APP_KEY: '7000000000000000001',
      DOUDIAN_APP_SECRET: 'sec',
      DOUDIAN_SERVICE_ID: '33428',
    },
    {
      urls: { ...DEFAULTS.urls, doudian: 'http://localhost:4010' },
      doudian: {
        baseUrl: 'http://localhost:4010',
        appKey: '7000000000000000001',
        appSecret: 'sec',
        serviceId: '33428',
      },
    },
  ],
  [
    'two keys for tokens, the first one seals',
    {
      TOKEN_KEYS: `new:${Buffer.alloc(32, 7).toString('base64')}, old-1:${Buffer.alloc(32, 8).toString('base64')}`,
    },
    {
      tokenKeys: [
        { id: 'new', key: Buffer.alloc(32, 7) },
        { id: 'old-1', key: Buffer.alloc(32, 8) },
      ],
    },
  ],
  [
    'URLs alone are no account and no app',
    {
      OCEANENGINE_URL: 'http://localhost:1',
      DOUYIN_URL: 'http://localhost:2',
      DOUDIAN_URL: 'http://localhost:3',
    },
    {
      urls: {
        oceanengine: 'http://localhost:1',
        douyin: 'http://localhost:2',
        doudian: 'http://localhost:3',
      },
    },
  ],
])('%s', (_name, env, expected) => {
  expect(loadConfig(env)).toEqual({ ...DEFAULTS, ...expected })
})

test.each([
  ['PORT', '-1'],
  ['PORT', '65536'],
  ['PORT', '4000.5'],
  ['PORT', '4e3'],
  ['PORT', '0x10'],
  ['PORT', ' 4000'],
  ['PORT', 'http'],
  ['POOL', '1'],
  ['POOL', '201'],
  ['CONCURRENCY', '0'],
  ['CONCURRENCY', '101'],
  ['SWEEP_MS', '49'],
  ['SWEEP_MS', '600001'],
  ['RAW_RETENTION_DAYS', '36501'],
  ['HOUR_RETENTION_DAYS', '1.5'],
  ['CALL_LIMITS', 'qianchuan:0/day'],
  ['CALL_LIMITS', 'qianchuan:5/hour'],
  ['CALL_LIMITS', 'qianchuan:5/day,'],
  ['LOG_LEVEL', 'INFO'],
  ['LOG_LEVEL', 'verbose'],
  ['DATABASE_URL', 'localhost:5432'],
  ['DATABASE_URL', 'mysql://db/s'],
  ['DATABASE_URL', 'postgres://'],
  ['DATABASE_URL', 'postgres://db/with space'],
  ['REDIS_URL', 'cache:6379'],
  ['REDIS_URL', 'http://cache'],
  ['OCEANENGINE_URL', 'api.oceanengine.com'],
  ['DOUYIN_URL', 'open.douyin.com'],
  ['DOUDIAN_URL', 'openapi-fxg.jinritemai.com'],
])('%s may not be %j', (name, value) => {
  expect(names(problems({ [name]: value }))).toEqual([name])
})

test('all problems are reported together, each on its line with its name', () => {
  const lines = problems(BAD)
  expect(names(lines).sort()).toEqual([...Object.keys(BAD), 'OCEANENGINE_APP_SECRET'].sort())
  for (const line of lines) expect(line).toMatch(/^ {2}[A-Z_]+ \S.{5,}$/)
})

test.each<[string, Record<string, string>, string[]]>([
  ['an app of 巨量 without its secret', { OCEANENGINE_APP_ID: '1766' }, ['OCEANENGINE_APP_SECRET']],
  [
    'a secret beside an empty app',
    { OCEANENGINE_APP_SECRET: 'tok', OCEANENGINE_APP_ID: '' },
    ['OCEANENGINE_APP_ID'],
  ],
  ['an app of 抖音 without its secret', { DOUYIN_CLIENT_KEY: 'key' }, ['DOUYIN_CLIENT_SECRET']],
  ['an app of 抖音 without its key', { DOUYIN_CLIENT_SECRET: 'sec' }, ['DOUYIN_CLIENT_KEY']],
  [
    'an app of 抖店 of which only the key is known',
    { DOUDIAN_APP_KEY: 'key' },
    ['DOUDIAN_APP_SECRET', 'DOUDIAN_SERVICE_ID'],
  ],
  [
    'an app of 抖店 without its number in the service market',
    { DOUDIAN_APP_KEY: 'key', DOUDIAN_APP_SECRET: 'sec' },
    ['DOUDIAN_SERVICE_ID'],
  ],
  ['an owner without a database', { DATABASE_OWNER_URL: 'postgres://o@db/s' }, ['DATABASE_URL']],
  [
    'both pairs at once',
    { DATABASE_OWNER_URL: 'postgres://o@db/s', OCEANENGINE_APP_SECRET: 'tok' },
    ['DATABASE_URL', 'OCEANENGINE_APP_ID'],
  ],
  [
    'a pair beside a bad number',
    { PORT: 'x', OCEANENGINE_APP_SECRET: 'tok' },
    ['OCEANENGINE_APP_ID', 'PORT'],
  ],
  [
    'a pair beside a bad level',
    { LOG_LEVEL: 'x', DATABASE_OWNER_URL: 'postgres://o@db/s' },
    ['DATABASE_URL', 'LOG_LEVEL'],
  ],
  [
    'an owner beside a bad database names the database once',
    { DATABASE_URL: 'x', DATABASE_OWNER_URL: 'postgres://o@db/s' },
    ['DATABASE_URL'],
  ],
])('%s is refused', (_name, env, expected) => {
  expect(names(problems(env)).sort()).toEqual(expected)
})

test('what is wrong is said without saying the value', () => {
  const said = message({ ...BAD, OCEANENGINE_APP_SECRET: 'hunter2-token' })
  expect(said).not.toContain('hunter2')
  for (const value of Object.values(BAD).filter((value) => value.length > 6))
    expect(said).not.toContain(value)
})

test('no value longer than 6 characters is ever part of the message', () => {
  const url = fc.constantFrom('postgres://', 'redis://', 'https://', 'mysql://', '')
  const value = fc
    .tuple(url, fc.string({ minLength: 7, unit: 'grapheme-ascii' }))
    .map((parts) => parts.join(''))
  const env = fc.dictionary(fc.constantFrom(...Object.keys(BAD), ...FREE), value)
  let refused = 0
  fc.assert(
    fc.property(env, (env) => {
      const said = message(env)
      if (said !== '') refused++
      for (const value of Object.values(env)) {
        expect(said).not.toContain(value)
        expect(said).not.toContain(value.replace(/^\w+:\/\//, ''))
      }
    }),
    { numRuns: 500 },
  )
  expect(refused).toBeGreaterThan(100)
})
