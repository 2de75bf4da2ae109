/**
 * Jumps of the layout, as the browser counts them: what moved although nobody had touched anything
 * for half a second. A sum of 1 is a window whose whole content moved by its whole height. Lines
 * of a list of what just happened (`ol`) make room for newer ones: that is no jump.
 */
import type { Page } from 'playwright-core'

export interface Jumps {
  readonly sum: number
  /** What moved, the largest first: `footer.status > span “dropped 0”: 507,877 to 492,877`. */
  readonly moved: readonly string[]
}

/** Begins to count; once for a page. */
export async function countJumps(page: Page): Promise<void> {
  await page.evaluate(() => {
    interface Shift extends PerformanceEntry {
      readonly value: number
      readonly hadRecentInput: boolean
      readonly sources: readonly {
        readonly node: Node | null
        readonly previousRect: DOMRectReadOnly
        readonly currentRect: DOMRectReadOnly
      }[]
    }
    const nameOf = (element: Element): string => {
      const id = element.getAttribute('data-testid')
      const classes = [...element.classList].map((name) => `.${name}`).join('')
      return `${element.tagName.toLowerCase()}${id === null ? '' : `#${id}`}${classes}`
    }
    const elementOf = (node: Node | null): Element | null =>
      node instanceof Element ? node : (node?.parentElement ?? null)
    const wordsOf = (node: Node | null): string => {
      const element = elementOf(node)
      if (element === null) return 'what is gone'
      const around = element.parentElement ? `${nameOf(element.parentElement)} > ` : ''
      const text = (node?.textContent ?? '').trim().slice(0, 30)
      return `${around}${nameOf(element)} “${text}”`
    }
    const corner = ({ x, y }: DOMRectReadOnly): string => `${Math.round(x)},${Math.round(y)}`
    const found = { sum: 0, moved: [] as [number, string][] }
    Reflect.set(window, 'jumpsFound', found)
    new PerformanceObserver((list) => {
      for (const shift of list.getEntries() as Shift[]) {
        // What is gone by now was such a line, or else something that is left moved with it. A row
        // of a list that scrolls with its rows stands where another one stood: nobody saw it move.
        const jumped = shift.sources.filter(
          ({ node, previousRect, currentRect }) =>
            elementOf(node)?.closest('ol') === null && corner(previousRect) !== corner(currentRect),
        )
        if (shift.hadRecentInput || jumped.length === 0) continue
        found.sum += shift.value
        for (const { node, previousRect, currentRect } of jumped) {
          const way = `${corner(previousRect)} to ${corner(currentRect)}`
          found.moved.push([shift.value, `${wordsOf(node)}: ${way}`])
        }
      }
    }).observe({ type: 'layout-shift' })
  })
}

/** Since the last time it was asked. */
export async function takeJumps(page: Page): Promise<Jumps> {
  return page.evaluate(() => {
    const found = Reflect.get(window, 'jumpsFound') as { sum: number; moved: [number, string][] }
    const { sum, moved } = found
    found.sum = 0
    found.moved = []
    const first = moved.toSorted((a, b) => b[0] - a[0]).map(([, words]) => words)
    return { sum, moved: [...new Set(first)].slice(0, 5) }
  })
}
