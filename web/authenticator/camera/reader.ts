/** Reads QR codes from a picture or a camera's frame. */
export type ReadCode = (image: HTMLVideoElement | ImageBitmap) => Promise<string | undefined>

interface NativeDetector {
  detect(image: ImageBitmapSource): Promise<readonly { readonly rawValue: string }[]>
}

interface NativeDetectorClass {
  new (options: { readonly formats: readonly string[] }): NativeDetector
  getSupportedFormats(): Promise<readonly string[]>
}

/** The browser's own reader where it has one, else zxing in WebAssembly, fetched only now and from our own server. */
export async function createReader(): Promise<ReadCode> {
  return (await nativeReader()) ?? (await ownReader())
}

async function nativeReader(): Promise<ReadCode | undefined> {
  const Native = (globalThis as { BarcodeDetector?: NativeDetectorClass }).BarcodeDetector // not in every browser, nor in its types
  const formats = await Native?.getSupportedFormats().catch(() => undefined)
  if (!Native || !formats?.includes('qr_code')) return undefined
  const detector = new Native({ formats: ['qr_code'] })
  return async (image) => (await detector.detect(image))[0]?.rawValue
}

async function ownReader(): Promise<ReadCode> {
  const { readBarcodes } = await import('./zxing.ts')
  const canvas = document.createElement('canvas')
  const drawing = canvas.getContext('2d', { willReadFrequently: true })
  return async (image) => {
    const [width, height] = sizeOf(image)
    if (!drawing || width === 0) return undefined
    const scale = Math.min(1, widthMax / Math.max(width, height))
    canvas.width = Math.round(width * scale)
    canvas.height = Math.round(height * scale)
    drawing.drawImage(image, 0, 0, canvas.width, canvas.height)
    return readBarcodes(drawing.getImageData(0, 0, canvas.width, canvas.height))
  }
}

/** A larger picture takes longer to read and tells no more. */
const widthMax = 1_280

function sizeOf(image: HTMLVideoElement | ImageBitmap): [number, number] {
  return image instanceof HTMLVideoElement ? [image.videoWidth, image.videoHeight] : [image.width, image.height]
}
