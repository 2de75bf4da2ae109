/** What a lecturer has chosen in the Teach view: experiment and chart. Layout only, never facts. */
import { defineStore } from 'pinia'
import { ref } from 'vue'

export const useTeachStore = defineStore('teach', () => {
  /** Name of a bundled experiment; null: the one that runs, else the first. */
  const chosen = ref<string | null>(null)
  /** Id of the chart below the topology; null: the one that fits the experiment. */
  const chart = ref<string | null>(null)
  /** The screen is black, so that everybody looks at the lecturer. */
  const blank = ref(false)

  function choose(name: string): void {
    chosen.value = name
    chart.value = null
  }

  return { chosen, chart, blank, choose }
})
