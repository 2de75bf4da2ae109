/** Where a link of a page leads. Paths are those of the repository: `docs/views/lab.md`. */
import { OUTSIDE_LINKS } from '../../../shared/shell'
import type { OutsideLink } from '../../../shared/shell'

export type Target =
  | { readonly kind: 'page'; readonly path: string; readonly anchor: string }
  | { readonly kind: 'experiment'; readonly name: string }
  | { readonly kind: 'outside'; readonly id: OutsideLink }
  /** Not in the manual and not on the list of pages outside: shown as text. */
  | { readonly kind: 'text'; readonly href: string }

const EXPERIMENT = /^resources\/scenarios\/([a-z0-9-]+)\.paxlab\.yaml$/

export function resolveLink(from: string, href: string, has: (path: string) => boolean): Target {
  if (/^[a-z][a-z0-9+.-]*:/i.test(href) || href.startsWith('//')) return outside(href)
  const [file = '', anchor = ''] = href.split('#')
  const path = file === '' ? from : joined(from, file)
  if (path === null) return { kind: 'text', href }
  const name = EXPERIMENT.exec(path)?.[1]
  if (name !== undefined) return { kind: 'experiment', name }
  return has(path) ? { kind: 'page', path, anchor } : { kind: 'text', href }
}

function outside(href: string): Target {
  for (const id of OUTSIDE_IDS) if (OUTSIDE_LINKS[id] === href) return { kind: 'outside', id }
  return { kind: 'text', href }
}

const OUTSIDE_IDS = [
  'paxosMadeSimple',
  'partTimeParliament',
  'electronLicence',
] as const satisfies readonly OutsideLink[]

/** Null: it leads out of the repository. */
function joined(from: string, file: string): string | null {
  const parts = from.split('/').slice(0, -1)
  for (const part of file.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return null
    } else if (part !== '.' && part !== '') {
      parts.push(part)
    }
  }
  return parts.join('/')
}
