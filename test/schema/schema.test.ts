import { isEnumType, isInputObjectType, isInterfaceType, isObjectType, isScalarType } from 'graphql'
import { expect, test } from 'vitest'
import { schema } from '../../schema/schema.ts'

const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'))

test('every type, field, argument and input field says what it is', () => {
  const silent: string[] = []
  const check = (path: string, { description }: { description?: string | null | undefined }) => {
    if (!description?.trim()) silent.push(path)
  }
  for (const type of types) {
    check(type.name, type)
    if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) check(`${type.name}.${field.name}`, field)
    }
    if (!isObjectType(type) && !isInterfaceType(type)) continue
    for (const field of Object.values(type.getFields())) {
      check(`${type.name}.${field.name}`, field)
      for (const arg of field.args) check(`${type.name}.${field.name}(${arg.name})`, arg)
    }
  }
  expect(silent).toEqual([])
})

test('a field that may be null says what null means', () => {
  const silent = types
    .filter((type) => isObjectType(type) && type.name !== 'Mutation')
    .flatMap((type) =>
      isObjectType(type) ? Object.values(type.getFields()).map((field) => ({ type, field })) : [],
    )
    .filter(({ field }) => !String(field.type).endsWith('!') && !field.description?.includes('null'))
    .map(({ type, field }) => `${type.name}.${field.name}`)
  expect(silent).toEqual([])
})

test('every mutation takes one input and answers with a union that carries its refusals', () => {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const name = field.name.charAt(0).toUpperCase() + field.name.slice(1)
    expect(field.args.map((arg) => [arg.name, String(arg.type)])).toEqual([['input', `${name}Input!`]])
    expect(String(field.type)).toBe(`${name}Result`)
  }
})

test('a list of one kind of thing has one connection type, wherever it is', () => {
  const connections = types.filter(({ name }) => name.endsWith('Connection')).map(({ name }) => name)
  const kinds = ['Brand', 'Breakout', 'Cell', 'Element', 'Kol', 'Matrix', 'Rule', 'Snapshot', 'Video']
  expect(connections.sort()).toEqual(kinds.map((kind) => `${kind}Connection`))
})

test('enums and scalars are in capitals and in pairs of what goes in and comes out', () => {
  for (const type of types.filter(isEnumType)) {
    for (const { name, value } of type.getValues()) expect(name).toBe(value)
  }
  const instant = types.filter(isScalarType).find(({ name }) => name === 'DateTime')
  const at = new Date('2026-11-11T12:00:00.123Z')
  expect(instant?.parseValue(instant.serialize(at))).toEqual(at)
  expect(instant?.parseValue('2026-11-11T20:00:00.123+08:00')).toEqual(at)
})
