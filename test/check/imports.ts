/** The import table of ARCHITECTURE.md as data, and a checker of source files against it. */
import { dirname, join } from 'node:path/posix'
import { parseAst } from 'vitest/node'

export interface SourceFile {
  /** From the root of the repository, with `/`. */
  path: string
  text: string
}

/** What a top-level folder, or a file beside them, may import. */
interface Row {
  /** Prefixes of our paths besides the folder's own; `type x/`: only by `import type`. */
  ours: readonly string[]
  never?: RegExp
  /** May read the clock, the environment and the arguments. */
  acts?: true
}

const PRODUCT = ['rules/', 'platforms/', 'db/', 'flow/', 'schema/', 'workers/', 'api/', 'cli/', 'config.ts']
const ALL = [...PRODUCT, 'test/', 'bench/', 'data/']
const QUEUE_OR_GRAPHQL = /^(bullmq|graphql|@pothos\/.*)$/

export const TABLE: Readonly<Record<string, Row>> = {
  rules: { ours: [], never: /^(drizzle-orm|bullmq|graphql|@pothos\/.*|node:.*)$/ },
  platforms: { ours: ['rules/types.ts'], never: QUEUE_OR_GRAPHQL },
  db: { ours: ['rules/types.ts'], never: QUEUE_OR_GRAPHQL },
  flow: { ours: ['rules/', 'db/', 'type platforms/'], never: QUEUE_OR_GRAPHQL },
  schema: { ours: ['flow/', 'db/', 'rules/'], never: /^bullmq$/ },
  workers: {
    ours: [
      'rules/types.ts',
      'flow/',
      'db/client.ts',
      'type platforms/',
      'platforms/errors.ts',
      'platforms/registry.ts',
      'config.ts',
    ],
  },
  api: { ours: ['schema/', 'flow/', 'db/', 'workers/queue.ts', 'config.ts'] },
  cli: { ours: PRODUCT },
  'main.ts': { ours: [...PRODUCT, 'bench/'], acts: true },
  'config.ts': { ours: [] },
  web: { ours: [] },
  test: { ours: ALL, acts: true },
  bench: { ours: ALL, acts: true },
  'vitest.config.ts': { ours: [], acts: true },
  'drizzle.config.ts': { ours: [], acts: true },
}

const NO_FOLDER = new Set(['utils', 'helpers', 'common', 'lib', 'services', 'misc'])
const MOST_LINES = 400
/** Imports a package by a name it computes: the binaries of this machine. */
const COMPUTES = new Set(['db/embedded-place.ts'])
const COMPUTED = '(computed)'

/** Everything that breaks the table or a rule of the tree, one line each. */
export function problems(files: readonly SourceFile[]): string[] {
  const parsed = files.map(parse)
  return [
    ...parsed.flatMap((file) => [...placeProblems(file), ...importProblems(file), ...file.acts]),
    ...circles(parsed),
  ]
}

/** Packages that a file imports, by name. */
export function packagesOf(file: SourceFile): string[] {
  const names = parse(file)
    .imports.map(({ from }) => from)
    .filter((from) => !from.startsWith('.') && !from.startsWith('node:') && from !== COMPUTED)
  return [...new Set(names.map((from) => from.split('/', from.startsWith('@') ? 2 : 1).join('/')))]
}

interface Import {
  from: string
  /** `import type` or `export type`: gone at run time. `import { type X }` stays. */
  type: boolean
  /** `import()`: only when its line is reached. */
  late: boolean
}
interface Parsed extends SourceFile {
  top: string
  imports: Import[]
  acts: string[]
}

function placeProblems({ path, text, top }: Parsed): string[] {
  const found: string[] = []
  if (!TABLE[top]) found.push(`${path}: ${top} has no line in the import table`)
  const folder = path.split('/').find((part) => NO_FOLDER.has(part))
  if (folder) found.push(`${path}: no folder is named ${folder}`)
  const lines = text.replace(/\n$/, '').split('\n').length
  if (lines > MOST_LINES) found.push(`${path}: ${lines} lines, split what passes ${MOST_LINES}`)
  return found
}

function importProblems({ path, top, imports }: Parsed): string[] {
  const { ours, never } = TABLE[top] ?? { ours: [] }
  return imports.flatMap(({ from, type }) => {
    const problem = (why: string) => [`${path} -> ${from}: ${why}`]
    if (from === COMPUTED) return COMPUTES.has(path) ? [] : problem('a computed name escapes the table')
    if (!from.startsWith('.')) {
      const name = from.split('/', from.startsWith('@') ? 2 : 1).join('/')
      return never?.test(name) ? problem(`${top} never imports ${name}`) : []
    }
    const target = join(dirname(path), from)
    if (topOf(target) === top || ours.some((prefix) => target.startsWith(prefix))) return []
    const byType = ours.some((prefix) => `type ${target}`.startsWith(prefix))
    if (byType && type) return []
    return problem(
      byType ? `${top} imports ${topOf(target)} by import type only` : `${top} may not import ${target}`,
    )
  })
}

