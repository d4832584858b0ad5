import { useEffect, useState } from 'react'
import { go } from '../model/navigation.ts'
import { useStore } from '../model/store.ts'
import { Badge } from '../parts/brand.tsx'
import { Breakable } from '../parts/breakable.tsx'
import { Icon } from '../parts/icon.tsx'
import { useNow } from '../parts/now.ts'
import { Screen } from '../parts/screen.tsx'
import { Unlock } from '../parts/unlock.tsx'
import type { OpenAccount } from '../vault/sealed.ts'
import { secondsLeft, totp } from '../vault/totp.ts'
import { fill, useWords } from '../words/words.ts'

/** The codes of every account; a welcome while there is none. */
export function CodesScreen() {
  const words = useWords()
  const { hasLock, accounts, accountCount, pairings } = useStore()
  if (!hasLock || (accountCount === 0 && pairings.length === 0)) return <Welcome />
  return (
    <Screen title={words.codesTitle}>
      {accounts === null ? (
        <>
          <Unlock text={words.unlockCodes} />
          <ul className="accounts">
            {pairings.map(({ deviceId, account }) => (
              <li key={deviceId} className="account card">
                <Badge name={account.customerName} logo={account.logo} />
                <Names issuer={account.customerName} name={account.username} />
              </li>
            ))}
          </ul>
        </>
      ) : (
        <OpenAccounts accounts={accounts} />
      )}
    </Screen>
  )
}

function OpenAccounts({ accounts }: { readonly accounts: readonly OpenAccount[] }) {
  const words = useWords()
  const own = accounts.filter(({ pairing }) => pairing !== null)
  const others = accounts.filter(({ pairing }) => pairing === null)
  return (
    <>
      {accounts.length === 0 && <p className="quiet">{words.codesEmptyText}</p>}
      <ul className="accounts">
        {own.map((account) => (
          <Code key={account.id} account={account} />
        ))}
      </ul>
      {others.length > 0 && <h2 className="section">{words.otherSites}</h2>}
      <ul className="accounts">
        {others.map((account) => (
          <Code key={account.id} account={account} />
        ))}
      </ul>
      <button type="button" className="quiet-button" onClick={() => go({ name: 'add', link: '' })}>
        <Icon name="plus" />
        {words.addByHand}
      </button>
    </>
  )
}

function Welcome() {
  const words = useWords()
  return (
    <Screen title={words.welcomeTitle}>
      <div className="welcome">
        <img src="/app/icon.svg" alt="" width="96" height="96" />
        <p>{words.welcomeText}</p>
        <p>
          <strong>{words.welcomeHow}</strong>
        </p>
        <button type="button" className="main" onClick={() => go({ name: 'scan' })}>
          <Icon name="scan" />
          {words.scanCode}
        </button>
        <button type="button" onClick={() => go({ name: 'add', link: '' })}>
          <Icon name="plus" />
          {words.addByHand}
        </button>
        <button type="button" onClick={() => go({ name: 'import' })}>
          <Icon name="upload" />
          {words.importFile}
        </button>
      </div>
    </Screen>
  )
}

function Names({ issuer, name }: { readonly issuer: string; readonly name: string }) {
  return (
    <div className="names">
      <strong>{issuer || name}</strong>
      {issuer && name && (
        <span>
          <Breakable text={name} />
        </span>
      )}
    </div>
  )
}

/** One account with its code of the moment, by the server's clock; a touch copies it. */
function Code({ account }: { readonly account: OpenAccount }) {
  const words = useWords()
  const { pairings } = useStore()
  const own = pairings.find(({ deviceId }) => deviceId === account.pairing)
  const nowMs = useNow() + ((own ?? pairings[0])?.aheadMs ?? 0)
  const left = secondsLeft(account, nowMs)
  const step = Math.floor(nowMs / 1_000 / account.periodSeconds)
  const [code, setCode] = useState('')
  const [isCopied, setCopied] = useState(false)
  useEffect(() => {
    void totp(account, step * account.periodSeconds * 1_000).then(setCode)
  }, [account, step])
  const copy = async () => {
    await navigator.clipboard.writeText(code).catch(() => undefined)
    setCopied(true)
    setTimeout(() => setCopied(false), 2_000)
  }
  const title = account.issuer || account.name
  const digits = ['digits', left <= 5 && 'ending', code.length > 6 && 'long'].filter(Boolean).join(' ')
  const half = Math.ceil(code.length / 2)
  const details = () =>
    go(account.pairing === null ? { name: 'account', id: account.id } : { name: 'pairing', deviceId: account.pairing })
  return (
    <li className="account card">
      <Badge name={title} logo={own?.account.logo} />
      <Names issuer={account.issuer} name={account.name} />
      <button
        type="button"
        className="round"
        onClick={details}
        aria-label={fill(words.accountDetails, { name: title })}
      >
        <Icon name="dots" />
      </button>
      <button type="button" className="code" onClick={() => void copy()} aria-label={fill(words.copy, { name: title })}>
        <span className={digits} data-code={code}>
          {code.slice(0, half)} {code.slice(half)}
        </span>
        {isCopied ? <span className="copied">{words.copied}</span> : <Icon name="copy" />}
      </button>
      <Ring left={left} of={account.periodSeconds} text={fill(words.secondsLeft, { seconds: left })} />
      <span className="sr-only" role="status">
        {isCopied ? words.copied : ''}
      </span>
    </li>
  )
}

function Ring({ left, of, text }: { readonly left: number; readonly of: number; readonly text: string }) {
  const length = 2 * Math.PI * 15
  return (
    <svg className={left <= 5 ? 'ring ending' : 'ring'} viewBox="0 0 36 36" role="img" aria-label={text}>
      <circle cx="18" cy="18" r="15" />
      <circle cx="18" cy="18" r="15" className="left" strokeDasharray={`${(length * left) / of} ${length}`} />
      <text x="18" y="22.5" textAnchor="middle">
        {left}
      </text>
    </svg>
  )
}
