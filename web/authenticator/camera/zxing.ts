import { prepareZXingModule, readBarcodes as read } from 'zxing-wasm/reader'
import wasmUrl from 'zxing-wasm/reader/zxing_reader.wasm?url'

// By default it loads from a public network of copies: ours comes from our own server.
prepareZXingModule({ overrides: { locateFile: () => wasmUrl } })

export async function readBarcodes(image: ImageData): Promise<string | undefined> {
  const [found] = await read(image, { formats: ['QRCode'], maxNumberOfSymbols: 1, tryHarder: true })
  return found?.text
}
