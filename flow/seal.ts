/**
 * Encryption of tokens at rest: AES-256-GCM under a key of the environment. The first key seals, every key opens, so
 * that a new key can be put in front while rows of the old one remain.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

export interface SealKey {
  /** Names the key inside what it sealed; letters, digits, - and _. */
  id: string
  /** 32 bytes. */
  key: Buffer
}

export interface Sealer {
  /** `bound` ties the box to its row: moved to another row it does not open. */
  seal(plain: string, bound: string): Buffer
  /** Throws SealError when no key fits or the box was changed. */
  open(box: Buffer, bound: string): string
  /** Whether the box is under the key that seals now. */
  isCurrent(box: Buffer): boolean
}

/** A box that cannot be opened with the keys at hand. Says which key, never what is inside. */
export class SealError extends Error {
  override readonly name = 'SealError'
}

const IV = 12
const TAG = 16

/** A box is: length of the key's id, the id, iv, tag, cipher text. */
export function createSealer(keys: readonly SealKey[]): Sealer {
  const [current] = keys
  if (!current) throw new SealError('There is no key for tokens: set TOKEN_KEYS.')
  return {
    seal(plain, bound) {
      const iv = randomBytes(IV)
      const cipher = createCipheriv('aes-256-gcm', current.key, iv, { authTagLength: TAG })
      cipher.setAAD(Buffer.from(bound))
      const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
      const id = Buffer.from(current.id)
      return Buffer.concat([Buffer.from([id.length]), id, iv, cipher.getAuthTag(), text])
    },
    open(box, bound) {
      const id = keyIdOf(box)
      const found = keys.find((key) => key.id === id)
      if (!found)
        throw new SealError(`A token was sealed with the key ${id}, which TOKEN_KEYS no longer has.`)
      const start = 1 + id.length
      const decipher = createDecipheriv('aes-256-gcm', found.key, box.subarray(start, start + IV), {
        authTagLength: TAG,
      })
      decipher.setAAD(Buffer.from(bound))
      decipher.setAuthTag(box.subarray(start + IV, start + IV + TAG))
      try {
        return Buffer.concat([decipher.update(box.subarray(start + IV + TAG)), decipher.final()]).toString(
          'utf8',
        )
      } catch {
        throw new SealError(`A token does not open with the key ${id}: the key or the row was changed.`)
      }
    },
    isCurrent: (box) => keyIdOf(box) === current.id,
  }
}

function keyIdOf(box: Buffer): string {
  return box.subarray(1, 1 + (box[0] ?? 0)).toString()
}
