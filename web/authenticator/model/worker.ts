import { lookAgain, syncPush } from './pairings.ts'
import { set } from './store.ts'

let isReloading = false

/** Installs the service worker, which keeps the app usable offline and shows push messages. */
export async function startWorker(): Promise<void> {
  if (!('serviceWorker' in navigator)) return
  navigator.serviceWorker.addEventListener('message', ({ data }: MessageEvent<{ kind?: string }>) => {
    if (data.kind === 'prompt') void lookAgain().then(closeNotices)
    if (data.kind === 'subscription') void syncPush()
  })
  const hadWorker = navigator.serviceWorker.controller !== null
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    // The first one takes over quietly. A newer one, that another window asked for: this page is of the old release.
    if (isReloading) location.reload()
    else if (hadWorker) set({ isUpdateReady: true })
  })
  const registration = await navigator.serviceWorker.register('/app/sw.js').catch(() => undefined)
  if (!registration) return
  const look = () => {
    if (registration.waiting && navigator.serviceWorker.controller) set({ isUpdateReady: true })
  }
  look()
  registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', look))
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void registration.update().catch(() => undefined)
  })
}

/** Never by itself: somebody may be in the middle of something. */
export async function reloadIntoUpdate(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration()
  isReloading = true
  if (registration?.waiting) registration.waiting.postMessage({ kind: 'take-over' })
  else location.reload()
}

/** The open app shows what a notice only announces. */
export async function closeNotices(): Promise<void> {
  if (document.visibilityState !== 'visible' || !('serviceWorker' in navigator)) return
  const registration = await navigator.serviceWorker.getRegistration()
  for (const notice of (await registration?.getNotifications()) ?? []) notice.close()
}
