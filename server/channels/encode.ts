/** Text as part of an XML document: markup is escaped, and characters that XML 1.0 cannot hold are left out. */
export function inXml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }
  const allowed = text.toWellFormed().replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
  return allowed.replace(/[&<>"']/g, (letter) => entities[letter] ?? letter)
}

/** Text inside the quotes of a JSON string. */
export function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

/** Text as part of a URL or of a form. */
export function inUrl(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}
