import { useState } from 'react'
import { turnPushOn } from '../model/pairings.ts'
import { useStore } from '../model/store.ts'
import { useWords } from '../words/words.ts'
import { Icon } from './icon.tsx'
import { isInstalled, isIos } from './install.tsx'
import { Notice } from './notice.tsx'

/** Whether the app is woken, and a way to have it so. */
export function Push() {
  const words = useWords()
  const { push } = useStore()
  const [hasFailed, setFailed] = useState(false)
  const turnOn = async () => setFailed((await turnPushOn()) === 'failed')
  if (push === 'on') return <Notice kind="good">{words.pushOn}</Notice>
  if (push === 'unsupported')
    return (
      <Notice kind="warning" icon="bell">
        {words.pushUnsupported} {isIos() && !isInstalled() && `${words.pushUnsupportedIos} ${words.installIos}`}
      </Notice>
    )
  if (push === 'denied')
    return (
      <Notice kind="warning" icon="bell">
        {words.pushDenied}
      </Notice>
    )
  return (
    <>
      <p className="quiet">{words.pairedPushText}</p>
      {hasFailed && <Notice kind="problem">{words.pushFailed}</Notice>}
      <button type="button" onClick={() => void turnOn()}>
        <Icon name="bell" />
        {words.pushTurnOn}
      </button>
    </>
  )
}
