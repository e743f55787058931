import type { FastifyReply, FastifyRequest } from 'fastify'

/** The cookie that holds the session of a browser. */
export interface SessionCookie {
  readonly name: string
  read(request: FastifyRequest): string | undefined
  /** Undefined takes it back. */
  write(reply: FastifyReply, token: string | undefined): void
}

export interface SessionCookieOptions {
  /**
   * Differs from server to server: cookies know hosts but no ports, and two servers on one machine must not sign each
   * other's operators out.
   */
  readonly name: string
  /** Whether browsers may send it over https only. */
  readonly secure: boolean
  /** Seconds; the server ends the session earlier when it is not used. */
  readonly maxAge: number
}

/** Out of reach of scripts, sent to the Console only, and never with a request that another site caused. */
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
