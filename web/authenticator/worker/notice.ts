/** What a notice says. No name, no text: it may lie on a table for everybody to see. */
export const noticeWords = {
  en: { title: 'Is this you?', body: 'A sign-in waits for your answer.' },
  es: { title: '¿Es usted?', body: 'Un inicio de sesión espera su respuesta.' },
} as const

export function isPushPayload(text: string): boolean {
  try {
    return (JSON.parse(text) as { kind?: unknown } | null)?.kind === 'prompt'
  } catch {
    return false
  }
}
