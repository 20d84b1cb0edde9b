import { GraphQLError } from 'graphql'
import { isDay } from '../rules/zone.ts'
import { builder } from './builder.ts'

builder.scalarType('BigInt', {
  description: 'A whole number of up to 64 bits, as a JSON number. Whole numbers up to 2^53-1 are taken.',
  serialize: (value) => Number(value),
  parseValue(value) {
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value
    throw new GraphQLError('BigInt must be a whole number')
  },
})

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/
const EARLIEST = new Date('2000-01-01T00:00:00Z')
const LATEST = new Date('2100-01-01T00:00:00Z')

builder.scalarType('DateTime', {
  description:
    'An instant of the years 2000 to 2099 as ISO 8601 with its offset, e.g. 2026-11-11T12:00:00Z; answers are in UTC.',
  serialize: (value) => value.toISOString(),
  parseValue(value) {
    // A day that the month does not have would silently become one of the next.
    const written = typeof value === 'string' && INSTANT.test(value) && isDay(value.slice(0, 10))
    const at = written ? new Date(value) : null
    if (at && at >= EARLIEST && at < LATEST) return at
    throw new GraphQLError(
      'DateTime must be an ISO 8601 instant with an offset, e.g. 2026-11-11T20:00:00+08:00',
    )
  },
})

builder.scalarType('Date', {
  description: "A business day of the workspace's zone as YYYY-MM-DD, e.g. 2026-11-11.",
  serialize: (value) => value,
  parseValue(value) {
    if (typeof value === 'string' && isDay(value)) return value
    throw new GraphQLError('Date must be a day of the calendar as YYYY-MM-DD, e.g. 2026-11-11')
  },
})

builder.scalarType('JSON', {
  description: 'Any JSON value.',
  serialize: (value) => value,
  parseValue: (value) => value,
})
