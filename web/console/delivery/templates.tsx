import { Button, NativeSelect, SegmentedControl, Textarea } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import type { TemplateRow } from '../../../contract/console/delivery.ts'
import type { Language } from '../../../contract/console/words.ts'
import { useActing, useReading } from '../calls.ts'
import { PageBones } from '../parts/page-bones.tsx'
import { Panel } from '../parts/panel.tsx'
import { Tag } from '../parts/tag.tsx'
import { Trouble } from '../parts/trouble.tsx'
import { plural, spaced } from '../parts/words.ts'
import { useMay } from '../session.ts'
import { MessagePreview } from './preview.tsx'

const languageNames = { en: 'English', es: 'Español' } as const satisfies Record<Language, string>

/** What messages say, per language, with the message beside it as it would arrive. */
export function Templates() {
  const list = useReading('templates.list')
  const [id, setId] = useState('')
  const [language, setLanguage] = useState<Language>('en')
  if (!list.data) return list.error ? <Trouble error={list.error} onRetry={() => void list.refetch()} /> : <PageBones />
  const ids = [...new Set(list.data.items.map((each) => each.id))]
  const chosen = id || ids[0]
  const template = list.data.items.find((each) => each.id === chosen && each.language === language)
  const own = list.data.items.filter(({ isOwn }) => isOwn).length
  return (
    <>
      <div className="chooser">
        <NativeSelect
          label={`Text (${plural(ids.length, 'text')} in each language, ${own} of your own)`}
          value={chosen ?? ''}
          data={ids.map((value) => ({ value, label: titleOf(value) }))}
          onChange={(event) => setId(event.currentTarget.value)}
        />
        <SegmentedControl
          aria-label="Language"
          value={language}
          data={Object.entries(languageNames).map(([value, label]) => ({ value, label }))}
          onChange={(value) => setLanguage(value as Language)} // one of the above
        />
      </div>
      {template && <Editor key={`${template.id}.${template.language}.${template.text}`} template={template} />}
    </>
  )
}

/** The parts of an id in words: `code.email.subject` is "Code · E-mail · Subject". */
function titleOf(id: string): string {
  const ways: Readonly<Record<string, string>> = { sms: 'SMS', email: 'E-mail' }
  return id
    .split('.')
    .map((part) => ways[part] ?? spaced(part))
    .join(' · ')
}

const pauseMs = 250

function Editor({ template }: { readonly template: TemplateRow }) {
  const mayManage = useMay('manage')
  const [text, setText] = useState(template.text)
  const [looked] = useDebouncedValue(text, pauseMs)
  const { id, language } = template
  const preview = useReading('templates.preview', { body: { id, language, text: looked } })
  const save = useActing('templates.set', { changes: ['templates.list'], done: 'Saved. The next message says it.' })
  const set = (next: string | null) => save.mutate({ params: { id, language }, body: { text: next } })
  return (
    <div className="columns">
      <Panel
        title={titleOf(id)}
        actions={<Tag tone={template.isOwn ? 'accent' : 'plain'}>{template.isOwn ? 'Your own' : 'Ours'}</Tag>}
      >
        <div className="stack">
          <Textarea
            aria-label="Text"
            autosize={false}
            rows={6}
            readOnly={!mayManage}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <p className="quiet">
            Filled in: {template.allowed.join(', ') || 'nothing'}.
            {template.needed.length > 0 && ` Needed: ${template.needed.join(', ')}.`}
          </p>
          {(preview.data?.problem ?? template.problem) && (
            <p className="advice" role="status">
              {preview.data?.problem ?? template.problem}
            </p>
          )}
          <Trouble error={save.error} />
          {mayManage && (
            <div className="form-end">
              {template.isOwn && (
                <Button variant="default" onClick={() => set(null)}>
                  Back to ours
                </Button>
              )}
              <Button
                loading={save.isPending}
                disabled={text === template.text || Boolean(preview.data?.problem)}
                onClick={() => set(text)}
              >
                Save
              </Button>
            </div>
          )}
        </div>
      </Panel>
      <Panel title="As it arrives" lead={`In ${languageNames[language]}, with made-up values.`}>
        <Trouble error={preview.error} />
        <div className="stack" aria-live="polite">
          {preview.data?.messages.map((message) => (
            <MessagePreview key={`${message.message} ${message.via}`} message={message} />
          ))}
        </div>
      </Panel>
    </div>
  )
}
