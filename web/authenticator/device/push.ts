import type { PushSubscriptionInfo, ServerInfo } from '../../../contract/device/pairing.ts'
import { calls } from '../../../contract/device.ts'
import { fromBase64Url } from '../vault/bytes.ts'
import { ask } from './calls.ts'

/** Whether this browser brings messages to an app that is closed. */
export type PushState = 'on' | 'off' | 'denied' | 'unsupported'

export function isPushPossible(): boolean {
  return 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window
}

export async function readPushState(): Promise<PushState> {
  if (!isPushPossible()) return 'unsupported'
  if (Notification.permission === 'denied') return 'denied'
  return (await currentSubscription()) ? 'on' : 'off'
}

export async function currentSubscription(): Promise<PushSubscription | null> {
  const registration = await navigator.serviceWorker.getRegistration()
  return (await registration?.pushManager.getSubscription().catch(() => null)) ?? null
}

/** Asks the user, then the browser's push service. Call it from a press. */
export async function subscribe(): Promise<PushSubscription | 'denied' | 'failed'> {
  if ((await Notification.requestPermission()) !== 'granted') return 'denied'
  const info = await ask<ServerInfo>(calls.server)
  const applicationServerKey = info.ok ? fromBase64Url(info.value.vapidPublicKey) : undefined
  if (!applicationServerKey) return 'failed'
  const registration = await navigator.serviceWorker.ready
  return registration.pushManager
    .subscribe({ userVisibleOnly: true, applicationServerKey })
    .catch(() => 'failed' as const)
}

export function subscriptionInfo(subscription: PushSubscription): PushSubscriptionInfo | null {
  const { endpoint, keys } = subscription.toJSON()
  const { p256dh, auth } = keys ?? {}
  return endpoint && p256dh && auth ? { endpoint, keys: { p256dh, auth } } : null
}
