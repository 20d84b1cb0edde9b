import { expect, test } from 'vitest'
import { problems, type SourceFile, TABLE } from './imports.ts'
import { sources } from './tree.ts'

test('the tree keeps to the import table', () => {
  expect(problems(sources())).toEqual([])
})

test('the whole tree is read', () => {
  const read = new Set(sources().map(({ path }) => path))
  for (const path of ['main.ts', 'config.ts', 'db/queries/watch.ts', 'test/check/imports.ts']) {
    expect(read).toContain(path)
  }
  for (const top of new Set([...read].map((path) => path.split('/')[0] as string)))
    expect(TABLE).toHaveProperty(top)
})

/** Files by path; each has only what matters. */
const files = (texts: Record<string, string>): SourceFile[] =>
  Object.entries(texts).map(([path, text]) => ({ path, text }))

test('a tree that keeps to the table has no problem', () => {
  const clean = files({
    'rules/types.ts': `export type { A } from './a.ts'\nexport const HOUR = 1`,
    'rules/a.ts': `import { z } from 'zod'\nimport { HOUR } from './types.ts'\nexport type A = typeof HOUR`,
    'platforms/http.ts': `import { HOUR } from '../rules/types.ts'\nimport { setTimeout } from 'node:timers/promises'`,
    'platforms/sim/world.ts': `import { HOUR } from '../../rules/types.ts'\nimport { x } from '../http.ts'`,
    'db/embedded-place.ts': `export const place = (name: string) => import(name)`,
    'db/client.ts': `import { sql } from 'drizzle-orm'\nimport type { HOUR } from '../rules/types.ts'`,
    'flow/poll.ts': `import type { C } from '../platforms/http.ts'\nimport { a } from '../rules/a.ts'\nimport '../db/client.ts'
      export const at = (iso: string) => new Date(iso)\nexport const os = process.platform + process.pid`,
    'schema/video.ts': `import { poll } from '../flow/poll.ts'\nimport '../db/client.ts'\nimport { METRICS } from '../rules/a.ts'
      // process.env, Date.now() and db.insert(video) only in words\nexport const s = 'new Date() .delete( import("../api/x.ts")'
      const read = sql\`select updated_at from video\`\nexport const { insert } = read`,
    'workers/queue.ts': `import { Queue } from 'bullmq'\nimport '../config.ts'\nimport '../platforms/registry.ts'
      import type { C } from '../platforms/http.ts'\nimport '../db/client.ts'\nimport '../flow/poll.ts'`,
    'api/server.ts': `import '../schema/video.ts'\nimport '../workers/queue.ts'\nimport '../config.ts'\nimport '../db/client.ts'`,
    'cli/demo.ts': `import '../rules/a.ts'\nimport '../platforms/sim/world.ts'\nimport '../api/server.ts'\nimport '../config.ts'
      export const late = () => import('../workers/queue.ts')`,
    'main.ts': `import './cli/demo.ts'\nconst clock = () => new Date()\nconst [command] = process.argv\nMath.random()`,
    'config.ts': `import { homedir } from 'node:os'\n/** Takes process.env. */\nexport const load = (env: object) => env`,
    'vitest.config.ts': `export default process.env`,
    'test/rules/a.test.ts': `import '../../rules/a.ts'\nimport '../support/x.ts'\nDate.now()\nperformance.now()`,
    'test/support/x.ts': `import '../../bench/b.ts'\nprocess.env.PATH`,
    'bench/b.ts': `import '../cli/demo.ts'\nnew Date()`,
    // Types may go in a circle.
    'flow/one.ts': `import type { Two } from './two.ts'\nexport const one = 1`,
    'flow/two.ts': `import { one } from './one.ts'\nexport type Two = typeof one`,
    'flow/long.ts': `${'// 400 lines\n'.repeat(400)}`,
  })
  expect(problems(clean)).toEqual([])
})

