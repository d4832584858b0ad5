import { useSyncExternalStore } from 'react'

/** The address without its origin: `/console/users?q=ann`. Everything of the console that can be shared is in it. */
function address(): string {
  return location.pathname + location.search
}

function subscribe(onChange: () => void): () => void {
  addEventListener('popstate', onChange)
  return () => removeEventListener('popstate', onChange)
}

/** Where the console is: the path without its last slash, and the query. */
export function useAddress(): { readonly path: string; readonly query: URLSearchParams } {
  const url = new URL(useSyncExternalStore(subscribe, address), location.origin)
  return { path: url.pathname.replace(/\/+$/, ''), query: url.searchParams }
}

/** Goes to an address of the console; `replace` keeps the way back as it is. */
export function go(to: string, { replace = false } = {}): void {
  if (to === address()) return
  const isOtherPage = new URL(to, location.origin).pathname !== location.pathname
  history[replace ? 'replaceState' : 'pushState'](null, '', to)
  dispatchEvent(new PopStateEvent('popstate'))
  if (isOtherPage) scrollTo(0, 0)
}

/** Changes parts of the query and keeps the rest; an empty value takes its part out. */
export function setQuery(parts: Readonly<Record<string, string | null>>): void {
  const query = new URLSearchParams(location.search)
  for (const [name, value] of Object.entries(parts)) {
    if (value) query.set(name, value)
    else query.delete(name)
  }
  const text = query.toString()
  go(location.pathname + (text ? `?${text}` : ''), { replace: true })
}