/** One line per circle of files that need each other's values. */
function circles(files: readonly Parsed[]): string[] {
  const needs = new Map(
    files.map(({ path, imports }) => [
      path,
      imports
        .filter(({ from, type, late }) => from.startsWith('.') && !type && !late)
        .map(({ from }) => join(dirname(path), from)),
    ]),
  )
  const done = new Set<string>()
  const found: string[] = []
  const visit = (path: string, trail: string[]): void => {
    const start = trail.indexOf(path)
    if (start !== -1) found.push(`${[...trail.slice(start), path].join(' -> ')}: a circle of values`)
    if (start !== -1 || done.has(path)) return
    for (const next of needs.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const path of needs.keys()) visit(path, [])
  return found
}

const topOf = (path: string) => path.split('/', 1)[0] as string

interface Node {
  type: string
  start: number
  // biome-ignore lint/suspicious/noExplicitAny: an ESTree node of any kind.
  [part: string]: any
}

function parse({ path, text }: SourceFile): Parsed {
  const file: Parsed = { path, text, top: topOf(path), imports: [], acts: [] }
  const acts = TABLE[file.top]?.acts
  walk(parseAst(text, { lang: 'ts' }, path), (node) => {
    const from = importOf(node)
    if (from) file.imports.push(from)
    const why = (acts ? null : actOf(node)) ?? (file.top === 'schema' ? writeOf(node) : null)
    if (why) file.acts.push(`${path}:${text.slice(0, node.start).split('\n').length}: ${why}`)
  })
  return file
}

function walk(part: unknown, visit: (node: Node) => void): void {
  if (part === null || typeof part !== 'object') return
  if ('type' in part) visit(part as Node)
  for (const inner of Object.values(part)) walk(inner, visit)
}

function importOf(node: Node): Import | null {
  const type = (node.importKind ?? node.exportKind) === 'type'
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return node.source && { from: node.source.value, type, late: false }
    case 'TSImportType':
      return { from: node.source.value, type: true, late: false }
    case 'ImportExpression':
      return { from: String(node.source.value ?? COMPUTED), type: false, late: true }
    case 'CallExpression':
      if (node.callee.name !== 'require' || typeof node.arguments[0]?.value !== 'string') return null
      return { from: node.arguments[0].value, type: false, late: false }
    default:
      return null
  }
}

const ACTS = new Set(['process.env', 'process.argv', 'Date.now', 'performance.now', 'Math.random'])
const ACTING_MODULES = new Set(['process', 'node:process', 'perf_hooks', 'node:perf_hooks'])
const ONLY_MAIN = 'only main.ts may'

/** Reading the clock, the environment, the arguments or chance. */
function actOf(node: Node): string | null {
  if (node.type === 'MemberExpression') {
    const name = `${node.object.name ?? node.object.property?.name}.${node.property.name ?? node.property.value}`
    return ACTS.has(name) ? `${name}: ${ONLY_MAIN}` : null
  }
  if (node.type === 'VariableDeclarator' && node.id.type === 'ObjectPattern') {
    const taken = node.id.properties.map((part: Node) => `${node.init?.name}.${part.key?.name}`)
    const name = taken.find((name: string) => ACTS.has(name))
    return name ? `${name}: ${ONLY_MAIN}` : null
  }
  if (node.type === 'ImportDeclaration' && ACTING_MODULES.has(node.source.value)) {
    return `${node.source.value}: ${ONLY_MAIN}`
  }
  const dated = node.type === 'NewExpression' || node.type === 'CallExpression'
  if (!dated || node.callee.name !== 'Date') return null
  if (node.type === 'CallExpression') return `Date(): ${ONLY_MAIN}`
  return node.arguments.length === 0 ? `new Date(): ${ONLY_MAIN}` : null
}

const WRITES = new Set(['insert', 'update', 'delete'])
const WRITTEN = /\b(insert\s+into|delete\s+from|update\s+\S+\s+set)\b/i

/** Writing to the database where only reads are allowed. */
function writeOf(node: Node): string | null {
  if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression') {
    const name = node.callee.property.name ?? node.callee.property.value
    return WRITES.has(name) ? `.${name}(: schema never writes` : null
  }
  const sql =
    node.type === 'TaggedTemplateExpression' &&
    node.quasi.quasis.map((part: Node) => part.value.raw).join('?')
  return sql && WRITTEN.test(sql) ? 'written SQL: schema never writes' : null
}