test.each<[path: string, text: string, why: string]>([
  // Every way to write an import.
  ['rules/a.ts', `import { x } from '../flow/x.ts'`, 'rules may not import flow/x.ts'],
  ['rules/a.ts', `import '../flow/x.ts'`, 'rules may not import flow/x.ts'],
  ['rules/a.ts', `export { x } from '../flow/x.ts'`, 'rules may not import flow/x.ts'],
  ['rules/a.ts', `export * from '../flow/x.ts'`, 'rules may not import flow/x.ts'],
  ['rules/a.ts', `export type X = import('../flow/x.ts').X`, 'rules may not import flow/x.ts'],
  ['rules/a.ts', `const f = async () => (await import('../flow/x.ts')).x`, 'rules may not import flow/x.ts'],
  ['rules/a.ts', `const x = require('bullmq')`, 'rules never imports bullmq'],
  ['db/a.ts', 'const x = await import(name)', 'a computed name escapes the table'],

  ['rules/a.ts', `import type { x } from '../db/x.ts'`, 'rules may not import db/x.ts'],
  ['rules/a.ts', `import { pgTable } from 'drizzle-orm/pg-core'`, 'rules never imports drizzle-orm'],
  ['rules/a.ts', `import { Job } from 'bullmq'`, 'rules never imports bullmq'],
  ['rules/a.ts', `import { parse } from 'graphql'`, 'rules never imports graphql'],
  ['rules/a.ts', `import x from '@pothos/core'`, 'rules never imports @pothos/core'],
  ['rules/a.ts', `import { uptime } from 'node:os'`, 'rules never imports node:os'],
  ['platforms/a.ts', `import { x } from '../rules/metric.ts'`, 'platforms may not import rules/metric.ts'],
  ['platforms/sim/a.ts', `import { x } from '../../flow/x.ts'`, 'platforms may not import flow/x.ts'],
  ['platforms/a.ts', `import type { x } from '../db/x.ts'`, 'platforms may not import db/x.ts'],
  ['platforms/a.ts', `import { x } from '../config.ts'`, 'platforms may not import config.ts'],
  ['db/a.ts', `import type { x } from '../platforms/x.ts'`, 'db may not import platforms/x.ts'],
  ['db/queries/a.ts', `import { x } from '../../rules/rule.ts'`, 'db may not import rules/rule.ts'],
  ['db/a.ts', `import { Job } from 'bullmq'`, 'db never imports bullmq'],
  ['db/a.ts', `import { parse } from 'graphql'`, 'db never imports graphql'],
  ['flow/a.ts', `import { x } from '../platforms/x.ts'`, 'flow imports platforms by import type only'],
  ['flow/a.ts', `import { type X } from '../platforms/x.ts'`, 'flow imports platforms by import type only'],
  ['flow/a.ts', `import type { Job } from 'bullmq'`, 'flow never imports bullmq'],
  ['flow/a.ts', `import { GraphQLError } from 'graphql/error'`, 'flow never imports graphql'],
  ['flow/a.ts', `import x from '@pothos/plugin-relay'`, 'flow never imports @pothos/plugin-relay'],
  ['flow/a.ts', `import type { x } from '../schema/x.ts'`, 'flow may not import schema/x.ts'],
  ['flow/a.ts', `import { x } from '../workers/queue.ts'`, 'flow may not import workers/queue.ts'],
  ['flow/a.ts', `import { x } from '../config.ts'`, 'flow may not import config.ts'],
  ['schema/a.ts', `import type { x } from '../platforms/x.ts'`, 'schema may not import platforms/x.ts'],
  ['schema/a.ts', `import { x } from '../workers/queue.ts'`, 'schema may not import workers/queue.ts'],
  ['schema/a.ts', `import { Job } from 'bullmq'`, 'schema never imports bullmq'],
  ['workers/a.ts', `import { x } from '../schema/x.ts'`, 'workers may not import schema/x.ts'],
  ['workers/a.ts', `import { x } from '../api/x.ts'`, 'workers may not import api/x.ts'],
  ['workers/a.ts', `import { x } from '../db/tables.ts'`, 'workers may not import db/tables.ts'],
  ['workers/a.ts', `import { x } from '../platforms/x.ts'`, 'workers imports platforms by import type only'],
  ['workers/a.ts', `import { x } from '../rules/judge.ts'`, 'workers may not import rules/judge.ts'],
  ['api/a.ts', `import type { x } from '../rules/types.ts'`, 'api may not import rules/types.ts'],
  ['api/a.ts', `import { x } from '../workers/workers.ts'`, 'api may not import workers/workers.ts'],
  ['api/a.ts', `import { x } from '../cli/x.ts'`, 'api may not import cli/x.ts'],
  ['cli/a.ts', `import '../main.ts'`, 'cli may not import main.ts'],
  ['cli/a.ts', `import '../test/support/x.ts'`, 'cli may not import test/support/x.ts'],
  ['config.ts', `import { x } from './db/client.ts'`, 'config.ts may not import db/client.ts'],
  ['web/a.ts', `import { x } from '../rules/types.ts'`, 'web may not import rules/types.ts'],

  ['schema/a.ts', `const f = (db: Db) => db\n  .insert(video)`, '.insert(: schema never writes'],
  ['schema/a.ts', 'db.update(video).set({})', '.update(: schema never writes'],
  ['schema/a.ts', 'db?.delete(video)', '.delete(: schema never writes'],
  ['schema/a.ts', 'db.execute(sql`update video\n set name = 1`)', 'written SQL: schema never writes'],

  ['cli/a.ts', 'const home = process.env.HOME', 'process.env: only main.ts may'],
  ['config.ts', `const home = process['env']`, 'process.env: only main.ts may'],
  ['db/a.ts', 'const home = globalThis.process.env', 'process.env: only main.ts may'],
  ['db/a.ts', 'const { env } = process', 'process.env: only main.ts may'],
  ['db/a.ts', `import { env } from 'node:process'`, 'node:process: only main.ts may'],
  ['cli/a.ts', 'const args = process.argv.slice(2)', 'process.argv: only main.ts may'],
  ['flow/a.ts', 'const now = Date.now()', 'Date.now: only main.ts may'],
  ['flow/a.ts', 'const clock = Date.now', 'Date.now: only main.ts may'],
  ['flow/a.ts', 'const now = new Date()', 'new Date(): only main.ts may'],
  ['flow/a.ts', 'const now = +new Date', 'new Date(): only main.ts may'],
  ['flow/a.ts', 'const now = Date()', 'Date(): only main.ts may'],
  ['api/a.ts', 'const at = performance.now()', 'performance.now: only main.ts may'],
  ['api/a.ts', `import { performance } from 'node:perf_hooks'`, 'node:perf_hooks: only main.ts may'],
  ['platforms/a.ts', 'const r = Math.random()', 'Math.random: only main.ts may'],

  ['insight/a.ts', '', 'insight has no line in the import table'],
  ['other.ts', '', 'other.ts has no line in the import table'],
  ['flow/utils/a.ts', '', 'no folder is named utils'],
  ['test/helpers/a.ts', '', 'no folder is named helpers'],
  ['db/common/a.ts', '', 'no folder is named common'],
  ['api/lib/a.ts', '', 'no folder is named lib'],
  ['flow/services/a.ts', '', 'no folder is named services'],
  ['rules/misc/deep/a.ts', '', 'no folder is named misc'],
  ['flow/a.ts', '//\n'.repeat(401), '401 lines, split what passes 400'],
  ['test/a.test.ts', '//\n'.repeat(500), '500 lines, split what passes 400'],
  ['flow/a.ts', `import './a.ts'`, 'a circle of values'],
])('planted in %s: %j', (path, text, why) => {
  const found = problems(files({ [path]: text }))
  expect(found).toHaveLength(1)
  expect(found[0]?.startsWith(path)).toBe(true)
  expect(found[0]?.endsWith(`: ${why}`)).toBe(true)
})

