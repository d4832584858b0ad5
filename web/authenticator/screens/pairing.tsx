import { type FormEvent, useEffect, useState } from 'react'
import type { Problem } from '../device/calls.ts'
import { askForVoiceLink, type Pairing, refresh, rename } from '../device/pairing.ts'
import { back, leaveFor } from '../model/navigation.ts'
import { keep, removePairing } from '../model/pairings.ts'
import { get, useStore } from '../model/store.ts'
import { Facts } from '../parts/facts.tsx'
import { Field } from '../parts/field.tsx'
import { Icon } from '../parts/icon.tsx'
import { Notice } from '../parts/notice.tsx'
import { Screen } from '../parts/screen.tsx'
import { SureButton } from '../parts/sure-button.tsx'
import { Unlock } from '../parts/unlock.tsx'
import { fill, momentText, problemText, useLanguage, useWords } from '../words/words.ts'

/** A pairing: what it is called, whether messages arrive, and how to end it. */
export function PairingScreen({ deviceId }: { readonly deviceId: string }) {
  const words = useWords()
  const pairing = useStore().pairings.find((one) => one.deviceId === deviceId)
  if (!pairing) return <Screen title={words.pairingTitle} hasBack />
  return <Details pairing={pairing} />
}

function Details({ pairing }: { readonly pairing: Pairing }) {
  const words = useWords()
  const language = useLanguage()
  const isOpen = useStore().accounts !== null
  const { account, device } = pairing
  const [name, setName] = useState(device.name)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [isSaved, setSaved] = useState(false)
  const [isUnlocking, setUnlocking] = useState(false)

  const { deviceId } = pairing
  useEffect(() => {
    // His voice may have been set up or erased since.
    const look = async () => {
      const current = get().pairings.find((one) => one.deviceId === deviceId)
      const outcome = current && document.visibilityState === 'visible' ? await refresh(current) : undefined
      if (outcome?.ok) keep(outcome.value)
    }
    void look()
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [deviceId])
  const save = async (event: FormEvent) => {
    event.preventDefault()
    setSaved(false)
    const outcome = await rename(pairing, name.trim())
    setProblem(outcome.ok ? null : outcome.code)
    setSaved(outcome.ok)
    if (outcome.ok) keep(outcome.value)
  }
  const setVoiceUp = async () => {
    const outcome = await askForVoiceLink(pairing)
    if (outcome.ok) leaveFor(outcome.value.page)
    else setProblem(outcome.code)
  }
  const remove = async () => {
    const outcome = await removePairing(pairing)
    if (outcome.ok || outcome.code === 'unknown-device') back()
    else setProblem(outcome.code)
  }
  return (
    <Screen title={account.customerName} hasBack>
      <Facts
        rows={[
          [words.factAccount, account.username],
          [words.pairingSince, momentText(language, device.createdAtMs)],
          [words.pairingUsed, device.lastUsedAtMs === null ? words.never : momentText(language, device.lastUsedAtMs)],
          [words.pairingPush, device.isPushWorking ? words.pairingPushOn : words.pairingPushOff],
        ]}
      />
      {problem && problem !== 'bad-name' && <Notice kind="problem">{problemText(words, problem)}</Notice>}
      <form className="card" onSubmit={save} noValidate>
        <Field
          label={words.pairingName}
          value={name}
          onText={setName}
          maxLength={60}
          problem={problem === 'bad-name' ? words.pairNameWrong : null}
        />
        <button type="submit" className="main">
          {words.save}
        </button>
        {isSaved && <Notice kind="good">{words.pairingSaved}</Notice>}
      </form>
      {pairing.voice && pairing.voice !== 'off' && (
        <section className="card">
          <h2>{words.voiceTitle}</h2>
          <p>
            {fill(pairing.voice === 'set' ? words.voiceIsSet : words.voiceText, { customer: account.customerName })}
          </p>
          <button type="button" className="main" onClick={() => (isOpen ? void setVoiceUp() : setUnlocking(true))}>
            <Icon name="microphone" />
            {pairing.voice === 'set' ? words.voiceAgain : words.voiceSetUp}
          </button>
        </section>
      )}
      {isUnlocking && !isOpen && <Unlock title={words.voiceUnlock} />}
      <section className="card">
        <p>{fill(words.pairingRemoveText, { customer: account.customerName })}</p>
        <SureButton text={words.pairingRemove} sure={words.pairingRemoveSure} onSure={() => void remove()} />
      </section>
    </Screen>
  )
}
