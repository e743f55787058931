import type { FastifyReply, FastifyRequest } from 'fastify'

/** How the names of the cookies of Consoles begin. */
export const CONSOLE_COOKIE = 'cloudstead_console_'

/** The cookie with the session token of a browser. */
export interface SessionCookie {
  readonly name: string
  /**
   * The values of all cookies of this name. Other pages of the host can set one of the same name, which browsers may send
   * first.
   */
  read(request: FastifyRequest): readonly string[]
  /** Sets the cookie; undefined deletes it. */
  write(reply: FastifyReply, token: string | undefined): void
}

export interface SessionCookieOptions {
  /**
   * Must be different for each server: cookies belong to a host, not to a port, and two servers on one machine must not
   * overwrite each other's cookie.
   */
  readonly name: string
  /** Whether browsers send it over HTTPS only. */
  readonly secure: boolean
  /** Seconds. The server ends a session earlier when it is not used. */
  readonly maxAge: number
}

/** Cookies of the name that are tried. */
const MAX_COOKIES = 10

/** The cookie is HttpOnly, sent only to the Console, and never with a request from another site. */
export function sessionCookie({ name, secure, maxAge }: SessionCookieOptions): SessionCookie {
  const flags = `Path=/console; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`
  const pattern = new RegExp(`(?<=^|;) *${name}=([A-Za-z0-9._-]{1,200}) *(?=;|$)`, 'g')
  return {
    name,
    read: ({ headers }) =>
      [...(headers.cookie ?? '').matchAll(pattern)].slice(0, MAX_COOKIES).map(([, value = '']) => value),
    write(reply, token) {
      const pair = token === undefined ? `${name}=; Max-Age=0` : `${name}=${token}; Max-Age=${maxAge}`
      reply.header('set-cookie', `${pair}; ${flags}`)
    },
  }
}
