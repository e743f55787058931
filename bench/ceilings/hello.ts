/** Ceiling of a cold start: node:http that only listens. */
import { serve } from './serve.ts'

serve((_request, response) => {
  response.writeHead(200, { 'content-length': 0 }).end()
})
