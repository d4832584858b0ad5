import type { FastifyReply, FastifyRequest } from 'fastify'
import { htmlPage, icons, languageOf, safeHeaders } from './page.ts'

/** Answers with 404: a person's browser gets a page, everybody else what their client reads, given by `said`. */
export function answerMissing(request: FastifyRequest, reply: FastifyReply, said: object): FastifyReply {
  reply.code(404)
  if (request.method !== 'GET' || !request.headers.accept?.includes('text/html')) return reply.send(said)
  const language = languageOf(request)
  const { title, hint } = words[language]
  const content = `<p class="seal over">${icons.alert}</p>\n<h1>${title}</h1>\n<p>${hint}</p>`
  const page = htmlPage({ language, title, content, kind: 'ending' })
  return reply
    .headers({ ...safeHeaders, vary: 'accept' })
    .type('text/html; charset=utf-8')
    .send(page)
}

const words = {
  en: {
    title: 'There is nothing here',
    hint: 'Check the address. If a link in a message brought you here, copy all of it: some programs cut long links.',
  },
  es: {
    title: 'Aquí no hay nada',
    hint: 'Revise la dirección. Si vino por un enlace de un mensaje, cópielo entero: algunos programas cortan los enlaces largos.',
  },
} as const satisfies Record<ReturnType<typeof languageOf>, object>
