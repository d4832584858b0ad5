import { preferredLanguage } from './language.ts'
import { isPushPayload, noticeWords } from './notice.ts'

// The service worker: the app's own files from its cache, and a notice for a push message.

declare const self: ServiceWorkerGlobalScope
/** Put in by the build: the files of this release, and a digest of them. */
declare const FILES: readonly string[]
declare const RELEASE: string

const cachePrefix = 'app-'
const cacheName = cachePrefix + RELEASE
const home = '/app/'
/** Filled by the app with the logos of its pairings. */
const logos = { prefix: '/logo/', cacheName: 'logos' }

self.addEventListener('install', (event) => {
  const requests = FILES.map((file) => new Request(file, { cache: 'reload' }))
  event.waitUntil(caches.open(cacheName).then((cache) => cache.addAll(requests)))
})

self.addEventListener('activate', (event) => {
  event.waitUntil(takeOver())
})

async function takeOver(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith(cachePrefix) && name !== cacheName)
  await Promise.all(old.map((name) => caches.delete(name)))
  await self.clients.claim()
}

self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== self.location.origin) return
  if (pathname.startsWith(logos.prefix)) return event.respondWith(logoOf(request))
  if (!pathname.startsWith(home)) return
  if (request.mode === 'navigate') event.respondWith(fromCache(new Request(home)))
  else if (FILES.includes(pathname) || pathname.startsWith(`${home}assets/`)) event.respondWith(fromCache(request))
})

/** Files whose names carry a digest never change; what is asked for the first time is kept, such as the QR reader. */
async function fromCache(request: Request): Promise<Response> {
  const cache = await caches.open(cacheName)
  const kept = await cache.match(request)
  if (kept) return kept
  const response = await fetch(request)
  if (response.ok) await cache.put(request, response.clone())
  return response
}

async function logoOf(request: Request): Promise<Response> {
  return (await caches.match(request, { cacheName: logos.cacheName })) ?? fetch(request)
}

self.addEventListener('message', ({ data }) => {
  if (data?.kind === 'take-over') void self.skipWaiting()
})

self.addEventListener('push', (event) => {
  event.waitUntil(announce(event.data?.text() ?? ''))
})

/** Browsers demand that every push message shows something, also one that says nothing to us. */
async function announce(text: string): Promise<void> {
  const words = noticeWords[await preferredLanguage(self.navigator.language)]
  await self.registration.showNotification(words.title, {
    body: words.body,
    icon: '/app/icon-192.png',
    badge: '/app/badge-96.png',
    tag: isPushPayload(text) ? 'prompt' : 'other',
    requireInteraction: true,
  })
  await tell({ kind: 'prompt' })
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(openApp())
})

async function openApp(): Promise<void> {
  const [open] = await windows()
  if (open) await open.focus()
  else await self.clients.openWindow(home)
  await tell({ kind: 'prompt' })
}

self.addEventListener('pushsubscriptionchange', (event) => {
  ;(event as ExtendableEvent).waitUntil(tell({ kind: 'subscription' }))
})

async function tell(message: object): Promise<void> {
  for (const client of await windows()) client.postMessage(message)
}

async function windows(): Promise<readonly WindowClient[]> {
  const all = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  return all.filter(({ url }) => new URL(url).pathname.startsWith(home))
}
