import { useEffect } from 'react'
import { type Route, useRoute } from './model/navigation.ts'
import { useStore } from './model/store.ts'
import { Gate } from './parts/gate.tsx'
import { Tabs } from './parts/tabs.tsx'
import { AccountScreen } from './screens/account.tsx'
import { AddScreen } from './screens/add.tsx'
import { Banners } from './screens/banners.tsx'
import { ChangePinScreen } from './screens/change-pin.tsx'
import { CodesScreen } from './screens/codes.tsx'
import { ExportScreen } from './screens/export.tsx'
import { ImportScreen } from './screens/import.tsx'
import { PairScreen } from './screens/pair.tsx'
import { PairedScreen } from './screens/paired.tsx'
import { PairingScreen } from './screens/pairing.tsx'
import { PasskeyScreen } from './screens/passkey.tsx'
import { PromptScreen } from './screens/prompt.tsx'
import { ScanScreen } from './screens/scan.tsx'
import { SettingsScreen } from './screens/settings.tsx'
import { BrokenScreen, InsecureScreen } from './screens/unusable.tsx'
import { type Language, useLanguage, useWords } from './words/words.ts'

export function App() {
  const language = useLanguage()
  const words = useWords()
  const route = useRoute()
  const { stage, asked } = useStore()
  useEffect(() => speak(language), [language])
  if (stage === 'starting') return <p className="screen quiet">{words.working}</p>
  if (stage === 'insecure') return <InsecureScreen />
  if (stage === 'broken') return <BrokenScreen />
  // Whoever is pairing finishes that first.
  if (asked && route.name !== 'pair') return <PromptScreen key={asked.prompt.id} asked={asked} />
  const isTab = route.name === 'codes' || route.name === 'scan' || route.name === 'settings'
  return (
    <>
      <Banners />
      <Shown route={route} />
      {isTab && <Tabs current={route.name} />}
    </>
  )
}

/** What the page around the app says in a language: what speaks it, and how the app is installed. */
function speak(language: Language): void {
  document.documentElement.lang = language
  const manifest = language === 'en' ? 'manifest' : `manifest.${language}`
  document.querySelector('link[rel=manifest]')?.setAttribute('href', `/app/${manifest}.webmanifest`)
}

function Shown({ route }: { readonly route: Route }) {
  const words = useWords()
  switch (route.name) {
    case 'codes':
      return <CodesScreen />
    case 'scan':
      return <ScanScreen problem={route.problem ?? null} />
    case 'settings':
      return <SettingsScreen />
    case 'pair':
      return <PairScreen key={route.code} code={route.code} />
    case 'paired':
      return <PairedScreen deviceId={route.deviceId} />
    case 'pairing':
      return <PairingScreen deviceId={route.deviceId} />
    case 'add':
      return (
        <Gate title={words.addTitle}>
          <AddScreen key={route.link} link={route.link} />
        </Gate>
      )
    case 'account':
      return (
        <Gate title={words.accountTitle}>
          <AccountScreen id={route.id} />
        </Gate>
      )
    case 'change-pin':
      return (
        <Gate title={words.pinChangeTitle}>
          <ChangePinScreen />
        </Gate>
      )
    case 'passkey':
      return (
        <Gate title={words.passkeyTitle}>
          <PasskeyScreen />
        </Gate>
      )
    case 'export':
      return (
        <Gate title={words.exportTitle}>
          <ExportScreen />
        </Gate>
      )
    case 'import':
      return (
        <Gate title={words.importTitle}>
          <ImportScreen />
        </Gate>
      )
  }
}
