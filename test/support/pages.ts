/** Looks at HTML as text: is every element closed in order, and does it load anything? */

const VOID = new Set(['meta', 'br'])

/** Empty if so; else what is wrong, and where. */
export function isWellFormed(page: string): string {
  const open: string[] = []
  const text = page.replace(/<!doctype html>/, '').replace(/<style>[^]*?<\/style>/g, '')
  for (const match of text.matchAll(/<(\/?)([a-z][\w]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|</gi)) {
    const [whole, slash, name, , selfClosed] = match
    if (name === undefined) return `a bare < before ${text.slice(match.index, match.index + 60)}`
    if (slash === '/') {
      if (open.pop() !== name) return `${whole} closes nothing at ${match.index}`
    } else if (selfClosed !== '/' && !VOID.has(name)) open.push(name)
  }
  return open.length === 0 ? '' : `${open.join(', ')} are open at the end`
}

/** What a browser would fetch or follow outside of the file and its folder. */
export function outsideAddresses(page: string): string[] {
  const found = page.matchAll(/(?:href|src|xlink:href)="([^"]*)"|url\(([^)]*)\)/g)
  return [...found]
    .map(([, attribute, style]) => attribute ?? style ?? '')
    .filter((address) => !/^(#|\.\/)/.test(address))
}
