/**
 * Keys: from an event of the page to the name a command is registered under, and to the words a
 * menu shows. `Mod` is Ctrl, on macOS Cmd.
 */
const WORDS: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  PageDown: 'Page Down',
  PageUp: 'Page Up',
  Space: 'Space',
}

export interface Pressed {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
}

/** `Mod+Shift+P`, `Shift+X`, `?`, `ArrowLeft`; empty while only a modifier is down. */
export function keyName(event: Pressed, mac: boolean): string {
  if (['Control', 'Meta', 'Alt', 'Shift'].includes(event.key)) return ''
  const single = event.key.length === 1
  const letter = single && /[a-z]/i.test(event.key)
  const key = event.key === ' ' ? 'Space' : single ? event.key.toUpperCase() : event.key
  const mod = mac ? event.metaKey : event.ctrlKey
  if (!mac && event.metaKey) return ''
  const ctrl = mac && event.ctrlKey
  // Shift is part of a sign such as `?`, but a key of its own beside letters and named keys.
  const shift = event.shiftKey && (letter || !single || key === 'Space')
  const parts = [mod && 'Mod', ctrl && 'Ctrl', event.altKey && 'Alt', shift && 'Shift', key]
  return parts.filter(Boolean).join('+')
}

/** `Ctrl+Shift+P`, on macOS `⇧⌘P`. */
export function keyWords(key: string, mac: boolean): string {
  const parts = key.split('+').map((part) => WORDS[part] ?? part)
  if (!mac) return parts.map((part) => (part === 'Mod' ? 'Ctrl' : part)).join('+')
  const signs: Readonly<Record<string, string>> = { Mod: '⌘', Shift: '⇧', Alt: '⌥' }
  return parts.map((part) => signs[part] ?? part).join('')
}

/** Typing belongs to the field: only keys with Mod, Alt or of the top row act there. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true
  if (target instanceof HTMLSelectElement) return true
  if (!(target instanceof HTMLInputElement)) return false
  return !['checkbox', 'radio', 'button', 'range'].includes(target.type)
}
