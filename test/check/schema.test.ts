import { spawnSync } from 'node:child_process'
import {
  type GraphQLNamedType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql'
import { expect, test } from 'vitest'
import { schema } from '../../schema/schema.ts'
import { ROOT } from './tree.ts'

test('schema/schema.graphql is current; `npx vitest run --project check -u` writes it', async () => {
  const text = `${printSchema(lexicographicSortSchema(schema))}\n`
  await expect(text).toMatchFileSnapshot('../../schema/schema.graphql')
})

interface Described {
  description?: string | null | undefined
}

/** Every type, field and argument by its path. Enum values may go without. */
function* parts(type: GraphQLNamedType): Generator<[path: string, part: Described]> {
  yield [type.name, type]
  if (isInputObjectType(type)) {
    for (const field of Object.values(type.getFields())) yield [`${type.name}.${field.name}`, field]
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return
  for (const field of Object.values(type.getFields())) {
    yield [`${type.name}.${field.name}`, field]
    for (const arg of field.args) yield [`${type.name}.${field.name}(${arg.name})`, arg]
  }
}

test('every type, field and argument says what it is', () => {
  const types = Object.values(schema.getTypeMap())
  const ours = types.filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type))
  const silent = ours.flatMap((type) =>
    [...parts(type)].filter(([, { description }]) => !description?.trim()),
  )
  expect(silent.map(([path]) => path)).toEqual([])
})

/** Imports the schema and says what that did besides; silent when it did nothing. Node reads names of its own. */
const IMPORT = `
  import net from 'node:net'
  const read = new Set()
  const own = /^(NODE_|WATCH_REPORT_)/
  const say = (line) => process.stdout.write(line + '\\n')
  process.env = new Proxy(process.env, {
    get: (env, name) => (typeof name === 'string' && !own.test(name) && read.add(name), env[name]),
    has: (env, name) => (typeof name === 'string' && !own.test(name) && read.add(name), name in env),
    ownKeys: (env) => (read.add('every name'), Reflect.ownKeys(env)),
  })
  net.Socket.prototype.connect = () => say('opened a socket')
  net.Server.prototype.listen = () => say('listened')
  const before = process.getActiveResourcesInfo()
  await import('./schema/schema.ts')
  const opened = process.getActiveResourcesInfo().filter((kind) => !before.includes(kind))
  if (opened.length > 0) say('left open: ' + opened)
  if (read.size > 0) say('read from the environment: ' + [...read])
`

test('importing the schema opens nothing, reads no setting, says nothing and ends', () => {
  const args = ['--import', 'tsx', '--input-type=module', '--eval', IMPORT]
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 20_000,
  })
  expect({ status, signal, stdout, stderr }).toEqual({ status: 0, signal: null, stdout: '', stderr: '' })
}, 30_000)
