import type { Language } from './templates.ts'

/** The mails to those who look after a customer. `{…}` is filled in. */
export const accountMails = {
  reset: {
    en: {
      subject: 'Choose a new password',
      text: 'Somebody asked for a new password of the account that looks after {customer}. Choose it here:\n\n{link}\n\nThe link works once, for {life}. If you did not ask for it, you can ignore this message: nothing has changed.',
    },
    es: {
      subject: 'Elija una contraseña nueva',
      text: 'Alguien pidió una contraseña nueva para la cuenta que administra {customer}. Elíjala aquí:\n\n{link}\n\nEl enlace sirve una vez, durante {life}. Si no lo pidió, puede ignorar este mensaje: no ha cambiado nada.',
    },
  },
  changed: {
    en: {
      subject: 'Your password was changed',
      text: 'The password of the account that looks after {customer} was changed. If this was not you, tell who runs this server at once.',
    },
    es: {
      subject: 'Se cambió su contraseña',
      text: 'Se cambió la contraseña de la cuenta que administra {customer}. Si no fue usted, avise enseguida a quien lleva este servidor.',
    },
  },
} as const satisfies Record<string, Record<Language, { subject: string; text: string }>>
