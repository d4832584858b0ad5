import type { ReactNode } from 'react'
import { setUpLock } from '../model/lock.ts'
import { useStore } from '../model/store.ts'
import { useWords } from '../words/words.ts'
import { NewPin } from './new-pin.tsx'
import { Screen } from './screen.tsx'
import { Unlock } from './unlock.tsx'

/** Shows what is behind it only while the app is open; without a lock yet it asks for one first. */
export function Gate({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const words = useWords()
  const { hasLock, accounts } = useStore()
  if (!hasLock)
    return (
      <Screen title={words.pinNewTitle} hasBack>
        <NewPin onPin={setUpLock} />
      </Screen>
    )
  if (accounts === null)
    return (
      <Screen title={title} hasBack>
        <Unlock />
      </Screen>
    )
  return children
}
