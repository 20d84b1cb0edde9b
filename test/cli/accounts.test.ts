import { expect, test } from 'vitest'
import { createAccounts } from '../../cli/accounts.ts'
import { loadConfig } from '../../config.ts'

const KEY = { TOKEN_KEYS: `k:${Buffer.alloc(32, 1).toString('base64')}` }
const OCEANENGINE = { OCEANENGINE_APP_ID: '42', OCEANENGINE_APP_SECRET: 's' }
const DOUYIN = { DOUYIN_CLIENT_KEY: 'k', DOUYIN_CLIENT_SECRET: 's', DOUYIN_URL: 'http://douyin.test' }
const DOUDIAN = { DOUDIAN_APP_KEY: 'k', DOUDIAN_APP_SECRET: 's', DOUDIAN_SERVICE_ID: '7' }

const accounts = (env: Record<string, string>) =>
  createAccounts({
    config: loadConfig(env),
    now: () => 0,
    sleep: async () => {},
    random: () => 0.5,
  })

test.each<[string, Record<string, string>, string[] | null]>([
  ['nothing', {}, null],
  ['a key without an app', KEY, null],
  ['apps without a key', { ...OCEANENGINE, ...DOUYIN, ...DOUDIAN }, null],
  ['one app', { ...KEY, ...OCEANENGINE }, ['oceanengine']],
  ['another one alone', { ...KEY, ...DOUDIAN }, ['doudian']],
  ['every app', { ...KEY, ...OCEANENGINE, ...DOUYIN, ...DOUDIAN }, ['oceanengine', 'douyin', 'doudian']],
])('with %s set', (_name, env, platforms) => {
  const made = accounts(env)
  expect(made && [...made.oauths.keys()]).toEqual(platforms)
})

test('each app is used with its own settings', () => {
  const oauths = accounts({ ...KEY, ...DOUYIN, ...DOUDIAN })?.oauths
  const url = (platform: string) => oauths?.get(platform)?.authoriseUrl('st', 'https://us.test/') ?? ''
  expect(url('douyin')).toMatch(/^http:\/\/douyin\.test\/platform\/oauth\/connect\/\?client_key=k&/)
  expect(url('doudian')).toContain('service_id=7')
})
