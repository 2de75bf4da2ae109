/**
 * A picture of the page as a file of its own: colours and type are written into the elements,
 * because the stylesheet and its tokens stay behind.
 */
const SVG_NS = 'http://www.w3.org/2000/svg'
const HEAD_PX = 24

/** What a picture here is made of; each is a presentation attribute of SVG. */
const LOOKS = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-opacity',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
  'dominant-baseline',
] as const

export function svgText(picture: SVGSVGElement, title: string): string {
  const { width, height } = picture.getBoundingClientRect()
  const copy = document.createElementNS(SVG_NS, 'svg')
  copy.setAttribute('xmlns', SVG_NS)
  copy.setAttribute('width', String(Math.ceil(width)))
  copy.setAttribute('height', String(Math.ceil(height) + HEAD_PX))
  const ground = getComputedStyle(document.body)
  copy.append(
    made('rect', { width: '100%', height: '100%', fill: ground.backgroundColor }),
    made('text', {
      ...{ x: '12', y: '16', fill: ground.color },
      ...{ 'font-family': ground.fontFamily, 'font-size': '12', 'font-weight': '600' },
    }),
  )
  copy.lastElementChild?.append(title)
  const inner = made('g', { transform: `translate(0 ${HEAD_PX})` })
  for (const child of picture.children) inner.append(dressed(child))
  copy.append(inner)
  return new XMLSerializer().serializeToString(copy)
}

function made(name: string, attributes: Readonly<Record<string, string>>): Element {
  const element = document.createElementNS(SVG_NS, name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  return element
}

function dressed(element: Element): Node {
  const copy = element.cloneNode(false)
  if (!(copy instanceof Element)) return copy
  const style = getComputedStyle(element)
  copy.removeAttribute('class')
  copy.removeAttribute('style')
  copy.removeAttribute('tabindex')
  for (const look of LOOKS) {
    const value = style.getPropertyValue(look)
    if (value !== '') copy.setAttribute(look, value)
  }
  for (const child of element.childNodes) {
    copy.appendChild(child instanceof Element ? dressed(child) : child.cloneNode(true))
  }
  return copy
}
