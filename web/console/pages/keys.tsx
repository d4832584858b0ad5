import { Button } from '@mantine/core'
import { useState } from 'react'
import { useActing, useReading } from '../calls.ts'
import { CopyField } from '../parts/copy.tsx'
import { FormDialog } from '../parts/form-dialog.tsx'
import { GraceField, usualGraceMinutes } from '../parts/grace-field.tsx'
import { Link } from '../parts/link.tsx'
import { Page } from '../parts/page.tsx'
import { PageBones } from '../parts/page-bones.tsx'
import { Panel } from '../parts/panel.tsx'
import { ShownOnce } from '../parts/shown-once.tsx'
import { Time } from '../parts/time.tsx'
import { Trouble } from '../parts/trouble.tsx'
import { useMay, useSession } from '../session.ts'

/** What sites sign their calls with: the customer key, and the API key. */
export function Keys() {
  const { baseUrl } = useSession().state
  const mayOwn = useMay('own')
  const [isRotating, setRotating] = useState(false)
  const key = useReading('keys.look')
  const show = useActing('keys.show')
  if (!key.data) return key.error ? <Trouble error={key.error} onRetry={() => void key.refetch()} /> : <PageBones />
  const { customerId, hint, oldKeyUntilMs, oldSecretUntilMs } = key.data
  return (
    <Page
      title="API keys"
      lead="What your site signs its calls with. A plugin of miniOrange asks for these three."
      actions={
        mayOwn && (
          <Button variant="default" onClick={() => setRotating(true)}>
            Make another key
          </Button>
        )
      }
    >
      <Panel>
        <dl className="key-list">
          <div>
            <dt>Address of this server</dt>
            <dd>
              <CopyField text={baseUrl} what="address" />
            </dd>
          </div>
          <div>
            <dt>Customer key</dt>
            <dd>
              <CopyField text={String(customerId)} what="customer key" />
            </dd>
          </div>
          <div>
            <dt>API key</dt>
            <dd>
              {show.data ? (
                <CopyField text={show.data.apiKey} what="API key" />
              ) : (
                <span className="copy-field">
                  <code>•••• •••• •••• {hint}</code>
                  {mayOwn && (
                    <Button size="xs" variant="default" loading={show.isPending} onClick={() => show.mutate({})}>
                      Show
                    </Button>
                  )}
                </span>
              )}
              <Trouble error={show.error} />
            </dd>
          </div>
        </dl>
        {oldKeyUntilMs !== null && (
          <p className="advice">
            The key before this one still counts. It ends <Time atMs={oldKeyUntilMs} />.
          </p>
        )}
      </Panel>
      {mayOwn && <PluginSecrets oldUntilMs={oldSecretUntilMs} />}
      <p className="quiet">
        Whoever has the API key can ask and answer in your name. Keep it on your servers alone, never in a browser or an
        app. <Link to="/console/developers">See how calls are signed</Link>
      </p>
      {isRotating && <Rotate onClose={() => setRotating(false)} />}
    </Page>
  )
}

/** What some plugins ask for beside the key. Hidden until it is asked for. */
function PluginSecrets({ oldUntilMs }: { readonly oldUntilMs: number | null }) {
  const [minutes, setMinutes] = useState<number | null>(null)
  const show = useActing('keys.showSecrets')
  const rotate = useActing('keys.rotateSecrets', { changes: ['keys.look'] })
  const shown = rotate.data ?? show.data
  const fields = [
    ['Token', shown?.token],
    ['App secret', shown?.appSecret],
  ] as const
  return (
    <Panel
      title="Secrets of plugins"
      lead="Plugins of miniOrange get them when they sign in to this customer."
      actions={
        <Button size="xs" variant="default" onClick={() => setMinutes(usualGraceMinutes)}>
          Make other secrets
        </Button>
      }
    >
      <dl className="key-list">
        {fields.map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text ? <CopyField text={text} what={name.toLowerCase()} /> : <code>•••• •••• ••••</code>}</dd>
          </div>
        ))}
      </dl>
      {!shown && (
        <Button size="xs" variant="default" loading={show.isPending} onClick={() => show.mutate({})}>
          Show the secrets
        </Button>
      )}
      <Trouble error={show.error} />
      {oldUntilMs !== null && (
        <p className="advice">
          The app secret before this one still counts. It ends <Time atMs={oldUntilMs} />.
        </p>
      )}
      {minutes !== null && (
        <FormDialog
          isOpen
          onClose={() => setMinutes(null)}
          title="Make other secrets"
          lead="Every plugin of this customer must sign in again to get them. The API key stays."
          action="Make other secrets"
          isBusy={rotate.isPending}
          error={rotate.error}
          onSubmit={() => rotate.mutate({ body: { graceMinutes: minutes } }, { onSuccess: () => setMinutes(null) })}
        >
          <GraceField minutes={minutes} onChange={setMinutes} />
        </FormDialog>
      )}
    </Panel>
  )
}

function Rotate({ onClose }: { readonly onClose: () => void }) {
  const [minutes, setMinutes] = useState(usualGraceMinutes)
  const rotate = useActing('keys.rotate', { changes: ['keys.look'] })
  if (rotate.data)
    return (
      <ShownOnce title="The new API key" text={rotate.data.apiKey} what="API key" onClose={onClose}>
        Put it in place wherever the old one is, before that one ends.
      </ShownOnce>
    )
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title="Make another API key"
      lead="Every site and program that signs with the old one needs the new one."
      action="Make another key"
      isBusy={rotate.isPending}
      error={rotate.error}
      onSubmit={() => rotate.mutate({ body: { graceMinutes: minutes } })}
    >
      <GraceField minutes={minutes} onChange={setMinutes} />
    </FormDialog>
  )
}
