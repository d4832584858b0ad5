import { useState } from 'react'
import { addPasskey } from '../model/lock.ts'
import { go } from '../model/navigation.ts'
import { Icon } from '../parts/icon.tsx'
import { Notice } from '../parts/notice.tsx'
import { Screen } from '../parts/screen.tsx'
import { useWords } from '../words/words.ts'

/** Lets the phone's own authenticator open the app, beside the PIN. */
export function PasskeyScreen() {
  const words = useWords()
  const [problem, setProblem] = useState<string | null>(null)
  const turnOn = async () => {
    const outcome = await addPasskey()
    if (outcome === 'ok') return go({ name: 'settings' }, 'replace')
    setProblem(outcome === 'unsupported' ? words.passkeyUnsupported : words.passkeyCancelled)
  }
  return (
    <Screen title={words.passkeyTitle} hasBack>
      <section className="card">
        <p>{words.passkeyText}</p>
        {problem && <Notice kind="problem">{problem}</Notice>}
        <button type="button" className="main" onClick={() => void turnOn()}>
          <Icon name="finger" />
          {words.passkeyTurnOn}
        </button>
      </section>
    </Screen>
  )
}
