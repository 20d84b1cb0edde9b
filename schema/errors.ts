import { ConflictError, InvalidInputError, NotFoundError, ShortLinkError } from '../flow/errors.ts'
import { builder } from './builder.ts'

export const ErrorInterface = builder.interfaceRef<Error>('Error').implement({
  description: 'An expected refusal: what is wrong and how to mend it.',
  fields: (t) => ({
    message: t.exposeString('message', { description: 'For people; in English.' }),
  }),
})

builder.objectType(NotFoundError, {
  name: 'NotFoundError',
  description: 'Something that was named does not exist in this workspace.',
  interfaces: [ErrorInterface],
  fields: (t) => ({ what: t.exposeString('what', { description: 'The kind of thing, e.g. video.' }) }),
})

builder.objectType(InvalidInputError, {
  name: 'InvalidInputError',
  description: 'The input cannot be accepted.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    field: t.exposeString('field', {
      description: 'Path of the argument or input field at fault, e.g. definition.condition.',
    }),
  }),
})

builder.objectType(ConflictError, {
  name: 'ConflictError',
  description: 'The input is fine, but what is already there stands against it.',
  interfaces: [ErrorInterface],
})

builder.objectType(ShortLinkError, {
  name: 'ShortLinkError',
  description:
    'Only a short link was given, and it cannot be followed here: open it and give the long address.',
  interfaces: [ErrorInterface],
  fields: (t) => ({ link: t.exposeString('link', { description: 'The short link to open.' }) }),
})

/**
 * Options of every mutation: what it may refuse with, as members of its union. Nullable, so that one that fails
 * unexpectedly does not hide the answers of those before it in the same document.
 */
export const CHANGE: { nullable: true; errors: { types: (new (...args: never[]) => Error)[] } } = {
  nullable: true,
  errors: { types: [NotFoundError, InvalidInputError, ConflictError] },
}
