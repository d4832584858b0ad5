import type { Language } from '../../engine/templates.ts'

/** Every sentence of the page to choose a password. `{…}` is filled in. */
export const words = {
  en: {
    title: 'Choose a new password',
    about: 'For the account that looks after {customer}.',
    label: 'New password',
    hint: '8 characters at least. A few words that only you put together are best.',
    choose: 'Save password',
    bad: 'The password must have 8 to 200 characters.',
    done: 'Your password is changed',
    doneHint: 'Sign in with it where you were asked for the old one. You can close this page.',
    over: 'This link is no longer valid',
    overHint: 'It was used, replaced by a newer one, or has expired. Ask for another one.',
  },
  es: {
    title: 'Elija una contraseña nueva',
    about: 'Para la cuenta que administra {customer}.',
    label: 'Contraseña nueva',
    hint: 'Al menos 8 caracteres. Lo mejor: unas palabras que solo usted juntaría.',
    choose: 'Guardar',
    bad: 'La contraseña debe tener de 8 a 200 caracteres.',
    done: 'Su contraseña ha cambiado',
    doneHint: 'Entre con ella donde le pedían la anterior. Puede cerrar esta página.',
    over: 'Este enlace ya no vale',
    overHint: 'Se usó, fue sustituido por otro más nuevo o ha caducado. Pida otro.',
  },
} as const satisfies Record<Language, Record<string, string>>
