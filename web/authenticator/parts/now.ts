import { useEffect, useState } from 'react'

/** The time of this phone, anew each second. */
export function useNow(everyMs = 1_000): number {
  const [nowMs, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return nowMs
}
