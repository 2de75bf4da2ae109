/** What must hold of any page of the window: nothing clipped or covered, nothing logged. */
import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** Console errors, policy violations and requests that leave loopback, as they come. */
export function watchPage(page: Page): string[] {
  const problems: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => problems.push(`page: ${error.message}`))
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url())
    const local = ['data:', 'blob:'].includes(protocol) || hostname === '127.0.0.1'
    if (!local) problems.push(`request off loopback: ${request.url()}`)
  })
  return problems
}

/** Before the page loads: violations of the policy become console errors with their directive. */
export async function reportViolations(page: Page): Promise<void> {
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI}`)
    })
  })
}

/** Serious and critical findings of axe, in words. */
export async function axeFindings(page: Page): Promise<string[]> {
  // By the debugger, not by a script element: the policy of the page forbids that.
  await page.evaluate(axe.source)
  return page.evaluate(async () => {
    interface Finding {
      readonly id: string
      readonly impact: string | null
      readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
    }
    const axe = Reflect.get(window, 'axe') as { run(): Promise<{ violations: Finding[] }> }
    const { violations } = await axe.run()
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`)
  })
}

/** Text that is cut off without an ellipsis, and controls that lie outside the window. */
export function clippedTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = []
    const name = (element: Element): string => {
      const words = (element.textContent ?? '').trim().slice(0, 60)
      return `${element.tagName}.${element.getAttribute('class') ?? ''} “${words}”`
    }
    for (const element of document.querySelectorAll<HTMLElement>('body *')) {
      const own = [...element.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== '',
      )
      const box = element.getBoundingClientRect()
      if (!own || element.closest('svg') || box.width <= 1 || box.height <= 1) continue
      const style = getComputedStyle(element)
      if (style.visibility === 'hidden') continue
      const cut = element.scrollWidth > element.clientWidth + 1 && style.display !== 'inline'
      const hides = style.overflowX === 'hidden' || style.overflowX === 'clip'
      if (cut && hides && style.textOverflow !== 'ellipsis') found.push(`clipped: ${name(element)}`)
      if (cut && !hides && style.overflowX === 'visible') {
        found.push(`spills over: ${name(element)}`)
      }
    }
    for (const element of document.querySelectorAll<HTMLElement>(
      '.toolbar *, .menubar *, .status *',
    )) {
      const box = element.getBoundingClientRect()
      if (box.width > 0 && box.right > innerWidth + 1) found.push(`outside: ${name(element)}`)
    }
    return found
  })
}

/** Controls of one bar that lie on top of each other. */
export function overlaps(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = []
    const bars = '.toolbar, .menubar, .status, .panel-head, .acts, .ask, .filter'
    for (const bar of document.querySelectorAll<HTMLElement>(bars)) {
      const items = [...bar.children].filter((child) => {
        const box = child.getBoundingClientRect()
        return box.width > 1 && box.height > 1
      })
      items.forEach((item, index) => {
        const a = item.getBoundingClientRect()
        for (const other of items.slice(index + 1)) {
          const b = other.getBoundingClientRect()
          const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left)
          const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)
          if (wide > 1 && high > 1) {
            found.push(`${item.className} and ${other.className} in ${bar.className}`)
          }
        }
      })
    }
    return found
  })
}
