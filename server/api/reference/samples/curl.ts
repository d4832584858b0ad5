import type { Sample, SampleCall } from './sample.ts'

export const curl: Sample = {
  id: 'curl',
  title: 'curl',
  run: () => 'Paste it into a shell.',
  write: curlLines,
}

/** Whole seconds are fine enough, and the only time that every system's `date` can tell. */
export function curlLines({
  url,
  body,
  signer,
}: Pick<SampleCall, 'url' | 'signer'> & { readonly body: object }): string {
  const sign = signer
    ? [
        `CUSTOMER_KEY=${quoted(signer.customerKey)}`,
        `API_KEY=${quoted(signer.apiKey)}`,
        'TIMESTAMP="$(date +%s)000"',
        `AUTHORIZATION=$(printf %s "$CUSTOMER_KEY$TIMESTAMP$API_KEY" | openssl dgst -sha512 -r | cut -d ' ' -f 1)`,
        '',
      ]
    : []
  const headers = signer
    ? ['-H "Customer-Key: $CUSTOMER_KEY" \\', '-H "Timestamp: $TIMESTAMP" \\', '-H "Authorization: $AUTHORIZATION" \\']
    : []
  const send = [
    `curl ${quoted(url)} \\`,
    ...["-H 'Content-Type: application/json' \\", ...headers].map((line) => `  ${line}`),
    `  -d ${quoted(JSON.stringify(body, null, 2))}`,
  ]
  return [...sign, ...send].join('\n')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
