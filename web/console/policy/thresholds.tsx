import { useId } from 'react'
import type { RiskDecision, RiskPolicy, RiskReplay } from '../../../contract/console/risk.ts'
import { plural } from '../parts/words.ts'
import { countUnder, never } from './decide.ts'

interface Props {
  readonly draft: RiskPolicy
  readonly replay: RiskReplay | undefined
  readonly isOff: boolean
  readonly onChange: (change: Pick<RiskPolicy, 'challengeAt' | 'denyAt'>) => void
}

/** From which risk on a second factor is asked and nobody let in, and what that would have made of the last week. */
export function Thresholds({ draft, replay, isOff, onChange }: Props) {
  const { challengeAt, denyAt } = draft
  return (
    <div className="stack">
      <Slider
        label="Ask for a second factor from"
        value={challengeAt}
        said={challengeAt === 0 ? 'always' : String(challengeAt)}
        min={0}
        max={100}
        isOff={isOff}
        onChange={(next) => onChange({ challengeAt: next, denyAt })}
      />
      <Slider
        label="Refuse from"
        value={denyAt}
        said={denyAt >= never ? 'never' : String(denyAt)}
        min={1}
        max={never}
        isOff={isOff}
        onChange={(next) => onChange({ challengeAt, denyAt: next })}
      />
      {replay && <LastWeek replay={replay} draft={draft} />}
    </div>
  )
}

interface SliderProps {
  readonly label: string
  readonly value: number
  readonly said: string
  readonly min: number
  readonly max: number
  readonly isOff: boolean
  readonly onChange: (value: number) => void
}

function Slider({ label, value, said, min, max, isOff, onChange }: SliderProps) {
  const id = useId()
  return (
    <div className="slider">
      <label htmlFor={id}>{label}</label>
      <output htmlFor={id}>{said}</output>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        value={value}
        disabled={isOff}
        aria-valuetext={said}
        onChange={(event) => onChange(event.currentTarget.valueAsNumber)}
      />
    </div>
  )
}

const parts: readonly (readonly [RiskDecision, string])[] = [
  ['allow', 'let in'],
  ['challenge', 'asked'],
  ['deny', 'refused'],
]

function LastWeek({ replay, draft }: { readonly replay: RiskReplay; readonly draft: RiskPolicy }) {
  const { cells, total, isWhole } = replay
  if (total === 0)
    return (
      <p className="quiet">No sign-in of the last week was decided by this policy: there is nothing to try it on.</p>
    )
  const counts = countUnder(cells, draft)
  const bound = cells.filter(({ least }) => least !== 'allow').reduce((sum, { count }) => sum + count, 0)
  return (
    <div>
      <p>
        Of {isWhole ? '' : 'the newest '}
        <strong>{plural(total, 'sign-in')}</strong> of the last week
      </p>
      <div className="split" aria-hidden="true">
        {parts.map(([decision]) => (
          <span
            key={decision}
            className={`split-${decision}`}
            style={{ width: `${(counts[decision] / total) * 100}%` }}
          />
        ))}
      </div>
      <ul className="split-words" aria-live="polite">
        {parts.map(([decision, word]) => (
          <li key={decision}>
            <span className={`split-${decision}`} aria-hidden="true" />
            <strong>{counts[decision].toLocaleString('en')}</strong> {word}
          </li>
        ))}
      </ul>
      {bound > 0 && (
        <p className="quiet">
          {bound === total ? 'All' : bound.toLocaleString('en')} of them would be asked or refused at any threshold: for
          want of a remembered device, or by a rule.
        </p>
      )}
    </div>
  )
}
