import { useEffect, useState } from 'react'
import { useWords } from '../words/words.ts'
import { Icon } from './icon.tsx'

/** Chromium's own event; no standard has it. */
interface InstallEvent extends Event {
  prompt(): Promise<unknown>
}

let offered: InstallEvent | null = null
addEventListener('beforeinstallprompt', (event) => {
  event.preventDefault()
  offered = event as InstallEvent // by its name
})

export const isInstalled = () =>
  matchMedia('(display-mode: standalone)').matches || (navigator as { standalone?: boolean }).standalone === true // Safari's own

export const isIos = () =>
  /iPhone|iPad|iPod/.test(navigator.userAgent) || (navigator.userAgent.includes('Mac') && navigator.maxTouchPoints > 1)

/** How to install the app here; nothing when it is. */
export function Install() {
  const words = useWords()
  const [event, setEvent] = useState(offered)
  useEffect(() => {
    const update = () => setTimeout(() => setEvent(offered))
    addEventListener('beforeinstallprompt', update)
    return () => removeEventListener('beforeinstallprompt', update)
  }, [])
  if (isInstalled()) return null
  return (
    <section className="card">
      <h2>
        <Icon name="download" />
        {words.installTitle}
      </h2>
      <p className="quiet">{words.installText}</p>
      {event ? (
        <button type="button" onClick={() => void event.prompt()}>
          {words.installNow}
        </button>
      ) : (
        <p>
          {isIos()
            ? words.installIos
            : /Android/.test(navigator.userAgent)
              ? words.installAndroid
              : words.installDesktop}
        </p>
      )}
    </section>
  )
}
