import type { Language } from '../../engine/templates.ts'

/** Every sentence of the link pages, in every language. `{…}` is filled in. */
export const words = {
  en: {
    titleAccept: 'Is this you?',
    titleDeny: 'Deny this request?',
    asks: '{customer} wants to know whether this is you.',
    what: 'For',
    when: 'Asked on',
    where: 'From address',
    numberFromLogin: 'Type the number that is shown where you sign in',
    numberFromPage: 'Type the number {number} to accept',
    accept: 'Accept',
    deny: 'Deny',
    denyHint: 'If you did not start this, deny it.',
    wrong: 'That is not the right number. Please look again.',
    locked: 'Nothing can be accepted for a while: there were too many wrong answers. You can still deny.',
    disabled:
      'Nothing can be accepted until {customer} unlocks it: there were too many wrong answers. You can still deny.',
    accepted: 'Accepted',
    acceptedHint: 'You can close this page and go on where you sign in.',
    denied: 'Denied',
    deniedHint: 'Nobody gets in with this request. If you did not start it, change your password and tell {customer}.',
    over: 'This link is no longer valid',
    overHint: 'It was used, replaced by a newer one, or has expired. Start again where you sign in.',
  },
  es: {
    titleAccept: '¿Es usted?',
    titleDeny: '¿Rechazar esta solicitud?',
    asks: '{customer} quiere saber si es usted.',
    what: 'Para',
    when: 'Pedido el',
    where: 'Desde la dirección',
    numberFromLogin: 'Escriba el número que aparece donde inicia sesión',
    numberFromPage: 'Escriba el número {number} para aceptar',
    accept: 'Aceptar',
    deny: 'Rechazar',
    denyHint: 'Si no lo empezó usted, rechácelo.',
    wrong: 'Ese no es el número correcto. Mire otra vez.',
    locked: 'Durante un tiempo no se puede aceptar nada: hubo demasiadas respuestas erróneas. Aún puede rechazar.',
    disabled:
      'No se puede aceptar nada hasta que {customer} lo desbloquee: hubo demasiadas respuestas erróneas. Aún puede rechazar.',
    accepted: 'Aceptado',
    acceptedHint: 'Puede cerrar esta página y seguir donde inicia sesión.',
    denied: 'Rechazado',
    deniedHint: 'Nadie entra con esta solicitud. Si no la empezó usted, cambie su contraseña y avise a {customer}.',
    over: 'Este enlace ya no vale',
    overHint: 'Se usó, fue sustituido por otro más nuevo o ha caducado. Empiece de nuevo donde inicia sesión.',
  },
} as const satisfies Record<Language, Record<string, string>>

export type Words = (typeof words)[Language]
