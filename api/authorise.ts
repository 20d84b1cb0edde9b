/** GET /oauth/:platform/callback: where a platform sends a person back to. */
import type { FastifyInstance } from 'fastify'
import type { Db } from '../db/client.ts'
import { type AuthoriseDeps, finishAuthorisation } from '../flow/authorise.ts'
import { InvalidInputError } from '../flow/errors.ts'

interface CallbackRequest {
  Params: { platform: string }
  Querystring: Record<string, string | undefined>
}

export function addAuthorise(app: FastifyInstance, db: Db, clock: () => Date, deps: AuthoriseDeps): void {
  app.get<CallbackRequest>('/oauth/:platform/callback', async ({ params, query }, reply) => {
    reply
      .type('text/plain; charset=utf-8')
      .headers({ 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' })
    try {
      const { name } = await finishAuthorisation({ db, now: clock() }, deps, { ...params, query })
      return reply.send(`已授权：${name}。可以关闭此页面。\n${name} is connected. You can close this page.\n`)
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error
      return reply.code(400).send(`授权未完成。\n${error.message}\n`)
    }
  })
}
