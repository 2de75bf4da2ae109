/**
 * Sessions of the browser host (EH2): a launch token opens one session, once; a cookie carries it.
 *
 * Units: tokens have 256 bits, written base64url. Only their hashes are kept and compared.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const TOKEN_BYTES = 32
/** The oldest session ends when one more begins. */
export const SESSIONS_MAX = 16

export class Sessions {
  private launch: Buffer | null = null
  private readonly open: Buffer[] = []

  constructor(private readonly cookieName: string) {}

  /** A new launch token; the one before it is void. */
  issue(): string {
    const token = randomBytes(TOKEN_BYTES).toString('base64url')
    this.launch = hash(token)
    return token
  }

  /** Trades the launch token for the value of a `set-cookie` header; null if it is not valid. */
  redeem(token: string): string | null {
    if (this.launch === null || !timingSafeEqual(this.launch, hash(token))) return null
    this.launch = null
    const session = randomBytes(TOKEN_BYTES).toString('base64url')
    this.open.push(hash(session))
    if (this.open.length > SESSIONS_MAX) this.open.shift()
    return `${this.cookieName}=${session}; Path=/; HttpOnly; SameSite=Strict`
  }

  /** True if this `cookie` header carries an open session. */
  holds(cookieHeader: string | undefined): boolean {
    const session = readCookie(cookieHeader, this.cookieName)
    if (session === null) return false
    const wanted = hash(session)
    // Every one is compared, so that time tells nothing about which.
    return this.open.filter((known) => timingSafeEqual(known, wanted)).length > 0
  }
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function readCookie(header: string | undefined, name: string): string | null {
  for (const pair of header?.split(';') ?? []) {
    const at = pair.indexOf('=')
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim()
  }
  return null
}
