/**
 * Where the focus goes when a dialog opens: never to the cross that closes it, for Enter would take
 * back what was asked for.
 */
const FIELDS = [
  '.body :is(input, select, textarea):not(:disabled)',
  '.body form button:not(:disabled)',
  '.body[tabindex="0"]',
].join(', ')
/** In this order; the last is the way out of what cannot be undone. */
const PLACES = [
  '[autofocus]',
  FIELDS,
  'footer .primary:not(:disabled)',
  '.body :is(a[href], button:not(:disabled), summary, [tabindex="0"])',
  'footer :is(.btn:not(:disabled), input:not(:disabled)):not(.danger)',
]

export function firstFocus(dialog: HTMLElement): HTMLElement | null {
  for (const place of PLACES) {
    const found = [...dialog.querySelectorAll<HTMLElement>(place)].find(isReachable)
    if (found !== undefined) return chosenOf(found)
  }
  return null
}

/** Hidden fields, and rows that the arrows reach, are none of its stops. */
function isReachable(element: HTMLElement): boolean {
  if (element.tabIndex < 0 || element.hidden || element.getAttribute('type') === 'hidden')
    return false
  const details = element.closest('details:not([open])')
  return details === null || element.matches('summary')
}

/** Of choices side by side the one that is chosen: Enter on another would change it. */
function chosenOf(found: HTMLElement): HTMLElement {
  const chosen = '[aria-pressed="true"]:not(:disabled)'
  return found.closest('[role="group"]')?.querySelector<HTMLElement>(chosen) ?? found
}
