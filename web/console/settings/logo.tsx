import { Button } from '@mantine/core'
import { IconPhoto } from '@tabler/icons-react'
import { type ChangeEvent, useId, useState } from 'react'
import { logoBytesMax } from '../../../contract/console/policy.ts'
import { useActing } from '../calls.ts'
import { Trouble } from '../parts/trouble.tsx'
import { useMay } from '../session.ts'

/** The customer's logo as users see it, and the file that takes its place. `path` null: there is none. */
export function Logo({ path }: { readonly path: string | null }) {
  const id = useId()
  const mayManage = useMay('manage')
  const [problem, setProblem] = useState('')
  const set = useActing('settings.setLogo', { changes: ['settings.list'], done: 'Saved.' })
  const remove = useActing('settings.removeLogo', { changes: ['settings.list'], done: 'Removed.' })
  const take = async ({ currentTarget }: ChangeEvent<HTMLInputElement>) => {
    const file = currentTarget.files?.[0]
    currentTarget.value = '' // so that the same file can be chosen again
    if (!file) return
    const isTooLarge = file.size > logoBytesMax
    setProblem(isTooLarge ? `The picture has more than ${logoBytesMax / 1024} KB. Make it smaller.` : '')
    remove.reset()
    if (isTooLarge) set.reset()
    else set.mutate({ body: { image: base64Of(new Uint8Array(await file.arrayBuffer())) } })
  }
  return (
    <div>
      <p className="field-name">Logo</p>
      {path === null ? (
        <p className="under">None: pages show the first letter of the name.</p>
      ) : (
        <img className="logo" src={path} alt="Logo now" />
      )}
      {mayManage && (
        <>
          <label className="file-field" htmlFor={id}>
            <IconPhoto size={26} aria-hidden="true" />
            <span>
              <strong>{path === null ? 'Choose a logo' : 'Choose another logo'}</strong>
              <span>PNG, JPEG or WebP, at most {logoBytesMax / 1024} KB; at most 256 pixels of it are kept.</span>
            </span>
            <input
              id={id}
              className="unseen"
              type="file"
              accept="image/png,image/jpeg,image/webp"
              aria-label={path === null ? 'Choose a logo' : 'Choose another logo'}
              disabled={set.isPending}
              onChange={(event) => void take(event)}
            />
          </label>
          {problem && (
            <p className="field-problem" role="alert">
              {problem}
            </p>
          )}
          <Trouble error={set.error ?? remove.error} />
          {path !== null && (
            <Button variant="default" mt="sm" loading={remove.isPending} onClick={() => remove.mutate({})}>
              Remove the logo
            </Button>
          )}
        </>
      )}
    </div>
  )
}

function base64Of(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}
