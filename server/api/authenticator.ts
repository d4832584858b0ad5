import { fileURLToPath } from 'node:url'
import type { FastifyPluginAsync } from 'fastify'
import { ownFilesOnly, webApp } from './web.ts'

const folder = fileURLToPath(new URL('../../dist/authenticator', import.meta.url))

/** The reader of QR codes is WebAssembly, which a browser takes for a script. */
const policy = ownFilesOnly
  .replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
  .replace("img-src 'self' data: blob:", "img-src 'self'")

/** The phone app at `/app`. In development the demonstration may show it in a frame, as a phone beside its login page. */
export function authenticatorApp(isDevelopment: boolean): FastifyPluginAsync {
  return webApp({
    path: '/app',
    folder,
    policy: isDevelopment ? policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'") : policy,
    permissions: 'camera=(self), microphone=(self), geolocation=(), publickey-credentials-get=(self)',
  })
}