test('planted: what is told names the file, and the import or the line', () => {
  const clock = `/** 爆款 */\nconst at = 1\nconst now = Date.now()`
  const told = problems(files({ 'flow/a.ts': clock, 'db/queries/b.ts': `import '../../flow/a.ts'` }))
  expect(told).toEqual([
    'flow/a.ts:3: Date.now: only main.ts may',
    'db/queries/b.ts -> ../../flow/a.ts: db may not import flow/a.ts',
  ])
})

test('planted: circles of values, each told once', () => {
  const found = problems(
    files({
      'flow/a.ts': `import './b.ts'`,
      'flow/b.ts': `export * from './c.ts'`,
      'flow/c.ts': `import { type A } from './a.ts'\nimport './d.ts'`,
      'flow/d.ts': `import type { A } from './a.ts'\nexport const late = () => import('./b.ts')`,
      'flow/e.ts': `import './f.ts'\nimport './a.ts'`,
      'flow/f.ts': `import './e.ts'`,
    }),
  )
  expect(found).toEqual([
    'flow/a.ts -> flow/b.ts -> flow/c.ts -> flow/a.ts: a circle of values',
    'flow/e.ts -> flow/f.ts -> flow/e.ts: a circle of values',
  ])
})

test('planted: several in one file are all told', () => {
  const text = `import '../../api/a.ts'\nimport 'bullmq'\nexport const at = Date.now() + Math.random()`
  expect(problems(files({ 'flow/utils/a.ts': text }))).toHaveLength(5)
})
