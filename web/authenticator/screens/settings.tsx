import { type ReactNode, useEffect, useState } from 'react'
import { eraseAll } from '../model/erase.ts'
import { savePreferences } from '../model/kept-preferences.ts'
import { lockNow, removePasskey } from '../model/lock.ts'
import { go } from '../model/navigation.ts'
import { lockAfterChoices, type Preferences } from '../model/preferences.ts'
import { useStore } from '../model/store.ts'
import { Badge } from '../parts/brand.tsx'
import { Breakable } from '../parts/breakable.tsx'
import { Choice } from '../parts/field.tsx'
import { Icon, type IconName } from '../parts/icon.tsx'
import { Install } from '../parts/install.tsx'
import { Push } from '../parts/push.tsx'
import { Screen } from '../parts/screen.tsx'
import { SureButton } from '../parts/sure-button.tsx'
import { hasAuthenticator } from '../vault/passkey.ts'
import { useWords } from '../words/words.ts'

export function SettingsScreen() {
  const words = useWords()
  const { pairings } = useStore()
  return (
    <Screen title={words.tabSettings}>
      <Section title={words.sectionPairings}>
        {pairings.length === 0 && <p className="quiet">{words.noPairings}</p>}
        {pairings.map(({ deviceId, account, device }) => (
          <button type="button" className="line" key={deviceId} onClick={() => go({ name: 'pairing', deviceId })}>
            <Badge name={account.customerName} logo={account.logo} />
            <span className="names">
              <strong>{account.customerName}</strong>
              <span>
                <Breakable text={account.username} /> · {device.name}
              </span>
            </span>
            <Icon name="next" />
          </button>
        ))}
      </Section>
      <Section title={words.sectionSecurity}>
        <LockSettings />
      </Section>
      {pairings.length > 0 && (
        <Section title={words.sectionNotices}>
          <Push />
        </Section>
      )}
      <Section title={words.sectionLook}>
        <LookSettings />
      </Section>
      <Section title={words.sectionCodes}>
        <Line icon="plus" text={words.addByHand} onPress={() => go({ name: 'add', link: '' })} />
        <Line icon="download" text={words.exportFile} onPress={() => go({ name: 'export' })} />
        <Line icon="upload" text={words.importFile} onPress={() => go({ name: 'import' })} />
      </Section>
      <Install />
      <Erase />
    </Screen>
  )
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="card lines">
      <h2>{title}</h2>
      {children}
    </section>
  )
}

interface LineProps {
  readonly icon: IconName
  readonly text: string
  readonly onPress: () => void
}

function Line({ icon, text, onPress }: LineProps) {
  return (
    <button type="button" className="line" onClick={onPress}>
      <Icon name={icon} />
      <span className="names">{text}</span>
      <Icon name="next" />
    </button>
  )
}

function LockSettings() {
  const words = useWords()
  const { hasLock, accounts, preferences } = useStore()
  if (!hasLock) return <p className="quiet">{words.noLockYet}</p>
  const texts = { 0: words.lockAtOnce, 60: words.lockMinute, 300: words.lockMinutes } as const
  return (
    <>
      <Line icon="lock" text={words.pinChangeTitle} onPress={() => changeLock('change-pin')} />
      <PasskeySetting />
      <Choice
        label={words.lockAfter}
        value={preferences.lockAfterSeconds}
        options={lockAfterChoices.map((value) => ({ value: value as number, text: texts[value] }))}
        onChoice={(lockAfterSeconds) => void savePreferences({ ...preferences, lockAfterSeconds })}
      />
      {accounts !== null && (
        <button type="button" onClick={lockNow}>
          {words.lockNow}
        </button>
      )}
    </>
  )
}

/** Whoever found the app open must prove himself once more before he may change how it opens. */
function changeLock(name: 'change-pin' | 'passkey'): void {
  lockNow()
  go({ name })
}

function PasskeySetting() {
  const words = useWords()
  const { hasPasskey, accounts } = useStore()
  const [isThere, setThere] = useState(false)
  useEffect(() => {
    void hasAuthenticator().then(setThere)
  }, [])
  if (!isThere) return null
  if (!hasPasskey) return <Line icon="finger" text={words.passkeyTitle} onPress={() => changeLock('passkey')} />
  if (accounts === null) return null
  return (
    <div className="setting">
      <div className="names">
        <strong>{words.passkeyTitle}</strong>
        <span>{words.passkeyText}</span>
      </div>
      <button type="button" onClick={() => void removePasskey()}>
        {words.passkeyTurnOff}
      </button>
    </div>
  )
}

function LookSettings() {
  const words = useWords()
  const { preferences } = useStore()
  const save = (change: Partial<Preferences>) => void savePreferences({ ...preferences, ...change })
  return (
    <>
      <Choice
        label={words.theme}
        value={preferences.theme}
        options={[
          { value: 'auto', text: words.themeAuto },
          { value: 'light', text: words.themeLight },
          { value: 'dark', text: words.themeDark },
        ]}
        onChoice={(theme) => save({ theme })}
      />
      <Choice
        label={words.language}
        value={preferences.language}
        options={[
          { value: 'auto', text: words.languageAuto },
          { value: 'en', text: 'English' },
          { value: 'es', text: 'Español' },
        ]}
        onChoice={(language) => save({ language })}
      />
    </>
  )
}

function Erase() {
  const words = useWords()
  const { hasLock } = useStore()
  if (!hasLock) return null
  const erase = async () => {
    await eraseAll()
    go({ name: 'codes' })
  }
  return (
    <section className="card">
      <p className="quiet">{words.eraseText}</p>
      <SureButton text={words.eraseAll} sure={words.eraseSure} onSure={() => void erase()} />
    </section>
  )
}
