import { go, type Route } from '../model/navigation.ts'
import { useWords } from '../words/words.ts'
import { Icon } from './icon.tsx'

const tabs = [
  { name: 'codes', icon: 'key', word: 'tabCodes' },
  { name: 'scan', icon: 'scan', word: 'tabScan' },
  { name: 'settings', icon: 'settings', word: 'tabSettings' },
] as const

/** The three parts of the app, within reach of the thumb. */
export function Tabs({ current }: { readonly current: Route['name'] }) {
  const words = useWords()
  return (
    <nav className="tabs" aria-label={words.navigation}>
      {tabs.map(({ name, icon, word }) => (
        <button
          key={name}
          type="button"
          className={name}
          aria-current={current === name ? 'page' : undefined}
          onClick={() => go({ name })}
        >
          <Icon name={icon} />
          <span>{words[word]}</span>
        </button>
      ))}
    </nav>
  )
}
