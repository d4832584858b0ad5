import { Screen } from '../parts/screen.tsx'
import { fill, useWords } from '../words/words.ts'

/** The page is not HTTPS: what a browser then withholds, and what to do. */
export function InsecureScreen() {
  const words = useWords()
  return (
    <Screen title={words.insecureTitle}>
      <section className="card">
        <p>{words.insecureWhy}</p>
        <p>
          <strong>{words.insecureDo}</strong>
        </p>
        <p className="quiet">{fill(words.insecureNow, { origin: location.origin })}</p>
        <p className="quiet">{words.insecureAdmin}</p>
      </section>
    </Screen>
  )
}

export function BrokenScreen() {
  const words = useWords()
  return (
    <Screen title={words.brokenTitle}>
      <section className="card">
        <p>{words.brokenWhy}</p>
        <button type="button" className="main" onClick={() => location.reload()}>
          {words.tryAgain}
        </button>
      </section>
    </Screen>
  )
}
