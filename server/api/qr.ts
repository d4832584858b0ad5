const modulePixels = 8
const quietModules = 4
const jpegQuality = 90

/** A QR code of `text` as a JPEG in bare base64: clients put `data:image/jpg;base64,` in front themselves. */
export async function qrJpeg(text: string): Promise<string> {
  // Loaded at the first QR code, so that a server that makes none starts faster and smaller.
  const [{ default: qrcode }, { default: sharp }] = await Promise.all([import('qrcode'), import('sharp')])
  const { size, data } = qrcode.create(text, { errorCorrectionLevel: 'M' }).modules
  const side = (size + 2 * quietModules) * modulePixels
  const pixels = Buffer.alloc(side * side, 255)
  for (const [index, isDark] of data.entries()) {
    if (!isDark) continue
    const left = ((index % size) + quietModules) * modulePixels
    const top = (Math.floor(index / size) + quietModules) * modulePixels
    for (let y = top; y < top + modulePixels; y++) pixels.fill(0, y * side + left, y * side + left + modulePixels)
  }
  const jpeg = await sharp(pixels, { raw: { width: side, height: side, channels: 1 } })
    .jpeg({ quality: jpegQuality })
    .toBuffer()
  return jpeg.toString('base64')
}
