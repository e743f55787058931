import type { FastifyReply, FastifyRequest } from 'fastify'

/** The cookie with the session token of a browser. */
export interface SessionCookie {
  readonly name: string
  read(request: FastifyRequest): string | undefined
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

/** The cookie is HttpOnly, sent only to the Console, and never with a request from another site. */
export function sessionCookie({ name, secure, maxAge }: SessionCookieOptions): SessionCookie {
  const flags = `Path=/console; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`
  const pattern = new RegExp(`(?:^|;) *${name}=([A-Za-z0-9._-]{1,200}) *(?:;|$)`)
  return {
    name,
    read: ({ headers }) => pattern.exec(headers.cookie ?? '')?.[1],
    write(reply, token) {
      const pair = token === undefined ? `${name}=; Max-Age=0` : `${name}=${token}; Max-Age=${maxAge}`
      reply.header('set-cookie', `${pair}; ${flags}`)
    },
  }
}
