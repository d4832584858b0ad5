import { back } from '../model/navigation.ts'
import { useStore } from '../model/store.ts'
import { Icon } from '../parts/icon.tsx'
import { Install } from '../parts/install.tsx'
import { Push } from '../parts/push.tsx'
import { Screen } from '../parts/screen.tsx'
import { fill, useWords } from '../words/words.ts'

/** It worked; and what makes it work better. */
export function PairedScreen({ deviceId }: { readonly deviceId: string }) {
  const words = useWords()
  const { pairings } = useStore()
  const customer = pairings.find((one) => one.deviceId === deviceId)?.account.customerName ?? ''
  return (
    <Screen title={words.pairedTitle} seal="yes">
      <p className="centred">{fill(words.pairedText, { customer })}</p>
      <section className="card">
        <h2>
          <Icon name="bell" />
          {words.pairedPush}
        </h2>
        <Push />
      </section>
      <Install />
      <button type="button" className="main" onClick={back}>
        {words.done}
      </button>
    </Screen>
  )
}
