import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { FastifyPluginAsync } from 'fastify'
import packageJson from '../package.json' with { type: 'json' }
import { accountPages } from './api/accounts/index.ts'
import { authenticatorApp } from './api/authenticator.ts'
import { centagate } from './api/centagate/index.ts'
import { consoleCalls } from './api/console/index.ts'
import { demoPages } from './api/demo/index.ts'
import { deviceApi } from './api/device/index.ts'
import { inboxPages } from './api/inbox/index.ts'
import { createInspector, type Inspector } from './api/inspector/index.ts'
import { sdkFiles } from './api/js/index.ts'
import { linkPages } from './api/links/index.ts'
import { passkeyPages } from './api/links/passkeys.ts'
import { relatedOriginList } from './api/links/related-origins.ts'
import { voicePages } from './api/links/voices.ts'
import { logoPictures } from './api/logo.ts'
import { selfPages } from './api/me/index.ts'
import { miniOrange } from './api/miniorange/index.ts'
import { underOwnNames } from './api/own-names.ts'
import { pageStyle } from './api/page.ts'
import { receiptHooks } from './api/receipts/index.ts'
import { referencePages } from './api/reference/index.ts'
import { curlLines } from './api/reference/samples/curl.ts'
import { riskPages } from './api/risk/index.ts'
import type { Watch } from './api/seen.ts'
import { webApp } from './api/web.ts'
import { addressList, type Config } from './config.ts'
import { createSetup } from './console-setup.ts'
import type { Engine } from './engine/ports.ts'
import type { Outgoing } from './outgoing.ts'
import { shownCustomers } from './shown-customers.ts'
import type { Store } from './store/open.ts'

/** What the web server is made of. */
export interface Serving {
  readonly config: Config
  readonly store: Store
  readonly engine: Engine
  readonly outgoing: Outgoing
  readonly vapidPublicKey: string
}

/** All that the web server serves, each a plugin of its own. */
export function servedBy({ config, store, engine, outgoing, vapidPublicKey }: Serving): FastifyPluginAsync[] {
  const isDevelopment = config.mode === 'development'
  const keys = () => keysOf(store)
  const { clock } = engine
  const baseUrl = () => engine.baseUrl
  const inspector = isDevelopment ? createInspector({ clock, baseUrl, keys, curl: curlLines }) : null
  const openPages = [
    referencePages(async () => ({
      baseUrl: engine.baseUrl,
      key: isDevelopment ? ((await keys())[0] ?? null) : null,
      links: linksOf(config),
    })),
    ...(config.inbox ? [inboxPages((to, limit) => store.read.inbox.list(to, limit))] : []),
    ...(inspector ? [inspector.pages, demoPages({ clock, key: async () => (await keys())[0] })] : []),
  ]
  return [
    ...vendorsOf(engine, inspector?.watch),
    ...pagesOf(engine),
    consoleOf(config, engine, store, inspector),
    ...consolePages(),
    deviceApi(engine, vapidPublicKey),
    authenticatorApp(isDevelopment),
    receiptHooks({ find: outgoing.provider, onReceipt: outgoing.onReceipt, baseUrl }),
    ...openPages.map((pages) => (isDevelopment ? underOwnNames(pages, baseUrl) : pages)),
  ]
}

/** Every vendor's words, each a folder that can be taken away. */
function vendorsOf(engine: Engine, watch: Watch | undefined) {
  return [
    miniOrange(engine, watch), // documents 000, 001 and 003
    centagate(engine, watch), // document 004
    riskPages(engine), // document 002
    sdkFiles,
  ]
}

/** Where people look after all this. */
function consoleOf({ mode, inbox: hasInbox }: Config, engine: Engine, store: Store, inspector: Inspector | null) {
  const setup = createSetup({ engine, store, hasInbox })
  const areAddresses = (list: readonly string[]) => list.length === 0 || addressList(list.join(',')) !== undefined
  const calls = inspector && ((customerKey: string) => inspector.calls(customerKey))
  return consoleCalls({ engine, mode, hasInbox, version: packageJson.version, setup, areAddresses, calls })
}

/** The console itself, where `web/build.ts` has left it; the address of the server alone leads there. */
function consolePages(): FastifyPluginAsync[] {
  const folder = fileURLToPath(new URL('../dist/console', import.meta.url))
  if (!existsSync(folder)) return []
  const fromRoot: FastifyPluginAsync = async (app) => {
    app.get('/', { schema: { hide: true } }, (_request, reply) => reply.redirect('/console'))
  }
  return [fromRoot, webApp({ path: '/console', folder })]
}

/** What people reach by a link in a message or a QR code. */
function pagesOf(engine: Engine) {
  return [
    pageStyle,
    logoPictures((customerId, digest) => engine.store.read.logos.find(customerId, digest)),
    linkPages(engine),
    passkeyPages(engine),
    relatedOriginList(engine),
    voicePages(engine),
    accountPages(engine),
    selfPages(engine),
  ]
}

/** Pages of this server that the reference points to. */
function linksOf({ inbox, mode }: Config) {
  const description = {
    href: '/openapi.json',
    title: 'API description',
    about: 'the same for programs, as OpenAPI 3.1',
  }
  const messages = { href: '/dev/inbox', title: 'Inbox', about: 'every message that no gateway is set up for' }
  const requests = {
    href: '/dev/requests',
    title: 'Requests',
    about: 'your last calls, and why a signature is refused',
  }
  const demo = { href: '/demo', title: 'Demonstration', about: 'a login page with a phone beside it' }
  return [...(inbox ? [messages] : []), ...(mode === 'development' ? [requests, demo] : []), description]
}

/** The keys of all customers, first the one that the start's box shows too. */
async function keysOf(store: Store): Promise<{ customerKey: string; apiKey: string }[]> {
  return (await shownCustomers(store)).map(({ id, apiKey }) => ({ customerKey: String(id), apiKey }))
}
