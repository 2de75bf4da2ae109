/**
 * The bundled fonts by address, read from the page's own style sheets: a worker does not know them.
 * Latin only: what the diagram writes.
 */
import type { FontUrl } from './protocol'

const LATIN = /-latin-wght-normal/
const ADDRESS = /url\(["']?([^"')]+)["']?\)/

export function workerFonts(page: Document = document): FontUrl[] {
  return [...page.styleSheets].flatMap((sheet) =>
    [...sheet.cssRules].flatMap((rule) => {
      if (!(rule instanceof CSSFontFaceRule)) return []
      const family = rule.style.getPropertyValue('font-family').replaceAll(/["']/g, '').trim()
      const path = ADDRESS.exec(rule.style.getPropertyValue('src'))?.[1] ?? ''
      if (!LATIN.test(path)) return []
      return [{ family, url: new URL(path, sheet.href ?? page.baseURI).href }]
    }),
  )
}
