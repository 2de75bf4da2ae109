/** A picture in SVG as pixels, at twice its size so that it can be shown on a projector. */
import { pngOf } from '../chartExport'

const SCALE = 2

export async function pngOfSvg(text: string): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml;charset=utf-8' }))
  try {
    const image = new Image()
    image.src = url
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = image.naturalWidth * SCALE
    canvas.height = image.naturalHeight * SCALE
    const ctx = canvas.getContext('2d')
    if (!ctx) throw new Error('The browser gave no canvas.')
    ctx.drawImage(image, 0, 0, canvas.width, canvas.height)
    return await pngOf(canvas)
  } finally {
    URL.revokeObjectURL(url)
  }
}
