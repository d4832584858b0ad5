import { IconBook, IconFileCode, IconMailOpened } from '@tabler/icons-react'
import { useReading } from '../calls.ts'
import { CopyField } from '../parts/copy.tsx'
import { Panel } from '../parts/panel.tsx'
import { useSession } from '../session.ts'

/** Where the reference is, and what a caller needs of this customer. */
export function Reference() {
  const { baseUrl, mode } = useSession().state
  const key = useReading('keys.look')
  const links = [
    ['/docs', 'Reference', 'Each call in curl, Node.js, Python, PHP and Java, ready to copy.', IconBook],
    ['/openapi.json', 'OpenAPI', 'The same for programs, OpenAPI 3.1.', IconFileCode],
    ...(mode === 'development'
      ? ([['/dev/inbox', 'Inbox', 'Every message that no gateway is set up for.', IconMailOpened]] as const)
      : []),
  ] as const
  return (
    <div className="columns">
      <Panel title="Documents" lead="They open beside the console.">
        <ul className="lines">
          {links.map(([href, title, about, LinkIcon]) => (
            <li key={href}>
              <LinkIcon size={22} aria-hidden="true" />
              <span className="lines-text">
                <a href={href} target="_blank" rel="noreferrer">
                  <strong>{title}</strong>
                </a>
                <span className="under">{about}</span>
              </span>
            </li>
          ))}
        </ul>
      </Panel>
      <Panel title="Your key" lead="Signed calls carry the customer key; the API key signs them and is never sent.">
        <div className="stack">
          <CopyField text={baseUrl} what="address" />
          {key.data && <CopyField text={String(key.data.customerId)} what="customer key" />}
          {key.data && (
            <pre className="code-block">{`Customer-Key: ${key.data.customerId}
Timestamp: <milliseconds since 1970>
Authorization: <SHA-512 of key, time and API key, in hex>`}</pre>
          )}
        </div>
      </Panel>
    </div>
  )
}
