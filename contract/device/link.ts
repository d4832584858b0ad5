/** Reads what was scanned or opened; undefined for anything else. `url` is whole; its origin is for the app to compare. */
export function readLink(
  url: string,
): { readonly kind: 'pair' | 'scan'; readonly origin: string; readonly code: string } | undefined {
  const found =
    /^(https?:\/\/[^/?#]+)\/app\/?#(pair|scan)=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[A-Za-z0-9_-]{43})$/.exec(
      url,
    )
  const [, origin, kind, code] = found ?? []
  if (!origin || !code || (kind !== 'pair' && kind !== 'scan')) return undefined
  return { kind, origin, code }
}

/** What the app adds to the path of `VoiceLink`. */
export const openedByApp = '?app'
