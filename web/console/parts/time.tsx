import { useSyncExternalStore } from 'react'

const tickMs = 20_000
let now = Date.now()
const watchers = new Set<() => void>()
setInterval(() => {
  now = Date.now()
  for (const watcher of watchers) watcher()
}, tickMs)

function watch(onChange: () => void): () => void {
  watchers.add(onChange)
  return () => watchers.delete(onChange)
}

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'long' })
const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })
const short = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })
const dated = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })

/** The server's clock may be ahead of the browser's by this much. */
const skewMs = 30_000
const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** A moment: how long ago, or until; the exact time when it is pointed at. Null: a dash. */
export function Time({ atMs, isExact = false }: { readonly atMs: number | null; readonly isExact?: boolean }) {
  const nowMs = useSyncExternalStore(watch, () => now)
  if (atMs === null) return <span className="quiet">–</span>
  const date = new Date(atMs)
  return (
    <time className="time" dateTime={date.toISOString()} title={exact.format(date)}>
      {isExact
        ? (date.getFullYear() === new Date().getFullYear() ? short : dated).format(date)
        : spoken(atMs - Math.max(nowMs, Date.now()))}
    </time>
  )
}

export function dayOf(atMs: number): string {
  return day.format(atMs)
}

export function hourOf(atMs: number): string {
  return `${String(new Date(atMs).getHours()).padStart(2, '0')}:00`
}

function spoken(awayMs: number): string {
  const size = Math.abs(awayMs)
  if (size < minuteMs) return awayMs > skewMs ? 'in a moment' : 'just now'
  if (size < hourMs) return relative.format(Math.trunc(awayMs / minuteMs), 'minute')
  if (size < dayMs) return relative.format(Math.trunc(awayMs / hourMs), 'hour')
  return relative.format(Math.trunc(awayMs / dayMs), 'day')
}
