import { readPicture } from '../camera/camera.ts'
import { follow } from './links.ts'
import { go } from './navigation.ts'

/**
 * As the virtual phone of the demonstration: the page around shows it a picture, as somebody would hold a code before a
 * phone. Only development lets a page of the same origin frame the app.
 */
export function watchFrame(): void {
  if (parent === window) return
  addEventListener('message', async ({ origin, source, data }: MessageEvent<{ kind?: string; picture?: unknown }>) => {
    if (origin !== location.origin || source !== parent) return
    if (data?.kind !== 'picture' || !(data.picture instanceof Blob)) return
    const problem = await follow((await readPicture(data.picture)) ?? '')
    if (problem) go({ name: 'scan', problem })
  })
}
