import { TextInput } from '@mantine/core'
import { Problem } from '../api.ts'

interface Person {
  readonly username: string
  readonly email: string
  readonly phone: string
  readonly firstName: string
  readonly lastName: string
}

const fields = [
  ['email', 'E-mail', 'ann@example.com', 'email'],
  ['phone', 'Phone', '+15551234567', 'tel'],
  ['firstName', 'First name', '', 'text'],
  ['lastName', 'Last name', '', 'text'],
] as const

/** What was filled in. */
export function personOf(person: Person): Partial<Omit<Person, 'username'>> {
  return Object.fromEntries(fields.flatMap(([name]) => (person[name].trim() ? [[name, person[name].trim()]] : [])))
}

interface Props {
  readonly person: Person
  readonly onChange: (person: Person) => void
  readonly error: Error | null
  readonly hasUsername?: boolean
}

/** Who somebody is and how he is reached. */
export function PersonFields({ person, onChange, error, hasUsername = false }: Props) {
  const field = error instanceof Problem ? error.field : undefined
  return (
    <>
      {hasUsername && (
        <TextInput
          label="Username"
          description="As your site knows it; does not change later."
          autoCapitalize="none"
          spellCheck={false}
          required
          withAsterisk={false}
          data-autofocus
          error={field === 'username'}
          value={person.username}
          onChange={(event) => onChange({ ...person, username: event.currentTarget.value })}
        />
      )}
      <div className="fields">
        {fields.map(([name, label, placeholder, type]) => (
          <TextInput
            key={name}
            label={label}
            placeholder={placeholder}
            type={type}
            error={field === name}
            value={person[name]}
            onChange={(event) => onChange({ ...person, [name]: event.currentTarget.value })}
          />
        ))}
      </div>
    </>
  )
}
