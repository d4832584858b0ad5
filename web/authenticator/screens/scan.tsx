import { type FormEvent, useEffect, useRef, useState } from 'react'
import { type CameraProblem, readPicture, startCamera } from '../camera/camera.ts'
import type { LinkProblem } from '../model/link-problem.ts'
import { follow } from '../model/links.ts'
import { Field } from '../parts/field.tsx'
import { Icon } from '../parts/icon.tsx'
import { Notice } from '../parts/notice.tsx'
import { Screen } from '../parts/screen.tsx'
import type { Words } from '../words/en.ts'
import { linkProblemText, useWords } from '../words/words.ts'

const cameraWords = {
  denied: 'cameraDenied',
  missing: 'cameraMissing',
  busy: 'cameraBusy',
  unreadable: 'cameraUnreadable',
} as const satisfies Record<CameraProblem, keyof Words>

/** Reads a code: by camera, from a picture, or from a link that is pasted. */
export function ScanScreen({ problem: opened }: { readonly problem: LinkProblem | null }) {
  const words = useWords()
  const [problem, setProblem] = useState(opened && linkProblemText(words, opened))
  const [link, setLink] = useState('')
  const [isReading, setReading] = useState(false)
  const last = useRef('')

  const open = async (text: string) => {
    setReading(true)
    const wrong = await follow(text)
    setReading(false)
    setProblem(wrong && linkProblemText(words, wrong))
  }
  const seen = (text: string) => {
    // The camera sees the same code many times a second.
    if (text === last.current) return
    last.current = text
    void open(text)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void open(link)
  }
  const picture = async (file: File | undefined) => {
    const text = file && (await readPicture(file))
    if (text) await open(text)
    else if (file) setProblem(words.pictureNothing)
  }

  return (
    <Screen title={words.scanTitle}>
      <CameraView onCode={seen} />
      {isReading && <p role="status">{words.working}</p>}
      {problem && <Notice kind="problem">{problem}</Notice>}
      <form className="card" onSubmit={submit}>
        <Field label={words.scanPaste} value={link} onText={setLink} type="text" inputMode="url" spellCheck={false} />
        <div className="row">
          <button type="submit" className="main" disabled={link === ''}>
            {words.scanOpen}
          </button>
          <label className="button">
            <Icon name="picture" />
            {words.scanPicture}
            <input
              className="sr-only"
              type="file"
              accept="image/*"
              onChange={({ target }) => void picture(target.files?.[0])}
            />
          </label>
        </div>
      </form>
    </Screen>
  )
}

function CameraView({ onCode }: { readonly onCode: (text: string) => void }) {
  const words = useWords()
  const video = useRef<HTMLVideoElement>(null)
  const [problem, setProblem] = useState<CameraProblem | null>(null)
  const [isRunning, setRunning] = useState(false)
  const [attempt, setAttempt] = useState(0)
  const told = useRef(onCode)
  told.current = onCode
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt starts the camera anew
  useEffect(() => {
    const place = video.current
    if (!place) return
    setProblem(null)
    const starting = startCamera(place, (text) => told.current(text))
    void starting.then((camera) => {
      if (typeof camera === 'string') setProblem(camera)
      else setRunning(true)
    })
    return () => void starting.then((camera) => typeof camera !== 'string' && camera.stop())
  }, [attempt])
  return (
    <>
      <div className={problem ? 'camera off' : 'camera'}>
        <video ref={video} playsInline muted aria-label={words.cameraView} />
        <div className="frame" aria-hidden="true" />
        {!problem && <p role="status">{isRunning ? words.scanAim : words.scanStarting}</p>}
      </div>
      {problem && (
        <Notice kind="warning" icon="alert">
          {words[cameraWords[problem]]}{' '}
          <button type="button" className="link" onClick={() => setAttempt(attempt + 1)}>
            {words.tryAgain}
          </button>
        </Notice>
      )}
    </>
  )
}
