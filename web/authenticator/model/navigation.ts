import { useSyncExternalStore } from 'react'
import { openedByApp } from '../../../contract/device/link.ts'
import type { LinkProblem } from './link-problem.ts'

/** Where in the app one is. Kept in the browser's history, so that the phone's own Back works. */
export type Route =
  | { readonly name: 'codes' }
  | { readonly name: 'scan'; readonly problem?: LinkProblem }
  | { readonly name: 'settings' }
  | { readonly name: 'pair'; readonly code: string }
  | { readonly name: 'paired'; readonly deviceId: string }
  | { readonly name: 'pairing'; readonly deviceId: string }
  | { readonly name: 'add'; readonly link: string }
  | { readonly name: 'account'; readonly id: string }
  | { readonly name: 'change-pin' }
  | { readonly name: 'passkey' }
  | { readonly name: 'export' }
  | { readonly name: 'import' }

const home: Route = { name: 'codes' }
const listeners = new Set<() => void>()
let route: Route = home

const currentRoute = () => route

/** The fragment is not kept: what it held is a secret. */
export function go(to: Route, how: 'push' | 'replace' = 'push'): void {
  route = to
  const isSame = how === 'replace' || (history.state as Route | null)?.name === to.name
  // A code that pairs counts once: it has no place in a history that outlives the moment.
  const kept = to.name === 'pair' || to.name === 'add' ? home : to
  history[isSame ? 'replaceState' : 'pushState'](kept, '', '/app/')
  for (const tell of listeners) tell()
}

export function back(): void {
  go(home, 'replace')
}

const awayName = 'away'

/** Opens a page of this server that links back to the app, which then shows again what it shows now. */
export function leaveFor(page: string): void {
  // The demonstration shows the app in a frame, which no other page lets itself be shown in.
  if (parent !== window) return void open(page)
  sessionStorage.setItem(awayName, JSON.stringify(route))
  location.assign(page + openedByApp)
}

/** Shows what `leaveFor` left. */
export function comeBack(): void {
  const left = sessionStorage.getItem(awayName)
  sessionStorage.removeItem(awayName)
  if (left !== null) go(JSON.parse(left) as Route, 'replace') // as `leaveFor` wrote it
}

export function startNavigation(): void {
  addEventListener('popstate', ({ state }) => {
    route = (state as Route | null) ?? home // what `go` left there
    for (const tell of listeners) tell()
  })
}

export function useRoute(): Route {
  return useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, currentRoute)
}
