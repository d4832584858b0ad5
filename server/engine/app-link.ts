/** The link that a QR code for the phone app holds; what counts stands in the fragment, which no server sees. */
export function appLink(baseUrl: string, kind: 'pair' | 'scan', id: string, secret: string): string {
  return `${baseUrl}/app#${kind}=${id}.${secret}`
}

/** Whether a browser gives the app what it needs there: a secure context (W3C Secure Contexts section 3.1). */
export function isForPhones(baseUrl: string): boolean {
  const { protocol, hostname } = new URL(baseUrl)
  return protocol === 'https:' || /^(localhost|.*\.localhost|127\..*|\[::1\])$/.test(hostname)
}

/** The id and the secret of such a code; undefined for anything else. */
export function readCode(code: string): { readonly id: string; readonly secret: string } | undefined {
  const [, id, secret] = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([A-Za-z0-9_-]{43})$/.exec(code) ?? []
  return id && secret ? { id, secret } : undefined
}
