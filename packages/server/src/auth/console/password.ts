import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** A password as stored. It includes the parameters, so old hashes can be checked after the parameters are raised. */
export interface StoredPassword {
  readonly algorithm: 'scrypt'
  readonly cost: number
  readonly blockSize: number
  readonly parallelization: number
  /** Base64url. */
  readonly salt: string
  readonly hash: string
}

export interface Passwords {
  hash(password: string): Promise<StoredPassword>
  matches(password: string, stored: StoredPassword): Promise<boolean>
}

export const MIN_PASSWORD_LENGTH = 10
export const MAX_PASSWORD_LENGTH = 200

export type PasswordsOptions = Pick<StoredPassword, 'cost' | 'blockSize' | 'parallelization'>

/** 32 MiB and about a quarter of a second: expensive for guessing, acceptable for signing in. */
const COST: PasswordsOptions = { cost: 2 ** 15, blockSize: 8, parallelization: 3 }
/** Twice what the parameters need, so an older program can check hashes with raised parameters. */
const MAX_MEMORY_BYTES = 128 * 1024 * 1024
const SALT_BYTES = 16
const HASH_BYTES = 32

/**
 * Computes one hash at a time: all guesses together get one processor and 32 MiB.
 *
 * @param cost of new hashes
 */
export function createPasswords(cost: PasswordsOptions = COST): Passwords {
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work)
    last = result.catch(() => {})
    return result
  }
  return {
    hash: (password) =>
      inTurn(async () => {
        const salt = randomBytes(SALT_BYTES)
        const hash = await derive(password, salt, HASH_BYTES, cost)
        return {
          algorithm: 'scrypt',
          ...cost,
          salt: salt.toString('base64url'),
          hash: hash.toString('base64url'),
        }
      }),
    matches: (password, stored) =>
      inTurn(async () => {
        const expected = Buffer.from(stored.hash, 'base64url')
        const salt = Buffer.from(stored.salt, 'base64url')
        return timingSafeEqual(await derive(password, salt, expected.length, stored), expected)
      }),
  }
}

function derive(
  password: string,
  salt: Uint8Array,
  length: number,
  { cost, blockSize, parallelization }: PasswordsOptions,
): Promise<Buffer> {
  const options = { cost, blockSize, parallelization, maxmem: MAX_MEMORY_BYTES }
  return new Promise((resolve, reject) => {
    // Keyboards compose accents in different ways.
    scrypt(password.normalize('NFC'), salt, length, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
}
