import type { Language } from './templates.ts'

/** The mail with a link to a user's own pages. `{…}` is filled in. */
export const selfServiceMails = {
  en: {
    subject: '{customer}: your sign-in methods',
    text: 'Open this link to look after the ways you sign in at {customer}:\n\n{link}\n\nIt works once. Do not pass it on. If you did not ask for it, you can ignore this message: nothing has changed.',
  },
  es: {
    subject: '{customer}: sus métodos de acceso',
    text: 'Abra este enlace para cuidar sus formas de iniciar sesión en {customer}:\n\n{link}\n\nSirve una vez. No lo comparta. Si no lo pidió, puede ignorar este mensaje: no ha cambiado nada.',
  },
} as const satisfies Record<Language, { subject: string; text: string }>
