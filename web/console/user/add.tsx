import { useState } from 'react'
import { useActing } from '../calls.ts'
import { FormDialog } from '../parts/form-dialog.tsx'
import { go } from '../router.ts'
import { PersonFields, personOf } from './person-fields.tsx'

interface Props {
  readonly isOpen: boolean
  readonly onClose: () => void
}

const nobody = { username: '', email: '', phone: '', firstName: '', lastName: '' }

/** Adds a user by hand. */
export function AddUser({ isOpen, onClose }: Props) {
  const [person, setPerson] = useState(nobody)
  const add = useActing('users.add', {
    changes: ['users.list', 'home.look'],
    done: ({ username }) => `${username} was added.`,
    onDone: ({ id }) => {
      setPerson(nobody)
      onClose()
      go(`/console/users/${encodeURIComponent(id)}`)
    },
  })
  return (
    <FormDialog
      isOpen={isOpen}
      onClose={onClose}
      title="Add a user"
      lead="Only the username is needed; codes by message need a phone or an e-mail."
      action="Add"
      isBusy={add.isPending}
      isReady={person.username.trim() !== ''}
      error={add.error}
      onSubmit={() => add.mutate({ body: { username: person.username.trim(), ...personOf(person) } })}
    >
      <PersonFields person={person} onChange={setPerson} error={add.error} hasUsername />
    </FormDialog>
  )
}
