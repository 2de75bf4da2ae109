/** Roving focus in the topology: one node and one link are in the Tab order, arrows move them. */
import { computed, shallowRef } from 'vue'
import type { ComputedRef, Ref } from 'vue'
import { linkKey } from '../../../core/fault'
import type { Link } from '../../../core/fault'
import type { Positions } from '../components/topology/geometry'
import { keyIntent } from './topologyKeys'
import type { KeyIntent } from './topologyKeys'

export interface FocusTarget {
  readonly node: number | null
  readonly link: Link | null
  readonly element: Element
}

export interface FocusOptions {
  readonly root: Ref<HTMLElement | null>
  readonly positions: () => Positions
  readonly letters: () => boolean
  readonly selectedNode: () => number | null
  /** Answers whether the key is used up; the focus itself is moved here. */
  readonly onIntent: (intent: KeyIntent, target: FocusTarget, event: KeyboardEvent) => boolean
}

export interface TopologyFocus {
  readonly tabNode: ComputedRef<number | null>
  readonly tabLink: ComputedRef<string | null>
  /** The focus is on a node or on its menu button. */
  readonly within: Ref<boolean>
  targetOf(element: EventTarget | null): FocusTarget
  onKey(event: KeyboardEvent): void
  onFocusIn(event: FocusEvent): void
  onFocusOut(event: FocusEvent): void
}

export function parseLinkKey(key: string | null): Link | null {
  const [, from, to] = /^(\d+)>(\d+)$/.exec(key ?? '') ?? []
  return from && to ? { from: Number(from), to: Number(to) } : null
}

export function useTopologyFocus(options: FocusOptions): TopologyFocus {
  const lastNode = shallowRef<number | null>(null)
  const lastLink = shallowRef<Link | null>(null)
  const within = shallowRef(false)

  const tabNode = computed(() => {
    const positions = options.positions()
    for (const node of [lastNode.value, options.selectedNode()])
      if (node !== null && positions.has(node)) return node
    return positions.keys().next().value ?? null
  })
  /** From a node, Tab goes on to the links that leave it. */
  const tabLink = computed(() => {
    const nodes = [...options.positions().keys()]
    const link = lastLink.value
    if (link && nodes.includes(link.from) && nodes.includes(link.to)) return linkKey(link)
    const from = tabNode.value
    const to = nodes.find((node) => node !== from)
    return from === null || to === undefined ? null : linkKey({ from, to })
  })

  function targetOf(target: EventTarget | null): FocusTarget {
    const element = target instanceof Element ? target : document.body
    const node = element.closest('[data-node]')?.getAttribute('data-node') ?? null
    const over = element.closest('[data-link],[data-over]')
    const link = over?.getAttribute('data-link') ?? over?.getAttribute('data-over') ?? null
    return { node: node === null ? null : Number(node), link: parseLinkKey(link), element }
  }

  function focusOn(selector: string): void {
    const element = options.root.value?.querySelector(selector)
    if (element instanceof SVGElement || element instanceof HTMLElement) element.focus()
  }

  function onKey(event: KeyboardEvent): void {
    const target = targetOf(event.target)
    const context = { positions: options.positions(), letters: options.letters() }
    const intent = keyIntent(event, { ...target, ...context })
    if (!intent) return
    // The menu button is a button: Enter and Space are its own.
    if (event.target instanceof HTMLButtonElement && intent.kind !== 'escape') return
    if (options.onIntent(intent, target, event)) {
      event.preventDefault()
      event.stopPropagation()
    }
    if (intent.kind === 'focusNode') focusOn(`[data-node="${intent.node}"]`)
    if (intent.kind === 'focusLink') focusOn(`[data-link="${linkKey(intent.link)}"]`)
  }

  function onFocusIn(event: FocusEvent): void {
    const { node, link, element } = targetOf(event.target)
    if (node !== null) {
      lastNode.value = node
      lastLink.value = null
    }
    if (link) lastLink.value = link
    within.value = node !== null || element.closest('.menu-button') !== null
  }

  function onFocusOut(event: FocusEvent): void {
    const next = event.relatedTarget
    const stays = next instanceof Element && next.closest('[data-node], .menu-button') !== null
    if (!stays) within.value = false
  }

  return { tabNode, tabLink, within, targetOf, onKey, onFocusIn, onFocusOut }
}
