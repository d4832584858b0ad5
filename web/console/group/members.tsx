import { Textarea } from '@mantine/core'
import { useState } from 'react'
import type { Group } from '../../../contract/console/groups.ts'
import { useActing } from '../calls.ts'
import { FormDialog } from '../parts/form-dialog.tsx'

/** Adds users to a group: all of them or none. */
export function AddMembers({ group, onClose }: { readonly group: Group; readonly onClose: () => void }) {
  const [text, setText] = useState('')
  const usernames = [...new Set(text.split(/[\n,;]+/).map((each) => each.trim()))].filter((each) => each !== '')
  const add = useActing('groups.changeMembers', {
    changes: ['groups.members', 'groups.look', 'groups.list'],
    done: ({ name }) => `Added to ${name}.`,
    onDone: onClose,
  })
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={`Add to ${group.name}`}
      lead="All of them are added, or none when one of the names is unknown."
      action="Add"
      isBusy={add.isPending}
      isReady={usernames.length > 0}
      error={add.error}
      onSubmit={() => add.mutate({ params: { id: group.id }, body: { add: usernames, remove: [] } })}
    >
      <Textarea
        label="Usernames"
        description="One a line, or with commas between them."
        autoCapitalize="none"
        spellCheck={false}
        rows={6}
        data-autofocus
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </FormDialog>
  )
}
