import type { FastifyPluginAsync } from 'fastify'
import type { Language } from '../../engine/templates.ts'
import { hidden, htmlPage, icons, servePages, wantedLanguage } from '../page.ts'

const words = {
  en: {
    title: 'There is no phone app yet',
    hint: 'Nothing was set up by scanning this code. Choose another way to sign in, such as Google Authenticator or any app of its kind.',
  },
  es: {
    title: 'Todavía no hay aplicación para el teléfono',
    hint: 'No se configuró nada al escanear este código. Elija otra forma de entrar, por ejemplo Google Authenticator u otra aplicación parecida.',
  },
} as const satisfies Record<Language, Record<string, string>>

/** Where the QR code to register a phone leads, until there is an app: it says so. */
export const phonePages: FastifyPluginAsync = async (app) => {
  servePages(app)
  app.get('/phone-app', hidden, async (request) => {
    const language = wantedLanguage(request.headers['accept-language']) ?? 'en'
    const { title, hint } = words[language]
    const content = `<p class="seal over">${icons.phone}</p>
<h1>${title}</h1>
<p>${hint}</p>`
    return htmlPage({ language, title, content, kind: 'ending' })
  })
}
