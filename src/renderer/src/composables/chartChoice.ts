/**
 * Which charts are shown, and in which order: kept in this browser. Every place that shows charts
 * shares the choice.
 *
 * Kept as the order of all ids and the ids that are shown. Charts that a later version adds come
 * last, hidden unless they belong to the default set; ids that no version knows are dropped.
 */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { CHARTS } from './pictures'
import type { ChartDefinition } from './pictures/picture'

const KEY = 'paxos-lab.charts'

export interface ChartChoice {
  readonly order: readonly string[]
  readonly shown: readonly string[]
}

export const DEFAULT_CHOICE: ChartChoice = {
  order: CHARTS.map(({ id }) => id),
  shown: CHARTS.filter(({ isDefault }) => isDefault).map(({ id }) => id),
}

/** Parses, never casts: what is broken falls back to the default. */
export function parseChoice(text: string | null): ChartChoice {
  let raw: unknown
  try {
    raw = JSON.parse(text ?? 'null')
  } catch {
    return DEFAULT_CHOICE
  }
  if (typeof raw !== 'object' || raw === null) return DEFAULT_CHOICE
  const entry = new Map<string, unknown>(Object.entries(raw))
  const known = (name: string): string[] => {
    const ids: unknown = entry.get(name)
    if (!Array.isArray(ids)) return []
    return [...new Set(DEFAULT_CHOICE.order.filter((id) => ids.includes(id)))].sort(
      (a, b) => ids.indexOf(a) - ids.indexOf(b),
    )
  }
  const order = known('order')
  if (order.length === 0) return DEFAULT_CHOICE
  const added = DEFAULT_CHOICE.order.filter((id) => !order.includes(id))
  const fresh = added.filter((id) => DEFAULT_CHOICE.shown.includes(id))
  return { order: [...order, ...added], shown: [...known('shown'), ...fresh] }
}

/** One place up or down among those that `counts` lets pass; the same where there is none. */
export function movedBy(
  order: readonly string[],
  id: string,
  by: -1 | 1,
  counts: (id: string) => boolean = () => true,
): readonly string[] {
  const among = order.filter((other) => other === id || counts(other))
  const neighbour = among[among.indexOf(id) + by]
  if (neighbour === undefined) return order
  const rest = order.filter((other) => other !== id)
  const at = rest.indexOf(neighbour) + (by === 1 ? 1 : 0)
  return [...rest.slice(0, at), id, ...rest.slice(at)]
}

export const useChartChoice = defineStore('chartChoice', () => {
  const choice = shallowRef<ChartChoice>(parseChoice(localStorage.getItem(KEY)))
  const all = computed<readonly ChartDefinition[]>(() =>
    choice.value.order.flatMap((id) => CHARTS.find((chart) => chart.id === id) ?? []),
  )
  const shown = computed(() => all.value.filter(({ id }) => choice.value.shown.includes(id)))
  const isDefault = computed(
    () => JSON.stringify(sorted(choice.value)) === JSON.stringify(sorted(DEFAULT_CHOICE)),
  )

  watch(choice, (next) => localStorage.setItem(KEY, JSON.stringify(next)))

  const isShown = (id: string): boolean => choice.value.shown.includes(id)

  function setShown(id: string, show: boolean): void {
    const others = choice.value.shown.filter((other) => other !== id)
    choice.value = { ...choice.value, shown: show ? [...others, id] : others }
  }

  /** Among all charts, as the chooser lists them. */
  function move(id: string, by: -1 | 1): void {
    choice.value = { ...choice.value, order: movedBy(choice.value.order, id, by) }
  }

  /** Among those on the screen. */
  function moveShown(id: string, by: -1 | 1): void {
    choice.value = { ...choice.value, order: movedBy(choice.value.order, id, by, isShown) }
  }

  function reset(): void {
    choice.value = DEFAULT_CHOICE
  }

  return { all, shown, isDefault, isShown, setShown, move, moveShown, reset }
})

function sorted({ order, shown }: ChartChoice): readonly (readonly string[])[] {
  return [order, [...shown].sort()]
}
