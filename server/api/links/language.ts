import type { FastifyRequest } from 'fastify'
import type { Language } from '../../engine/templates.ts'
import type { Customer } from '../../vocabulary/customer.ts'
import { wantedLanguage } from '../page.ts'

/** The browser's language where we speak it, else the customer's. */
export function languageOf(request: FastifyRequest, view: { readonly customer: Customer } | undefined): Language {
  return wantedLanguage(request.headers['accept-language']) ?? view?.customer.settings.language ?? 'en'
}
