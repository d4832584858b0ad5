import { list } from '../vault/database.ts'
import { readLock } from '../vault/vault.ts'
import { watchFrame } from './frame.ts'
import { readPreferences } from './kept-preferences.ts'
import { follow, takeFragment } from './links.ts'
import { readAccounts, watchLeaving } from './lock.ts'
import { comeBack, go, startNavigation } from './navigation.ts'
import { listenToAll, lookAgain, startPairings } from './pairings.ts'
import { applyTheme } from './preferences.ts'
import { set } from './store.ts'
import { closeNotices, startWorker } from './worker.ts'

/** Reads what this phone holds, follows the link that opened the app, and listens. */
export async function start(): Promise<void> {
  const opened = takeFragment()
  startNavigation()
  // Away from localhost a browser gives neither camera nor keys to a page that is not HTTPS.
  if (!isSecureContext || !crypto.subtle) return set({ stage: 'insecure' })
  const isReady = await readAll().catch(() => false)
  if (!isReady) return set({ stage: 'broken' })
  comeBack()
  set({ stage: 'ready' })
  watchLeaving()
  watchNetwork()
  watchFrame()
  addEventListener('hashchange', () => void followOpened(takeFragment()))
  void startWorker()
  await Promise.all([startPairings(), followOpened(opened)])
  await closeNotices()
}

/** What is wrong with it is told where codes are scanned. */
async function followOpened(link: string | undefined): Promise<void> {
  const problem = link && (await follow(link))
  if (problem) go({ name: 'scan', problem })
}

async function readAll(): Promise<true> {
  const preferences = await readPreferences()
  applyTheme(preferences)
  const lock = await readLock()
  set({ preferences, hasLock: lock !== undefined, hasPasskey: lock?.byPasskey != null })
  set({ pairings: await list('pairings') })
  await readAccounts()
  return true
}

function watchNetwork(): void {
  set({ isOffline: !navigator.onLine })
  addEventListener('offline', () => set({ isOffline: true }))
  addEventListener('online', () => {
    set({ isOffline: false })
    listenToAll()
  })
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void lookAgain().then(closeNotices)
  })
}
