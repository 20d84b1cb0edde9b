/** The whole schema: importing it builds nothing but types. */
import './scalars.ts'
import './errors.ts'
import './node.ts'
import './viewer.ts'
import './brand.ts'
import './element.ts'
import './matrix.ts'
import './kol.ts'
import './account.ts'
import './snapshot.ts'
import './video.ts'
import './rule.ts'
import './breakout.ts'
import { builder } from './builder.ts'

export const schema = builder.toSchema()
