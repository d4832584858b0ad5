import { createReader } from './reader.ts'

export type CameraProblem = 'denied' | 'missing' | 'busy' | 'unreadable'

const lookEveryMs = 150

export interface Camera {
  stop(): void
}

/** Shows the camera that looks away from the user and tells each code it sees, until stopped. */
export async function startCamera(
  video: HTMLVideoElement,
  onCode: (text: string) => void,
): Promise<Camera | CameraProblem> {
  const stream = await openCamera()
  if (typeof stream === 'string') return stream
  const reading = await createReader().catch(() => undefined)
  let isStopped = false
  const stop = () => {
    isStopped = true
    for (const track of stream.getTracks()) track.stop()
    video.srcObject = null
  }
  if (!reading) {
    stop()
    return 'unreadable'
  }
  video.srcObject = stream
  await video.play().catch(() => undefined)
  const look = async () => {
    if (isStopped) return
    const text =
      video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA ? await reading(video).catch(() => undefined) : undefined
    if (text !== undefined && !isStopped) onCode(text)
    setTimeout(look, lookEveryMs)
  }
  void look()
  return { stop }
}

async function openCamera(): Promise<MediaStream | CameraProblem> {
  if (!navigator.mediaDevices) return 'missing'
  const video = { facingMode: 'environment', width: { ideal: 1_280 }, height: { ideal: 720 } }
  return navigator.mediaDevices.getUserMedia({ video, audio: false }).catch(({ name }: DOMException) => {
    if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied'
    return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'missing' : 'busy'
  })
}

/** The code in a picture that was chosen. */
export async function readPicture(file: Blob): Promise<string | undefined> {
  const image = await createImageBitmap(file).catch(() => undefined)
  if (!image) return undefined
  const read = await createReader().catch(() => undefined)
  return read?.(image).catch(() => undefined)
}
