import { changePin } from '../model/lock.ts'
import { back } from '../model/navigation.ts'
import { NewPin } from '../parts/new-pin.tsx'
import { Screen } from '../parts/screen.tsx'
import { useWords } from '../words/words.ts'

export function ChangePinScreen() {
  const words = useWords()
  return (
    <Screen title={words.pinChangeTitle} hasBack>
      <NewPin
        onPin={async (pin) => {
          await changePin(pin)
          back()
        }}
      />
    </Screen>
  )
}
