/**
 * A drawing of the page as a file of its own: what style sheets say is written into the elements,
 * with title and ground, so that it looks the same anywhere.
 */

const KEPT = [
  ...['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-opacity'],
  ...['opacity', 'font-family', 'font-size', 'font-weight', 'text-anchor'],
] as const
const HEAD_PX = 28
const NAMESPACE = 'http://www.w3.org/2000/svg'

export function svgFile(chart: SVGSVGElement, title: string): string {
  const copy = chart.cloneNode(true)
  if (!(copy instanceof SVGSVGElement)) return ''
  const originals = [chart, ...chart.querySelectorAll('*')]
  const copies = [copy, ...copy.querySelectorAll('*')]
  originals.forEach((original, at) => {
    const style = getComputedStyle(original)
    const target = copies[at]
    target?.removeAttribute('class')
    for (const name of KEPT) {
      const value = style.getPropertyValue(name)
      if (value !== '') target?.setAttribute(name, value)
    }
  })
  const { width, height } = chart.viewBox.baseVal
  const root = document.documentElement
  const [ground, ink] = ['--bg', '--fg'].map((token) =>
    getComputedStyle(root).getPropertyValue(token).trim(),
  )
  copy.setAttribute('xmlns', NAMESPACE)
  copy.setAttribute('width', String(width))
  copy.setAttribute('height', String(height + HEAD_PX))
  copy.setAttribute('viewBox', `0 ${-HEAD_PX} ${width} ${height + HEAD_PX}`)
  copy.prepend(
    element('rect', { x: 0, y: -HEAD_PX, width, height: height + HEAD_PX, fill: ground ?? '' }),
    element('text', { x: 8, y: -10, fill: ink ?? '', 'font-size': 13, 'font-weight': 600 }, title),
  )
  return new XMLSerializer().serializeToString(copy)
}

function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  text = '',
): SVGElement {
  const made = document.createElementNS(NAMESPACE, name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value))
  made.textContent = text
  return made
}
