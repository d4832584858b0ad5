import { readFileSync } from 'node:fs'
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify'
import type { Customer, CustomerSettings } from '../vocabulary/customer.ts'

/** The style of every page that people reach by a link, and the picture in its tab. */
export const pageStyle: FastifyPluginAsync = async (app) => {
  const style = readFileSync(new URL('page.css', import.meta.url))
  app.get('/page.css', hidden, (_request, reply) =>
    reply.headers(safeHeaders).type('text/css; charset=utf-8').send(style),
  )
  app.get('/favicon.svg', hidden, (_request, reply) =>
    reply
      .headers({ ...safeHeaders, 'cache-control': 'public, max-age=86400' })
      .type('image/svg+xml')
      .send(favicon),
  )
}

/** One stylesheet of several files, each given by its path from here. */
export function stylesheet(...files: readonly string[]): string {
  return files.map((file) => readFileSync(new URL(file, import.meta.url), 'utf8')).join('\n')
}

/** What the pages of a scope need beyond being shown. */
export interface PageNeeds {
  readonly formBytesMax?: number
  /** Whether a script of ours may run. */
  readonly isScripted?: boolean
  /** Whether it may ask for the microphone, and send what it heard to this server. */
  readonly isListening?: boolean
}

/** Makes a scope one of pages: small forms are read, and no answer may be framed, kept, indexed or load from elsewhere. */
export function servePages(app: FastifyInstance, needs: PageNeeds = {}): void {
  const { formBytesMax = 1_024, isScripted = false, isListening = false } = needs
  const headers = {
    ...safeHeaders,
    'content-security-policy': policyOf(isScripted, isListening),
    'permissions-policy': `microphone=${isListening ? '(self)' : '()'}`,
  }
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: formBytesMax }, (_request, body, done) => {
    // PostgreSQL keeps no text with U+0000, which nobody types.
    done(null, new URLSearchParams(String(body).replaceAll(/%00|\0/g, '')))
  })
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers).type('text/html; charset=utf-8')
    done()
  })
}

/** What was posted; empty when it was no form. */
export function formOf(body: unknown): URLSearchParams {
  return body instanceof URLSearchParams ? body : new URLSearchParams()
}

/** What the pages of a user add to the path of another page that they open in their place: it links back to them. */
export const openedBySelf = '?me'

/** A route that the description of the API leaves out. */
export const hidden = { schema: { hide: true } }

function policyOf(isScripted: boolean, isListening = false): string {
  const sources = isScripted ? "style-src 'self'; script-src 'self'" : "style-src 'self'"
  return `default-src 'none'; img-src 'self'; ${sources};${isListening ? " connect-src 'self';" : ''} form-action 'self'; base-uri 'none'; frame-ancestors 'none'`
}

/** What every page is sent with; its policy runs no script. */
export const safeHeaders = {
  'content-security-policy': policyOf(false),
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex',
}

/** The first of our languages that a browser wants, else the customer's, else English. */
export function languageOf({ headers }: FastifyRequest, customer?: Customer): CustomerSettings['language'] {
  const wanted = (headers['accept-language'] ?? '').slice(0, 200).toLowerCase()
  const first = /\b(en|es)\b/.exec(wanted)?.[1]
  return first === 'en' || first === 'es' ? first : (customer?.settings.language ?? 'en')
}

/** What a page is made of. */
export interface Shell {
  readonly language: string
  readonly title: string
  /** HTML. */
  readonly content: string
  readonly kind: 'asking' | 'ending'
  /** The path of the script that it runs. */
  readonly script?: string
}

/** A whole page, of title and content; both are HTML already. */
export function htmlPage({ language, title, content, kind, script }: Shell): string {
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/page.css">
${script === undefined ? '' : `<script type="module" src="${script}"></script>\n`}</head>
<body>
<main class="${kind}">
${content}
</main>
</body>
</html>
`
}

const favicon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="9" fill="#2a48d7"/>
<path d="m8 16.5 5 5L24 10.5" fill="none" stroke="#fff" stroke-linecap="round" stroke-linejoin="round" stroke-width="3.5"/>
</svg>
`

/** Drawn here, because a page loads little else. */
export const icons = {
  check: icon('<path d="m5 12.5 4.5 4.5L19 7.5"/>'),
  cross: icon('<path d="m6.5 6.5 11 11m0-11-11 11"/>'),
  clock: icon('<circle cx="12" cy="12" r="8.5"/><path d="M12 7.5V12l3 2"/>'),
  key: icon('<circle cx="7" cy="12" r="4"/><path d="M11 12h10.5v4m-4.5-4v3"/>'),
  microphone: icon('<rect x="9" y="3" width="6" height="11" rx="3"/><path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3"/>'),
  alert: icon('<circle cx="12" cy="12" r="8.5"/><path d="M12 8v4.5m0 3.4v.1"/>'),
  phone: icon('<rect x="7" y="3" width="10" height="18" rx="2"/><path d="M11 18h2"/>'),
}

function icon(shape: string): string {
  return `<svg viewBox="0 0 24 24" aria-hidden="true">${shape}</svg>`
}
